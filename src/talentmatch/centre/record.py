"""The centre's record: an append-only log of events in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from types import TracebackType

import numpy as np
import pandas as pd

from talentmatch.centre.batches import Batch
from talentmatch.centre.events import iso_day, read_events
from talentmatch.centre.kinds import COLUMNS, KINDS
from talentmatch.centre.ledger import RecordError, opened, translated, writing
from talentmatch.displaying import Shown

__all__ = ["Record"]


class Record(Shown):
    """What happened, event by event: kept for good, checked on the way in, readable by anyone.

    The file is a plain SQLite database with one table, ``events``, that refuses every change and
    every deletion, and a view ``valid_events`` in which corrections are applied. A mistake is
    mended by one more event: any event with ``corrects`` replaces the one of that id (same kind,
    all facts anew), and ``retracted`` voids it. A retracted correction gives the event before it
    back; a retraction is final.

    ============================================ ===================================== ============
    kind                                         columns (beside date)                 needs
    ============================================ ===================================== ============
    received                                     candidate_id
    screened                                     candidate_id, outcome pool|rejected   received
    visited                                      enterprise_id, visit_id
    demand_recorded                              demand_id, enterprise_id[, visit_id]
    introduced                                   candidate_id, demand_id               pool, demand
    expert_visited, interviewed (may repeat)     the same                              introduced
    offered, contracted                          the same                              introduced
    declined                                     + outcome candidate|enterprise,       introduced
                                                 reason
    withdrawn                                    candidate_id[, demand_id]             received
                                                                                       (introduced)
    programme_applied, permits_applied,          candidate_id, enterprise_id           contracted
    permits_issued                               (or demand_id)                        (*)
    subsidy_applied, subsidy_paid (may repeat)   + amount in RMB                       contracted
    retracted                                    corrects
    ============================================ ===================================== ============

    (*) permits may be applied for once there is an offer; they are issued after that and after the
    contract. No more subsidy is paid than was applied for. A pair ends contracted, declined or
    withdrawn, once; after that day only programmes, permits and subsidies follow. ``withdrawn``
    without a demand ends all pairs of the candidate that are open. The enterprise may be left out
    where a demand is named. Needs are judged by day: what happens on one day may be written down in
    any order.

    Parameters
    ----------
    path : str or os.PathLike
        The file; made where there is none. ``":memory:"`` keeps the record in memory.
    timeout : float, default 10
        Seconds to wait while another process writes.
    read_only : bool, default False
        Open without the right to write: for files on read-only media.

    Raises
    ------
    RecordError
        The file is no record, is of a newer format, or cannot be opened.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> with Record(":memory:") as record:
    ...     added = record.add([
    ...         {"kind": "received", "date": "2021-03-01", "candidate_id": "R1"},
    ...         {"kind": "screened", "date": "2021-03-09", "candidate_id": "R1", "outcome": "pool"},
    ...     ])
    ...     added, record.events()["kind"].tolist(), len(record.events(as_of="2021-03-05"))
    (2, ['received', 'screened'], 1)
    """

    def __init__(
        self, path: str | os.PathLike[str], *, timeout: float = 10.0, read_only: bool = False
    ) -> None:
        self._path = os.fspath(path)
        self._link = opened(self._path, timeout=timeout, read_only=read_only)

    def __enter__(self) -> Record:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # a notebook's record is closed with it; from another thread SQLite would refuse
        if hasattr(self, "_link"):
            with suppress(sqlite3.Error):
                self._link.close()

    def __len__(self) -> int:
        with self._reading() as link:
            return int(link.execute("SELECT count(*) FROM events").fetchone()[0])

    def _line(self) -> str:
        return f"Record({self._path!r})"

    def _details(self) -> Mapping[str, object]:
        try:
            kinds = self.events()["kind"].value_counts()
        except RecordError as error:
            return {"events": str(error)}
        return {"events": int(kinds.sum()), **{str(kind): n for kind, n in kinds.items()}}

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._link.close()

    def add(self, events: object) -> int:
        """Add events in one transaction: all of them, or none where any is wrong.

        Parameters
        ----------
        events : frame, list of mappings, or path of a table
            Columns as above. ``event_id`` is optional: without it an id is derived from the
            content. Events that are recorded already are passed over, so a batch may safely be
            sent again. (To record once more a fact that was retracted, give it an event_id.)

        Returns
        -------
        int
            How many events were new.

        Raises
        ------
        InputError
            With every flaw: first those of single cells; where there are none, ids used for
            something else, corrections of nothing, and impossible orders. Nothing is written.
        RecordError
            Another process kept writing for longer than the timeout, or the file cannot be
            written. Nothing is written.

        Examples
        --------
        >>> record = Record(":memory:")
        >>> batch = [{"kind": "received", "date": "2021-03-01", "candidate_id": "R1"}]
        >>> record.add(batch), record.add(batch), len(record)
        (1, 0, 1)
        """
        given = read_events(events)
        with translated(self._path), writing(self._link):
            return Batch(self._link, given).add()

    def events(self, as_of: object = None) -> pd.DataFrame:
        """The valid events, corrections applied.

        Parameters
        ----------
        as_of : date or text, optional
            Only what had happened by the end of this day, as known now: later corrections count.

        Returns
        -------
        pandas.DataFrame
            Columns event_id, kind, date (datetime64[s]), candidate_id, demand_id, enterprise_id,
            visit_id, outcome, reason, amount (Decimal, RMB), note, corrects. By day, stage and
            ids, whatever the order in which they arrived.

        Raises
        ------
        RecordError
            The file cannot be read.
        ValueError
            `as_of` is no day.

        Examples
        --------
        >>> record = Record(":memory:")
        >>> record.events().empty
        True
        """
        day = iso_day(as_of, name="as_of")
        query = f"SELECT {', '.join(COLUMNS)} FROM valid_events"
        with self._reading() as link:
            if day is None:
                rows = link.execute(query).fetchall()
            else:
                rows = link.execute(query + " WHERE date <= ?", (day,)).fetchall()
        stage = {kind: place for place, kind in enumerate(KINDS)}
        rows.sort(key=lambda row: (row[2], stage[row[1]], *(row[k] or "" for k in (3, 4, 5, 6, 0))))
        return _framed(rows, COLUMNS)

    def history(self) -> pd.DataFrame:
        """Every row as it was written, in the order of arrival: those since corrected as well.

        Returns
        -------
        pandas.DataFrame
            Columns seq, those of `events`, and recorded_at (UTC, text).

        Raises
        ------
        RecordError
            The file cannot be read.

        Examples
        --------
        >>> record = Record(":memory:")
        >>> made = record.add([{"event_id": "a", "kind": "received", "date": "2021-03-01",
        ...                     "candidate_id": "R1"}])
        >>> made = record.add([{"kind": "retracted", "date": "2021-03-02", "corrects": "a"}])
        >>> len(record.history()), len(record.events())
        (2, 0)
        """
        names = ("seq", *COLUMNS, "recorded_at")
        with self._reading() as link:
            rows = link.execute(f"SELECT {', '.join(names)} FROM events ORDER BY seq").fetchall()
        return _framed(rows, names)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with translated(self._path):
            yield self._link


def _framed(rows: Sequence[tuple[object, ...]], names: Sequence[str]) -> pd.DataFrame:
    """Rows of the file as a frame of typed columns."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    frame = {}
    for name, cells in zip(names, columns, strict=True):
        if name == "seq":
            frame[name] = pd.Series(cells, dtype="int64")
        elif name == "date":
            frame[name] = pd.Series(np.array(cells, dtype="datetime64[s]"))
        elif name == "amount":
            amounts = [None if cell is None else Decimal(str(cell)) for cell in cells]
            frame[name] = pd.Series(amounts, dtype=object)
        else:
            native = pd.Series([""]).dtype  # object before pandas 3, str from there on
            texts = [np.nan if cell is None else cell for cell in cells]
            frame[name] = pd.Series(texts, dtype=native)
    return pd.DataFrame(frame)
