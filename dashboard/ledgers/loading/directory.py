"""Which village (or township, county) a row means: by code, or by township and name."""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard import language
from dashboard.definitions import forms
from dashboard.ledgers.cells.values import narrow

_SEVERAL = re.compile(r"[、,，;；/]+")
_OFFERED = 3


@dataclass(frozen=True)
class Village:
    """A village of the directory (行政区划名录)."""

    code: str
    name: str
    township_code: str
    township: str
    county_code: str
    county: str
    former: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """The place of a row.

    codes: region codes; several for a bare name that several villages have, none where the place is unknown.
    issue: code of the issue to add, with its ``column`` and ``args``.
    """

    codes: tuple[str, ...] = ()
    issue: str | None = None
    column: str = "place_village"
    args: dict[str, Any] = field(default_factory=dict)


class Directory:
    """Looks up villages, townships and counties by the names and codes that rows give."""

    def __init__(self, villages: Iterable[Village]) -> None:
        self._by_code = {village.code: village for village in villages}
        self._names: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._keys: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._former: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._townships: dict[str, set[str]] = defaultdict(set)
        self._county_of: dict[str, str] = {}
        self.counties: dict[str, str] = {}
        for village in self._by_code.values():
            township = narrow(village.township)
            self._townships[township].add(village.township_code)
            self._county_of[village.township_code] = village.county_code
            self.counties[village.county_code] = village.county
            for scope in (village.township_code, ""):
                self._names[scope, narrow(village.name)].add(village.code)
                self._keys[scope, _bare(village.name, township)].add(village.code)
            for name in village.former:
                self._former[village.township_code, _bare(name, township)].add(village.code)

    def __bool__(self) -> bool:
        return bool(self._by_code)

    def village(self, county: str | None, township: str | None, name: str | None, code: str | None) -> Place:
        """The village of a row, from whatever of county, township, name and code it gives."""
        if not self:
            return Place(issue="no_directory")
        if county and not any(self._is_in(county, county_code) for county_code in self.counties):
            names = "、".join(sorted(filter(None, self.counties.values())))
            return Place(issue="county_other", column="place_county", args={"known": names})
        if code:
            return self._by_its_code(county, township, name, code)
        if not name:
            return Place()
        if not township:
            return self._bare_name(county, name)
        scopes = self._township_codes(county, township)
        if not scopes:
            return self._unknown_township(township)
        codes, is_former = self._in_townships(scopes, name, township)
        if len(codes) == 1:
            village = self._by_code[next(iter(codes))]
            if not is_former:
                return Place((village.code,))
            return Place((village.code,), "village_former_name", args={"now": village.name})
        return _ambiguous(codes) if codes else self._unknown(scopes, township, name)

    def region(self, township: str | None, name: str | None) -> Place:
        """The region of a problem: a village, a township, or the county where several or none are named."""
        if not self:
            return Place(issue="no_directory")
        townships = [] if _is_whole("whole_county", township) else _parts(township, self._is_township)
        unknown = next((part for part in townships if not self._is_township(part)), None)
        if unknown:
            return self._unknown_township(unknown)
        is_whole = _is_whole("whole_county", name) or (_is_whole("whole_township", name) and bool(township))
        scopes = townships or [None]
        names = [] if is_whole else _parts(name, lambda part: any(self._is_village(at, part) for at in scopes))
        if not names:
            return self._townships_in_common(townships)
        by_name = [
            [self.village(None, at, part, None) for at in scopes if self._is_village(at, part)]
            or [self.village(None, scopes[0], part, None)]
            for part in names
        ]
        places = [place for alternatives in by_name for place in alternatives]
        wrong = next((place for place in places if len(place.codes) != 1), None)
        if wrong or (len({place.codes for place in places}) == 1 and len(townships) < 2):
            return wrong or places[0]
        around = {self._by_code[place.codes[0]].township_code for place in places}
        around |= set().union(*(self._township_codes(None, part) for part in townships))
        return Place(tuple(around), "places_several") if len(around) == 1 else self._county("places_several")

    def names(self, code: str) -> tuple[str | None, str | None]:
        """(township, village) names of a region code as the directory writes them."""
        if code in self._by_code:
            return self._by_code[code].township, self._by_code[code].name
        return next((v.township for v in self._by_code.values() if v.township_code == code), None), None

    def knows(self, code: str) -> bool:
        """Whether a village of this code is in the directory."""
        return code in self._by_code

    def _is_township(self, name: str) -> bool:
        return bool(self._township_codes(None, name))

    def _is_village(self, township: str | None, name: str) -> bool:
        return len(self.village(None, township, name, None).codes) == 1

    def _townships_in_common(self, townships: Sequence[str]) -> Place:
        if len(townships) != 1:
            return self._county("places_several" if townships else None)
        return Place(tuple(sorted(self._township_codes(None, townships[0])))[:1])

    def _county(self, issue: str | None) -> Place:
        codes = sorted(self.counties)
        if len(codes) > 1:
            return Place(issue="county_unclear", column="place_township")
        return Place((codes[0],), issue, column="place_township")

    def _by_its_code(self, county: str | None, township: str | None, name: str | None, code: str) -> Place:
        village = self._by_code.get(code)
        if village is None:
            county_codes = sorted({county[:6] for county in self.counties})
            if code[:6] in county_codes:
                return Place(issue="village_code_unknown", column="place_code")
            return Place(issue="county_code_other", column="place_code", args={"known": "、".join(county_codes)})
        contradiction = {"stands": f"{village.township}{village.name}"}
        is_elsewhere = township and village.township_code not in self._township_codes(county, township)
        if is_elsewhere or (county and not self._is_in(county, village.county_code)):
            return Place(issue="code_contradicts", column="place_code", args=contradiction)
        around = narrow(village.township)
        named = _bare(name or "", around, *self._county_names())
        if not name or named == _bare(village.name, around):
            return Place((code,))
        if named in {_bare(text, around) for text in village.former}:
            return Place((code,), "village_former_name", args={"now": village.name})
        return Place(issue="code_contradicts", column="place_code", args=contradiction)

    def _township_codes(self, county: str | None, township: str) -> set[str]:
        wanted = narrow(township)
        codes = set(self._townships.get(wanted, ()))
        if not codes:
            for name in filter(None, self.counties.values()):
                codes |= self._townships.get(wanted.removeprefix(narrow(name)), set())
            for office in _words("township_offices"):
                codes |= self._townships.get(wanted.removesuffix(office), set())
        if county:
            return {code for code in codes if self._is_in(county, self._county_of[code])}
        return codes

    def _county_names(self) -> list[str]:
        return [narrow(name) for name in self.counties.values() if name]

    def _plain_township(self, township: str) -> str:
        """A township's name without the county before it."""
        name = narrow(township)
        return next((rest for county in self._county_names() if (rest := name.removeprefix(county)) != name), name)

    def _is_in(self, county: str, code: str) -> bool:
        name = self.counties[code]
        return not name or _same_county(county, name)

    def _in_townships(self, scopes: set[str], name: str, township: str) -> tuple[set[str], bool]:
        bare = _bare(name, self._plain_township(township), *self._county_names())
        for table, key, is_former in (
            (self._names, narrow(name), False),
            (self._keys, bare, False),
            (self._former, bare, True),
        ):
            codes = set().union(*(table.get((scope, key), set()) for scope in scopes))
            if codes:
                return codes, is_former
        return set(), False

    def _bare_name(self, county: str | None, name: str) -> Place:
        codes = self._names.get(("", narrow(name))) or self._keys.get(("", _bare(name, "")), set())
        if codes:
            return Place(tuple(codes)) if len(codes) == 1 else _ambiguous(codes)
        before = [township for township in self._townships if township in narrow(name) and township != narrow(name)]
        if len(before) == 1:
            return self.village(county, before[0], name, None)
        return Place(issue="village_unknown", args=_closest(name, [village.name for village in self._by_code.values()]))

    def _unknown_township(self, township: str) -> Place:
        names = {village.township for village in self._by_code.values()}
        return Place(issue="township_unknown", column="place_township", args=_closest(township, names))

    def _unknown(self, scopes: set[str], township: str, name: str) -> Place:
        here = [village.name for village in self._by_code.values() if village.township_code in scopes]
        elsewhere = self._names.get(("", narrow(name))) or self._keys.get(("", _bare(name, "")), set())
        if elsewhere:
            others = sorted({self._by_code[code].township for code in elsewhere})
            return Place(issue="village_other_township", args={"township": township, "others": "、".join(others)})
        return Place(issue="village_unknown", args=_closest(name, here))


