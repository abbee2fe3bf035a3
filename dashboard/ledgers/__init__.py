"""Intake of ledgers (台账): file → sheets of cells → header → checked rows → published version."""
