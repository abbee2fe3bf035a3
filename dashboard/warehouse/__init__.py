"""Everything that knows DuckDB: named queries, published versions (发布版本), what is derived in them."""
