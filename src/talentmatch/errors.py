"""The exceptions of talentmatch: one tree; ``except TalentMatchError`` catches all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from talentmatch.displaying import Shown

__all__ = [
    "Flaw",
    "InputError",
    "MissingExtraError",
    "NoPlanError",
    "NotFittedError",
    "ProblemError",
    "SolverError",
    "TalentMatchError",
]

_SHOWN = 20  # flaws printed in a message; all of them stay in `InputError.flaws`


class TalentMatchError(Shown, Exception):
    """Base of every error that talentmatch raises on purpose."""

    def _line(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One broken rule in one place of an input table.

    Parameters
    ----------
    row : int or None
        Row number counted from 1 below the heading, or None for the whole table.
    id : str
        The row's own id, empty when it has none.
    column : str
        The column, by the caller's heading; empty for the whole row.
    rule : str
        The rule that is broken, with the offending value.
    hint : str
        What to do about it.
    """

    row: int | None
    id: str
    column: str
    rule: str
    hint: str

    def __str__(self) -> str:
        where = [] if self.row is None else [f"row {self.row}"]
        where += [f"id {self.id!r}"] * bool(self.id) + [f"column {self.column!r}"] * bool(
            self.column
        )
        place = ", ".join(where) or "table"
        return f"{place}: {self.rule}. {self.hint}".rstrip()


class InputError(TalentMatchError, ValueError):
    """A table breaks the column vocabulary; every flaw is reported at once.

    Parameters
    ----------
    table : str
        Which table: ``"candidates"`` or ``"demands"``, or a file's name.
    flaws : sequence of Flaw
        All broken rules found.

    Examples
    --------
    >>> import talentmatch as tm
    >>> try:
    ...     tm.read_candidates([{"candidate_id": "R1", "text": ""}])
    ... except tm.InputError as error:
    ...     print(error.flaws[0].row, error.flaws[0].id)
    1 R1
    """

    _shown = ("flaws",)

    def __init__(self, table: str, flaws: Sequence[Flaw]) -> None:
        self.table = table
        self.flaws = tuple(flaws)
        super().__init__(str(self))

    def __str__(self) -> str:
        n = len(self.flaws)
        lines = [f"{self.table}: {n} problem{'s' * (n != 1)} found"]
        lines += [f"  {flaw}" for flaw in self.flaws[:_SHOWN]]
        if n > _SHOWN:
            lines.append(f"  ... and {n - _SHOWN} more (all of them in `error.flaws`)")
        return "\n".join(lines)

    def _line(self) -> str:
        n = len(self.flaws)
        return f"<{type(self).__name__}: {self.table}: {n:,} problem{'s' * (n != 1)} found>"

    def __reduce__(self) -> tuple[type[InputError], tuple[str, tuple[Flaw, ...]]]:
        return type(self), (self.table, self.flaws)


class ProblemError(TalentMatchError, ValueError):
    """A problem is malformed: shapes, names, floors above ceilings, unknown ids."""


class SolverError(TalentMatchError, RuntimeError):
    """A solver crashed or contradicted itself; it never becomes a status."""


class NoPlanError(TalentMatchError, RuntimeError):
    """A plan was asked of a result that holds none; see ``result.status``."""


class NotFittedError(TalentMatchError, ValueError, AttributeError):
    """A scorer was used before ``fit``."""


class MissingExtraError(TalentMatchError, ImportError):
    """An optional dependency is needed and absent; the message names the install.

    Parameters
    ----------
    need : str
        What cannot be done without it.
    package : str
        The package that does it.
    extra : str
        The extra of talentmatch that installs it.
    """

    def __init__(self, need: str, package: str, extra: str) -> None:
        self.need, self.package, self.extra = need, package, extra
        super().__init__(f'{need} needs {package}: pip install "talentmatch[{extra}]"')

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str, str]]:
        return type(self), (self.need, self.package, self.extra)
