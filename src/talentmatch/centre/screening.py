r"""Screening: who of all that sent a resume gets a place in the pool, industry by industry.

.. math:: \max \sum_{ij} s_{ij} x_{ij}, \quad \sum_j x_{ij} \le 1, \quad
    l_j \le \sum_i x_{ij} \le p_j, \quad \sum_{ij} x_{ij} \le places

with p the places and l the least places of an industry, so that thin industries get their share.
A floor is lowered to the number of candidates who may get a place there at all, and where floors
rival for the same few people (``result.shortfall`` tells).

A layout says in a few lines what an industry does, and candidates use words of their own. So the
fit is read off the candidate's own texts and off those of the 20 candidates most alike:

.. math:: s_{ij} = (1 - alike) f_{ij} + alike \, \bar f_{ij}

f is the scorer's score, its mean weighed by likeness (`likeness.fit_of_alike`). Of the built-in
case's pool 0.996 truly fit the layout so, and 0.951 with ``alike=0``; on real resumes of 24 trades
the two differ by no more than 0.01. What limits both is the layout's text: of one line for each
industry, 0.827 and 0.778. A candidate's score then depends on who else applied; with ``alike=0``
it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from talentmatch.centre.duplicates import find_duplicates, left_out
from talentmatch.centre.likeness import fit_of_alike, likeness_of
from talentmatch.centre.screened import Fits, Lines, frames_of
from talentmatch.constraints import TotalLimit
from talentmatch.displaying import Shown
from talentmatch.errors import Flaw, InputError, ProblemError
from talentmatch.problem import Problem
from talentmatch.reading import read_candidates, read_table
from talentmatch.result import Result
from talentmatch.rules import Rule
from talentmatch.scoring import FitScorer
from talentmatch.solving import solve

__all__ = ["Screening", "screen"]

Duplicates = Literal["leave_out", "keep"] | pd.DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Screening(Shown):
    """The pool, everybody else with a reason, and the proof that no pool is better.

    Attributes
    ----------
    pool : DataFrame
        candidate_id, industry, score, own_fit, alike_fit (see `screen`), margin (score less the
        line of the industry: 0 is the last one in); industry by industry, best first.
    rejected : DataFrame
        candidate_id, code, reason, industry and score (where the candidate came nearest to a
        place), line (the least score that got one there), short_by (line less score), same_as
        (of a duplicate: who is kept). The codes are ``"duplicate_of"``, ``"rule:<its name>"``,
        ``"nothing_in_common"``, ``"no_places"``, ``"below_min_score"``, ``"below_the_line"``.
    nearest : DataFrame
        Those nearest to the line on both sides, for a second look: candidate_id, side ("in",
        "out"), industry, score, line, margin (negative is out); least distance first.
    duplicates : DataFrame
        As `find_duplicates` lists them.
    industries : DataFrame
        In the layout's order: industry, places, min_places, eligible (candidates who may get a
        place there), filled, line, first_out (who comes next), first_out_score, price (what one
        more place gains the total score), sentence.
    result : Result
        The allocation behind it: candidates kept x industries.
    """

    pool: pd.DataFrame
    rejected: pd.DataFrame
    nearest: pd.DataFrame
    duplicates: pd.DataFrame
    industries: pd.DataFrame
    result: Result

    @property
    def sentences(self) -> list[str]:
        """What came of it: one sentence for the whole, one for each industry."""
        number = len(self.pool) + len(self.rejected)
        codes = self.rejected["code"].value_counts(sort=False).sort_index()
        why = "; ".join(f"{many:,} {_spoken(str(code))}" for code, many in codes.items())
        head = f"{len(self.pool):,} of {number:,} candidates are in the pool ({self.result.status})"
        head += f"; {len(self.rejected):,} are not{f': {why}' if why else ''}."
        return [head, *self.industries["sentence"]]

    _shown = ("sentences", "pool", "rejected", "nearest", "duplicates", "result")

    def _line(self) -> str:
        return f"<Screening: {self.sentences[0]}>"

    def events(self, date: str) -> pd.DataFrame:
        """The screening as events of one day, for `Record.add`.

        Parameters
        ----------
        date : str
            The day of the screening, as "2021-03-01".

        Returns
        -------
        DataFrame
            kind ("screened"), date, candidate_id, outcome ("pool" or "rejected"), reason (empty
            for the pool).
        """
        ids = pd.concat([self.pool["candidate_id"], self.rejected["candidate_id"]])
        into = [len(self.pool), len(self.rejected)]
        frame = pd.DataFrame(
            {
                "kind": "screened",
                "date": date,
                "candidate_id": ids.to_numpy(),
                "outcome": np.repeat(["pool", "rejected"], into).astype(object),
                "reason": [""] * into[0] + self.rejected["reason"].tolist(),
            }
        )
        return frame.sort_values("candidate_id", ignore_index=True)


def screen(
    candidates: Any,
    layout: Any,
    *,
    places: int | None = 1000,
    rules: Sequence[Rule] = (),
    scorer: FitScorer | None = None,
    alike: float = 0.6,
    duplicates: Duplicates = "leave_out",
    min_score: float | None = None,
    nearest: int = 20,
    seed: int = 0,
    time_limit: float | None = None,
) -> Screening:
    """Choose the pool: the best total fit to the industries (formulas: head of the module).

    Parameters
    ----------
    candidates : frame, path or records
        As `read_candidates` takes.
    layout : frame, path or records
        As ``talentmatch.vocabulary("layout")`` says; further columns serve the rules.
    places : int or None
        Places in the whole pool; None is no limit beside the layout's.
    rules : sequence of rules
        Must-haves, as ``tm.AtLeast("degree")`` with a column min_degree of the layout.
    scorer : FitScorer, optional
        A fitted one scores as it is; else a copy is fitted to the two tables.
    alike : float
        Weight of those alike, from 0 to 1.
    duplicates : {"leave_out", "keep"} or DataFrame
        Of rows that `find_duplicates` takes for one person the one that says most is kept.
        ``"keep"`` only lists them. A frame (first_id, second_id) takes the place of the search.
    min_score : float, optional
        Nobody below it gets a place.
    nearest : int
        Candidates listed on either side of the line.
    seed, time_limit
        As `solve` takes.

    Returns
    -------
    Screening
        Every candidate is either in its pool or among its rejected.

    Raises
    ------
    InputError, ProblemError, NoPlanError
        A table has flaws or floors above the places; an argument is out of range or a rule's
        column is missing; time ran out without a plan.

    Examples
    --------
    >>> people = [{"id": "R1", "text": "mould design"}, {"id": "R2", "text": "mould repair"},
    ...           {"id": "R3", "text": "pastry"}]
    >>> layout = [{"industry": "moulds", "text": "design of moulds; mould steel", "places": 1}]
    >>> screening = screen(people, layout)
    >>> screening.pool["candidate_id"].tolist(), screening.rejected["code"].tolist()
    (['R1'], ['below_the_line', 'nothing_in_common'])
    """
    _sensible(places, alike, nearest)
    # Sorted by id: the answer must not depend on the order of rows.
    everybody = read_candidates(candidates).sort_values("candidate_id", ignore_index=True)
    plan = _layout(layout, places)
    twice = find_duplicates(everybody) if isinstance(duplicates, str) else _given(duplicates)
    dropped = {} if _is(duplicates, "keep") else left_out(everybody, twice)
    people = everybody[~everybody["candidate_id"].isin(list(dropped))].reset_index(drop=True)
    fits = _fits(people, plan, rules, scorer, alike, min_score)
    result = _solved(fits, places, seed, time_limit)
    frames = frames_of(fits, Lines.of(fits, result, places), dropped, result, nearest)
    return Screening(*frames[:3], twice, _as_listed(frames[3], plan), result)


def _as_listed(industries: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """The industries in the layout's order."""
    return industries.set_index("industry").loc[plan["industry"]].reset_index()


