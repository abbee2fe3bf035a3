"""Manual settings for reading files: ledger, header rows, columns, year and unit, and those saved for a layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dashboard import language
from dashboard.definitions import forms


@dataclass(frozen=True)
class Layout:
    """Which rows of a sheet are its header and what its columns hold (列对应关系).

    header_rows: first and last row, from 0; None = detect automatically.
    columns: (index of a column, from 0; the database column it fills, None for a column that is not read).
    """

    header_rows: tuple[int, int] | None = None
    columns: tuple[tuple[int, str | None], ...] = ()


@dataclass(frozen=True)
class Instructions:
    """Manual settings for reading one file or sheet; None = detect automatically.

    ledger, year, unit, layout: values chosen by the user.
    is_skipped: the sheet is not to be read.
    is_about_layout: a setting of this very sheet holds for other sheets of its layout (the year never does).
    year_is_certain, unit_is_certain: chosen for exactly this sheet or its layout, so they override its own title.
    sheets: settings of single sheets, by (path inside the archive or "", sheet name or "").
    remembered: settings saved by earlier loads, by fingerprint of the header (`saved_layout.fingerprint`).
    """

    ledger: str | None = None
    year: int | None = None
    unit: str | None = None
    layout: Layout | None = None
    is_skipped: bool = False
    is_about_layout: bool = False
    year_is_certain: bool = False
    unit_is_certain: bool = False
    sheets: Mapping[tuple[str, str], "Instructions"] = field(default_factory=dict, hash=False)
    remembered: Mapping[str, "SavedLayout"] = field(default_factory=dict, hash=False)

    def about(self, inner: str, sheet: str | None) -> "Instructions":
        """The settings for one sheet, by its file's path inside the archive: its own before those of the file."""
        own = self.sheets.get((inner, sheet or ""))
        if own is None:
            return replace(self, sheets={}, remembered={})
        return replace(
            own,
            ledger=own.ledger or self.ledger,
            year=own.year or self.year,
            unit=own.unit or self.unit,
            layout=own.layout or self.layout,
            is_about_layout=bool(own.ledger or own.unit or own.layout),
            year_is_certain=own.year is not None,
            unit_is_certain=own.unit is not None,
        )


@dataclass(frozen=True)
class SavedLayout:
    """Settings saved for all sheets of one layout.

    instructions: ledger, unit and layout; its column indexes count from the header's leftmost title.
    saved_on: day of saving, such as 2026-11-22.
    titles: titles of the header.
    file_name: name of the file they came in.
    """

    instructions: Instructions
    saved_on: str
    titles: tuple[str, ...]
    file_name: str

    @property
    def in_words(self) -> str:
        """Which settings are saved, in Chinese."""
        settings = {
            language.words("ledgers.setting_ledger"): self.instructions.ledger,
            language.words("ledgers.setting_columns"): self.instructions.layout,
            language.words("ledgers.setting_unit"): self.instructions.unit,
        }
        return "、".join(words for words, value in settings.items() if value)

    @property
    def ledger_name(self) -> str:
        """Name of the ledger; '' where it is left to the header, or there is no form of it any more."""
        return forms.get(self.instructions.ledger).name if self.instructions.ledger in forms.kinds() else ""
