"""Forms of ledgers: the order of loading, and what a form may not contradict."""

from dataclasses import replace

import pytest

from dashboard.definitions import forms
from dashboard.definitions.forms import FormError


def form(kind: str, *loads_after: str, place: str = "none", **facts) -> forms.Form:
    """A form without fields."""
    return replace(
        forms.get("checklist"),
        kind=kind,
        loads_after=loads_after,
        place=place,
        is_household_register=facts.get("is_household_register", False),
    )


def test_ledgers_are_loaded_in_their_order():
    assert forms.kinds() == (
        "regions",
        "households",
        "members",
        "monitored",
        "incomes",
        "visits",
        "measures",
        "collective_economy",
        "checklist",
        "rectification",
    )
    assert [form.kind for form in forms.stored()] == [*forms.kinds(), "boundaries"]


def test_a_ledger_follows_those_it_loads_after_and_otherwise_its_name():
    assert forms.loading_order([form("c"), form("b", "d"), form("d", "c"), form("a")]) == ("a", "c", "d", "b")


def test_the_directory_and_the_register_come_first_unasked():
    some = [
        form("a", place="household"),
        form("z", place="village", is_household_register=True),
        form("y", place="directory"),
        form("b"),
    ]
    assert forms.loading_order(some) == ("y", "b", "z", "a")


def test_a_circle_is_refused_and_named():
    with pytest.raises(FormError, match=r"circle: (a -> b -> a|b -> a -> b)"):
        forms.loading_order([form("a", "b"), form("b", "a"), form("c")])


def test_an_unknown_ledger_is_refused_and_named():
    with pytest.raises(FormError, match=r"a\.toml: loads_after names nothing"):
        forms.loading_order([form("a", "nothing")])


HEAD = 'kind = "aids"\nname = "补助台账"\ntable = "core_aids"\nkey = ["aid_id"]\n'
FIELD = '[[field]]\ntitle = "补助编号"\ncolumn = "aid_id"\ntype = "code"\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD.replace('"aids"', '"help"') + FIELD, "kind is help"),
        (HEAD + 'place = "town"\n' + FIELD, "place is town"),
        (HEAD + 'row_label = "head_name"\n' + FIELD, "row_label head_name"),
        (HEAD + FIELD + '[valid_row]\n"别的" = 1\n', "valid_row has 别的"),
        (HEAD + FIELD + 'personal = "secret"\n', "aid_id is personal as secret"),
        (HEAD.replace("aid_id", "village_code") + 'place = "village"\n' + FIELD, "key village_code"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused_and_named(text, fault, tmp_path, monkeypatch):
    common = forms.common()
    monkeypatch.setattr(forms, "FOLDER", tmp_path)
    monkeypatch.setattr(forms, "common", lambda: common)
    (tmp_path / "aids.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FormError, match=rf"aids\.toml: .*{fault}"):
        forms._form("aids")


@pytest.mark.parametrize("form", forms.stored(), ids=lambda form: form.kind)
def test_every_key_column_has_a_title(form):
    assert all(form.key_field(column).title for column in form.key)


@pytest.mark.parametrize("form", forms.all_forms(), ids=lambda form: form.kind)
def test_every_ledger_has_a_valid_row_with_its_required_columns(form):
    assert {field.title for field in form.fields if field.required} <= form.valid_row.keys()
