"""What can happen in a centre's year: the kinds of events, what each says and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["COLUMNS", "ENDINGS", "IDS", "KINDS", "Event", "Kind"]

IDS = ("candidate_id", "demand_id", "enterprise_id", "visit_id")
COLUMNS = ("event_id", "kind", "date", *IDS, "outcome", "reason", "amount", "note", "corrects")
ENDINGS = ("contracted", "declined", "withdrawn")


class Event(NamedTuple):
    """One row of the record, as it is stored: texts, or None.

    Examples
    --------
    >>> Event("a1", "received", "2021-03-01", candidate_id="R1").about
    "'R1'"
    """

    event_id: str
    kind: str
    date: str
    candidate_id: str | None = None
    demand_id: str | None = None
    enterprise_id: str | None = None
    visit_id: str | None = None
    outcome: str | None = None
    reason: str | None = None
    amount: str | None = None
    note: str | None = None
    corrects: str | None = None

    @property
    def about(self) -> str:
        """Who the event is about, for messages."""
        if self.kind == "visited":
            return f"{self.enterprise_id!r}, visit {self.visit_id!r}"
        if self.candidate_id is None:
            return repr(self.demand_id or self.enterprise_id or self.corrects)
        other = self.demand_id or self.enterprise_id
        return f"{self.candidate_id!r}" + (f" for {other!r}" if other else "")

    def __str__(self) -> str:
        return f"{self.kind} of {self.about} on {self.date}"


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    Parameters
    ----------
    level : {"candidate", "visit", "demand", "pair", "hired", "log"}
        What it happens to: "pair" is a candidate and a demand, "hired" a candidate and an
        enterprise, "log" another event.
    needs : tuple of str
        Columns that must be filled. Every kind needs a date.
    may : tuple of str
        Columns that may be filled as well, beside reason, note, corrects and event_id.
    outcomes : tuple of str
        The words allowed as the outcome; none where the kind has no outcome.
    after : tuple of tuples of str
        Kinds of which at least one must have happened, on the same day at the latest; each of the
        tuples must be satisfied.
    repeats : bool
        Whether it may happen twice to the same pair.
    """

    level: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    after: tuple[tuple[str, ...], ...] = ()
    repeats: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """Every column that may be filled."""
        free = ("event_id", "kind", "date", "reason", "note", "corrects")
        return frozenset((*self.needs, *self.may, *free))

    @property
    def fills_enterprise(self) -> bool:
        """Whether the enterprise is filled in from the demand's."""
        return self.level in ("pair", "hired") or "demand_id" in self.may


_PAIR = ("candidate_id", "demand_id")
_HELD, _SIGNED = (("introduced",),), (("contracted",),)


def _pair(
    *needs: str,
    outcomes: tuple[str, ...] = (),
    after: tuple[tuple[str, ...], ...] = _HELD,
    repeats: bool = False,
) -> Kind:
    return Kind("pair", (*_PAIR, *needs), ("enterprise_id",), outcomes, after, repeats)


def _hired(
    *needs: str, after: tuple[tuple[str, ...], ...] = _SIGNED, repeats: bool = False
) -> Kind:
    places = ("demand_id", "enterprise_id")  # one of the two; the reader sees to it
    return Kind("hired", ("candidate_id", *needs), places, (), after, repeats)


# In the order in which they happen.
KINDS: dict[str, Kind] = {
    "received": Kind("candidate", ("candidate_id",)),
    "screened": Kind(
        "candidate", ("candidate_id", "outcome"), (), ("pool", "rejected"), (("received",),)
    ),
    "visited": Kind("visit", ("enterprise_id", "visit_id")),
    "demand_recorded": Kind("demand", ("demand_id", "enterprise_id"), ("visit_id",)),
    "introduced": _pair(after=(("screened",), ("demand_recorded",))),
    "expert_visited": _pair(repeats=True),
    "interviewed": _pair(repeats=True),
    "offered": _pair(),
    "contracted": _pair(),
    "declined": _pair("outcome", "reason", outcomes=("candidate", "enterprise")),
    # of one pair where the demand is named; of everything where it is not
    "withdrawn": Kind(
        "candidate", ("candidate_id",), ("demand_id", "enterprise_id"), (), (("received",),)
    ),
    "programme_applied": _hired(),
    "permits_applied": _hired(after=(("offered", "contracted"),)),
    "permits_issued": _hired(after=(("permits_applied",), ("contracted",))),
    "subsidy_applied": _hired("amount", repeats=True),
    "subsidy_paid": _hired("amount", after=(("contracted",), ("subsidy_applied",)), repeats=True),
    "retracted": Kind("log", ("corrects",)),
}
