"""The table of calls in docs/pages.md, made from signatures. Run as a script it writes the table anew."""

import importlib
import inspect
from types import ModuleType

from dashboard import paths

FILE = paths.PROJECT / "docs" / "pages.md"

BEGIN, END = "<!-- calls: begin -->", "<!-- calls: end -->"

MODULES = (
    "web.frame",
    "web.filters",
    "web.blocks",
    "web.widgets",
    "web.maps",
    "serving.cached",
    "serving.indicator_values",
    "serving.sources",
    "serving.addresses",
    "presenters.task_lists",
    "presenters.small_numbers",
    "display.columns",
    "display.charts",
    "display.time_charts",
    "display.map_bands",
    "display.lights",
)


def table() -> str:
    """A row per public function of the modules that pages and presenters call: its signature and what it gives."""
    rows = ["| call | gives |", "|---|---|"]
    for name in MODULES:
        module = importlib.import_module(f"dashboard.{name}")
        rows += [_row(module, function) for function in _functions(module)]
    return "\n".join(rows)


def written() -> str:
    """The table as the document has it."""
    return FILE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    """Put the table into the document."""
    before, _, rest = FILE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    FILE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


def _functions(module: ModuleType) -> list:
    """The module's own public functions as they are written, caches of them included."""
    own = (getattr(value, "__wrapped__", value) for name, value in vars(module).items() if not name.startswith("_"))
    return [value for value in own if inspect.isfunction(value) and value.__module__ == module.__name__]


def _row(module: ModuleType, function) -> str:
    parameters = ", ".join(map(_parameter, inspect.signature(function).parameters.values()))
    call = f"{module.__name__.rpartition('.')[2]}.{function.__name__}({parameters})"
    return f"| `{_cell(call)}` | {_cell(inspect.getdoc(function).splitlines()[0])} |"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    if parameter.default is inspect.Parameter.empty:
        return f"{stars}{parameter.name}"
    default = parameter.default
    return f"{parameter.name}={default.__name__ if isinstance(default, type) else repr(default)}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write()
