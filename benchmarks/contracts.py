"""Expected contracts of introductions on real scores: plan and bound, against the best scores."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from benchmarks.case import score, tables
from benchmarks.measure import Measure, timed

CANDIDATES = 1000
INTRODUCTIONS = 340
LEAST_P, MOST_P = 0.1, 0.6
MOST_GAP = 0.01
MOST_SECONDS = 30.0


@cache
def scores() -> Any:
    """Scores of the first thousand real resumes for all real demands."""
    candidates, demands = tables()
    return np.array(score(candidates, demands))[:CANDIDATES]


def chances(fit: Any) -> Any:
    """A fixed increasing map of the scores into probabilities: a straight line from .1 to .6."""
    low, high = fit.min(), fit.max()
    return LEAST_P + (MOST_P - LEAST_P) * (fit - low) / (high - low)


def compared(name: str, openings: int | Any, **limits: Any) -> list[Measure]:
    """Solve for contracts and for scores under the same limits, and value both plans exactly."""
    import talentmatch as tm
    from talentmatch.aims import ExpectedContracts
    from talentmatch.constraints import TotalLimit
    from talentmatch.contracts import expected_signatures

    fit = scores()
    p = chances(fit)
    total = TotalLimit(at_most=INTRODUCTIONS)
    problem = tm.Problem(fit, constraints=[total], **limits)
    seconds, result = timed(lambda: tm.solve(problem, ExpectedContracts(p, openings)))
    other, best = timed(lambda: tm.solve(problem))

    def worth(found: Any) -> float:
        rows = problem.candidate_ids.get_indexer(found.pairs["candidate_id"])
        cols = problem.demand_ids.get_indexer(found.pairs["demand_id"])
        each = np.broadcast_to(openings, fit.shape[1]).astype(np.intp)
        return float(expected_signatures(cols, p[rows, cols], each).sum())

    ours, peer = worth(result), worth(best)
    gap = (result.bound - ours) / ours
    sound = abs(ours - result.objective) <= 1e-9 * ours and ours <= result.bound * (1 + 1e-12)
    return [
        Measure(
            f"{name}: expected contracts of at most {INTRODUCTIONS} introductions, "
            f"{fit.shape[0]:,} x {fit.shape[1]:,}, and the gap to the proved bound",
            f"{ours:.6f}, bound {result.bound:.6f}, {result.status}, {result.proof}, "
            f"{result.pairs_formed:,} pairs formed",
            "", f"gap {gap:.1e}", f"at most {MOST_GAP:.0%}", bool(sound and gap <= MOST_GAP),
        ),
        Measure(
            f"{name}: seconds", f"{seconds:.2f} s", f"{other:.2f} s (the best total of scores)",
            f"{seconds:.2f} s", f"within {MOST_SECONDS:g} s", seconds <= MOST_SECONDS,
        ),
        Measure(
            f"{name}: the same exact worth of the {len(best.pairs)} introductions with the best "
            "total of scores",
            f"{ours:.4f}", f"{peer:.4f} ({best.status})", f"{ours / peer - 1:+.1%}",
            "not below", ours >= peer,
        ),
    ]  # fmt: skip


def run() -> list[Measure]:
    """One opening and some of two; probabilities by a straight line from the scores."""
    two = np.where(np.arange(scores().shape[1]) % 2, 2, 1)
    return [
        *compared("one opening, headcount 3, capacity 2", 1, headcount=3, capacity=2),
        *compared("one or two openings, headcount 5, capacity 2", two, headcount=5, capacity=2),
    ]
