"""The same plan on a Dask cluster of several processes, also when one of them is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import talentmatch as tm
from talentmatch import joining
from talentmatch.outcomes import Progress

pytest.importorskip("numba", reason="without numba nothing is sent to a cluster")
distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),  # what a cluster warns of when a worker dies is its own
]


@pytest.fixture(scope="module")
def problem() -> tm.Problem:
    """More pairs than are ever looked at without the join: 5,800 x 6,000."""
    rng = np.random.default_rng(5)
    shape = {"density": 0.02, "format": "csr", "random_state": rng}
    left, right = sp.random_array((5800, 400), **shape), sp.random_array((6000, 400), **shape)
    return tm.Problem(tm.Scores.from_factors(left, right), capacity=2, headcount=2)


@pytest.fixture(scope="module")
def alone(problem: tm.Problem) -> tm.Result:
    """The plan made by one process and one thread."""
    return tm.solve(problem, n_jobs=1)


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Three worker processes on this machine."""
    options = {"n_workers": 3, "threads_per_worker": 1, "processes": True}
    with (
        distributed.LocalCluster(**options, dashboard_address=":0") as cluster,
        distributed.Client(cluster),
    ):
        yield cluster


def assert_same(one: tm.Result, other: tm.Result) -> None:
    """Bit for bit."""
    assert one.status == other.status == "optimal"
    assert one.pairs.equals(other.pairs)
    assert one.candidate_prices.equals(other.candidate_prices)
    assert one.demand_prices.equals(other.demand_prices)
    assert (one.bound, one.rounds, one.pairs_formed) == (
        other.bound, other.rounds, other.pairs_formed
    )  # fmt: skip


def test_threads_make_the_same_plan(
    problem: tm.Problem, alone: tm.Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the number of threads, and however the rows are split."""
    monkeypatch.setattr(joining, "_TASK", 2**22)
    assert_same(tm.solve(problem, n_jobs=3), alone)


def test_a_cluster_makes_the_same_plan(
    problem: tm.Problem, alone: tm.Result, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By joblib's own switch, and without another call."""
    monkeypatch.setattr(joining, "_TASK", 2**22)  # several tasks for every worker
    with joblib.parallel_config(backend="dask"):
        assert_same(tm.solve(problem), alone)


def test_a_lost_worker_changes_nothing(
    problem: tm.Problem, alone: tm.Result, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker is killed while pairs are being looked at; the others do its work."""
    monkeypatch.setattr(joining, "_TASK", 2**22)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.stage == "looking at pairs" and 0 < progress.rows < 5000 and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    with joblib.parallel_config(backend="dask"):
        result = tm.solve(problem, progress=kill_one)
    assert killed
    assert_same(result, alone)


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The built-in case in small."""
    case = tm.datasets.make_beilun(seed=3)
    return case.candidates.head(200), case.demands.head(150)


def scores_of(tables: tuple[pd.DataFrame, pd.DataFrame]) -> np.ndarray:
    """Fits of the two tables, and of further people scored by what was learnt from them."""
    scorer = tm.FitScorer().fit(*tables)
    scores = scorer.score(*tables).toarray()
    return np.vstack([scores, scorer.score(tables[0].tail(50), tables[1]).toarray()])


@pytest.mark.parametrize("backend", ["dask", "loky"])
def test_texts_become_the_same_numbers_elsewhere(
    request: pytest.FixtureRequest, tables: tuple[pd.DataFrame, pd.DataFrame], backend: str
) -> None:
    """Blocks fitted by other processes score bit for bit as those of one thread."""
    with joblib.parallel_config(backend="threading", n_jobs=1):
        expected = scores_of(tables)
    if backend == "dask":
        request.getfixturevalue("cluster")
    with joblib.parallel_config(backend=backend, n_jobs=2):
        np.testing.assert_array_equal(scores_of(tables), expected)
