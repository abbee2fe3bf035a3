"""One file → checked rows and a report. Knows no database."""
