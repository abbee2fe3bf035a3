"""Files → sheets of cells: numbers and texts apart, merged ranges, hidden rows and columns, error cells, formulas.

One module for each file format. A file that is damaged, hostile or no table raises FileRefused, with the code of its
message.
"""

from dashboard.ledgers.containers.archive import is_of_the_system
from dashboard.ledgers.containers.detect import Handed, files, is_outlines, may_be_table, sheets, unpacked_bytes, within
from dashboard.ledgers.containers.geojson import features
from dashboard.ledgers.containers.sheet import Sheet, column_index, column_letters
from dashboard.ledgers.containers.text_rows import TextRows, Texts, distinct
from dashboard.ledgers.errors import FileRefused

__all__ = [
    "FileRefused",
    "Handed",
    "Sheet",
    "TextRows",
    "Texts",
    "column_index",
    "column_letters",
    "distinct",
    "features",
    "files",
    "is_of_the_system",
    "is_outlines",
    "may_be_table",
    "sheets",
    "unpacked_bytes",
    "within",
]
