"""``python -m dashboard``."""

import sys

from dashboard.cli.commands import main

sys.exit(main())
