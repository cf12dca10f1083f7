"""A problem as an MPS file for any other solver: every pair a column, every limit a row.

Written plainly from the limits themselves, apart from what the engines make of them, so that an
answer from elsewhere is a second opinion.
"""

from __future__ import annotations

import gzip
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.amounts import Amounts
from talentmatch.constraints.bound import Apart, Rows
from talentmatch.errors import ProblemError
from talentmatch.mps import Program, text_of
from talentmatch.writing import write_together

__all__ = ["write_mps"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Counts = NDArray[np.int64]
_PLAIN = re.compile(r"[A-Za-z0-9_.]{1,64}")


class _Source(Protocol):
    """What is read of a problem."""

    capacity_units: Counts
    min_load_units: Counts
    headcount: Counts
    min_headcount: Counts
    loads: Amounts | None
    locked: tuple[Ints, Ints]
    rows: tuple[Rows, ...]
    apart: tuple[Apart, ...]

    @property
    def candidate_ids(self) -> pd.Index:
        """Ids of the candidates."""

    @property
    def demand_ids(self) -> pd.Index:
        """Ids of the demands."""

    def blocks(self) -> Iterator[tuple[Ints, Floats]]:
        """All scores by blocks of rows, nan where a pair is not eligible."""


def write_mps(problem: _Source, path: str | os.PathLike[str]) -> pd.DataFrame:
    """Write a problem as a mixed integer program; `Problem.write` says how.

    Parameters
    ----------
    problem : Problem
        What to write.
    path : path
        Ends in ``.mps`` or ``.mps.gz``.

    Returns
    -------
    pandas.DataFrame
        column, candidate_id, demand_id, score: one line per eligible pair.

    Raises
    ------
    ProblemError
        The path ends otherwise.
    OSError
        The file cannot be written; nothing is left behind.
    """
    path = Path(path)
    if not path.name.lower().endswith((".mps", ".mps.gz")):
        raise ProblemError(f"write makes .mps and .mps.gz files, not {path.name!r}")
    pairs = _Pairs(problem)
    content = io.BytesIO()
    if path.name.lower().endswith(".gz"):
        # no name and no time, so that the same problem is the same file
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=content, mtime=0) as packed:
            packed.writelines(map(str.encode, text_of(pairs.program, pairs.comments)))
    else:
        content.writelines(map(str.encode, text_of(pairs.program, pairs.comments)))
    write_together(path.parent, {path.name: content.getvalue()})
    return pd.DataFrame(
        {
            "column": pairs.program.columns[: len(pairs.i)],
            "candidate_id": problem.candidate_ids.take(pairs.i),
            "demand_id": problem.demand_ids.take(pairs.j),
            "score": pairs.scores,
        }
    )


