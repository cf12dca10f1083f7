"""The file of a record: its schema, how it is opened, and what can go wrong with it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from talentmatch.centre.kinds import COLUMNS, KINDS, Event
from talentmatch.errors import TalentMatchError

__all__ = ["RecordError", "opened", "select", "translated", "writing"]

_APPLICATION = int.from_bytes(b"tmRC", "big")
_VERSION = 1
_CHUNK = 500  # SQLite takes at least 999 parameters

_SCHEMA = (
    f"""
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY,             -- order of arrival
      event_id TEXT UNIQUE NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ({", ".join(f"'{kind}'" for kind in KINDS)})),
      date TEXT NOT NULL CHECK (date IS date(date)),  -- the day it happened
      candidate_id TEXT, demand_id TEXT, enterprise_id TEXT, visit_id TEXT,
      outcome TEXT, reason TEXT,
      amount TEXT,                         -- RMB, an exact decimal
      note TEXT,
      corrects TEXT,                       -- the event_id that this event replaces or voids
      recorded_at TEXT NOT NULL            -- UTC
    )""",
    "CREATE INDEX events_by_candidate ON events (candidate_id)",
    "CREATE INDEX events_by_demand ON events (demand_id)",
    "CREATE INDEX events_by_visit ON events (visit_id) WHERE visit_id IS NOT NULL",
    "CREATE INDEX events_by_corrects ON events (corrects) WHERE corrects IS NOT NULL",
    """
    CREATE TRIGGER events_never_change BEFORE UPDATE ON events
      BEGIN SELECT RAISE(ABORT, 'events are never changed: add one that corrects it'); END""",
    """
    CREATE TRIGGER events_never_go BEFORE DELETE ON events
      BEGIN SELECT RAISE(ABORT, 'events are never deleted: add one that retracts it'); END""",
    """
    CREATE TRIGGER events_never_replaced BEFORE INSERT ON events
      WHEN EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id OR seq = NEW.seq)
      BEGIN SELECT RAISE(ABORT, 'this event is recorded already'); END""",
    # A retraction is final; a correction holds until it is retracted.
    """
    CREATE VIEW valid_events AS SELECT * FROM events AS e
      WHERE kind <> 'retracted' AND NOT EXISTS (
        SELECT 1 FROM events AS c WHERE c.corrects = e.event_id AND NOT EXISTS (
          SELECT 1 FROM events AS r WHERE r.corrects = c.event_id AND r.kind = 'retracted'))""",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)


class RecordError(TalentMatchError, RuntimeError):
    """A record's file cannot be used: not a record, too new, locked, read-only, damaged, closed.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.centre.ledger import RecordError
    >>> issubclass(RecordError, tm.errors.TalentMatchError)
    True
    """


_SAID = {
    "SQLITE_BUSY": "another process is writing to it; try again, or raise timeout=",
    "SQLITE_LOCKED": "it is in use in this process; finish that first",
    "SQLITE_NOTADB": "the file is not a record of talentmatch; give another path",
    "SQLITE_READONLY_ROLLBACK": "a write to it was cut off; open it once with the right to write",
    "SQLITE_READONLY": "it can only be read; check the file's and the folder's permissions",
    "SQLITE_CANTOPEN": "it cannot be opened; check the path and the permissions",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a backup",
    "SQLITE_FULL": "the disk is full; nothing of this batch was written",
}


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn an error of SQLite into a `RecordError` that names the file.

    Examples
    --------
    >>> with translated("year.db"):
    ...     sqlite3.connect(":memory:").execute("SELECT 1").fetchone()
    (1,)
    """
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        said = next((text for code, text in _SAID.items() if name.startswith(code)), str(error))
        raise RecordError(f"{path}: {said}") from error


def opened(path: str, *, timeout: float, read_only: bool) -> sqlite3.Connection:
    """Open a record's file, and make it where there is none.

    Parameters
    ----------
    path : str
        The file, or ``":memory:"``.
    timeout : float
        Seconds to wait for another process that writes.
    read_only : bool
        Open without the right to write.

    Raises
    ------
    RecordError
        The file is not a record, is one of a newer talentmatch, or cannot be opened.
    """
    with translated(path):
        if path == ":memory:":
            link = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        else:
            uri = Path(os.path.abspath(path)).as_uri() + ("?mode=ro" if read_only else "?mode=rwc")
            link = sqlite3.connect(uri, timeout=timeout, isolation_level=None, uri=True)
        try:
            link.execute("PRAGMA synchronous = FULL")
            if _is_new(link, path):
                with writing(link):
                    if _is_new(link, path):  # another process may have been quicker
                        for statement in _SCHEMA:
                            link.execute(statement)
        except BaseException:
            link.close()
            raise
    return link


def _is_new(link: sqlite3.Connection, path: str) -> bool:
    """Whether the file is still empty; raise where it is not a record that can be read."""
    application, version, tables = link.execute(
        "SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id AS a, pragma_user_version AS v"
    ).fetchone()
    if (application, version, tables) == (0, 0, 0):
        return True
    if application != _APPLICATION:
        raise RecordError(f"{path}: {_SAID['SQLITE_NOTADB']}")
    if version > _VERSION:
        raise RecordError(
            f"{path}: written by a newer talentmatch (format {version}, this one reads up to "
            f"{_VERSION}); update talentmatch"
        )
    return False


@contextmanager
def writing(link: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it is kept, or none."""
    link.execute("BEGIN IMMEDIATE")
    try:
        yield
        link.execute("COMMIT")
    except BaseException:
        if link.in_transaction:
            link.execute("ROLLBACK")
        raise


def select(
    link: sqlite3.Connection,
    column: str,
    values: Iterable[str | None],
    *,
    source: str,
    kind: str = "",
) -> list[tuple[int, Event]]:
    """Rows of which one column holds one of some values, with their place in the order of arrival.

    Parameters
    ----------
    link : sqlite3.Connection
        The open file.
    column : str
        One of `COLUMNS`.
    values : iterable of str
        The values; None is left out.
    source : {"events", "valid_events"}
        All rows, or the valid ones.
    kind : str
        Only this kind of event; all by default.
    """
    wanted = sorted({value for value in values if value is not None})
    only = f"AND kind = '{kind}'" if kind else ""
    found = []
    for start in range(0, len(wanted), _CHUNK):
        some = wanted[start : start + _CHUNK]
        marks = ", ".join("?" * len(some))
        found += link.execute(
            f"SELECT seq, {', '.join(COLUMNS)} FROM {source} WHERE {column} IN ({marks}) {only}",
            some,
        ).fetchall()
    return [(row[0], Event(*row[1:])) for row in found]
