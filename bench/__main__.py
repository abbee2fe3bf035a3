"""``python -m bench [loading|opening|viewers]…``: run the named measurements, or all three."""

import sys

from bench import loading, opening, viewers

MEASUREMENTS = {"loading": loading.main, "opening": opening.main, "viewers": viewers.main}

for name in sys.argv[1:] or MEASUREMENTS:
    MEASUREMENTS[name]()