def _ambiguous(codes: Iterable[str]) -> Place:
    return Place(tuple(sorted(codes)), "village_ambiguous", args={"codes": "、".join(sorted(codes))})


def _bare(name: str, township: str, *counties: str) -> str:
    """A village's name without the places it lies in, 村委会 and the like, blanks, and the final 村.

    Before the township only a county of the directory (and what that lies in) is allowed: 白水县城关镇新民村 is
    another county's.
    """
    text = narrow(name)
    before, has_township, rest = text.rpartition(township) if township else ("", "", text)
    if has_township and rest and (not before or before.endswith(counties)):
        text = rest
    elif not has_township:
        text = next((text.removeprefix(county) for county in counties if text.startswith(county)), text) or text
    for office in _words("offices"):
        if text.endswith(office) and text != office:
            text = text.removesuffix(office)
            break
    for ending in _words("endings"):
        text = text.removesuffix(ending) or text
    return text


def _parts(text: str | None, is_known: Callable[[str], bool]) -> list[str]:
    """The places named in a cell; a blank parts two only where both are known, since a name may have a blank in it."""
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in _SEVERAL.split(text or ""))):
        words = part.split()
        is_list = len(words) > 1 and not is_known(part) and all(map(is_known, words))
        parts += words if is_list else [part]
    return parts


def _is_whole(which: str, name: str | None) -> bool:
    return name is not None and narrow(name) in _words(which)


def _words(which: str) -> list[str]:
    return forms.common()["villages"][which]


def _same_county(given: str, county: str) -> bool:
    """Whether a county's name as somebody writes it (市 before it, 县 left out) is that of the directory."""
    given, county = narrow(given), narrow(county)
    in_full = [given + ending for ending in forms.common()["places"]["county"]]
    return county.endswith(given) or any(name.endswith(county) for name in (given, *in_full))


def _closest(name: str, names: Iterable[str]) -> dict[str, Any]:
    close = difflib.get_close_matches(name, sorted(set(names)), n=_OFFERED, cutoff=0.5)
    names = "、".join(f"“{other}”" for other in close)
    return {"offer": language.words("ledgers.closest_names", names=names) if close else ""}
