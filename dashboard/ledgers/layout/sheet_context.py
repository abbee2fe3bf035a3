"""What holds for a sheet as a whole: the year and the unit of money, from its title, its name or the user."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dashboard import language
from dashboard.definitions import forms
from dashboard.definitions.forms import Field
from dashboard.ledgers.cells import column_parsing, dates, numbers, units, values
from dashboard.ledgers.containers import Sheet
from dashboard.ledgers.layout.header_model import Header, lines_above
from dashboard.ledgers.reporting.report import SheetReport

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
# As the whole name of a sheet, two digits are a year, since no ledger of this kind is older than 2000.
_SHORT_YEAR = re.compile(r"(\d{2})年度?")
# What separates the phrases of a title, and the rest of a day after its year.
_PHRASES = re.compile(r"[()（）\[\]【】〔〕，,；;。]+|(?<![:：])\s+")
_REST_OF_MONTH = re.compile(r"^\s*[年\-./]\s*\d{1,2}\s*月?\s*")
_REST_OF_DAY = re.compile(r"\s*[年\-./]\s*\d{1,2}\s*[月\-./]\s*\d{1,2}")


@dataclass(frozen=True)
class ReadingOptions:
    """Settings of the user for one sheet, and the day of reading.

    year, unit: None = take them from the sheet.
    unit_is_remembered: the unit was saved with the layout at an earlier load.
    year_is_certain, unit_is_certain: chosen for exactly this sheet, so they override its own title.
    """

    today: date
    year: int | None = None
    unit: str | None = None
    unit_is_remembered: bool = False
    year_is_certain: bool = False
    unit_is_certain: bool = False

    @property
    def unit_from(self) -> str:
        """Where the unit comes from, in Chinese."""
        return language.words("ledgers.from_saved_layout" if self.unit_is_remembered else "ledgers.from_user")


class SheetContext:
    """The year and the unit of money of one sheet, and so how the cells of each field are parsed.

    year: None where neither the sheet nor the user gives one.
    override: the unit of all amounts in place of the declared one; None = as declared.
    """

    def __init__(self, sheet: Sheet, header: Header, options: ReadingOptions) -> None:
        self._above = _with_labels(lines_above(sheet, header))
        self._header = header
        self.options = options
        self._name = sheet.name or ""
        self._is_text = sheet.is_text
        self.year, self._year_from = self._find_year()
        self.override: str | None = None

    def context(self, field: Field) -> values.Context:
        """How a field's cells are to be parsed."""
        notes = self._header.notes.get(field.column, ())
        factor = 1
        if field.type == "money":
            factor = forms.common()["money_units"][self.unit_of(field)]
        return values.Context(
            today=self.options.today,
            year=self.year,
            factor=factor,
            is_percent=units.is_percent(notes),
            is_text=self._is_text,
        )

    def unit_of(self, field: Field) -> str:
        """The unit a money field's amounts are read in."""
        return self.override or self._unit(self._header.notes.get(field.column, ()))[0]

    def add_issues(self, report: SheetReport, parsed: dict[str, column_parsing.ParsedColumn]) -> None:
        """Add notices of the year and the units that were taken from the title, the sheet's name or the user."""
        needs_year = self._header.form.needs_year
        if needs_year and needs_year not in parsed:
            report.add_issue("year_inferred", year=self.year, source=self._year_from)
            report.recognition.year, report.recognition.year_from = self.year, self._year_from
        money = [field for field in self._header.form.fields if field.type == "money" and field.column in parsed]
        converted: dict[tuple[str, str], list[str]] = defaultdict(list)
        for field in money:
            unit, source = self._unit(self._header.notes.get(field.column, ()))
            if self.override:
                unit, source = self.override, self.options.unit_from
            report.recognition.note_unit(unit, source, self._header.titles[field.column])
            if forms.common()["money_units"][unit] != 1:
                converted[unit, source].append(self._header.titles[field.column])
        for (unit, source), titles in converted.items():
            report.add_issue("unit_converted", unit=unit, source=source, columns="、".join(titles))

    def _unit(self, notes: Iterable[str]) -> tuple[str, str]:
        """(unit, where it was found) for a column with these notes beside its title."""
        if self.options.unit_is_certain:
            return self.options.unit, self.options.unit_from
        for note in notes:
            if unit := units.of_money(note):
                return unit, language.words("ledgers.from_column_title")
        for text in self._above:
            if unit := units.of_line(text):
                return unit, language.words("ledgers.from_line")
        if unit := units.of_line(self._name):
            return unit, language.words("ledgers.from_sheet_name")
        return (self.options.unit, self.options.unit_from) if self.options.unit else ("元", "")

    def _find_year(self) -> tuple[int | None, str]:
        """(year, where it was found); the sheet's own texts before what the user set for the whole load."""
        if given := self._header.given.get(self._header.form.needs_year or ""):
            return given.value, given.source
        if self.options.year_is_certain:
            return self.options.year, language.words("ledgers.from_user")
        of_title = {year for text in self._above for year in _years_of(text)}
        if len(of_title) == 1:
            return of_title.pop(), language.words("ledgers.from_title")
        short = _SHORT_YEAR.fullmatch(self._name.strip())
        of_name = {2000 + int(short[1])} if short else _years_of(self._name)
        if len(of_name) == 1:
            return of_name.pop(), language.words("ledgers.from_sheet_name")
        return self.options.year, language.words("ledgers.from_user")


def year_of_sheet(sheet: Sheet, header: Header, options: ReadingOptions) -> int | None:
    """The year of a sheet without a column of years; None where neither the sheet nor the user gives one."""
    return SheetContext(sheet, header, options).year


def _with_labels(texts: Iterable[str]) -> list[str]:
    """The texts above a header, a value joined to the label (填报日期：) in the cell before it."""
    joined: list[str] = []
    for text in texts:
        is_value = ":" not in text and "：" not in text
        if is_value and joined and joined[-1].endswith((":", "：")):
            joined[-1] += text
        else:
            joined.append(text)
    return joined


def _years_of(text: str) -> set[int]:
    """The years a title or sheet name is about: not those of filling in, printing or a day as of which it holds."""
    dated = forms.common()["lines"]["dated"]
    years = set()
    for phrase in _PHRASES.split(dates.in_digits(numbers.half_width(text))):
        for match in _YEAR.finditer(phrase):
            before, after = phrase[: match.start()], phrase[match.end() :]
            month = _REST_OF_MONTH.match(after)
            is_month = month and after[month.end() :].startswith(tuple(dated))
            is_day = any(word in after for word in dated) and _REST_OF_DAY.match(after)
            if not is_day and not is_month and not any(word in before for word in dated):
                years.add(int(match[1]))
    return years
