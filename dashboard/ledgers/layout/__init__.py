"""Sheet of cells → header and data rows: what a sheet's titles, lines and blocks mean."""
