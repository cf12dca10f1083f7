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
    from talentmatch import aims as aims
    from talentmatch import blocks as blocks
    from talentmatch import centre as centre
    from talentmatch import datasets as datasets
    from talentmatch import evaluate as evaluate
    from talentmatch import learning as learning
    from talentmatch import plots as plots
    from talentmatch.blocks.texts import CharGrams as CharGrams
    from talentmatch.blocks.texts import Words as Words
    from talentmatch.checking import Violation as Violation
    from talentmatch.checking import check as check
    from talentmatch.constraints import Budget as Budget
    from talentmatch.constraints import Conflict as Conflict
    from talentmatch.constraints import Forbid as Forbid
    from talentmatch.constraints import GroupLimit as GroupLimit
    from talentmatch.constraints import Lock as Lock
    from talentmatch.constraints import TotalLimit as TotalLimit
    from talentmatch.diagnosing import Diagnosis as Diagnosis
    from talentmatch.diagnosing import diagnose as diagnose
    from talentmatch.documents import Documents as Documents
    from talentmatch.errors import InputError as InputError
    from talentmatch.errors import MissingExtraError as MissingExtraError
    from talentmatch.errors import NoPlanError as NoPlanError
    from talentmatch.errors import NotFittedError as NotFittedError
    from talentmatch.errors import ProblemError as ProblemError
    from talentmatch.errors import SolverError as SolverError
    from talentmatch.errors import TalentMatchError as TalentMatchError
    from talentmatch.explaining import Explanation as Explanation
    from talentmatch.explaining import alternatives as alternatives
    from talentmatch.explaining import explain as explain
    from talentmatch.guessing import guess_columns as guess_columns
    from talentmatch.matching import match as match
    from talentmatch.must_have import MustHave as MustHave
    from talentmatch.outcomes import Status as Status
    from talentmatch.outputs import write_plan as write_plan
    from talentmatch.problem import Problem as Problem
    from talentmatch.reading import quarantine as quarantine
    from talentmatch.reading import read_candidates as read_candidates
    from talentmatch.reading import read_demands as read_demands
    from talentmatch.result import Result as Result
    from talentmatch.rules import AcceptsKind as AcceptsKind
    from talentmatch.rules import Among as Among
    from talentmatch.rules import AtLeast as AtLeast
    from talentmatch.rules import AvailableBy as AvailableBy
    from talentmatch.rules import Within as Within
    from talentmatch.scores import Scores as Scores
    from talentmatch.scoring import FitScorer as FitScorer
    from talentmatch.solving import solve as solve
    from talentmatch.tables.columns import vocabulary as vocabulary
    from talentmatch.taxonomies.taxonomy import Taxonomy as Taxonomy
    from talentmatch.templates import template as template
    from talentmatch.vectorizing import SkillVectorizer as SkillVectorizer
    from talentmatch.versions import show_versions as show_versions
    from talentmatch.worth import MarginalValue as MarginalValue
    from talentmatch.worth import marginal_value as marginal_value
    from talentmatch.worth import scarcity as scarcity

__version__ = "0.1.0"

_HOME = {
    "AcceptsKind": "rules",
    "Among": "rules",
    "AtLeast": "rules",
    "AvailableBy": "rules",
    "Budget": "constraints",
    "CharGrams": "blocks.texts",
    "Conflict": "constraints",
    "Diagnosis": "diagnosing",
    "Documents": "documents",
    "Explanation": "explaining",
    "FitScorer": "scoring",
    "Forbid": "constraints",
    "GroupLimit": "constraints",
    "InputError": "errors",
    "Lock": "constraints",
    "MarginalValue": "worth",
    "MissingExtraError": "errors",
    "MustHave": "must_have",
    "NoPlanError": "errors",
    "NotFittedError": "errors",
    "Problem": "problem",
    "ProblemError": "errors",
    "Result": "result",
    "Scores": "scores",
    "SkillVectorizer": "vectorizing",
    "SolverError": "errors",
    "Status": "outcomes",
    "TalentMatchError": "errors",
    "Taxonomy": "taxonomies.taxonomy",
    "TotalLimit": "constraints",
    "Violation": "checking",
    "Within": "rules",
    "Words": "blocks.texts",
    "alternatives": "explaining",
    "check": "checking",
    "diagnose": "diagnosing",
    "explain": "explaining",
    "guess_columns": "guessing",
    "marginal_value": "worth",
    "match": "matching",
    "quarantine": "reading",
    "read_candidates": "reading",
    "read_demands": "reading",
    "scarcity": "worth",
    "show_versions": "versions",
    "solve": "solving",
    "template": "templates",
    "vocabulary": "tables.columns",
    "write_plan": "outputs",
}
_ROOMS = ("aims", "blocks", "centre", "datasets", "evaluate", "learning", "plots")

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
