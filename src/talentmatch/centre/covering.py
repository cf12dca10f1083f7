"""What the pool cannot serve: skills, industries, enterprises, and whom to recruit next year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.centre.counted import Counted
from talentmatch.centre.wishes import wishes_of
from talentmatch.displaying import Shown
from talentmatch.result import Result

__all__ = ["Coverage", "coverage"]


@dataclass(frozen=True, eq=False, repr=False)
class Coverage(Shown):
    """Where a plan leaves openings empty, and what it would be worth to fill them.

    In all frames: demands, openings, filled, missing, share (filled / openings), worth
    (what filling the missing would gain at most, in `unit`), sentence; most worth first.

    Attributes
    ----------
    skills : DataFrame
        skill, then the columns above, and where the problem holds the candidates supply (those
        who name it in so many words, or in others that the glossary of technical terms knows), and
        suited (candidates who fit a demand that names it as well as the plan's middle pair fits).
        A demand counts under every skill that it names. Ordered by worth times the share left
        empty: a skill that half of all demands name is not what is lacking.
    sectors : DataFrame
        industry, then the columns above, mean_score (of its chosen pairs).
    enterprises : DataFrame
        enterprise_id, with name, tier and industry where the enterprises are given, then the
        columns above.
    wishes : DataFrame
        As `wish_list` returns.
    unit : str
        What worth counts.
    usual : float
        What a newcomer who fits as well as the plan's middle pair brings, in `unit`.
    limited : str
        Where a total limit is used up: that it, and not the pool alone, leaves openings empty.
    """

    skills: pd.DataFrame
    sectors: pd.DataFrame
    enterprises: pd.DataFrame
    wishes: pd.DataFrame
    unit: str
    usual: float
    limited: str

    @property
    def sentences(self) -> list[str]:
        """The whole, then the three worst sectors, skills and enterprises, in words."""
        frame = self.sectors
        openings, missing = int(frame["openings"].sum()), int(frame["missing"].sum())
        head = f"{openings - missing:,} of {openings:,} openings are filled"
        gain = float(frame["worth"].sum())
        worth = f"at most {gain:.3g} of {self.unit}" if gain > 0 else "nothing within the limits"
        said = [f"{head}; the other {missing:,} are worth {worth}." if missing else f"{head}."]
        said += [self.limited] * bool(self.limited and missing)
        for part in (self.sectors, self.skills, self.enterprises):
            said += part.loc[part["missing"] > 0, "sentence"].head(3).tolist()
        return said

    _shown = ("sentences", "sectors", "skills", "enterprises", "wishes")

    def _line(self) -> str:
        return f"<Coverage: {self.sentences[0]}>"


def coverage(
    result: Result,
    *,
    enterprises: Any = None,
    by: str = "industry",
    usual: float | None = None,
    top: int = 20,
) -> Coverage:
    r"""Tell which skills, industries and enterprises the pool cannot serve.

    An opening left empty is worth what a newcomer would gain who fits it as well as the middle
    pair of the plan fits:

    .. math:: w_j = \max(0, \; s - v_j - t)

    with s that score, v the price of the demand's slot and t the price of the total limit, where
    there is one. By duality a newcomer gains no more than that, and several together no more than
    their sum, where the total is the aim and its prices are dual; else it is an estimate. For
    `ExpectedContracts` an opening is empty where nobody is introduced to it, s is the middle
    chance of signing, and :math:`w_j = \max(0, \; s P(X_j < o_j) - t)`.

    Parameters
    ----------
    result : Result
        A plan whose problem holds the demands' table; with the candidates' table the supply of
        skills is counted too.
    enterprises : frame, path or records, optional
        The service list: its names, tiers and industries are added, and those without any demand.
    by : str
        The demands' column of sectors. Where the demands have none, the industry of their
        enterprise is taken.
    usual : float, optional
        s above, in the aim's unit.
    top : int
        Wishes listed.

    Returns
    -------
    Coverage

    Raises
    ------
    ProblemError
        The problem holds no table of demands, or an argument is out of range.
    InputError
        The enterprises have flaws.
    NoPlanError
        The result holds no plan.

    Examples
    --------
    >>> import pandas as pd, talentmatch as tm
    >>> needs = pd.DataFrame({"demand_id": ["X1", "X2"], "industry": ["moulds", "port"],
    ...                       "enterprise_id": ["E1", "E2"], "skills": [["CAD"], ["TOS"]]})
    >>> result = tm.solve(tm.Problem([[0.8, 0.1]], demands=needs))
    >>> print(coverage(result).sentences[1])
    port: 1 of 1 openings stay empty (1 demand), worth at most 0.8 of total score.
    """
    plan = Counted.of(result, enterprises, by, usual)
    sectors = plan.short.by(pd.Series(plan.sector), name="industry")
    means = plan.short.mean_scores(plan.sector)
    return Coverage(
        _skills(plan, result),
        sectors.assign(mean_score=sectors["industry"].map(means)),
        plan.by_enterprise(),
        wishes_of(plan, top),
        plan.short.unit,
        plan.short.usual,
        plan.short.limited,
    )


def _skills(plan: Counted, result: Result) -> pd.DataFrame:
    """The skills, with who names them and who would do."""
    short, named = plan.short, plan.named
    frame = short.summed(named.wanted, "skill", named.skills)
    lack = frame["worth"] * (1 - frame["share"])
    frame = frame.assign(lack=lack.round(9)).sort_values(
        ["lack", "missing", "skill"], ascending=[False, False, True], ignore_index=True
    )
    suited = pd.Series(_suited(plan, result), named.skills, dtype="int64")
    frame = frame.drop(columns="lack").assign(suited=lambda t: t["skill"].map(suited))
    said = [f"{sentence.removesuffix('.')};" for sentence in frame["sentence"]]
    people = result.problem.shape[0]
    if named.offered is not None:
        supply = pd.Series(np.asarray(named.offered.sum(axis=0)).ravel(), named.skills)
        frame.insert(len(frame.columns) - 1, "supply", frame["skill"].map(supply).astype("int64"))
        said = [
            f"{head} {has:,} of {people:,} candidates name it,"
            for head, has in zip(said, frame["supply"], strict=True)
        ]
    frame["sentence"] = [
        f"{head} {fit:,} fit one of its demands as the plan's middle pair does."
        for head, fit in zip(said, frame["suited"], strict=True)
    ]
    return frame


def _suited(plan: Counted, result: Result) -> NDArray[np.int64]:
    """How many candidates fit some demand that names a skill as well as the plan's middle pair."""
    pairs = result.pairs
    count = np.zeros(len(plan.named.skills), dtype=np.int64)
    if not len(pairs):
        return count
    usual, wanted = float(pairs["score"].median()), plan.named.wanted.astype(np.float64)
    for _, block in result.problem.blocks():
        fits = sp.csr_array(np.nan_to_num(block, nan=-np.inf) >= usual)
        count += np.asarray((fits.astype(np.float64) @ wanted > 0).sum(axis=0)).ravel()
    return count
