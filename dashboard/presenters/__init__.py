"""One module per page, of the page's stem: rows → sentences, column sets, charts, export notes."""