def _layout(layout: Any, places: int | None) -> pd.DataFrame:
    """Read the layout, as demands that a scorer takes."""
    plan = read_table(layout, "layout")
    if "min_places" not in plan.columns:
        plan = plan.assign(min_places=0)
    _sound(plan, places)
    return plan.assign(demand_id=plan["industry"])


def _fits(
    people: pd.DataFrame,
    plan: pd.DataFrame,
    rules: Sequence[Rule],
    scorer: FitScorer | None,
    alike: float,
    min_score: float | None,
) -> Fits:
    """Score everybody for every industry, and see what bars whom."""
    needs = plan.sort_values("industry", ignore_index=True)
    scorer = copy(scorer) if scorer is not None else FitScorer()
    if not scorer.is_fitted:
        scorer.fit(people, needs)
    scores = scorer.score(people, needs)
    rows, cols = (grid.ravel() for grid in np.indices(scores.shape))
    own = scores.ungated(rows, cols).reshape(scores.shape)
    others = fit_of_alike(likeness_of(people), own) if alike else own
    gates = [*scores.gates, *(rule.bind(people, needs) for rule in rules)]
    passes = {gate.name: gate.passes(rows, cols).reshape(scores.shape) for gate in gates}
    blend = (1 - alike) * own + alike * others
    return Fits(people, needs, own, others, blend, passes, min_score)


