"""Vectorising the real texts: ours against scikit-learn, equal numbers, in the same run.

Both sides run in turn, three times, in this process. Peak memory is that of a fresh process each,
above what it held with the texts read and the libraries imported (Linux only).
"""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import ROOT, SHARED, Measure, in_turn

CASE = SHARED / "data" / "case"
ANALYZERS: dict[str, dict[str, Any]] = {
    "word 1-2": {"analyzer": "word", "ngram_range": (1, 2)},
    "char_wb 3-5": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}
LEAST_RATIO = 6.0  # the floor for both analyzers together; 8 is its goal


def run(rounds: int = 3) -> list[Measure]:
    """Time both sides in turn, check that their numbers are equal, compare peak memory.

    Parameters
    ----------
    rounds : int, default 3
        Runs of each side; the median of the pairwise ratios counts.

    Returns
    -------
    list of Measure
        Times and peak memory of each analyzer and of both over one tokenisation.

    Raises
    ------
    AssertionError
        When a number differs from scikit-learn's by more than 1e-12.
    """
    texts = _texts()
    ours, peer = _ours(texts), _peer(texts)
    for name in ANALYZERS:
        _check_equal(ours[name](), peer[name]())
    measures = []
    for name in ours:
        seconds, peer_seconds, ratio = in_turn(ours[name], peer[name], rounds)
        least = LEAST_RATIO if name == "both" else 1.0
        measures.append(
            Measure(
                f"vectorise {name}",
                f"{seconds:.2f} s",
                f"scikit-learn {peer_seconds:.2f} s",
                f"{ratio:.1f} times faster",
                f">= {least:.0f}, equal to 1e-12",
                ratio >= least,
            )
        )
    return [*measures, *map(_memory, ours if sys.platform == "linux" else ())]


def _memory(name: str) -> Measure:
    ours, peer = (min(_peak(side, name) for _ in range(2)) for side in ("ours", "peer"))
    ratio = ours / peer
    return Measure(
        f"peak memory of vectorise {name}",
        f"{ours:.0f} MB",
        f"scikit-learn {peer:.0f} MB",
        f"{ratio:.2f} of it",
        "<= 1",
        ratio <= 1,
    )


def _texts() -> list[str]:
    texts: list[str] = []
    csv.field_size_limit(2**31 - 1)
    for name in ("candidates.csv.gz", "demands.csv.gz"):
        raw = gzip.decompress((CASE / name).read_bytes()).decode("utf-8")
        texts += [row["text"] for row in csv.DictReader(io.StringIO(raw))]
    return texts


def _ours(texts: list[str]) -> dict[str, Callable[[], Any]]:
    from talentmatch import SkillVectorizer

    works = _works(SkillVectorizer, texts)
    works["both"] = lambda: _share(texts)
    return works


def _peer(texts: list[str]) -> dict[str, Callable[[], Any]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    works = _works(TfidfVectorizer, texts)
    single = list(works.values())
    works["both"] = lambda: [work() for work in single]
    return works


def _works(vectorizer: Any, texts: list[str]) -> dict[str, Callable[[], Any]]:
    def work(params: dict[str, Any]) -> Callable[[], Any]:
        return lambda: vectorizer(**params).fit_transform(texts)

    return {name: work(params) for name, params in ANALYZERS.items()}


def _share(texts: list[str]) -> list[Any]:
    """Vectorise with both analyzers over one tokenisation, as FitScorer does."""
    from talentmatch import SkillVectorizer
    from talentmatch.text import tokenize

    corpus = tokenize(texts)
    return [SkillVectorizer(**params)._fit_corpus(corpus) for params in ANALYZERS.values()]


def _check_equal(mine: Any, theirs: Any) -> None:
    theirs.sort_indices()
    assert mine.shape == theirs.shape
    assert np.array_equal(mine.indptr, theirs.indptr)
    assert np.array_equal(mine.indices, theirs.indices)
    assert np.abs(mine.data - theirs.data).max() <= 1e-12


def _peak(side: str, name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.vectorizing", side, name]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(answer.stdout)


def _measure_peak(side: str, name: str) -> float:
    """Return the megabytes that one run adds to this process's peak."""
    texts = _texts()
    work = {"ours": _ours, "peer": _peer}[side](texts)[name]
    for warm in (_ours, _peer):
        warm(["warm up", "the imports"])[name]()
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak of reading the texts
    before = _megabytes("VmRSS")
    work()
    return _megabytes("VmHWM") - before


def _megabytes(field: str) -> float:
    """Read /proc/self/status: getrusage would count the parent's memory before exec as ours."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 2**10


def main() -> None:
    """Print the table, or, called with a side and a name, that run's peak memory."""
    if len(sys.argv) == 3:
        print(_measure_peak(*sys.argv[1:]))
        return
    if not CASE.exists():
        sys.exit(f"the real texts are not at {CASE}")
    for measure in run():
        print(
            f"{measure.name:<36}{measure.ours:>9}  {measure.peer:<22}"
            f"{measure.value:<20}{measure.target}{'' if measure.met else '  MISSED'}"
        )


if __name__ == "__main__":
    main()
