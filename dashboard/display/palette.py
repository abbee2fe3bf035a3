"""The colours of charts, maps and cards, from `.streamlit/config.toml`, where Streamlit has its own from."""

import tomllib

from dashboard import paths

_THEME = tomllib.loads((paths.PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]

PRIMARY: str = _THEME["primaryColor"]
TEXT: str = _THEME["textColor"]
BORDER: str = _THEME["borderColor"]
PANEL: str = _THEME["secondaryBackgroundColor"]
RED: str = _THEME["redColor"]
ORANGE: str = _THEME["orangeColor"]
GREEN: str = _THEME["greenColor"]
BLUE: str = _THEME["blueColor"]
GREY: str = _THEME["grayColor"]
FONT: str = _THEME["font"]
CATEGORICAL: tuple[str, ...] = tuple(_THEME["chartCategoricalColors"])
SEQUENTIAL: tuple[str, ...] = tuple(_THEME["chartSequentialColors"])

# For what was not reported: light enough not to be read as a low value of the blue scale.
NOT_REPORTED = "#e3e5e8"

LIGHTS = {"red": RED, "amber": ORANGE, "green": GREEN, "blue": BLUE, "grey": GREY}
