"""Mixed integer programs as text in the free MPS format, which solvers read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["Program", "text_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_WIDEST = 80  # characters of a comment: some readers break lines that are too long


class Program:
    """A program to be minimised, its columns and rows in the order they come."""

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.costs: list[Floats] = []
        self.whole: list[bool] = []
        self.held: set[int] = set()  # columns fixed at one
        self.rows: list[str] = []
        self.senses: list[str] = []
        self.ends: list[Floats] = []
        self.entries: list[tuple[Ints, Ints, Floats]] = []

    def add_columns(self, names: Sequence[str], costs: Floats, *, whole: bool) -> Ints:
        """Columns from zero up, to one where they are whole; gives their positions."""
        start = len(self.columns)
        self.columns += names
        self.costs.append(costs)
        self.whole += [whole] * len(names)
        return np.arange(start, len(self.columns))

    def add_rows(
        self,
        names: Sequence[str],
        sense: str,
        ends: Floats,
        at: Ints,
        columns: Ints,
        values: Floats,
    ) -> Ints:
        """Rows that stay below their ends (L) or above them (G); gives their positions.

        Entries are by place among these rows.
        """
        start = len(self.rows)
        self.rows += names
        self.senses += [sense] * len(names)
        self.ends.append(ends)
        self.entries.append((at + start, columns, values))
        return np.arange(start, len(self.rows))


def text_of(program: Program, comments: Iterable[str]) -> Iterator[str]:
    """The file, in free format; ends that are zero are left to the format's default."""
    for comment in comments:
        yield f"* {_line(comment)}\n"
    yield "NAME talentmatch\nROWS\n N minus_total\n"
    for sense, name in zip(program.senses, program.rows, strict=True):
        yield f" {sense} {name}\n"
    yield "COLUMNS\n"
    yield from _columns(program)
    yield "RHS\n"
    for name, end in zip(program.rows, _numbers(_joined(program.ends)), strict=True):
        if end != "0":
            yield f" RHS {name} {end}\n"
    yield "BOUNDS\n"
    for k, (name, whole) in enumerate(zip(program.columns, program.whole, strict=True)):
        if whole:
            yield f" {'FX' if k in program.held else 'UP'} BND {name} 1\n"
    yield "ENDATA\n"


def _columns(program: Program) -> Iterator[str]:
    """Entries by column, those of whole numbers first and between markers."""
    at, columns, values = (np.concatenate(part) for part in zip(*program.entries, strict=True))
    shape = (len(program.rows), len(program.columns))
    table = sp.csc_array((values, (at, columns)), shape=shape)
    table.eliminate_zeros()
    table.sort_indices()
    spans = list(pairwise(table.indptr.tolist()))
    costs = _numbers(_joined(program.costs))
    whole = np.array(program.whole, dtype=bool)
    integers, others = np.flatnonzero(whole).tolist(), np.flatnonzero(~whole).tolist()
    marked = [" M1 'MARKER' 'INTORG'\n"], [" M2 'MARKER' 'INTEND'\n"]

    def of(k: int) -> str:
        name, (start, stop) = program.columns[k], spans[k]
        rows = table.indices[start:stop].tolist()
        parts = [f" {name} minus_total {costs[k]}\n"]
        parts += [
            f" {name} {program.rows[row]} {value}\n"
            for row, value in zip(rows, _numbers(table.data[start:stop]), strict=True)
        ]
        return "".join(parts)

    if integers:
        yield from chain(marked[0], map(of, integers), marked[1])
    yield from map(of, others)


def _joined(parts: Iterable[Floats]) -> Floats:
    return np.concatenate([np.empty(0), *parts])


def _numbers(values: Floats) -> list[str]:
    """Numbers that read back as they are, whole ones without a point."""
    return [repr(value).removesuffix(".0") for value in (values + 0.0).tolist()]


def _line(text: str) -> str:
    """One line of a comment: nothing that breaks it, and not too long."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return shown if len(shown) <= _WIDEST else shown[: _WIDEST - 3] + "..."
