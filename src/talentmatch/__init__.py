"""Match experts to enterprises' demands, and prove that the plan is good.

Every public name is loaded when it is first used, so ``import talentmatch`` costs little and
changes nothing in the process.

Examples
--------
>>> import talentmatch as tm
>>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
>>> result.status.value, result.objective
('optimal', 1.6)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talentmatch import datasets as datasets
    from talentmatch.columns import vocabulary as vocabulary
    from talentmatch.errors import InputError as InputError

__version__ = "0.1.0"

_HOME = {
    "InputError": "errors",
    "MissingExtraError": "errors",
    "NoPlanError": "errors",
    "ProblemError": "errors",
    "SkillVectorizer": "vectorizing",
    "SolverError": "errors",
    "TalentMatchError": "errors",
    "quarantine": "reading",
    "read_candidates": "reading",
    "read_demands": "reading",
    "vocabulary": "columns",
}
_ROOMS = ("datasets",)

__all__ = ["__version__", *_HOME, *_ROOMS]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
