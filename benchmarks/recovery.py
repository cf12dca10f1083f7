"""The built-in case has a known truth: how much of it the plan recovers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.measure import Measure, timed


def run(seed: int = 0) -> list[Measure]:
    """Match the built-in case and hold the plan against its truth, and against chance."""
    import talentmatch as tm
    from talentmatch.matching import usual_rules

    seconds, case = timed(lambda: tm.datasets.make_beilun(seed))
    result = tm.match(case.candidates, case.demands)
    pairs = result.pairs[["candidate_id", "demand_id"]]
    grades = np.asarray(case.relevance(pairs))
    shuffled = pairs.assign(
        candidate_id=np.random.default_rng(seed).permutation(
            case.candidates["candidate_id"].to_numpy()
        )[: len(pairs)]
    )
    chance = np.asarray(case.relevance(shuffled))
    written = case.demands.set_index("demand_id")["text"].reindex(pairs["demand_id"])
    share_of_latin = written.astype(str).str.count("[A-Za-z]") / written.astype(str).str.len()
    thirds = pd.qcut(share_of_latin.to_numpy(), 3, labels=False, duplicates="drop")
    by_third = ", ".join(f"{grades[thirds == k].mean():.2f}" for k in np.unique(thirds))
    plain = tm.FitScorer(
        blocks=[tm.Words(), tm.CharGrams()],
        rules=usual_rules(tm.read_candidates(case.candidates), tm.read_demands(case.demands)),
    )
    without = tm.match(case.candidates, case.demands, scorer=plain).pairs
    least = set(pairs["demand_id"].to_numpy()[thirds == 0])
    mine = without["demand_id"].isin(least).to_numpy()
    other = np.asarray(case.relevance(without[["candidate_id", "demand_id"]]))[mine]
    ours = grades[pairs["demand_id"].isin(least).to_numpy()]
    return [
        Measure(
            "make_beilun", f"{seconds:.2f} s", "", f"{seconds:.2f} s", "", True
        ),
        Measure(
            f"mean relevance (0 to 3) of {len(pairs):,} chosen pairs, {result.status}",
            f"{grades.mean():.2f}; right speciality {np.mean(grades == 3):.0%}, "
            f"right industry {np.mean(grades >= 1):.0%}",
            f"{chance.mean():.2f}; {np.mean(chance == 3):.0%}, {np.mean(chance >= 1):.0%} (chance)",
            f"{grades.mean() / chance.mean():.1f} x chance",
            "above chance",
            bool(grades.mean() > chance.mean()),
        ),
        Measure(
            "the same by how much of the demand is written in Latin letters (least, middle, most)",
            by_third, "", by_third,
        ),
        Measure(
            "Chinese demands (the third with the fewest Latin letters), mostly English resumes",
            f"{ours.mean():.2f}; right speciality {np.mean(ours == 3):.0%}",
            f"{other.mean():.2f}; {np.mean(other == 3):.0%} (ours without the glossary)",
            f"{ours.mean() / other.mean():.2f} x",
            "above 1",
            bool(ours.mean() > other.mean()),
        ),
    ]  # fmt: skip
