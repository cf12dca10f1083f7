"""How well scores order candidates for demands, measured against graded judgements.

Equal scores are never ordered by position: what a ranking is worth is its exact expectation over
all orders of equal scores. Means over queries come with intervals, and two scorers are compared
query by query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.evaluate.judgements import read_judgements
from talentmatch.evaluate.rankings import Rankings
from talentmatch.evaluate.resampling import mean_interval, sign_flip_p
from talentmatch.scores import from_matrix

__all__ = ["by_query", "compare", "measure"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
QuerySide = Literal["candidate", "demand"]
Gain = Literal["exponential", "linear"]

_USUAL = ("map", "ndcg@10", "mrr", "recall@100")
_WHOLE: dict[str, Callable[[Rankings], Floats]] = {
    "map": Rankings.average_precision,
    "mrr": Rankings.reciprocal_rank,
    "tau": Rankings.tau,
    "pairs": Rankings.pair_accuracy,
}
_CUT: dict[str, Callable[..., Floats]] = {
    "ndcg": Rankings.ndcg,
    "recall": Rankings.recall,
    "precision": Rankings.precision,
    "rp": Rankings.r_precision,
}
_PLACES = re.compile(r"([a-z]+)@([1-9][0-9]{0,8})")
_ROUNDING = 1e-12  # two expectations nearer than this are equal


def measure(
    scores: Any,
    judgements: Any,
    *,
    metrics: Sequence[str] = _USUAL,
    by: QuerySide = "demand",
    judged_only: bool = False,
    gain: Gain = "exponential",
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Measure how well scores order the candidates of each demand (or the demands of each).

    What each metric is worth to one query is said at `by_query`; here are the means.

    Parameters
    ----------
    scores : Scores, array, sparse matrix or DataFrame
        (candidates, demands), as for `Problem`; nan = not eligible.
    judgements : frame, path or list of mappings
        candidate_id, demand_id, and grade (or relevance): a number of 0 or more, 1 where there is
        no such column. Pairs not listed have the grade 0.
    metrics : sequence of str
        map, mrr, tau, pairs, and with a whole number k ndcg@k, recall@k, precision@k, rp@k.
    by : {"demand", "candidate"}
        Which side the queries are.
    judged_only : bool
        Rank only those documents of a query that are judged for it.
    gain : {"exponential", "linear"}
        What a grade is worth to ndcg: 2**grade - 1, or the grade.
    resamples, level, seed : int, float, int
        Of the percentile bootstrap over queries. The order of rows does not matter to it.

    Returns
    -------
    pandas.DataFrame
        metric, value (the mean over queries), low, high, and queries: how many have a relevant
        document or, for tau and pairs, judged documents of two grades.

    Raises
    ------
    InputError
        With every flaw of the judgements: columns, unknown ids, grades, contradictions.
    ProblemError
        An unknown metric or option, or a metric without queries.

    Examples
    --------
    >>> import talentmatch as tm
    >>> judged = [{"candidate_id": 0, "demand_id": 0}, {"candidate_id": 2, "demand_id": 1}]
    >>> found = tm.evaluate.measure([[0.9, 0.4], [0.1, 0.4], [0.0, 0.4]], judged, metrics=["mrr"])
    >>> found[["metric", "value", "queries"]].round(4).values.tolist()
    [['mrr', 0.8056, 2]]
    """
    table = by_query(scores, judgements, metrics=metrics, by=by, judged_only=judged_only, gain=gain)
    rows = []
    for name in table.columns:
        values = _defined(table[name], by)
        low, high = mean_interval(values, resamples=resamples, level=level, seed=seed)
        rows.append((name, values.mean(), low, high, len(values)))
    return pd.DataFrame(rows, columns=["metric", "value", "low", "high", "queries"])


def by_query(
    scores: Any,
    judgements: Any,
    *,
    metrics: Sequence[str] = _USUAL,
    by: QuerySide = "demand",
    judged_only: bool = False,
    gain: Gain = "exponential",
) -> pd.DataFrame:
    r"""Measure every query by itself; parameters and errors are those of `measure`.

    A query's documents are all ids of the other side, best score first; those that are not
    eligible come last, as equals. Equal scores count with their expectation over all orders
    (McSherry & Najork 2008). With R relevant documents, those of a grade above 0:

    - ``precision@k``: relevant ones among the first k, by k, also where there are fewer than k;
      ``recall@k``: by R; ``rp@k``: by min(k, R) (Chalkidis et al. 2019).
    - ``map``: average precision, the mean of precision@rank over the ranks of the R.
    - ``mrr``: 1 / rank of the first relevant one.
    - ``ndcg@k``: :math:`\sum_{rank \le k} g / \log_2(1 + rank)`, by its value in the best order
      (Järvelin & Kekäläinen 2002), g being the grade or :math:`2^{grade} - 1` (Burges et al. 2005).
    - ``pairs``: of every two judged documents of different grades, whether the better one has the
      higher score; a half where the scores are equal.
    - ``tau``: Kendall's tau-b (1945) of score and grade over the judged documents, from -1 to 1;
      0 where all their scores are equal, so that the queries do not depend on the scorer.

    Returns
    -------
    pandas.DataFrame
        One row for each id with a judgement, in the order of the ids, which are the index; one
        column for each metric, nan where no document is relevant or, for pairs and tau, where no
        two grades differ.

    Examples
    --------
    >>> import talentmatch as tm
    >>> judged = [{"candidate_id": 0, "demand_id": 0}, {"candidate_id": 2, "demand_id": 1}]
    >>> scores = [[0.9, 0.4], [0.1, 0.4], [0.0, 0.4]]
    >>> tm.evaluate.by_query(scores, judged, metrics=["recall@1"])["recall@1"].round(3).to_dict()
    {0: 1.0, 1: 0.333}
    """
    named = _known(metrics)
    for option, value, choices in (
        ("by", by, ("candidate", "demand")),
        ("gain", gain, ("exponential", "linear")),
    ):
        if value not in choices:
            raise ProblemError(f"{option} must be {choices[0]!r} or {choices[1]!r}, not {value!r}")
    ours = from_matrix(scores)
    rankings = Rankings(
        ours, read_judgements(judgements, ours), by=by, judged_only=judged_only, gain=gain
    )
    ids = (ours.demand_ids if by == "demand" else ours.candidate_ids).take(rankings.at)
    table = pd.DataFrame({name: worth(rankings) for name, worth in named.items()}, index=ids)
    return table.iloc[_in_order(ids)]


