"""One pass over a table: read every known column, note every broken rule."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from talentmatch.errors import Flaw
from talentmatch.tables.cells import READERS, CellError, plain, read_count, read_key
from talentmatch.tables.columns import KEYS, MATCHED, NAMES, NEEDED, Column, columns_of
from talentmatch.tables.headings import Layout
from talentmatch.tables.salaries import ENDS, salary_reader

__all__ = ["READ", "ROWS", "Examination", "row_numbers"]

READ = "talentmatch_read"
"""In `attrs` of a frame read from a file: where its table was found."""
ROWS = "talentmatch_rows"
"""In `attrs` of a raw frame: the number of each row, where empty rows were left out."""

_FLOORS = {"capacity": "min_load", "headcount": "min_headcount", "places": "min_places"}
_TYPED = ("count", "number", "money", "date", "flag")


@dataclass(slots=True)
class Examination:
    """The working state of one examination; spots are (row position, heading, rule, hint)."""

    source: pd.DataFrame
    table: str
    layout: Layout
    clean: dict[str, pd.Series] = field(default_factory=dict)
    spots: list[tuple[int, str, str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    others: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        """The number of each row below the headings, empty rows counted too."""
        return row_numbers(self.source)

    def heading(self, name: str) -> str:
        """Return the caller's heading of a known column."""
        return str(self.source.columns[self.layout.known[name]])

    def cells(self, name: str) -> list[object]:
        """Return the cells of a known column as they came."""
        return list(self.source.iloc[:, self.layout.known[name]].tolist())

    def read(
        self, heading: str, cells: Sequence[object], reader: Callable[[object], object]
    ) -> list[object]:
        """Return the clean cells; None and a spot where a cell is broken."""
        values: list[object] = []
        for position, cell in enumerate(cells):
            try:
                values.append(reader(cell))
            except CellError as error:
                values.append(None)
                self.spots.append((position, heading, error.rule, error.hint))
        return values

    def read_keys(self) -> None:
        """Read the ids, out of the names where the table has no id column."""
        key = KEYS[self.table]
        name = NAMES.get(self.table, key)
        used = key if key in self.layout.known else name
        if used not in self.layout.known:
            self.ids = [""] * len(self.source)
            return
        heading = self.heading(used)
        values = self.read(heading, self.cells(used), read_key)
        self.ids = ["" if value is None else str(value) for value in values]
        first: dict[str, int] = {}
        numbers = self.numbers
        for position, value in enumerate(self.ids):
            earlier = first.setdefault(value, position)
            if value and earlier != position:
                rule = f"repeated id {value!r}, first in row {numbers[earlier]}"
                hint = "Give every row an id of its own, or leave the repeated row out"
                self.spots.append((position, heading, rule, hint))
        if used != key:
            hint = (
                f"There is no id column, so {heading} serves as the id: add a column {key}, "
                f"or say which one it is with columns={{'your heading': {key!r}}}"
            )
            self.spots = [(position, at, rule, hint) for position, at, rule, _ in self.spots]
        self.clean[key] = _texts(self.ids)

    def read_column(self, column: Column) -> None:
        """Read one known column other than the id."""
        heading = self.heading(column.name)
        before = len(self.spots)
        values = self.read(heading, self.cells(column.name), self.reader(column))
        if column.name in ENDS:
            values = self.read_range(column.name, values)
        if column.name in NEEDED.get(self.table, ()):
            self.find_missing(heading, [plain(cell) for cell in self.cells(column.name)])
        if column.type in _TYPED and heading != column.name:
            aside = f"; to leave the column alone pass columns={{{heading!r}: {heading!r}}}"
            self.spots[before:] = [(p, h, r, hint + aside) for p, h, r, hint in self.spots[before:]]
        self.clean[column.name] = _series(values, column)

    def reader(self, column: Column) -> Callable[[object], object]:
        """Return what reads the cells of a known column."""
        if column.name in ENDS:
            period = self.layout.periods.get(column.name, "")
            return salary_reader(column.name, self.heading(column.name), period)
        return READERS.get(column.type) or (lambda cell: read_count(cell, column.default))

    def read_range(self, name: str, ranges: list[object]) -> list[object]:
        """Return the end of each salary that the column holds; the other end is kept for later."""
        ends = [pair if isinstance(pair, tuple) else (np.nan, np.nan) for pair in ranges]
        end, beside = ENDS[name]
        mine, other = (1, 0) if end == "most" else (0, 1)
        if beside:
            self.others[beside] = [(pair[other], _is_range(pair)) for pair in ends]
        return [pair[mine] for pair in ends]

    def fill_ranges(self) -> None:
        """Put the other ends of ranges into their column; what is filled there stays."""
        for beside, others in self.others.items():
            if beside in self.clean:
                held = zip(self.clean[beside].tolist(), others, strict=True)
                filled = [end if own != own and ranged else own for own, (end, ranged) in held]
                self.clean[beside] = pd.Series(filled, dtype="float64")
            elif any(ranged for _, ranged in others):
                self.clean[beside] = pd.Series([end for end, _ in others], dtype="float64")

    def find_missing(self, heading: str, cells: Sequence[object]) -> None:
        """Report empty cells of a column that every row must fill."""
        for position, cell in enumerate(cells):
            if cell is None or (isinstance(cell, str) and not cell.strip()):
                self.spots.append((position, heading, f"{heading} is empty", "Fill it in"))

    def copy_enterprise(self) -> None:
        """Let the enterprise's name serve as its id where there is no such column."""
        if (
            self.table == "demands"
            and "enterprise" in self.clean
            and "enterprise_id" not in self.clean
        ):
            self.clean["enterprise_id"] = self.clean["enterprise"]

    def compare_floors(self) -> None:
        """Report floors above their ceilings."""
        for ceiling, floor in _FLOORS.items():
            if ceiling not in self.clean or floor not in self.clean:
                continue
            pair = (self.heading(ceiling), self.heading(floor))
            broken = {position for position, heading, *_ in self.spots if heading in pair}
            least, most = self.clean[floor].to_numpy(), self.clean[ceiling].to_numpy()
            for position in np.flatnonzero(least > most).tolist():
                if position not in broken:
                    rule = f"{floor} {least[position]} is above {ceiling} {most[position]}"
                    hint = f"Lower {self.heading(floor)} or raise {self.heading(ceiling)}"
                    self.spots.append((position, self.heading(floor), rule, hint))

    def find_matchless(self) -> None:
        """Report rows with neither text nor skills."""
        present = [name for name in ("text", "skills") if name in self.clean]
        if not present or self.table not in MATCHED:
            return
        headings = [self.heading(name) for name in present]
        broken = {position for position, heading, *_ in self.spots if heading in headings}
        empty = np.ones(len(self.source), dtype=bool)
        for name in present:
            blank = (not (c if isinstance(c, list) else c.strip()) for c in self.clean[name])
            empty &= np.fromiter(blank, dtype=bool, count=len(empty))
        column = headings[0] if len(headings) == 1 else ""
        rule = f"nothing to match on: {' and '.join(headings)} {'is' if column else 'are'} empty"
        for position in np.flatnonzero(empty).tolist():
            if position not in broken:
                self.spots.append((position, column, rule, "Fill it in, or leave the row out"))

    def table_flaws(self) -> list[Flaw]:
        """Return what is wrong with the table as a whole."""
        headings = list(map(str, self.source.columns))
        shown = ", ".join(map(repr, headings[:8])) + ", ..." * (len(headings) > 8)
        flaws = []
        if len(self.source) == 0:
            flaws.append(
                Flaw(None, "", "", "the table is empty", "It needs a heading and at least one row")
            )
        elsewhere = f"its headings are {shown}" if headings else "it has no headings"
        example = headings[0] if headings else "your heading"
        key = KEYS[self.table]
        if headings and key not in self.clean:
            hint = f"Add one, or say which it is: columns={{{example!r}: {key!r}}}"
            flaws.append(Flaw(None, "", "", f"no column {key}; {elsewhere}", hint))
        for name in NEEDED.get(self.table, ()) if headings else ():
            if name not in self.clean:
                hint = f"Add one, or say which it is: columns={{{example!r}: {name!r}}}"
                flaws.append(Flaw(None, "", "", f"no column {name}; {elsewhere}", hint))
        texts = "text" in self.clean or "skills" in self.clean
        if headings and self.table in MATCHED and not texts:
            hint = f"Add one, or say which it is: columns={{{headings[-1]!r}: 'text'}}"
            flaws.append(
                Flaw(None, "", "", f"neither text nor skills to match on; {elsewhere}", hint)
            )
        return flaws

    def row_flaws(self) -> list[Flaw]:
        """Return the flaws of rows in the order of the rows, one for each cell."""
        first: dict[tuple[int, str], Flaw] = {}
        numbers = self.numbers
        for position, heading, rule, hint in sorted(self.spots, key=lambda spot: spot[0]):
            flaw = Flaw(numbers[position], self.ids[position], heading, rule, hint)
            first.setdefault((position, heading), flaw)
        return list(first.values())

    def clean_frame(self) -> pd.DataFrame:
        """Return the clean columns, then the unknown ones as they came."""
        names: list[Hashable] = [n for n in columns_of(self.table) if n in self.clean]
        parts = [self.clean[str(name)] for name in names]
        for position in self.layout.unknown:
            names.append(self.source.columns[position])
            parts.append(self.source.iloc[:, position].reset_index(drop=True).copy())
        frame = pd.DataFrame(dict(enumerate(parts)), index=pd.RangeIndex(len(self.source)))
        frame.columns = pd.Index(names, tupleize_cols=False)
        return frame


