"""Threads over blocks, and BLAS as it was before."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from talentmatch.parallel import in_threads


def _blas() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_results_come_in_order() -> None:
    """Whichever thread is done first."""
    assert list(in_threads(lambda k: k * k, range(7))) == [k * k for k in range(7)]
    assert list(in_threads(lambda k: k, [])) == []


def test_an_error_in_a_part_is_raised_and_blas_restored() -> None:
    """An exception crosses the threads; the limit goes with it."""
    before = _blas()

    def fail(k: int) -> int:
        raise ValueError(f"part {k}")

    with pytest.raises(ValueError, match="part 0"):
        list(in_threads(fail, range(3)))
    assert _blas() == before


def test_blas_has_one_thread_inside() -> None:
    """Two threads of ours, one of BLAS in each."""
    np.ones((2, 2)) @ np.ones((2, 2))
    inside = list(in_threads(lambda k: _blas(), range(3)))
    assert inside
    assert all(set(counts) == {1} for counts in inside)


def test_many_users_at_once_leave_blas_as_it_was() -> None:
    """Ten users whose times overlap, each beginning and ending on its own."""
    before = _blas()
    start = threading.Barrier(10)

    def use(k: int) -> list[int]:
        start.wait()
        return list(in_threads(lambda part: part * k, range(3)))

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(use, range(10))) == [[0, k, 2 * k] for k in range(10)]
    assert _blas() == before
