"""Bring your own scores: a matrix, bids, or embeddings of any encoder."""

import numpy as np
import scipy.sparse as sp

import talentmatch as tm

rng = np.random.default_rng(0)

# Reviewers for papers: each paper exactly three, each reviewer at most six, conflicts are nan.
bids = rng.choice([0.25, 0.5, 1.0], size=(40, 60), p=[0.7, 0.2, 0.1])
bids[rng.random(bids.shape) < 0.05] = np.nan
papers = tm.solve(tm.Problem(bids, capacity=6, headcount=3, min_headcount=3))
print("papers:", papers, papers.proof)

# A sparse matrix: only what is stored is eligible.
n, m, known = 2000, 1500, 30_000
pairs = sp.coo_array(
    (rng.random(known), (rng.integers(n, size=known), rng.integers(m, size=known)))
)
print("sparse:", tm.solve(tm.Problem(pairs)))

# Embeddings: scores stay factored, and only the pairs that matter are formed.
people, posts = (rng.random((n, 32)) / 8 for n in (3000, 2500))
result = tm.solve(tm.Problem(tm.Scores.from_factors(people, posts)))
print("embeddings:", result)
print(f"formed {result.pairs_formed:,} of {3000 * 2500:,} pairs, proved over all of them")
