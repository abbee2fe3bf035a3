"""File → sheets → checked rows and a report. Knows no database."""
