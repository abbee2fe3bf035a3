"""How well a header fits a ledger: what its titles are worth against what the ledger requires and the header lacks.

Counting titles is not enough: the register of households has nearly all titles of the monitored households' ledger,
and any ledger may repeat the register's columns beside its own.
"""

from collections.abc import Iterable
from functools import cache, lru_cache

from dashboard.definitions import forms
from dashboard.definitions.forms import Field, Form
from dashboard.ledgers.layout import title_text
from dashboard.ledgers.layout.header_model import Header


def worth(header: Header, texts: Iterable[str]) -> float:
    """The worth of a header read as its ledger; ``texts`` are those in which the ledger may be named."""
    weights = forms.common()["recognition"]
    total = sum(_weight(header.form.kind, column) for column in header.columns)
    for title in header.missing:
        field = header.form.field_of_title(title)
        total -= weights["missing_place" if field.column.startswith("place_") else "missing"]
    return total + (weights["called"] if header.form.kind in _named_kinds(tuple(texts)) else 0)


@lru_cache(maxsize=1_024)
def _named_kinds(texts: tuple[str, ...]) -> set[str]:
    """The kinds whose names the texts hold; of names within each other the longest (村集体经济收入台账, 收入台账)."""
    joined = "\n".join({title_text.one_line(text) for text in texts})
    names = {(name, form.kind) for form in forms.all_forms() for name in (form.name, *form.called) if name in joined}
    return {kind for name, kind in names if not any(name != other and name in other for other, _ in names)}


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
    """Whether another ledger has a field with the same title."""
    others = (other for other_form in forms.all_forms() if other_form is not form for other in other_form.fields)
    return any(field.title in (other.title, *other.aliases) for other in others)
