"""From a table of judgements and scores made of blocks to learned block weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.evaluate.judgements import Judged, read_judgements
from talentmatch.learning.splitting import check_whole
from talentmatch.learning.weighting import learn_weights
from talentmatch.learning.weights import LearnedWeights
from talentmatch.products import Factors
from talentmatch.scores import Scores

__all__ = ["block_scores", "learn"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def learn(
    scores: Scores,
    judgements: Any,
    *,
    blocks: Sequence[tuple[str, float]],
    by: Literal["candidate", "demand"] = "demand",
    unjudged: int = 0,
    folds: int = 5,
    seed: int = 0,
    penalties: Sequence[float] | None = None,
    pairs_per_query: int = 500,
) -> LearnedWeights:
    """Learn block weights from a table of judgements; see `learn_weights` for how.

    Pairs that a rule forbids teach nothing about weights and are left out.

    Parameters
    ----------
    scores : Scores
        Made of factors, one part for each block.
    judgements : frame, path or list of mappings
        As `evaluate.measure` takes.
    blocks : sequence of (str, float)
        Name and present weight of each block, in the order of the factors; the weights are the
        prior. A block of weight 0 keeps it: score with a small weight to have it judged.
    by : {"demand", "candidate"}
        Which side the queries are.
    unjudged : int
        So many documents of each query, drawn from those not judged, count as grade 0. For
        judgements that name the suitable pairs only.
    folds, seed, penalties, pairs_per_query
        As for `learn_weights`. The order of the tables does not matter.

    Returns
    -------
    LearnedWeights

    Raises
    ------
    InputError
        With every flaw of the judgements.
    ProblemError
        The scores are not made of these blocks, or as for `learn_weights`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> scores = tm.Scores.from_factors([[i / 20] for i in range(20)], [[1.0]] * 4)
    >>> judged = [{"candidate_id": i, "demand_id": j, "grade": i // 10}
    ...           for i in range(20) for j in range(4)]
    >>> learn(scores, judged, blocks=[("words", 1.0)])
    <LearnedWeights: words 1.00; prior kept, nothing beat it clearly, 4 queries>
    """
    if by not in ("candidate", "demand"):
        raise ProblemError(f"by must be 'candidate' or 'demand', not {by!r}")
    check_whole(unjudged=(unjudged, 0), seed=(seed, 0))
    judged = _with_unjudged(read_judgements(judgements, scores), scores, by, unjudged, seed)
    judged = _eligible(judged, scores)
    rank = _ranks(scores.demand_ids if by == "demand" else scores.candidate_ids)
    parts, names = block_scores(scores, judged.rows, judged.cols, blocks=blocks)
    return learn_weights(
        parts,
        judged.grades,
        rank[judged.cols if by == "demand" else judged.rows],
        names=names,
        prior=[weight for _, weight in blocks],
        folds=folds,
        seed=seed,
        penalties=penalties,
        pairs_per_query=pairs_per_query,
    )


def block_scores(
    scores: Scores, rows: Ints, cols: Ints, *, blocks: Sequence[tuple[str, float]]
) -> tuple[Floats, tuple[str, ...]]:
    """Score single pairs block by block, whatever the rules say, without the blocks' weights.

    Parameters
    ----------
    scores : Scores
        Made of factors, one part for each block.
    rows, cols : int arrays (n,)
        Positions of the pairs.
    blocks : sequence of (str, float)
        Name and weight of each block, in the order of the factors. A block of weight 0 scores 0,
        for what was multiplied by 0 cannot be had back.

    Returns
    -------
    values : float array (n, blocks)
        Their sum, each times its weight, is the score, up to the rounding of a division.
    names : tuple of str
        Of the blocks.

    Raises
    ------
    ProblemError
        The scores are not made of factors, there are not as many blocks, or a weight is negative
        or not finite.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> scores = tm.Scores.from_factors([[0.5], [0.25]], [[1.0]])
    >>> values, names = block_scores(scores, np.array([1]), np.array([0]), blocks=[("words", 0.5)])
    >>> values.tolist(), names
    ([[0.5]], ('words',))
    """
    source = scores._source
    if not isinstance(source, Factors):
        raise ProblemError("block scores need scores made of factors, not a plain matrix")
    if len(source.parts) != len(blocks):
        raise ProblemError(
            f"{len(blocks)} blocks are named, but the scores have {len(source.parts)}"
        )
    wrong = [name for name, weight in blocks if not 0 <= weight < np.inf]
    if wrong:
        raise ProblemError(f"the weights of blocks {wrong} are not finite and 0 or more")
    values = np.zeros((len(rows), len(blocks)))
    for k, (part, (_, weight)) in enumerate(zip(source.parts, blocks, strict=True)):
        if weight:
            values[:, k] = Factors([part]).at(rows, cols) / weight
    return values, tuple(name for name, _ in blocks)


def _eligible(judged: Judged, scores: Scores) -> Judged:
    """Those that the rules allow."""
    may = np.ones(len(judged.rows), dtype=bool)
    for gate in scores.gates:
        may &= gate.passes(judged.rows, judged.cols)
    return Judged(judged.rows[may], judged.cols[may], judged.grades[may])


def _with_unjudged(judged: Judged, scores: Scores, by: str, most: int, seed: int) -> Judged:
    """The judgements and, for each query, some documents that it does not judge, at grade 0."""
    if not most:
        return judged
    asked, documents = (judged.cols, judged.rows) if by == "demand" else (judged.rows, judged.cols)
    sides = [scores.demand_ids, scores.candidate_ids]
    query_ids, document_ids = sides if by == "demand" else sides[::-1]
    rank, place = _ranks(query_ids), np.argsort(_ranks(document_ids))
    extra, owners = [documents], [asked]
    grouped = np.argsort(asked, kind="stable")
    queries, starts = np.unique(asked[grouped], return_index=True)
    runs = np.split(documents[grouped], starts[1:])
    for query, known in zip(queries.tolist(), runs, strict=True):
        rng = np.random.default_rng((seed, int(rank[query])))
        drawn = place[rng.choice(len(place), min(len(place), most + len(known)), replace=False)]
        drawn = drawn[~np.isin(drawn, known)][:most]
        extra.append(drawn)
        owners.append(np.full(len(drawn), query))
    found, query_of = np.concatenate(extra), np.concatenate(owners)
    grades = np.append(judged.grades, np.zeros(len(found) - len(documents)))
    rows, cols = (found, query_of) if by == "demand" else (query_of, found)
    return Judged(rows, cols, grades)


def _ranks(ids: pd.Index) -> Ints:
    """Place of each id in their own order, so that no answer depends on that of the rows."""
    try:
        order = ids.argsort()
    except TypeError:  # numbers beside texts
        order = ids.map(repr).argsort()
    ranks = np.empty(len(ids), dtype=np.intp)
    ranks[order] = np.arange(len(ids))
    return ranks
