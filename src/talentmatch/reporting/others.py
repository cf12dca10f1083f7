"""Who else could take a place, and what the whole plan would lose: exact, or at least so much."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.explaining import alternatives
from talentmatch.reduced_costs import costs_at_least
from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.wording import Wording
from talentmatch.result import Result
from talentmatch.selecting import ColumnBest

__all__ = ["Other", "others_list", "others_note", "others_of"]

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who could take the place of a chosen candidate.

    Parameters
    ----------
    row : int
        Position of the candidate.
    score : float
        With this demand.
    placed_on : tuple of int
        Positions of the demands that the candidate has in the plan.
    at_least : float
        What the whole plan loses at least, by the prices; nan where they do not tell.
    regret : float or None
        What it loses exactly, by solving again; nan where no plan has it; None where it was not
        asked.
    gives_up : str
        Earlier aims that change, which makes the regret not comparable.
    """

    row: int
    score: float
    placed_on: tuple[int, ...]
    at_least: float
    regret: float | None = None
    gives_up: str = ""


def others_of(
    result: Result, rows: Ints, cols: Ints, *, most: int = 3, seconds: float = 10.0
) -> dict[int, list[Other]]:
    """Find the next best candidates of each pair's demand, and what each would cost the plan.

    The prices tell at once what a change loses at least. Where it may lose least the problem is
    solved again, as `talentmatch.alternatives` does, until the time is over.

    Parameters
    ----------
    result : Result
        A result with a plan.
    rows, cols : int arrays
        Its pairs, by position.
    most : int
        Others of each pair: those of the highest scores that are eligible, not on the demand and
        of a capacity above 0.
    seconds : float
        Time for solving again; the solve that is running when it ends is finished. 0 = none.

    Returns
    -------
    dict of int to list of Other
        By the pair's place in `rows`; best score first, with exact regrets least regret first.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7], [0.5, 0.1]]))
    >>> others = others_of(result, np.array([0, 1]), np.array([0, 1]))
    >>> [(other.row, round(other.regret, 9)) for other in others[0]]
    [(2, 0.4), (1, 0.6)]
    """
    if not len(rows):
        return {}
    who, scores = _next_best(result, rows, cols, most)
    places: dict[int, list[int]] = {}
    for row, col in zip(rows.tolist(), cols.tolist(), strict=True):
        places.setdefault(row, []).append(col)
    at = np.repeat(cols[None, :], len(who), axis=0)
    known = who >= 0
    least = np.full(who.shape, np.nan)
    least[known] = costs_at_least(result, who[known], at[known])
    found = {
        pair: [
            Other(row, score, tuple(places.get(row, ())), cost)
            for row, score, cost in zip(
                who[:, pair].tolist(), scores[:, pair].tolist(), least[:, pair].tolist(),
                strict=True,
            )
            if row >= 0
        ]
        for pair in range(len(rows))
    }  # fmt: skip
    closest = np.where(known, np.nan_to_num(least, nan=0.0), np.inf).min(axis=0)
    until = time.perf_counter() + seconds
    for pair in np.argsort(closest, kind="stable").tolist():
        if time.perf_counter() >= until:
            break
        if found[pair]:
            found[pair] = _exact(result, found[pair], int(rows[pair]), int(cols[pair]), most)
    return found


def _next_best(
    result: Result, rows: Ints, cols: Ints, most: int
) -> tuple[Ints, NDArray[np.float64]]:
    """Each pair's demand's best who are not on it: positions and scores (most x pairs), best first.

    -1 and -inf stand where there are no more.
    """
    problem = result.problem
    wanted, back = np.unique(cols, return_inverse=True)
    kept = ColumnBest(most, -np.inf)
    for at, block in problem.blocks():
        part = block[:, wanted].astype(np.float64)
        mine = np.isin(rows, at)
        part[np.searchsorted(at, rows[mine]), back[mine]] = np.nan
        part[problem.capacity_units[at] == 0] = np.nan
        kept.add(at, part)
    people, needs, values = kept.pairs()
    order = np.lexsort((people, -values, needs))
    people, needs, values = people[order], needs[order], values[order]
    rank = np.arange(len(needs)) - np.searchsorted(needs, needs)
    who = np.full((most, len(wanted)), -1, dtype=np.intp)
    scores = np.full((most, len(wanted)), -np.inf)
    who[rank, needs], scores[rank, needs] = people, values
    return who[:, back], scores[:, back]


def _exact(result: Result, others: list[Other], row: int, col: int, most: int) -> list[Other]:
    problem = result.problem
    frame = alternatives(result, problem.candidate_ids[row], problem.demand_ids[col], most)
    mine = {other.row: other for other in others}
    places = problem.candidate_ids.get_indexer(pd.Index(frame["candidate_id"]))
    return [
        replace(mine[place], regret=float(regret), gives_up=str(given_up))
        for place, regret, given_up in zip(
            places.tolist(), frame["regret"], frame["gives_up"], strict=True
        )
        if place in mine
    ]


def others_note(say: Wording, others: Mapping[int, Sequence[Other]] | None, shown: int) -> str:
    """Say above the pairs what is told of the next best, and where it is not exact."""
    if others is None:
        told = say("Who else could take a place was not looked for in this report.")
        return f"<p>{page_text(told)}</p>\n"
    lists = [others[pair] for pair in range(shown) if others.get(pair)]
    exact = sum(all(other.regret is not None for other in each) for each in lists)
    if not lists:
        return ""
    intro = say(
        "Below each pair opens who else could take the place, and what the whole plan would lose "
        "by it."
    )
    if exact == len(lists):
        rest = say("Every such loss is exact: the plan was solved again for each.")
    elif exact:
        rest = say(
            "For the {exact:,} of {all:,} pairs where a change may cost least the loss is exact, "
            "as the plan was solved again for each; for the others this was left out to save time, "
            "and the prices tell only what is lost at least.",
            exact=exact,
            all=len(lists),
        )
    else:
        rest = say("The plan was not solved again: the prices tell what is lost at least.")
    return f"<p>{page_text(intro)} {page_text(rest)}</p>\n"


def others_list(say: Wording, others: Sequence[Other], labels: Labels, places: int) -> str:
    """List the others of one pair as HTML."""
    items = "".join(f"<li>{_said(say, other, labels, places)}</li>" for other in others)
    if not items:
        return ""
    head = say("Next best for this demand, and what the plan would lose")
    return f'<p class="next">{page_text(head)}</p><ul>{items}</ul>'


def _said(say: Wording, other: Other, labels: Labels, places: int) -> str:
    name = f"<bdi>{page_text(labels.candidate_ids[other.row])}</bdi>"
    where = ", ".join(f"<bdi>{page_text(labels.demand_ids[col])}</bdi>" for col in other.placed_on)
    now = say("now on {where}", where=where) if where else say("free")
    score = f"{other.score:.{places}f}"
    head = say("{name}, score {score}, {now}", name=name, score=score, now=now)
    return f"{head}: {page_text(_loss(say, other, places))}"


def _loss(say: Wording, other: Other, places: int) -> str:
    """What the plan loses, in words; a regret is never rounded to nothing."""
    if other.regret is None:
        if math.isnan(other.at_least):
            return say("not known")
        if other.at_least < 10.0**-places:
            return say("perhaps nothing")
        return say("at least {loss}", loss=f"{other.at_least:.{places}f}")
    if math.isnan(other.regret):
        return say("no plan has that")
    loss = say.shown(round(other.regret, max(places, 4)) + 0.0)
    if other.gives_up:
        return say("changes earlier aims ({what}); not comparable", what=other.gives_up)
    return say("exactly {loss}", loss=loss)
