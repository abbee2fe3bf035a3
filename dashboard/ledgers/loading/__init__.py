"""Checked rows → a new version: merge, corrections, removal."""
