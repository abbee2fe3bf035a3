"""The header of a sheet as data: where it is, which column holds which field, and what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dashboard import language
from dashboard.definitions.forms import Form
from dashboard.ledgers.containers import Sheet, column_letters
from dashboard.ledgers.layout import title_text

# With fewer titles a sheet that lacks required ones is not taken for a ledger: any list has 姓名 and 联系电话.
FEWEST_OF_A_LEDGER = 3
# The field a sheet may have in place of a key column.
KEY_SUBSTITUTES = {"village_code": "place_village"}


class Given(NamedTuple):
    """A value that no column has, the same for every row.

    source: where it was found, in words.
    is_proposed: only the directory can tell whether it is a village (`loading.proposed_villages`).
    """

    value: Any
    source: str
    is_proposed: bool = False


@dataclass
class Header:
    """A header read as a ledger. Row and column indexes count from 0.

    columns: index by database column.
    titles: the sender's title by database column.
    notes: the words in brackets beside a title and its trailing unit, by database column.
    unmapped_columns: titles that name no field.
    repeated: titles of columns that could be one field, none of which may be picked.
    missing: titles of the required fields that nothing gives.
    alike: (title that is used, titles that could have been meant as well).
    given: values of fields without a column, by database column.
    parts: one header for each year or month whose columns are side by side, this one included; else empty.
    label: which of the parts this one is.
    month: (year or None, month) of such a part.
    month_given: the month that days written without one were given.
    only_with: columns of which a row of the part must have something.
    """

    form: Form
    first_row: int
    last_row: int
    columns: dict[str, int]
    titles: dict[str, str]
    notes: dict[str, tuple[str, ...]]
    unmapped_columns: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    alike: list[tuple[str, list[str]]] = field(default_factory=list)
    given: dict[str, Given] = field(default_factory=dict)
    parts: list["Header"] = field(default_factory=list)
    label: str = ""
    month: tuple[int | None, int] | None = None
    month_given: Given | None = None
    only_with: tuple[int, ...] = ()

    def assign(self, column: str, index: int, title: str, group: str) -> None:
        """Let a database column be filled from the sheet's column at an index."""
        self.columns[column] = index
        self.titles[column] = title_text.one_line(title)
        self.notes[column] = title_text.bracketed(title) + title_text.bracketed(group) + title_text.trailing_unit(title)


def with_columns(
    form: Form, first: int, last: int, titles: list[tuple[str, str]], columns: Mapping[str, int]
) -> Header:
    """The header in rows ``first`` to ``last`` whose columns are as given: index by database column."""
    header = Header(form, first, last, {}, {}, {})
    by_index = {index: column for column, index in columns.items()}
    for index, (title, group) in enumerate(titles):
        if index in by_index:
            shown = title or language.words("ledgers.column_by_letter", letter=column_letters(index))
            header.assign(by_index[index], index, shown, group)
        elif title:
            header.unmapped_columns.append(title_text.one_line(title))
    header.missing = missing_titles(header)
    return header


def missing_titles(header: Header) -> list[str]:
    """Titles of the required fields that neither a column nor a given value fills; the year is asked for later."""
    return [
        form_field.title
        for form_field in header.form.fields
        if form_field.required
        and form_field.type != "year"
        and form_field.column not in header.columns
        and form_field.column not in header.given
    ]


def key_columns(form: Form) -> list[str]:
    """The database columns a sheet needs for a ledger's key: a village's name does for its code, a title for a year."""
    columns = [KEY_SUBSTITUTES.get(column, column) for column in form.key]
    return [column for column in columns if form.has(column) and form.field(column).type != "year"]


def has_key(header: Header) -> bool:
    """Whether the sheet has what the ledger's key needs, in columns or given otherwise."""
    return all(column in header.columns or column in header.given for column in key_columns(header.form))


def lines_above(sheet: Sheet, header: Header) -> list[str]:
    """The texts above the header, cell by cell."""
    return [str(cell).strip() for row in sheet.rows[: header.first_row] for cell in row if str(cell).strip()]