def compare(
    first: Any,
    second: Any,
    judgements: Any,
    *,
    metrics: Sequence[str] = _USUAL,
    by: QuerySide = "demand",
    judged_only: bool = False,
    gain: Gain = "exponential",
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare two scorers query by query: by how much the second is better, and how surely.

    Parameters
    ----------
    first, second : Scores, array, sparse matrix or DataFrame
        Scores of the same candidates and demands, in any order.
    judgements, metrics, by, judged_only, gain, resamples, level, seed
        As for `measure`.

    Returns
    -------
    pandas.DataFrame
        metric; first, second: the means over queries; difference: second - first; low, high: its
        bootstrap interval; p_value: two-sided, of the paired randomisation test (Smucker, Allan &
        Carterette 2007), each metric for itself; wins, ties, losses: queries where the second is
        better, equal, worse; queries.

    Raises
    ------
    InputError, ProblemError
        As for `measure`; also where the two do not score the same ids.

    Examples
    --------
    >>> import talentmatch as tm
    >>> judged = [{"candidate_id": k, "demand_id": k} for k in (0, 1)]
    >>> old, new = [[0.1, 0.4], [0.9, 0.3]], [[0.9, 0.4], [0.1, 0.3]]
    >>> found = tm.evaluate.compare(old, new, judged, metrics=["map"])
    >>> found[["first", "second", "difference", "wins", "ties"]].to_dict("records")
    [{'first': 0.5, 'second': 0.75, 'difference': 0.25, 'wins': 1, 'ties': 1}]
    """
    sides = [from_matrix(scores) for scores in (first, second)]
    for name in ("candidate_ids", "demand_ids"):
        one, other = (getattr(scores, name) for scores in sides)
        if len(one) != len(other) or not one.isin(other).all():
            raise ProblemError(
                f"first and second must score the same {name}: {len(one)}, such as "
                f"{one[:3].tolist()}, and {len(other)}, such as {other[:3].tolist()}"
            )
    old, new = (
        by_query(scores, judgements, metrics=metrics, by=by, judged_only=judged_only, gain=gain)
        for scores in sides
    )
    rows = []
    for metric in old.columns:
        a, b = _defined(old[metric], by), _defined(new.loc[old.index, metric], by)
        gap = np.where(np.abs(b - a) <= _ROUNDING, 0.0, b - a)
        low, high = mean_interval(gap, resamples=resamples, level=level, seed=seed)
        p_value = sign_flip_p(gap, resamples=resamples, seed=seed)
        signs = [int((np.sign(gap) == sign).sum()) for sign in (1, 0, -1)]
        rows.append((metric, a.mean(), b.mean(), gap.mean(), low, high, p_value, *signs, len(gap)))
    return pd.DataFrame(
        rows,
        columns=[
            "metric", "first", "second", "difference", "low", "high", "p_value",
            "wins", "ties", "losses", "queries",
        ],
    )  # fmt: skip


def _known(metrics: Sequence[str]) -> dict[str, Callable[[Rankings], Floats]]:
    """What measures a query by each metric, by its name; all unknown names are refused at once."""
    found: dict[str, Callable[[Rankings], Floats]] = {}
    unknown = []
    for name in (metrics,) if isinstance(metrics, str) else metrics:
        cut = _PLACES.fullmatch(str(name))
        if str(name) in _WHOLE:
            found[name] = _WHOLE[name]
        elif cut and cut[1] in _CUT:
            found[name] = partial(_CUT[cut[1]], k=int(cut[2]))
        else:
            unknown.append(name)
    if unknown or not found:
        known = ", ".join([*_WHOLE, *(f"{kind}@k" for kind in _CUT)])
        what = f"unknown metrics {unknown}" if unknown else "no metric is named"
        raise ProblemError(f"{what}; there are {known}, with k a whole number from 1")
    return found


def _in_order(ids: pd.Index) -> Ints:
    """Places of the ids in their own order, so that no answer depends on that of the rows."""
    try:
        return ids.argsort()
    except TypeError:  # numbers beside texts
        return ids.map(repr).argsort()


def _defined(column: pd.Series, by: str) -> Floats:
    values = column.dropna().to_numpy()
    if not len(values):
        need = (
            "judged pairs of two different grades"
            if column.name in ("tau", "pairs")
            else "a relevant judgement (grade above 0)"
        )
        raise ProblemError(f"no {by} has {need}, so {column.name} is not defined")
    return values