def _is_range(ends: tuple[float, float]) -> bool:
    least, most = ends
    return (least == least or most == most) and least != most


def row_numbers(source: pd.DataFrame) -> list[int]:
    """Return the number of each row below the headings, where empty ones were left out too."""
    kept = source.attrs.get(ROWS)
    return list(kept) if kept else list(range(1, len(source) + 1))


def _texts(values: Sequence[object]) -> pd.Series:
    """Return texts as the string type of the pandas at hand; None is missing."""
    native = pd.Series([""]).dtype  # object before pandas 3, str from there on
    return pd.Series([np.nan if v is None else v for v in values], dtype=native)


def _series(values: list[object], column: Column) -> pd.Series:
    """Return the clean cells of one column in the type it promises."""
    match column.type:
        case "count":
            filled = [column.default if value is None else value for value in values]
            return pd.Series(filled, dtype="int64")
        case "number" | "money":
            return pd.Series(values, dtype="float64")
        case "flag":
            return pd.Series(values, dtype="boolean")
        case "date":
            return pd.Series(np.array(values, dtype="datetime64[s]"))
        case "skills" | "list":
            return pd.Series([[] if value is None else value for value in values], dtype=object)
        case "text" | "label":
            values = ["" if value is None else value for value in values]
            if any(isinstance(value, list) for value in values):
                return pd.Series(values, dtype=object)
    return _texts(values)
