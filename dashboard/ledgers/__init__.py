"""Intake of ledgers (台账): file → grid of cells → header → checked rows → published version."""
