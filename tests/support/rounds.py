"""How often a test that draws at random goes on: ``make soak`` asks for ten times the rounds of ``make test``."""

import os

ROUNDS = int(os.environ.get("TEST_ROUNDS", "1"))
