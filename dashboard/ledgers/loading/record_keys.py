"""Record keys: the key of a row as one text, its parts joined."""

import pyarrow as pa

from dashboard.definitions.forms import Form

# What joins the parts of a key of several columns.
JOINER = "|"


def of(form: Form, table: pa.Table) -> pa.Array:
    """The key of every row of a table with the form's key columns; null where a part is."""
    parts = [whole(table[column].cast(pa.string())) for column in form.key]
    return pa.compute.binary_join_element_wise(*parts, JOINER)


def in_words(key: str) -> str:
    """A key as a message shows it."""
    return key.replace(JOINER, " ")


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
