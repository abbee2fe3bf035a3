"""Issues, reports and what was recognised in sheets, as plain data."""
