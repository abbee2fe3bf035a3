"""What was read and what was wrong with it, as plain data."""
