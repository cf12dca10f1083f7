"""Constraints as values in a list, each with its formula."""

from talentmatch.constraints.budgets import Budget
from talentmatch.constraints.groups import GroupLimit, TotalLimit
from talentmatch.constraints.pairs import Conflict, Forbid, Lock

__all__ = ["Budget", "Conflict", "Constraint", "Forbid", "GroupLimit", "Lock", "TotalLimit"]

Constraint = Lock | Forbid | GroupLimit | Budget | TotalLimit | Conflict
