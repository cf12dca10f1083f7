"""A policy's TOML file: read strictly, every flaw at once with its place in the file.

Every field is a table ``{ value = ..., origin = "stated" or "assumed", note = "..." }``, so that a
reader sees what the source says and what was assumed to compute it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from talentmatch.centre import policy_values as values
from talentmatch.centre.permits import PermitLeadTimes
from talentmatch.centre.schemes import OVERLAP_RULES, Overlap, Programme, Scheme
from talentmatch.errors import Flaw, InputError
from talentmatch.tables.cells import CellError

__all__ = ["Field", "PolicyParts", "read_policy"]

_ORIGINS = ("stated", "assumed")
_DATED = {"from": values.first_day, "until": values.last_day}
_SCHEME: dict[str, Callable[[Any], Any]] = {
    **_DATED,
    "sum": values.amount,
    "rate": values.part,
    "each": values.amount,
    "rate_at_most": values.part,
    "at_most": values.amount,
    "of": values.measure,
    "counted": values.one_of("by days", "once"),
    "per_person": values.yes_or_no,
    "payers": values.payers,
    "needs": values.needs_of_contracts,
}
_PROGRAMME = {**_DATED, "needs": values.needs, "documents": values.texts}
_OVERLAP = {"schemes": values.texts, "rule": values.one_of(*OVERLAP_RULES)}
_PERMITS = {
    "together": values.days,
    "separate": values.several_days,
    "days": values.one_of("working", "calendar"),
    "holidays": values.dates,
}
_OPTIONAL = ("sum", "rate", "each", "rate_at_most", "at_most", "of", "holidays")


@dataclass(frozen=True)
class Field:
    """One field of a policy's file: where it stands, its value, who says so."""

    scheme: str
    field: str
    value: Any
    origin: str
    note: str


@dataclass(frozen=True)
class PolicyParts:
    """What a file holds, checked and typed."""

    title: str
    source: str
    schemes: tuple[Scheme, ...]
    overlap: Overlap
    programmes: tuple[Programme, ...]
    permits: PermitLeadTimes
    fields: tuple[Field, ...]


def read_policy(text: str, name: str) -> PolicyParts:
    """Read a policy from the text of its file.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        What to call the file in an error.

    Raises
    ------
    InputError
        The text is no TOML, keys are unknown or missing, values are wrong: all flaws at once, each
        with its place, as ``schemes.tuition.payers``.

    Examples
    --------
    >>> read_policy("titel = 'x'", "my.toml")
    Traceback (most recent call last):
    talentmatch.errors.InputError: my.toml: 6 problems found
      column 'titel': unknown key. Did you mean 'title'? Known are title, source, schemes, overlap, programmes, permits
      column 'title': missing. Write it as title = "..."
      column 'source': missing. Write it as source = "..."
      column 'schemes': missing. Add the section [schemes]
      column 'overlap': missing. Add the section [overlap]
      column 'permits': missing. Add the section [permits]
    """  # noqa: E501  # an error's line is as long as it is
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        hint = "Mend the file there; toml.io describes the format"
        raise InputError(name, [Flaw(None, "", "", f"not TOML: {error}", hint)]) from None
    reading = _Reading()
    parts = reading.policy(raw)
    if parts is None or reading.flaws:
        raise InputError(name, reading.flaws)
    return parts


