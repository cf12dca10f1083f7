"""A large problem on one machine, and the same call on a cluster.

``pip install "talentmatch[fast,cluster]"``. Skills are drawn at random here; put in the factors of
your own encoder or of `tm.SkillVectorizer`. The first solve compiles the inner loops once (seconds,
kept on disk).
"""

import time

import joblib
import numpy as np
import scipy.sparse as sp
from distributed import Client, LocalCluster

import talentmatch as tm
from talentmatch.outcomes import Progress

PEOPLE, POSTS, SKILLS = 7_000, 8_000, 2_000


def skills(rows: int, rng: np.random.Generator) -> sp.csr_array:
    """Twelve skills each, some far more common than others, as rows of unit length."""
    popular = 1 / np.arange(1, SKILLS + 1)
    columns = rng.choice(SKILLS, size=(rows, 12), p=popular / popular.sum())
    counts = sp.csr_array(
        (np.ones(columns.size), (np.repeat(np.arange(rows), 12), columns.ravel())),
        shape=(rows, SKILLS),
    )
    weights = counts.multiply(np.log(rows / (1 + counts.astype(bool).sum(axis=0))))
    return sp.csr_array(weights / np.sqrt(weights.multiply(weights).sum(axis=1))[:, None])


def main() -> None:
    """Solve alone, with a look at the progress; then on a cluster of two processes."""
    rng = np.random.default_rng(0)
    scores = tm.Scores.from_factors(skills(PEOPLE, rng), skills(POSTS, rng))
    problem = tm.Problem(scores, capacity=1, headcount=1)

    def tell(at: Progress) -> None:
        if at.stage == "solving and pricing":
            print(f"round {at.round}: {at.pairs:,} pairs formed, gap {at.gap:.1e}")

    tm.solve(problem, time_limit=60)  # compiles, where it was not done before
    began = time.perf_counter()
    alone = tm.solve(problem, progress=tell)
    seconds = time.perf_counter() - began
    print(f"{alone.status.value}: {len(alone.pairs):,} pairs out of {PEOPLE * POSTS:,}")

    # The cluster's own client and joblib's own switch; an address instead of LocalCluster(...)
    # reaches the machines you have. Every worker is sent the factors once.
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}  # any free port
    with (
        LocalCluster(**options) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        tm.solve(problem)  # the workers load what they need
        began = time.perf_counter()
        spread = tm.solve(problem)
        overhead = time.perf_counter() - began - seconds
    print(f"the same plan, bit for bit: {spread.pairs.equals(alone.pairs)}")
    print(f"two processes instead of threads: {overhead:+.1f} s on {seconds:.1f} s")


if __name__ == "__main__":
    main()
