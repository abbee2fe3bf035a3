"""Cell → typed value: numbers, dates, identity numbers, units, formulas."""
