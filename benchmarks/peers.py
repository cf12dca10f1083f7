"""Plain scorers to hold ours against: TF-IDF of words or characters, and BM25."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

import talentmatch as tm
from benchmarks.labelled import Labelled

_K1, _B = 1.5, 0.75  # of BM25, the usual values


def words(data: Labelled) -> tm.Scores:
    """Cosines of words and pairs of words."""
    return _cosines(data, TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True))


def characters(data: Labelled) -> tm.Scores:
    """Cosines of three to five characters within words."""
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    return _cosines(data, grams)


def bm25(data: Labelled) -> tm.Scores:
    """BM25 (Robertson & Zaragoza 2009): saturated counts in the documents, idf, query words."""
    texts = data.candidates["text"].tolist()
    counter = CountVectorizer()
    counts = sp.csr_array(counter.fit_transform(texts), dtype=np.float64)
    lengths = counts.sum(axis=1)
    df = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((len(texts) - df + 0.5) / (df + 0.5))
    room = _K1 * (1 - _B + _B * lengths / lengths.mean())
    row = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
    counts.data = idf[counts.indices] * counts.data * (_K1 + 1) / (counts.data + room[row])
    queries = sp.csr_array(counter.transform(data.demands["text"]), dtype=np.float64)
    return _scores(data, counts, queries)


def _cosines(data: Labelled, vectorizer: Any) -> tm.Scores:
    texts: Sequence[str] = [*data.candidates["text"], *data.demands["text"]]
    rows = sp.csr_array(vectorizer.fit_transform(texts))
    return _scores(data, rows[: len(data.candidates)], rows[len(data.candidates) :])


def _scores(data: Labelled, left: Any, right: Any) -> tm.Scores:
    people, needs = data.candidates["candidate_id"], data.demands["demand_id"]
    return tm.Scores.from_factors(left, right, people.tolist(), needs.tolist())


PEERS = {"words": words, "characters": characters, "BM25": bm25}
