"""Orders that cannot be: what every event needs before it, as a property of a set of events.

Only days count: what happens on one day is allowed whichever of the two was written down first.
So whether a set of events is sound depends neither on the order of rows nor on that of batches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from talentmatch.centre.kinds import ENDINGS, KINDS, Event

__all__ = ["Breach", "Named", "breaches", "key_of"]

Key = tuple[str | None, ...]
Named = tuple[str, Key]


@dataclass(frozen=True, slots=True)
class Breach:
    """One event that cannot have happened as it is written.

    Parameters
    ----------
    event : Event
        The event.
    rule, hint : str
        What is wrong, and what to do.
    other : Event or None
        The event it clashes with.
    needs : tuple of (kind, key)
        What is missing: one of these.
    """

    event: Event
    rule: str
    hint: str
    other: Event | None = None
    needs: tuple[Named, ...] = ()


def breaches(events: Iterable[Event]) -> list[Breach]:
    """Find every event without what it needs, and every event that cannot be beside another.

    Parameters
    ----------
    events : iterable of Event
        Valid events, in the order of arrival: everything about some candidates, and the demands
        and visits that it names.

    Returns
    -------
    list of Breach
        Empty where everything is in order. Of two events that cannot both be, the later arrival is
        named.

    Examples
    --------
    >>> found = breaches([Event("a1", "screened", "2021-03-01", "R1", outcome="pool")])
    >>> found[0].rule
    "screened of 'R1' on 2021-03-01 needs received, which is not recorded"
    """
    check = _Check()
    listed = list(events)
    for event in listed:
        check.enter(event)
    for event in listed:
        check.compare(event)
    check.sum_subsidies()
    return check.found


def key_of(event: Event) -> Key:
    """What tells two events of one kind apart, where they may not repeat."""
    level = KINDS[event.kind].level
    if level == "pair" or (event.kind == "withdrawn" and event.demand_id is not None):
        return event.candidate_id, event.demand_id
    if level == "hired":
        return event.candidate_id, event.enterprise_id
    if level == "demand":
        return (event.demand_id,)
    return (event.visit_id,) if level == "visit" else (event.candidate_id,)


class _Check:
    """The working state: events by kind and key, the earliest of those that repeat."""

    def __init__(self) -> None:
        self.found: list[Breach] = []
        self.first: dict[Named, Event] = {}
        self.signed: dict[Named, Event] = {}
        self.endings: dict[Key, Event] = {}
        self.subsidies: dict[Key, list[Event]] = defaultdict(list)

    def enter(self, event: Event) -> None:
        """Index one event; report it where it repeats another, or ends what has ended."""
        key = key_of(event)
        known = self.first.setdefault((event.kind, key), event)
        if known is not event:
            if not KINDS[event.kind].repeats:
                rule = f"{event}: {event.kind} is recorded already, on {known.date}"
                hint = f"To change it, give the new facts with corrects={known.event_id!r}"
                self.found.append(Breach(event, rule, hint, known))
            elif event.date < known.date:
                self.first[event.kind, key] = event
        if event.kind in ENDINGS and event.demand_id is not None:
            ended = self.endings.setdefault(key, event)
            if ended is not event and ended.kind != event.kind:
                rule = f"{event}: the pair ended already, {ended.kind} on {ended.date}"
                hint = f"Retract or correct that event first (corrects={ended.event_id!r})"
                self.found.append(Breach(event, rule, hint, ended))
        if event.kind in ("offered", "contracted"):
            place = event.kind, (event.candidate_id, event.enterprise_id)
            held = self.signed.setdefault(place, event)
            if event.date < held.date:
                self.signed[place] = event
        if event.kind.startswith("subsidy_"):
            self.subsidies[key].append(event)

    def compare(self, event: Event) -> None:
        """Report what one event lacks or contradicts."""
        if event.kind == "demand_recorded":
            self._agree_with_visit(event)
            return
        for kinds in _after(event):
            self._need(event, kinds)
        if event.demand_id is not None:
            self._agree_with_demand(event)
        self._is_over(event)

    def sum_subsidies(self) -> None:
        """Report where more was paid than applied for, as of any day."""
        for key, events in self.subsidies.items():
            balance, paid = Decimal(0), []
            first = self.first.get(("subsidy_applied", key))
            for event in sorted(events, key=lambda event: (event.date, event.kind)):
                amount = Decimal(event.amount or "0")
                if event.kind == "subsidy_applied":
                    balance += amount
                    continue
                if first is None or event.date < first.date:
                    continue  # reported already: it lacks what it needs
                balance -= amount
                paid.append(event)
                if balance < 0:
                    last = max(paid, key=events.index)
                    rule = (
                        f"{last}: with it {-balance} RMB more would be paid by {event.date} "
                        "than was applied for"
                    )
                    hint = "Record the application with its day and amount, or check the amounts"
                    needs = (("subsidy_applied", key),)
                    self.found.append(Breach(last, rule, hint, None, needs))
                    break

    def _lookup(self, event: Event, kind: str) -> tuple[Named, Event | None]:
        """The event of a kind that another one needs."""
        if KINDS[event.kind].level == "hired" and kind in ("offered", "contracted"):
            if event.demand_id is None:
                named: Named = kind, (event.candidate_id, event.enterprise_id)
                return named, self.signed.get(named)
            named = kind, (event.candidate_id, event.demand_id)
        elif KINDS[kind].level == "hired":
            named = kind, (event.candidate_id, event.enterprise_id)
        elif KINDS[kind].level == "pair":
            named = kind, (event.candidate_id, event.demand_id)
        else:
            named = kind, (event.demand_id if kind == "demand_recorded" else event.candidate_id,)
        return named, self.first.get(named)

    def _need(self, event: Event, kinds: tuple[str, ...]) -> None:
        needs = [self._lookup(event, kind) for kind in kinds]
        there = [held for _, held in needs if held is not None]
        word = " or ".join(kinds)
        places = tuple(named for named, _ in needs)
        if not there:
            rule = f"{event} needs {word}, which is not recorded"
            hint = "Record that too, in the same batch or before, or check the ids"
            self.found.append(Breach(event, rule, hint, None, places))
            return
        held = min(there, key=lambda held: held.date)
        if held.date > event.date:
            rule = f"{event} needs {word} by that day, which is dated {held.date}"
            self.found.append(Breach(event, rule, "Check the two dates", held, places))
        elif held.kind == "screened" and held.outcome != "pool":
            rule = f"{event} needs screened with the outcome 'pool'; it is {held.outcome!r}"
            hint = f"Correct the screening (corrects={held.event_id!r}), or check the ids"
            self.found.append(Breach(event, rule, hint, held, places))

    def _agree_with_demand(self, event: Event) -> None:
        demand = self.first.get(("demand_recorded", (event.demand_id,)))
        if demand is not None and event.enterprise_id != demand.enterprise_id:
            rule = (
                f"{event}: enterprise_id is {event.enterprise_id!r}, but the demand was recorded "
                f"for {demand.enterprise_id!r}"
            )
            hint = "Leave the enterprise out, or correct the wrong one of the two events"
            self.found.append(Breach(event, rule, hint, demand))
        elif demand is None and event.kind not in ("introduced", "withdrawn"):
            named = ("demand_recorded", (event.demand_id,))
            if KINDS[event.kind].level == "hired":
                rule = f"{event} names a demand that is not recorded"
                hint = "Record the demand too, or name the enterprise only"
                self.found.append(Breach(event, rule, hint, None, (named,)))

    def _agree_with_visit(self, event: Event) -> None:
        visit = self.first.get(("visited", (event.visit_id,)))
        if event.visit_id is None or visit is None:
            return
        if visit.enterprise_id != event.enterprise_id:
            rule = f"{event}: the visit {event.visit_id!r} was paid to {visit.enterprise_id!r}"
            self.found.append(Breach(event, rule, "Check the visit and the enterprise", visit))
        elif visit.date > event.date:
            rule = f"{event}: the visit {event.visit_id!r} came later, on {visit.date}"
            self.found.append(Breach(event, rule, "Check the two dates", visit))

    def _is_over(self, event: Event) -> None:
        """Report what happens after the end of the pair, or after the candidate has left."""
        if KINDS[event.kind].level not in ("pair", "candidate") or event.kind == "received":
            return
        left = self.first.get(("withdrawn", (event.candidate_id,)))
        ended = self.endings.get((event.candidate_id, event.demand_id))
        if event.kind in ENDINGS:
            ended = None  # two endings are reported already
        for end in (ended, left):
            if end is not None and end is not event and event.date > end.date:
                rule = f"{event} comes after the end: {end}"
                hint = f"Check the two dates; to change the end: corrects={end.event_id!r}"
                self.found.append(Breach(event, rule, hint, end))
                return


def _after(event: Event) -> tuple[tuple[str, ...], ...]:
    if event.kind == "withdrawn" and event.demand_id is not None:
        return (("introduced",),)
    return KINDS[event.kind].after