class _Pairs:
    """The eligible pairs of a problem, and the program over them."""

    def __init__(self, problem: _Source) -> None:
        self.problem = problem
        self.program = Program()
        self.comments = [
            "talentmatch: choose pairs of the highest total score within limits",
            "to be minimised: the objective is MINUS the total, penalties included",
            "x_<candidate>_<demand> = 1: the pair is chosen",
        ]
        self.i, self.j, self.scores = _eligible(problem)
        people = self._names(problem.candidate_ids, "c", "")
        needs = self._names(problem.demand_ids, "d", "")
        names = [f"x_{people[i]}_{needs[j]}" for i, j in zip(*self._places(), strict=True)]
        if len(set(names)) < len(names):  # a_b and c, a and b_c
            people = self._names(problem.candidate_ids, "c", "", numbered=True)
            needs = self._names(problem.demand_ids, "d", "", numbered=True)
            names = [f"x_{people[i]}_{needs[j]}" for i, j in zip(*self._places(), strict=True)]
        self.x = self.program.add_columns(names, 0.0 - self.scores, whole=True)
        if not names:  # a file without columns is "empty" to solvers, whatever its rows
            self.program.add_columns(["nothing"], np.zeros(1), whole=False)
        self._lock()
        self._sides(people, needs)
        for k, rows in enumerate(problem.rows, start=1):
            self._limit(f"limit{k}", rows)
        for k, apart in enumerate(problem.apart, start=1):
            self._apart(f"conflict{k}", apart)

    def _places(self) -> tuple[list[int], list[int]]:
        return self.i.tolist(), self.j.tolist()

    def _names(
        self, ids: pd.Index, letter: str, where: str, *, numbered: bool = False
    ) -> list[str]:
        """A name for each id: itself where all are plain and distinct, else a number."""
        spoken = [", ".join(map(str, id)) if isinstance(id, tuple) else str(id) for id in ids]
        plain = [name.replace(", ", "_").replace(" ", "_") for name in spoken]
        if all(map(_PLAIN.fullmatch, plain)) and len(set(plain)) == len(ids) and not numbered:
            return plain
        names = [f"{letter}{k}" for k in range(1, len(ids) + 1)]
        self.comments += [f"{where}{name} = {id}" for name, id in zip(names, spoken, strict=True)]
        return names

    def _lock(self) -> None:
        """Fix the locked pairs; one that is not eligible leaves a row that nothing can keep."""
        width = len(self.problem.demand_ids)
        place = dict(zip((self.i * width + self.j).tolist(), self.x.tolist(), strict=True))
        wanted = [
            place.get(key)
            for key in (self.problem.locked[0] * width + self.problem.locked[1]).tolist()
        ]
        self.program.held.update(column for column in wanted if column is not None)
        if None in wanted:
            self.comments.append("lock: a locked pair is not eligible, so there is no plan")
            none = np.empty(0, dtype=np.intp)
            self.program.add_rows(["lock"], "G", np.ones(1), none, none, np.empty(0))

    def _sides(self, people: list[str], needs: list[str]) -> None:
        """Capacities and headcounts, with their floors."""
        problem, loads = self.problem, self.problem.loads
        ones = np.ones(len(self.x))
        use = ones if loads is None else np.asarray(loads.at(self.i, self.j))
        if loads is not None and loads.scale > 1:
            self.comments.append(f"capacity, min_load: in units of 1/{loads.scale}")
        for ids, at, most, least, value, words in (
            (people, self.i, problem.capacity_units, problem.min_load_units, use,
             ("capacity", "min_load")),
            (needs, self.j, problem.headcount, problem.min_headcount, ones,
             ("headcount", "min_headcount")),
        ):  # fmt: skip
            low = np.where(least > 0, least.astype(np.float64), -np.inf)
            ends = (most.astype(np.float64), low)
            self._ends([[f"{word}_{id}" for id in ids] for word in words], ends, at, self.x, value)

    def _ends(
        self, names: list[list[str]], ends: tuple[Floats, Floats], at: Ints, columns: Ints,
        values: Floats, penalty: float | None = None,
    ) -> None:  # fmt: skip
        """A row for every ceiling and for every floor that there is.

        A soft one gets a column for what the row goes beyond it, at a cost.
        """
        for named, end, sense, sign in zip(names, ends, "LG", (-1.0, 1.0), strict=True):
            known = np.flatnonzero(np.isfinite(end))
            slot = np.full(len(end), -1, dtype=np.intp)
            slot[known] = np.arange(len(known))
            inside = slot[at] >= 0
            place, which, value = slot[at[inside]], columns[inside], values[inside]
            if penalty is not None:
                beyond = self.program.add_columns(
                    [f"beyond_{named[k]}" for k in known.tolist()],
                    np.full(len(known), penalty), whole=False,
                )  # fmt: skip
                place = np.concatenate((place, np.arange(len(known))))
                which = np.concatenate((which, beyond))
                value = np.concatenate((value, np.full(len(known), sign)))
            self.program.add_rows(
                [named[k] for k in known.tolist()], sense, end[known], place, which, value
            )

    def _limit(self, word: str, rows: Rows) -> None:
        """The rows of one limit on groups."""
        unit = rows.unit if rows.scale == 1 else f"{rows.unit} in units of 1/{rows.scale}"
        penalty = None if rows.penalty is None else rows.penalty / rows.scale
        soft = "" if penalty is None else f", soft: {penalty!r} for each beyond"
        self.comments.append(f"{word}: {rows.name}, {unit}{soft}")
        group = np.asarray(rows.group(self.i, self.j))
        inside = np.flatnonzero(group >= 0)
        at, columns, values = group[inside], self.x[inside], np.ones(len(inside))
        if rows.unit in ("candidates", "demands"):
            member = (self.i if rows.unit == "candidates" else self.j)[inside]
            at, columns = self._presence(word, at, member, columns)[::2]
            values = np.ones(len(at))
        elif rows.use is None:
            values = self.scores[inside]
        else:
            values = np.asarray(rows.use(self.i, self.j))[inside]
        labels = self._names(rows.labels, "g", f"{word} ")
        names = [[f"{word}_{end}_{label}" for label in labels] for end in ("most", "least")]
        self._ends(names, (rows.most, rows.least), at, columns, values, penalty)

    def _presence(
        self, word: str, group: Ints, member: Ints, columns: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """A 0/1 column for each member with pairs in a group: one exactly where one is chosen.

        It is the pair's own where there is but one.

        Returns
        -------
        (int array, int array, int array)
            Group, member and column.
        """
        width = int(member.max(initial=0)) + 1
        keys, first, at, count = np.unique(
            group * width + member, return_index=True, return_inverse=True, return_counts=True
        )
        several = count > 1
        found = columns[first]
        names = [f"present_{word}_{k}" for k in range(1, int(several.sum()) + 1)]
        found[several] = self.program.add_columns(names, np.zeros(len(names)), whole=True)
        links = np.flatnonzero(several[at])
        rows = np.arange(len(links))
        self.program.add_rows(
            [f"chosen_{word}_{k}" for k in range(1, len(links) + 1)], "L", np.zeros(len(links)),
            np.tile(rows, 2), np.concatenate((columns[links], found[at[links]])),
            np.repeat((1.0, -1.0), len(links)),
        )  # fmt: skip
        slot = np.cumsum(several) - 1
        self.program.add_rows(
            [f"absent_{word}_{k}" for k in range(1, len(names) + 1)], "L", np.zeros(len(names)),
            np.concatenate((slot[at[links]], np.arange(len(names)))),
            np.concatenate((columns[links], found[several])),
            np.repeat((-1.0, 1.0), (len(links), len(names))),
        )  # fmt: skip
        return keys // width, keys % width, found

    def _apart(self, word: str, apart: Apart) -> None:
        """Of two candidates at most one in each group of demands."""
        self.comments.append(f"{word}_<k>_<group>: {apart.name}, its k-th pair of candidates")
        labels = self._names(apart.labels, "g", f"{word} ")
        group = apart.of_demand[self.j]
        inside = (group >= 0) & np.isin(self.i, np.concatenate((apart.first, apart.second)))
        found = self._presence(word, group[inside], self.i[inside], self.x[inside])
        column = {(g, who): k for g, who, k in zip(*(part.tolist() for part in found), strict=True)}
        names, both = [], []
        for k, (a, b) in enumerate(
            zip(apart.first.tolist(), apart.second.tolist(), strict=True), 1
        ):
            for g, label in enumerate(labels):
                if (g, a) in column and (g, b) in column:
                    names.append(f"{word}_{k}_{label}")
                    both += [column[g, a], column[g, b]]
        at = np.repeat(np.arange(len(names)), 2)
        columns = np.array(both, dtype=np.intp)
        self.program.add_rows(names, "L", np.ones(len(names)), at, columns, np.ones(len(at)))


def _eligible(problem: _Source) -> tuple[Ints, Ints, Floats]:
    """Rows, columns and scores of all eligible pairs, by row."""
    none = np.empty(0, dtype=np.intp)
    parts = [(none, none, np.empty(0))]
    for rows, block in problem.blocks():
        at, cols = np.nonzero(~np.isnan(block))
        parts.append((rows[at], cols, block[at, cols]))
    i, j, scores = (np.concatenate(part) for part in zip(*parts, strict=True))
    return i, j, scores.astype(np.float64)
