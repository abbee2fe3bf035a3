"""Commands: ``python -m dashboard``."""
