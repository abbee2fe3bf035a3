"""How columns of a table are shown and exported: Chinese titles, units, decimals, personal data masked."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard.access import masked_tables
from dashboard.definitions.indicators import Indicator


@dataclass(frozen=True)
class Column:
    """One column as shown: ``title`` in Chinese with its unit, ``kind`` text, number, date or yes_no.

    Numbers are multiplied by ``scale`` and rounded to ``decimals`` both on screen and in exports.
    """

    title: str
    kind: str = "text"
    decimals: int = 0
    scale: float = 1.0
    width: str | int | None = None
    pinned: bool = False
    help: str | None = None

    @property
    def screen_format(self) -> str:
        """The number format of Streamlit's tables."""
        return f"%,.{self.decimals}f"

    @property
    def excel_format(self) -> str | None:
        """The number format of Excel, None for what is not a number."""
        if self.kind != "number":
            return None
        return "#,##0" + ("." + "0" * self.decimals if self.decimals else "")


def text(title: str, **look) -> Column:
    """Words, names and codes, unchanged."""
    return Column(title, **look)


def count(title: str, **look) -> Column:
    """Whole numbers with thousands separators; the title names what is counted (户, 人, 个)."""
    return Column(title, "number", **look)


def yuan(title: str, decimals: int = 0, **look) -> Column:
    """Money in yuan."""
    return Column(f"{title}（元）", "number", decimals, **look)


def wan(title: str, decimals: int = 2, **look) -> Column:
    """Money in yuan, shown in 万元."""
    return Column(f"{title}（万元）", "number", decimals, scale=1e-4, **look)


def percent(title: str, decimals: int = 1, **look) -> Column:
    """Shares from 0 to 100."""
    return Column(f"{title}（%）", "number", decimals, **look)


def points(title: str, decimals: int = 1, **look) -> Column:
    """Scores, in 分."""
    return Column(f"{title}（分）", "number", decimals, **look)


def day(title: str, **look) -> Column:
    """Dates, as 2025-06-30."""
    return Column(title, "date", **look)


def yes_no(title: str, **look) -> Column:
    """Booleans, as 是 and 否; blank where not reported."""
    return Column(title, "yes_no", **look)


def of_indicator(definition: Indicator, **look) -> Column:
    """An indicator's values, in the unit and decimals in which pages show it."""
    unit = f"（{definition.display_unit}）" if definition.display_unit else ""
    return Column(f"{definition.name}{unit}", "number", definition.decimals, scale=definition.display_factor, **look)


def presented(table: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """The rows as they are shown and exported: chosen columns in order, masked, scaled, rounded, titled in Chinese."""
    hidden = masked_tables.masked(table[list(columns)])
    shown = {column.title: _values(hidden[name], column) for name, column in columns.items()}
    return pd.DataFrame(shown, index=table.index).reset_index(drop=True)


def _values(values: pd.Series, column: Column) -> pd.Series:
    if column.kind == "number":
        numbers = pd.to_numeric(values).astype("Float64")
        scaled = (numbers * column.scale).round(column.decimals)
        return scaled.astype("Int64") if column.decimals == 0 else scaled
    if column.kind == "yes_no":
        return values.map({True: "是", False: "否"}, na_action="ignore")
    if column.kind == "date":
        return pd.to_datetime(values).dt.date
    return values
