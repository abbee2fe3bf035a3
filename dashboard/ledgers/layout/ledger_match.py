"""How well a header fits a ledger: what its titles are worth against what the ledger requires and the header lacks.

Counting titles is not enough: the register of households has nearly all titles of the monitored households' ledger,
and any ledger may repeat the register's columns beside its own.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.layout import title_text

if TYPE_CHECKING:
    from dashboard.ledgers.layout.header_search import Header


def worth(header: "Header", called: Iterable[str]) -> float:
    """What speaks for a header being its ledger's; ``called`` are the texts in which the ledger may be named."""
    weights = forms.common()["recognition"]
    worth = sum(_weight(header.form.kind, column) for column in header.columns)
    for title in header.missing:
        field = header.form.field_of_title(title)
        worth -= weights["missing_place" if field.column.startswith("place_") else "missing"]
    return worth + (weights["called"] if header.form.kind in _called(tuple(called)) else 0)


@lru_cache(maxsize=1_024)
def _called(texts: tuple[str, ...]) -> set[str]:
    """The kinds whose names the texts hold; of names within each other the longest (村集体经济收入台账, 收入台账)."""
    said = "\n".join({title_text.one_line(text) for text in texts})
    found = {(name, form.kind) for form in forms.all_forms() for name in (form.name, *form.called) if name in said}
    return {kind for name, kind in found if not any(name != other and name in other for other, _ in found)}


@cache
def _weight(kind: str, column: str) -> float:
    weights = forms.common()["recognition"]
    form = forms.get(kind)
    field = form.field(column)
    if field.title in weights["anywhere"]:
        return weights["of_anywhere"]
    if field.title in weights["household"]:
        return weights["of_household"]
    return weights["shared"] if _is_shared(form, field) else weights["own"]


def _is_shared(form: Form, field: Field) -> bool:
    """Whether another ledger has a field that goes by the same title."""
    others = (other for one in forms.all_forms() if one is not form for other in one.fields)
    return any(field.title in (other.title, *other.aliases) for other in others)
