"""Tables as they may be shown. Apart from `masking`, which the process that reads files needs without pandas."""

import pandas as pd

from dashboard.access import masking


def masked(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every personal column of text masked (a new table where there is any)."""
    masks = masking.by_column()
    hidden = {
        column: table[column].map(masks[column], na_action="ignore")
        for column in table.columns
        if column in masks and not pd.api.types.is_numeric_dtype(table[column])
    }
    return table.assign(**hidden) if hidden else table
