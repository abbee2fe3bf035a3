"""Whether the amounts of a sheet, and of single rows in it, are as large as usual in such a ledger."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.cells.column_parsing import ParsedColumn


def largest_yuan(columns: Sequence[ParsedColumn], fields: Sequence[Field]) -> np.ndarray:
    """Each row's largest amount in yuan, regardless of sign; 0 where a row has none."""
    amounts = [
        np.abs(column.arrays[field.column].cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False))
        for column, field in zip(columns, fields, strict=True)
    ]
    return np.array(amounts).max(axis=0) if amounts else np.zeros(0)


def typical_yuan(largest: np.ndarray) -> float | None:
    """The median of the rows' largest amounts in yuan; None where all are zero."""
    given = largest[largest > 0]
    return float(np.median(given)) if given.size else None


def unusual_rows(largest: np.ndarray, form: Form) -> list[int]:
    """Indexes of rows whose largest amount is out of scale for such a ledger, or among the sheet's other rows."""
    typical = typical_yuan(largest)
    if typical is None or form.typical_yuan is None or form.typical_spread is None:
        return []
    low, high = form.typical_yuan
    low, high = max(low, typical / form.typical_spread), min(high, typical * form.typical_spread)
    return np.flatnonzero((largest > 0) & ((largest < low) | (largest > high))).tolist()