def _solved(fits: Fits, places: int | None, seed: int, time_limit: float | None) -> Result:
    """Allocate the places; floors are lowered to what can be met at all."""
    people, needs = fits.people, fits.needs
    floors = np.minimum(needs["min_places"].to_numpy(), fits.may.sum(axis=0))
    is_short = places is not None and places < int(needs["places"].sum())
    matrix = pd.DataFrame(
        np.where(fits.may, fits.score, np.nan), people["candidate_id"], needs["industry"]
    )
    problem = Problem(
        matrix, people, needs, capacity=1, min_load=0, headcount=needs["places"].to_numpy(),
        min_headcount=floors, constraints=[TotalLimit(at_most=places)] if is_short else [],
    )  # fmt: skip
    return solve(problem, seed=seed, time_limit=time_limit, allow_unmet=True)


def _given(duplicates: pd.DataFrame) -> pd.DataFrame:
    missing = {"first_id", "second_id"} - set(duplicates.columns)
    if missing:
        raise ProblemError(f"duplicates needs the columns {sorted(missing)}")
    return duplicates.copy()


def _is(duplicates: Duplicates, word: str) -> bool:
    if isinstance(duplicates, str) and duplicates not in ("leave_out", "keep"):
        raise ProblemError(
            f"duplicates must be 'leave_out', 'keep' or a frame of pairs, not {duplicates!r}"
        )
    return isinstance(duplicates, str) and duplicates == word


def _sensible(places: int | None, alike: float, nearest: int) -> None:
    if places is not None and (isinstance(places, bool) or int(places) != places or places < 0):
        raise ProblemError(f"places must be a whole number, 0 or more, not {places!r}")
    if not 0 <= alike <= 1:
        raise ProblemError(f"alike must be from 0 to 1, not {alike!r}")
    if nearest < 0:
        raise ProblemError(f"nearest must be 0 or more, not {nearest!r}")


def _sound(plan: pd.DataFrame, places: int | None) -> None:
    """Refuse floors that the whole pool has no room for."""
    total = int(plan["min_places"].sum())
    if places is not None and total > places:
        rule = f"min_places come to {total:,}, above the pool's {places:,} places"
        flaw = Flaw(None, "", "min_places", rule, "Lower them or raise places=")
        raise InputError("layout", [flaw])


def _spoken(code: str) -> str:
    said = {
        "duplicate_of": "there twice",
        "nothing_in_common": "with nothing in common with the layout",
        "no_places": "fit only industries without places",
        "below_min_score": "below the least score",
        "below_the_line": "below the line",
    }
    return said.get(code, f"barred by {code.removeprefix('rule:')}")
