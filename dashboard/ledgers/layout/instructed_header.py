"""Read a sheet's header from a layout set by the user."""

from collections.abc import Mapping, Sequence

from dashboard import language
from dashboard.definitions import forms
from dashboard.definitions.forms import Form
from dashboard.ledgers.containers import Sheet, column_letters
from dashboard.ledgers.errors import SheetRefused
from dashboard.ledgers.layout import header_model, header_search, known_titles
from dashboard.ledgers.layout.header_model import Header
from dashboard.ledgers.layout.instructions import Layout


def read(sheet: Sheet, layout: Layout, kind: str | None) -> Header | None:
    """The header as the layout sets it, of ledger ``kind`` or of the one that fits best; None where none fits.

    Raises SheetRefused for header rows or columns that are impossible.
    """
    rows = layout.header_rows
    if rows is None:
        header = header_search.find(sheet, kind)
        if header is None:
            return None
    else:
        if not 0 <= rows[0] <= rows[1] < len(sheet.rows) or rows[1] - rows[0] >= known_titles.DEEPEST:
            raise SheetRefused("header_rows_impossible", first=rows[0] + 1, last=rows[1] + 1, rows=len(sheet.rows))
        candidate_forms = [forms.get(kind)] if kind else forms.all_forms()
        header = max(
            (header_search.at(sheet, form, *rows) for form in candidate_forms),
            key=lambda candidate: header_search.rank(sheet, candidate),
        )
        if kind is None and not header.columns:
            return None
    return _assigned(sheet, header, layout.columns)


def _assigned(sheet: Sheet, header: Header, columns: Sequence[tuple[int, str | None]]) -> Header:
    """The header with the columns the user assigned; the others remain as detected."""
    if not columns:
        return header
    titles = known_titles.titles(sheet, header.first_row, header.last_row)
    names = {index: title or column_letters(index) for index, (title, _) in enumerate(titles)}
    _refuse_impossible(header.form, columns, names)
    assigned = dict(columns)
    taken = {column for column in assigned.values() if column}
    detected = {
        column: index for column, index in header.columns.items() if index not in assigned and column not in taken
    }
    merged = detected | {column: index for index, column in columns if column}
    return header_model.with_columns(header.form, header.first_row, header.last_row, titles, merged)


def _refuse_impossible(form: Form, columns: Sequence[tuple[int, str | None]], names: Mapping[int, str]) -> None:
    """Raise SheetRefused for columns that do not exist and for fields assigned twice."""
    by_field: dict[str, list[int]] = {}
    for index, column in columns:
        if index not in names or (column and not form.has(column)):
            raise SheetRefused("columns_assigned_nowhere", letter=column_letters(index), ledger=form.name)
        if column:
            by_field.setdefault(column, []).append(index)
    for column, indexes in by_field.items():
        if len(indexes) > 1:
            listed = "、".join(
                language.words("ledgers.column_assigned", letter=column_letters(index), title=names[index])
                for index in indexes
            )
            raise SheetRefused("columns_assigned_twice", field=form.field(column).title, columns=listed)
