"""The blank template (空白模板) of a ledger as .xlsx: header, formats, drop-downs, checks and help, no data."""

import io
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import xlsxwriter

from dashboard import language, paths
from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.cells import values
from dashboard.ledgers.containers import column_letters
from dashboard.ledgers.layout import own_workbooks

_TITLE_ROW, _LABELS_ROW, _HEADER_ROW = 0, 1, 2
_FIRST = _HEADER_ROW + 1
# The longest texts that Excel allows for the list of a drop-down, for a prompt, for a prompt's title.
_LONGEST_LIST, _LONGEST_PROMPT, _LONGEST_PROMPT_TITLE = 255, 255, 32
# Types of which nobody needs an example.
_SELF_EXPLANATORY = ("yes_no", "year", "money", "share", "progress")
_LINES = {"border": 1, "border_color": "#A6A6A6"}


def file_name(kind: str) -> str:
    """The file name of a ledger's template. KeyError for an unknown kind."""
    return language.words("ledgers.template_file", ledger=forms.get(kind).name)


def help_sheet() -> str:
    """The name of the sheet that explains how to fill the template in."""
    return language.words("ledgers.template_help_sheet")


def workbook(kind: str, places: Sequence[tuple[str, str]] = ()) -> bytes:
    """The template of a ledger as .xlsx. KeyError for an unknown kind.

    places: (township, village) to choose from.
    """
    form = forms.get(kind)
    places = sorted(set(places)) if form.place != "directory" else []
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": language.words("ledgers.template_title", ledger=form.name)})
        _Template(book, form, places).write()
        _write_help(book, form)
        if places:
            _write_places(book, places)
    return buffer.getvalue()


