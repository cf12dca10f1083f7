"""A batch of events on its way into a record: what is new in it, and whether it can be."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from talentmatch.centre.events import TABLE, shown_id
from talentmatch.centre.kinds import COLUMNS, Event
from talentmatch.centre.ledger import select
from talentmatch.centre.ordering import Breach, Named, breaches, key_of
from talentmatch.errors import Flaw, InputError

__all__ = ["Batch"]

_MARKS = ", ".join("?" * (len(COLUMNS) + 1))
_INSERT = f"INSERT INTO events ({', '.join(COLUMNS)}, recorded_at) VALUES ({_MARKS})"


class Batch:
    """One batch on its way into the file, within a transaction.

    Parameters
    ----------
    link : sqlite3.Connection
        The open file, in a transaction that is rolled back where `add` raises.
    given : sequence of Event
        What `read_events` returned.

    Examples
    --------
    >>> from talentmatch.centre.kinds import Event
    >>> from talentmatch.centre.ledger import opened, writing
    >>> link = opened(":memory:", timeout=1.0, read_only=False)
    >>> with writing(link):
    ...     Batch(link, [Event("a", "received", "2021-03-01", "R1")]).add()
    1
    >>> link.close()
    """

    def __init__(self, link: sqlite3.Connection, given: Sequence[Event]) -> None:
        self.link = link
        self.given = given
        self.flaws: list[Flaw] = []
        self.rows: dict[str, int] = {}  # of the new events, by id

    def add(self) -> int:
        """Write what is new, or raise with all flaws."""
        new = self._new()
        targets = self._targets(new)
        new = self._with_enterprises(new)
        if not self.flaws:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            self.link.executemany(_INSERT, [(*event, now) for event in new])
            self._corrected_once(new)
            self._in_order(new, targets)
        if self.flaws:
            raise InputError(TABLE, sorted(self.flaws, key=lambda flaw: flaw.row or 0))
        return len(new)

    def _flaw(self, event: Event, column: str, rule: str, hint: str) -> None:
        row = self.rows.get(event.event_id)
        self.flaws.append(
            Flaw(None if row is None else row + 1, shown_id(event), column, rule, hint)
        )

    def _new(self) -> list[Event]:
        """The events whose ids are not recorded yet; report ids that mean something else there."""
        self.rows = {event.event_id: row for row, event in enumerate(self.given)}
        stored = {
            event.event_id: event
            for _, event in select(self.link, "event_id", self.rows, source="events")
        }
        for event in self.given:
            held = stored.get(event.event_id)
            if held is None:
                continue
            open_enterprise = event.enterprise_id is None and event.demand_id is not None
            wrong = [
                f"{name} {there!r} there, {here!r} here"
                for name, there, here in zip(COLUMNS, held, event, strict=True)
                if there != here and not (name == "enterprise_id" and open_enterprise)
            ]
            if wrong:
                rule = f"event_id {event.event_id!r} is recorded with other content: "
                hint = f"Give another event_id, or correct that event (corrects={held.event_id!r})"
                self._flaw(event, "event_id", rule + ", ".join(wrong), hint)
        return [event for event in self.given if event.event_id not in stored]

    def _targets(self, new: Sequence[Event]) -> list[tuple[Event, Event]]:
        """What the new events void, and what a retracted correction gives back: (event, other)."""
        naming = [event for event in new if event.corrects is not None]
        if not naming:
            return []
        known = {event.event_id: event for event in self.given}
        for _, event in select(
            self.link, "event_id", [event.corrects for event in naming], source="events"
        ):
            known[event.event_id] = event
        pairs = []
        for event in naming:
            target = known.get(str(event.corrects))
            if target is None:
                rule = f"{event} corrects {event.corrects!r}, which is not recorded"
                self._flaw(event, "corrects", rule, "Look the event_id up in history()")
            elif target.kind == "retracted":
                rule = f"{event} corrects {event.corrects!r}, a retraction, which is final"
                hint = "Record the fact again, with an event_id of its own"
                self._flaw(event, "corrects", rule, hint)
            elif event.kind not in ("retracted", target.kind):
                rule = f"{event} corrects {event.corrects!r}, which is of the kind {target.kind}"
                self._flaw(event, "corrects", rule, "Retract that one, and add this without")
            else:
                pairs.append((event, target))
        try:
            TopologicalSorter({event.event_id: [event.corrects] for event in naming}).prepare()
        except CycleError as error:
            rule = f"events correct each other in a circle: {', '.join(error.args[1])}"
            self.flaws.append(Flaw(None, "", "corrects", rule, "Correct the recorded event"))
        back = {str(t.corrects): e for e, t in pairs if e.kind == "retracted" and t.corrects}
        for _, event in select(self.link, "event_id", back, source="events"):
            pairs.append((back[event.event_id], event))
        return pairs

    def _with_enterprises(self, new: Sequence[Event]) -> list[Event]:
        """The events with the enterprise of their demand, where they left it out."""
        lacking = [e for e in new if e.enterprise_id is None and e.demand_id is not None]
        if not lacking:
            return list(new)
        wanted = [event.demand_id for event in lacking]
        of = {
            event.demand_id: event.enterprise_id
            for _, event in select(
                self.link, "demand_id", wanted, source="valid_events", kind="demand_recorded"
            )
        }
        void = {event.corrects for event in new}
        of |= {
            event.demand_id: event.enterprise_id
            for event in new
            if event.kind == "demand_recorded" and event.event_id not in void
        }
        return [
            event._replace(enterprise_id=of.get(event.demand_id))
            if event.enterprise_id is None and event.demand_id is not None
            else event
            for event in new
        ]

    def _corrected_once(self, new: Sequence[Event]) -> None:
        """Report events that two others correct."""
        named = [event.corrects for event in new]
        naming = [
            event for _, event in sorted(select(self.link, "corrects", named, source="events"))
        ]
        void = {
            event.corrects
            for _, event in select(
                self.link,
                "corrects",
                [e.event_id for e in naming],
                source="events",
                kind="retracted",
            )
        }
        holding: dict[str | None, Event] = {}
        for event in naming:
            if event.event_id in void:
                continue
            held = holding.setdefault(event.corrects, event)
            if held is not event:
                what = "retracted" if held.kind == "retracted" else "corrected"
                rule = f"{event} corrects {event.corrects!r}, already {what} by {held.event_id!r}"
                self._flaw(event, "corrects", rule, f"Name {held.event_id!r}, the latest, instead")

    def _in_order(self, new: Sequence[Event], targets: Sequence[tuple[Event, Event]]) -> None:
        """Report what is impossible, the new events and the recorded ones taken together."""
        changed = {(target.kind, key_of(target)): event for event, target in targets}
        for breach in breaches(self._concerned([*new, *(target for _, target in targets)])):
            blamed = self._blamed(breach, changed)
            if blamed is breach.event:
                self._flaw(blamed, "", breach.rule, breach.hint)
                continue
            rule = f"the recorded {breach.event.event_id!r} would be impossible: {breach.rule}"
            if blamed is None:
                blamed = breach.event
            self._flaw(blamed, "", rule, breach.hint)

    def _blamed(self, breach: Breach, changed: dict[Named, Event]) -> Event | None:
        """The event of this batch because of which another one cannot be."""
        clashing = [event for event in (breach.event, breach.other) if event is not None]
        places = [*((event.kind, key_of(event)) for event in clashing), *breach.needs]
        causes = [*clashing, *(changed.get(named) for named in places)]
        return next((e for e in causes if e is not None and e.event_id in self.rows), None)

    def _concerned(self, changing: Sequence[Event]) -> list[Event]:
        """All valid events about the same candidates, demands and visits, in order of arrival."""
        link = self.link
        demands = [e.demand_id for e in changing if e.kind == "demand_recorded"]
        candidates = {e.candidate_id for e in changing}
        if demands:
            named = select(link, "demand_id", demands, source="valid_events")
            candidates |= {event.candidate_id for _, event in named}
        found = dict(select(link, "candidate_id", candidates, source="valid_events"))
        wanted = {event.demand_id for event in found.values()} | set(demands)
        found |= select(link, "demand_id", wanted, source="valid_events", kind="demand_recorded")
        visits = {event.visit_id for event in (*found.values(), *changing)}
        found |= select(link, "visit_id", visits, source="valid_events")
        return [found[seq] for seq in sorted(found)]
