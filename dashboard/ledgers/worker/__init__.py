"""The process that reads files apart from the dashboard, and its limits."""
