r"""Local search on a plan of pairs: swaps that use up what limits with unequal uses leave idle.

With prices :math:`\pi` of the relaxation and reduced gains :math:`r = c - \pi A`, a plan misses the
bound by :math:`\sum_k \pi_k slack_k + \sum_{out} r^+ + \sum_{in} r^-`. So a move is worth a look
only where its reduced gain is above :math:`-\sum_k \pi_k slack_k` over the rows it fills; few pairs
are. Of those up to three enter and up to three leave at once, best fit by sorting.

Where that is at an end, a move is made whose loss elsewhere the prices promise back, what it opened
is filled anew, and all is undone unless the plan is better for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.solvers.fitting import Side, Sizes, all_fit, best_fit
from talentmatch.solvers.programs import Program

__all__ = ["improved"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

_SEED = 0
_ENTER: tuple[Sizes, ...] = ((150, 80, 0), (200, 150, 40), (300, 200, 60))
_LEAVE: tuple[Sizes, ...] = ((40, 30, 0), (60, 40, 15), (60, 40, 20))
_QUICK = 0
_TRY = 40  # best moves of a group that are tried on all rows
_ALIKE = 0.9  # of a row's columns, which another row must hold to be filled together with it
_ROUNDS = 6  # times what a bold move opened is filled anew
_PATIENCE = 40  # bold moves per group without a gain, after which the search ends


def improved(
    program: Program, chosen: Mask, prices: Floats | None, go_on: Callable[[], bool]
) -> Mask:
    """Better a sound plan by adding, replacing and swapping pairs.

    Parameters
    ----------
    program : Program
        Every column is taken wholly or not at all. Columns of `lower` 1 stay chosen.
    chosen : bool array (columns,)
        A sound plan. Columns are dropped first where rounding makes it break a ceiling; where
        floors or locked columns forbid that, it is returned as it is.
    prices : float64 array (rows,) or None
        What a unit of each row's limit is worth, as the relaxation says. They only guide.
    go_on : callable
        Asked between moves; False ends the search.

    Returns
    -------
    bool array (columns,)
        A plan that gains no less. Sums of rows, rounded once, are within their limits exactly.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> from talentmatch.solvers.programs import Program
    >>> from talentmatch.solvers.swapping import improved
    >>> gains, matrix = np.array([3.0, 2.0, 2.0]), sp.csr_array([[3.0, 2.0, 2.0]])
    >>> one = np.ones(3)
    >>> limits = {"least": np.array([-np.inf]), "most": np.array([4.0])}
    >>> program = Program(gains, 0 * one, one, matrix, **limits, whole=one > 0)
    >>> improved(program, gains > 2.5, None, lambda: True).tolist()
    [False, True, True]
    """
    start = _repaired(program, np.array(chosen, dtype=bool))
    if start is None or not program.shape[1]:
        return np.array(chosen, dtype=bool)
    worths = np.zeros(program.shape[0]) if prices is None else prices
    # Which start is the better one differs from problem to problem; both take little time.
    searches = [_Search(program, start, worths) for _ in range(2)]
    for search, thrifty in zip(searches, (False, True), strict=True):
        search.climb(go_on, thrifty=thrifty)
    search = max(searches, key=lambda each: float(program.gains[each.chosen].sum()))
    search.dare(go_on)
    found = _repaired(program, search.chosen)
    if found is None or math.fsum(program.gains[found]) < math.fsum(program.gains[start]):
        return start
    return found


def _repaired(program: Program, chosen: Mask) -> Mask | None:
    """Drop columns until no ceiling is broken; None where floors or locked columns forbid."""
    matrix, by_column = program.matrix.tocsr(), program.matrix.tocsc()
    at = chosen.copy()
    used = np.array(matrix @ at.astype(np.float64))
    size = np.abs(matrix) @ at.astype(np.float64)
    # A sum in any order is this near; only rows as near to a limit are summed exactly.
    near = 1e-9 * np.maximum(size, 1.0)
    close = (used > program.most - near) | (used < program.least + near)

    def exact(row: int) -> float:
        span = slice(matrix.indptr[row], matrix.indptr[row + 1])
        return math.fsum(matrix.data[span][at[matrix.indices[span]]].tolist())

    dropped = False
    for row in np.flatnonzero(close).tolist():
        while exact(row) > program.most[row]:
            span = slice(matrix.indptr[row], matrix.indptr[row + 1])
            columns = matrix.indices[span]
            columns = columns[at[columns] & (program.lower[columns] < 0.5)
                              & (matrix.data[span] > 0)]  # fmt: skip
            if not len(columns):
                return None
            at[columns[np.argmin(program.gains[columns])]] = False
            dropped = True
    floors = np.isfinite(program.least) if dropped else close & np.isfinite(program.least)
    if any(exact(row) < program.least[row] for row in np.flatnonzero(floors).tolist()):
        return None
    if dropped and (by_column.data < 0).any():
        rows = np.flatnonzero(np.isfinite(program.most)).tolist()
        if any(exact(row) > program.most[row] for row in rows):
            return None
    return at


class _Search:
    """A plan, what it uses, and what may be moved in it."""

    def __init__(self, program: Program, chosen: Mask, prices: Floats) -> None:
        self.program, self.chosen, self.prices = program, chosen.copy(), prices
        matrix: sp.csr_array = program.matrix.tocsr()
        matrix.sum_duplicates()
        self.by_row, self.by_column = matrix, matrix.tocsc()
        self.used: Floats = matrix @ chosen.astype(np.float64)
        rows, columns = program.shape
        uneven = np.zeros(rows, dtype=bool)
        uneven[np.repeat(np.arange(rows), np.diff(matrix.indptr))[matrix.data != 1.0]] = True
        limited = np.isfinite(program.most)
        self.even = limited & ~uneven
        self.eps = 1e-12 * float(np.abs(program.gains).max(initial=0.0))
        self.reduced: Floats = program.gains - self.by_column.T @ prices
        self.held = np.zeros(columns, dtype=bool)  # columns that a bold move keeps in place
        self.slots = self._slots()
        single = np.append(self.even & (program.most < 2), False)
        first = np.where(single[self.slots], self.slots, rows).min(axis=1, initial=rows)
        self.single = np.where(first < rows, first, rows + 1 + np.arange(columns))
        self.weakest = np.full(rows + 1, -1)
        mine = np.flatnonzero(chosen & (program.lower < 0.5))
        mine = mine[np.argsort(-self.reduced[mine], kind="stable")]
        for slot in range(self.slots.shape[1]):
            at = self.slots[mine, slot]
            self.weakest[at] = mine
        self.weakest[rows] = -1
        self.groups = self._groups(np.flatnonzero(limited & uneven))
        self.scratch = np.zeros((max(map(len, self.groups)), columns + 1))

    def _slots(self) -> Ints:
        """Rows that count each column once, (columns, as many as any has), filled up."""
        rows, columns = self.program.shape
        column = np.repeat(np.arange(columns), np.diff(self.by_column.indptr))
        inside = self.even[self.by_column.indices]
        row, column = self.by_column.indices[inside], column[inside]
        width = int(np.bincount(column, minlength=1).max()) if len(column) else 0
        slots = np.full((columns, width), rows)
        slots[column, np.arange(len(column)) - np.searchsorted(column, column)] = row
        return slots

    def _groups(self, rows: Ints) -> list[Ints]:
        """Each row of unequal uses with those that hold nearly all of its columns, too."""
        inside = (self.by_row[rows] != 0).astype(np.float64)
        shared = (inside @ inside.T).tocsr()
        size = np.diff(self.by_row.indptr)[rows]
        found: dict[tuple[int, ...], None] = {}
        for place in range(len(rows)):
            span = slice(shared.indptr[place], shared.indptr[place + 1])
            alike = shared.data[span] >= max(_ALIKE * size[place], 1)
            together = rows[shared.indices[span][alike]]
            if len(together):
                found[tuple(sorted(together.tolist()))] = None
        lone = np.ones(self.program.shape[1], dtype=bool)
        lone[inside.tocsr().indices] = False
        if lone.any():
            found[()] = None
        return [np.array(group, dtype=np.intp) for group in found]

    # ------------------------------------------------------------------ the plan

    def fits(self, enter: list[int], leave: list[int]) -> tuple[float, Ints, Floats] | None:
        """Gain, rows and their new use of a move; None where a limit forbids it."""
        start = self.by_column.indptr
        at = np.concatenate([np.arange(start[c], start[c + 1]) for c in (*enter, *leave)])
        change = self.by_column.data[at].copy()
        change[sum(int(start[c + 1] - start[c]) for c in enter) :] *= -1
        rows, place = np.unique(self.by_column.indices[at], return_inverse=True)
        change = np.bincount(place, weights=change, minlength=len(rows))
        used = self.used[rows] + change
        program = self.program
        if ((used > program.most[rows]) & (change > 0)).any():
            return None
        if ((used < program.least[rows]) & (change < 0)).any():
            return None
        gain = program.gains[enter].sum() - program.gains[leave].sum()
        return float(gain), rows, used

    def make(self, enter: list[int], leave: list[int], rows: Ints, used: Floats) -> None:
        """Change the plan."""
        self.chosen[enter], self.chosen[leave] = True, False
        self.used[rows] = used
        for row in rows[self.even[rows]].tolist():
            columns = self.by_row.indices[self.by_row.indptr[row] : self.by_row.indptr[row + 1]]
            mine = columns[self.chosen[columns] & (self.program.lower[columns] < 0.5)]
            self.weakest[row] = mine[np.argmin(self.reduced[mine])] if len(mine) else -1

    # ------------------------------------------------------------------ moves of a group

    def sides(self, group: Ints, *, bold: bool, thrifty: bool) -> tuple[Side, Side]:
        """What may enter and what may leave a group's rows."""
        program, by_row, count = self.program, self.by_row, len(self.chosen)
        spans = [slice(by_row.indptr[row], by_row.indptr[row + 1]) for row in group.tolist()]
        columns = (
            np.unique(np.concatenate([by_row.indices[span] for span in spans]))
            if spans
            else np.arange(count)
        )
        table = self.scratch[: len(group)]
        for line, span in zip(table, spans, strict=True):
            line[by_row.indices[span]] = by_row.data[span]
        free = columns[~self.held[columns]]
        mine = self.chosen[free]
        leave = free[mine & (program.lower[free] < 0.5)]
        enter = free[~mine & (program.upper[free] > 0.5)]
        pushed, able = self.pushed(enter)
        enter, pushed = enter[able], pushed[able]
        gain = program.gains[enter] - np.append(program.gains, 0.0)[pushed].sum(axis=1)
        inward = Side(enter, pushed, gain, table[:, enter] - table[:, pushed].sum(axis=2))
        none = np.full((len(leave), 0), count)
        outward = Side(leave, none, -program.gains[leave], -table[:, leave])
        if bold:
            charge = np.append(program.gains - self.reduced, 0.0)
            charge -= self.prices[group] @ table
            inward.gain = inward.gain + charge[pushed].sum(axis=1)
            for slot in range(self.slots.shape[1]):
                row = self.slots[enter, slot]
                again = np.append(self.prices, 0.0)[row]
                for other in range(pushed.shape[1]):
                    inward.gain = inward.gain - again * self._inside(pushed[:, other], row)
            outward.gain = outward.gain + charge[leave]
        if thrifty:
            inward.gain = self.reduced[enter] + self.prices[group] @ table[:, enter]
            outward.gain = -self.reduced[leave] - self.prices[group] @ table[:, leave]
            inward = inward.kept((pushed == count).all(axis=1))
        for line, span in zip(table, spans, strict=True):
            line[by_row.indices[span]] = 0.0
        return inward, outward

    def _inside(self, columns: Ints, rows: Ints) -> Mask:
        """Whether each column (or none, the number past the end) is counted by a row."""
        count = len(self.chosen)
        slots = self.slots[np.minimum(columns, count - 1)]
        inside: Mask = (slots == rows[:, None]).any(axis=1) & (columns < count)
        return inside & (rows < self.program.shape[0])

    def pushed(self, enter: Ints) -> tuple[Ints, Mask]:
        """The weakest column of each full row that an entering one needs; whether that will do."""
        left = np.append(self.program.most - self.used, np.inf)
        pushed = np.full((len(enter), self.slots.shape[1]), len(self.chosen))
        able = np.ones(len(enter), dtype=bool)
        for slot in range(self.slots.shape[1]):
            row = self.slots[enter, slot]
            full = left[row] < 1
            for before in range(slot):
                full &= ~self._inside(pushed[:, before], row)
            weakest = self.weakest[row]
            barred = (weakest < 0) | self.held[weakest]
            able &= ~(full & barred)
            pushed[full & ~barred, slot] = weakest[full & ~barred]
        return pushed, able

    def best_moves(
        self, group: Ints, *, level: int = 1, bold: bool = False, thrifty: bool = False
    ) -> list[tuple[float, list[int], list[int]]]:
        """Promising moves of a group that keep its own rows: value, who enters, who leaves."""
        prices, slack = self.prices[group], self.program.most[group] - self.used[group]
        enter, leave = self.sides(group, bold=bold, thrifty=thrifty)
        reach = float(prices @ np.maximum(slack, 0.0)) + self.eps
        worths = [side.gain - prices @ side.use for side in (enter, leave)]
        reach += 3 * sum(float(worth.max(initial=0.0)) for worth in worths)
        enter, leave = (
            side.kept(worth > -reach) for side, worth in zip((enter, leave), worths, strict=True)
        )
        enter.form(prices, self.single, _ENTER[level])
        leave.form(prices, self.single, _LEAVE[level])
        one = len(group) == 1
        a, b = best_fit(enter, leave, slack[0]) if one else all_fit(enter, leave, slack, reach)
        value = enter.gains[a] + leave.gains[b]
        good = np.flatnonzero(value > self.eps)
        if len(good) > _TRY:
            good = good[np.argpartition(-value[good], _TRY)[:_TRY]]
        good = good[np.argsort(-value[good], kind="stable")]
        moves = []
        for at in good.tolist():
            into, pushed = enter.members(int(a[at]))
            out = {*pushed.tolist(), *leave.members(int(b[at]))[0].tolist()} - {len(self.chosen)}
            moves.append((float(value[at]), into.tolist(), sorted(out)))
        return moves

    def better(self, group: Ints, *, level: int = 1, thrifty: bool = False) -> list[Ints]:
        """Make the best moves of a group that gain; the rows that they changed."""
        changed = []
        for _, enter, leave in self.best_moves(group, level=level, thrifty=thrifty):
            if self.chosen[enter].any() or not self.chosen[leave].all():
                continue
            found = self.fits(enter, leave)
            if found is not None and found[0] > self.eps:
                self.make(enter, leave, *found[1:])
                changed.append(found[1])
        return changed

    # ------------------------------------------------------------------ the search

    def losses(self) -> Floats:
        """What each group's idle limits are worth."""
        slack = np.where(np.isfinite(self.program.most), self.program.most - self.used, 0.0)
        worth = self.prices * slack
        return np.array([float(worth[group].sum()) for group in self.groups])

    def climb(self, go_on: Callable[[], bool], *, thrifty: bool) -> None:
        """Moves that gain, group by group, until there are none; thrifty ones first if asked."""
        for level in range(0 if thrifty else 1, len(_ENTER)):
            gained = True
            while gained:
                gained = False
                self.used = self.by_row @ self.chosen.astype(np.float64)
                for at in np.argsort(-self.losses(), kind="stable").tolist():
                    while go_on() and self.better(
                        self.groups[at], level=level, thrifty=level == _QUICK
                    ):
                        gained = True

    def dare(self, go_on: Callable[[], bool]) -> None:
        """Bold moves: made, mended, and kept where the plan is better for it."""
        rng = np.random.default_rng(_SEED)
        of_row = np.full(self.program.shape[0], -1)
        for at, group in enumerate(self.groups):
            of_row[group] = at
        stale = 0
        while stale < _PATIENCE * len(self.groups) and go_on():
            odds = np.maximum(self.losses(), 0.0)
            odds = odds / odds.sum() if odds.sum() > 0 else np.full(len(odds), 1 / len(odds))
            odds = 0.8 * odds + 0.2 / len(odds)
            at = int(rng.choice(len(odds), p=odds))
            moves = self.best_moves(self.groups[at], level=_QUICK, bold=True)
            stale += 1
            if not moves:
                continue
            # The best are likelier, yet any may be tried: the next time another one is.
            move = moves[int(len(moves) * rng.random() ** 3)]
            if self.tried(move[1], move[2], of_row, at):
                stale = 0

    def tried(self, enter: list[int], leave: list[int], of_row: Ints, at: int) -> bool:
        """Make a move, fill anew what it opened, undo all unless the plan is better for it."""
        found = self.fits(enter, leave)
        if found is None:
            return False
        before = self.chosen.copy(), self.used.copy(), self.weakest.copy()
        total = float(self.program.gains[before[0]].sum())
        self.make(enter, leave, *found[1:])
        self.held[enter + leave] = True
        touched = {at, *of_row[found[1]].tolist()} - {-1}
        for _ in range(_ROUNDS):
            changed = [
                row
                for group in sorted(touched)
                for row in self.better(self.groups[group], level=_QUICK)
            ]
            if not changed:
                break
            touched = set(of_row[np.concatenate(changed)].tolist()) - {-1}
        self.held[enter + leave] = False
        if float(self.program.gains[self.chosen].sum()) > total + self.eps:
            return True
        self.chosen, self.used, self.weakest = before
        return False