class _Template:
    """The sheet to be filled in."""

    def __init__(self, book: xlsxwriter.Workbook, form: Form, places: Sequence[tuple[str, str]]) -> None:
        self._book = book
        self._form = form
        self._places = places
        self._sheet = book.add_worksheet(form.name)
        self._last = _FIRST + _words()["rows"] - 1
        self._right = len(form.fields) - 1

    def write(self) -> None:
        """Write title, labels and header, then each column's format, check and prompt, then the print settings."""
        self._write_top()
        for index, field in enumerate(self._form.fields):
            facts = _words()["types"][field.type]
            look = self._book.add_format(_font() | {"num_format": facts["format"]})
            self._sheet.set_column(index, index, max(facts["width"], _width(field.title) + 3), look)
            prompt = _prompt(self._form, field)
            self._sheet.data_validation(_FIRST, index, self._last, index, self._check(field) | prompt)
            if field.required:
                self._mark_missing(index)
        self._draw_lines()
        self._set_page()

    def _write_top(self) -> None:
        title_font = {"font_name": _words()["fonts"]["title"], "font_size": 16, "bold": True}
        title = self._book.add_format(title_font | {"align": "center", "valign": "vcenter"})
        label = self._book.add_format(_font())
        right = self._book.add_format(_font() | {"align": "right"})
        head = _font() | {"bold": True, "align": "center", "text_wrap": True, "border": 1}
        required = self._book.add_format(head | {"bg_color": "#F8CBAD"})
        optional = self._book.add_format(head | {"bg_color": "#DDEBF7"})
        sheet = self._sheet
        sheet.set_row(_TITLE_ROW, 32)
        sheet.merge_range(_TITLE_ROW, 0, _TITLE_ROW, self._right, self._form.name, title)
        sheet.set_row(_LABELS_ROW, 20)
        sheet.write_string(_LABELS_ROW, 0, language.words("ledgers.template_sender"), label)
        sheet.write_string(_LABELS_ROW, self._right // 2, language.words("ledgers.template_day"), label)
        if any(field.type == "money" for field in self._form.fields):
            sheet.write_string(_LABELS_ROW, self._right, language.words("ledgers.template_unit"), right)
        sheet.set_row(_HEADER_ROW, 36)
        for index, field in enumerate(self._form.fields):
            shown = f"*{field.title}" if field.required else field.title
            sheet.write_string(_HEADER_ROW, index, shown, required if field.required else optional)

    def _check(self, field: Field) -> dict[str, Any]:
        """Excel's check of a column: it refuses where nothing else can be right, else it only asks."""
        if self._places and field.column in ("place_township", "place_village"):
            return {"validate": "list", "source": self._choices_of_place(field.column), "error_type": "warning"}
        match field.type:
            case "yes_no":
                return {"validate": "list", "source": _words()["types"]["yes_no"]["values"]}
            case "choice" if len(",".join(field.values)) <= _LONGEST_LIST:
                return {"validate": "list", "source": list(field.values)}
            case "count":
                return {"validate": "integer", "criteria": "between", "minimum": field.min, "maximum": field.max}
            case "year":
                return {
                    "validate": "integer",
                    "criteria": "between",
                    "minimum": values.FIRST_YEAR,
                    "maximum": "=YEAR(TODAY())",
                }
            case "money" | "number" if field.min is not None and field.max is not None:
                return {"validate": "decimal", "criteria": "between", "minimum": field.min, "maximum": field.max}
            case "money" if not field.negative:
                return {"validate": "decimal", "criteria": ">=", "value": 0}
            case "money" | "number":
                return {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
            case "share":
                return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
            case "date":
                latest = "=TODAY()" if field.event else "=DATE(2099,12,31)"
                days = {"criteria": "between", "minimum": "=DATE(1900,1,1)", "maximum": latest}
                # A month alone, as text, is accepted too.
                return {"validate": "date", "error_type": "warning"} | days
            case "id_number" | "region_code":
                digits = 18 if field.type == "id_number" else 12
                cell = f"{column_letters(self._index(field))}{_FIRST + 1}"
                return {"validate": "custom", "value": f"=LEN({cell})={digits}", "error_type": "warning"}
            case _:
                return {"validate": "any"}

    def _choices_of_place(self, column: str) -> str:
        """Townships, or the villages of the township chosen in the same row."""
        sheet = language.words("ledgers.template_places_sheet")
        if column == "place_township":
            townships = len({township for township, _ in self._places})
            return f"={sheet}!$D$2:$D${townships + 1}"
        last = len(self._places) + 1
        names = f"{sheet}!$A$2:$A${last}"
        chosen = f"${column_letters(self._index(self._form.field('place_township')))}{_FIRST + 1}"
        return f"=OFFSET({sheet}!$B$1,MATCH({chosen},{names},0),0,COUNTIF({names},{chosen}),1)"

    def _index(self, field: Field) -> int:
        return self._form.fields.index(field)

    def _mark_missing(self, index: int) -> None:
        """Colour a required cell that is blank in a row with other cells filled."""
        row, cell = _FIRST + 1, f"{column_letters(index)}{_FIRST + 1}"
        begun = f"COUNTA($A{row}:${column_letters(self._right)}{row})>0"
        look = self._book.add_format({"bg_color": "#FFC7CE"})
        rule = {"type": "formula", "criteria": f"=AND({begun},LEN(TRIM({cell}))=0)", "format": look}
        self._sheet.conditional_format(_FIRST, index, self._last, index, rule)

    def _draw_lines(self) -> None:
        look = self._book.add_format(_LINES)
        rule = {"type": "formula", "criteria": "=TRUE", "format": look}
        self._sheet.conditional_format(_FIRST, 0, self._last, self._right, rule)

    def _set_page(self) -> None:
        sheet = self._sheet
        sheet.freeze_panes(_FIRST, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADER_ROW)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer(language.words("ledgers.template_footer"))
        sheet.set_selection(_FIRST, 0, _FIRST, 0)


def _write_help(book: xlsxwriter.Workbook, form: Form) -> None:
    """Write the sheet 填表说明: general notes, then what to write into every column."""
    sheet = book.add_worksheet(help_sheet())
    plain = book.add_format(_font())
    bold = book.add_format(_font() | {"bold": True, "font_size": 14})
    cell = book.add_format(_font() | _LINES | {"text_wrap": True, "num_format": "@"})
    head = book.add_format(_font() | _LINES | {"bold": True, "align": "center", "bg_color": "#DDEBF7"})
    sheet.write_string(0, 0, own_workbooks.page_mark(), plain)
    sheet.write_string(1, 0, language.words("ledgers.template_help_title", ledger=form.name), bold)
    row = 2
    has_money = any(field.type == "money" for field in form.fields)
    notes = _words()["notes"] + (_words()["notes_of_money"] if has_money else [])
    for number, note in enumerate(notes, start=1):
        sheet.write_string(row, 0, f"{number}. {note}", plain)
        row += 1
    row += 1
    for column, (title, width) in enumerate(_words()["help_columns"]):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, title, head)
    sheet.freeze_panes(row + 1, 1)
    for field in form.fields:
        row += 1
        texts = (
            field.title,
            language.words("ledgers.template_required") if field.required else "",
            _what_to_write(field),
            _allowed(field),
            "、".join(field.aliases),
            _example(form, field),
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, cell)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _write_places(book: xlsxwriter.Workbook, places: Sequence[tuple[str, str]]) -> None:
    """Write the sheet of the drop-downs of places: townships with their villages, then townships alone."""
    sheet = book.add_worksheet(language.words("ledgers.template_places_sheet"))
    sheet.write_string(0, 0, own_workbooks.page_mark())
    sheet.set_column(0, 3, 18)
    for row, (township, village) in enumerate(places, start=1):
        sheet.write_string(row, 0, township)
        sheet.write_string(row, 1, village)
    for row, township in enumerate(dict.fromkeys(township for township, _ in places), start=1):
        sheet.write_string(row, 3, township)


def _prompt(form: Form, field: Field) -> dict[str, Any]:
    """The words that appear beside a cell being filled in, and when what was typed cannot be right."""
    lines = [
        language.words("ledgers.prompt_required" if field.required else "ledgers.prompt_optional"),
        _what_to_write(field),
    ]
    if field.values:
        lines.append(language.words("ledgers.prompt_allowed", values=_allowed(field)))
    if example := _example(form, field):
        lines.append(language.words("ledgers.prompt_example", example=example))
    error = language.words("ledgers.prompt_wrong", what=_what_to_write(field))
    return {
        "input_title": field.title[:_LONGEST_PROMPT_TITLE],
        "input_message": _cut("\n".join(lines), _LONGEST_PROMPT),
        "error_title": field.title[:_LONGEST_PROMPT_TITLE],
        "error_message": _cut(error, _LONGEST_PROMPT),
    }


def _what_to_write(field: Field) -> str:
    says = _words()["types"][field.type]["says"]
    if field.min is not None and field.max is not None:
        says += language.words("ledgers.prompt_range", low=field.min, high=field.max)
    if field.type == "money":
        says += language.words("ledgers.prompt_negative" if field.negative else "ledgers.prompt_not_negative")
    if field.event:
        says += language.words("ledgers.prompt_past")
    return says


def _allowed(field: Field) -> str:
    return "、".join(_words()["types"]["yes_no"]["values"] if field.type == "yes_no" else field.values)


def _example(form: Form, field: Field) -> str:
    """An example of the field: the one of its column in ``templates.toml``, else the form's valid row.

    '' where the words about its type give one or none is needed.
    """
    if field.type == "date":
        return "2025-03-05"
    if field.values or field.type in _SELF_EXPLANATORY:
        return ""
    return _words()["examples"].get(field.column) or str(form.valid_row.get(field.title, ""))


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((paths.DATA / "templates.toml").read_text(encoding="utf-8"))


def _font() -> dict[str, Any]:
    return {"font_name": _words()["fonts"]["table"], "font_size": 11, "valign": "vcenter"}


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