@dataclass
class _Reading:
    """The working state: flaws and fields found so far."""

    flaws: list[Flaw] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)

    def policy(self, raw: Mapping[str, Any]) -> PolicyParts | None:
        self._unknown(raw, ("title", "source", "schemes", "overlap", "programmes", "permits"), "")
        heads = []
        for key in ("title", "source"):
            heads.append(raw.get(key))
            if key not in raw:
                self._flaw(key, "missing", f'Write it as {key} = "..."')
            elif not isinstance(raw[key], str):
                self._flaw(key, f"no text: {raw[key]!r}", f'Write it as {key} = "..."')
        schemes = [self._scheme(key, part) for key, part in self._sections(raw, "schemes")]
        known = [name for name, _ in self._named(raw.get("schemes"))]
        overlap = self._overlap(self._section(raw, "overlap"), known)
        programmes = [self._programme(*pair) for pair in self._sections(raw, "programmes", True)]
        permits = self._permits(self._section(raw, "permits"))
        if self.flaws or overlap is None or permits is None:
            return None
        return PolicyParts(
            str(heads[0]), str(heads[1]), tuple(s for s in schemes if s is not None), overlap,
            tuple(p for p in programmes if p is not None), permits, tuple(self.fields),
        )  # fmt: skip

    def _scheme(self, name: str, section: Mapping[str, Any]) -> Scheme | None:
        place = f"schemes.{name}"
        found = self._values(section, _SCHEME, place, name, titled=True)
        if found is None:
            return None
        before = len(self.flaws)
        forms = [key for key in ("sum", "rate", "each") if key in found]
        if len(forms) != 1:
            self._flaw(place, f"{len(forms)} of sum, rate, each", "Give exactly one of them")
            return None
        form = forms[0]
        if form == "sum" and "of" in found:
            self._flaw(f"{place}.of", "a sum is of nothing", "Leave it out, or give a rate")
        elif form != "sum" and "of" not in found:
            self._flaw(f"{place}.of", "missing", f"Say of which fact the {form} is")
        elif form != "sum" and (values.is_money(found["of"]) != (form == "rate")):
            hint = "Give a rate of money, an amount for each of a number"
            self._flaw(f"{place}.{form}", f"does not go with {found['of']}", hint)
        ceiling = {"rate": "rate_at_most", "sum": "at_most"}.get(form)
        if ceiling in found and found[form] > found[ceiling]:
            rule = f"{found[form]} is above {ceiling} {found[ceiling]}"
            self._flaw(f"{place}.{form}", rule, "Lower it, or raise the ceiling")
        if found["counted"] == "once" and found["per_person"]:
            hint = "A sum paid once goes by the contract: write per_person as false"
            self._flaw(f"{place}.per_person", "does not go with counted once", hint)
        self._dates(found, place)
        if len(self.flaws) > before:
            return None
        return Scheme(
            name, section["title"], found["from"], found["until"], found[form], found.get("of"),
            found.get("at_most"), found["counted"], found["per_person"], found["payers"],
            found["needs"],
        )  # fmt: skip

    def _programme(self, name: str, section: Mapping[str, Any]) -> Programme | None:
        place = f"programmes.{name}"
        found = self._values(section, _PROGRAMME, place, name, titled=True)
        if found is None or not self._dates(found, place):
            return None
        ends = found["from"], found["until"]
        return Programme(name, section["title"], *ends, found["needs"], found["documents"])

    def _overlap(self, section: Mapping[str, Any] | None, known: list[str]) -> Overlap | None:
        found = self._values(section, _OVERLAP, "overlap", "overlap")
        if found is None or section is None:
            return None
        named: tuple[str, ...] = found["schemes"]
        for scheme in named:
            if scheme not in known:
                self._flaw("overlap.schemes", f"unknown scheme {scheme!r}", _guess(scheme, known))
        if len(set(named)) < 2 or len(set(named)) < len(named):
            hint = "Name two or more schemes, each once"
            self._flaw("overlap.schemes", f"no overlap: {', '.join(named)}", hint)
        return Overlap(named, found["rule"], section["rule"]["origin"])

    def _permits(self, section: Mapping[str, Any] | None) -> PermitLeadTimes | None:
        found = self._values(section, _PERMITS, "permits", "permits")
        if found is None:
            return None
        return PermitLeadTimes(
            found["together"], found["separate"], found["days"], found.get("holidays", ())
        )

    def _values(
        self,
        section: Mapping[str, Any] | None,
        known: Mapping[str, Callable[[Any], Any]],
        place: str,
        scheme: str,
        *,
        titled: bool = False,
    ) -> dict[str, Any] | None:
        """Every field of a section; None where one is missing or wrong."""
        if section is None:
            return None
        before = len(self.flaws)
        self._unknown(section, (*["title"] * titled, *known), place)
        if titled and not isinstance(section.get("title"), str):
            self._flaw(f"{place}.title", "missing", 'Write it as title = "..."')
        found = {}
        for key, read in known.items():
            if key in section:
                found[key] = self._value(section[key], read, f"{place}.{key}", scheme, key)
            elif key not in _OPTIONAL:
                hint = f'Write it as {key} = {{ value = ..., origin = "assumed", note = "..." }}'
                self._flaw(f"{place}.{key}", "missing", hint)
        return found if len(self.flaws) == before else None

    def _value(
        self, cell: Any, read: Callable[[Any], Any], place: str, scheme: str, key: str
    ) -> Any:
        hint = 'Write it as { value = ..., origin = "stated" or "assumed", note = "..." }'
        if not isinstance(cell, dict) or "value" not in cell:
            self._flaw(place, "no field with a value and its origin", hint)
            return None
        self._unknown(cell, ("value", "origin", "note"), place)
        origin, note = cell.get("origin"), cell.get("note", "")
        if origin not in _ORIGINS:
            self._flaw(f"{place}.origin", f"neither stated nor assumed: {origin!r}", hint)
        elif not isinstance(note, str) or (origin == "assumed" and not note.strip()):
            self._flaw(f"{place}.note", "what is assumed says why", 'Write note = "..."')
        try:
            value = read(cell["value"])
        except CellError as error:
            self._flaw(place, error.rule, error.hint)
            return None
        shown = cell["value"]
        self.fields.append(Field(scheme, key, shown, str(origin), str(note)))
        return value

    def _dates(self, found: Mapping[str, Any], place: str) -> bool:
        first, last = found["from"], found["until"]
        sound = not isinstance(last, dt.date) or last >= first
        if not sound:
            self._flaw(f"{place}.until", f"{last} is before from {first}", "Mend one of them")
        return sound

    def _section(
        self, raw: Mapping[str, Any], key: str, within: str = ""
    ) -> Mapping[str, Any] | None:
        section, place = raw.get(key), f"{within}{key}"
        if isinstance(section, dict):
            return section
        rule = "missing" if key not in raw else "no section"
        self._flaw(place, rule, f"Add the section [{place}]")
        return None

    def _sections(
        self, raw: Mapping[str, Any], key: str, optional: bool = False
    ) -> list[tuple[str, Mapping[str, Any]]]:
        if optional and key not in raw:
            return []
        outer = self._section(raw, key)
        found = []
        for name in outer or ():
            part = self._section(outer or {}, name, f"{key}.")
            if part is not None:
                found.append((name, part))
        if outer is not None and not outer and not optional:
            self._flaw(key, "no scheme", f"Add one as [{key}.its_name]")
        return found

    @staticmethod
    def _named(sections: Any) -> list[tuple[str, Any]]:
        return list(sections.items()) if isinstance(sections, dict) else []

    def _unknown(self, section: Mapping[str, Any], known: Iterable[str], place: str) -> None:
        for key in section:
            if key not in known:
                where = f"{place}.{key}" if place else key
                self._flaw(where, "unknown key", _guess(key, list(known)))

    def _flaw(self, place: str, rule: str, hint: str) -> None:
        self.flaws.append(Flaw(None, "", place, rule, hint))


def _guess(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1)
    return (f"Did you mean {near[0]!r}? " if near else "") + f"Known are {', '.join(known)}"
