"""Fixtures of the whole set: the shared folder, and the published instances by name."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of tests that take seconds."""
    config.addinivalue_line("markers", "slow: takes seconds; leave out with -m 'not slow'")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data and instances; what needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"the shared data are not at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def optima(shared: Path) -> dict[tuple[str, str], str]:
    """The published optimum of each (instance, problem), as written."""
    with open(shared / "instances" / "optima.csv", encoding="utf-8") as file:
        return {(row["instance"], row["problem"]): row["optimum"] for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def assignment(shared: Path) -> Callable[[str], np.ndarray | sp.csr_array]:
    """Read one linear assignment instance by name: costs, sparse where pairs are forbidden."""

    def read(name: str) -> np.ndarray | sp.csr_array:
        path = shared / "instances" / "linear_assignment" / name
        if name.endswith(".csv.gz"):
            return np.genfromtxt(path, delimiter=",")[:, :368]
        n, *numbers = map(int, path.read_text().split())
        if name.startswith("assignp"):
            rows, cols, costs = np.array(numbers).reshape(-1, 3).T
            return sp.csr_array((costs.astype(float), (rows - 1, cols - 1)), shape=(n, n))
        return np.array(numbers, dtype=float).reshape(n, n)

    return read


@pytest.fixture(scope="session")
def bids(shared: Path) -> Callable[[str], np.ndarray]:
    """Read one conference's bids by name: papers x reviewers."""

    def read(name: str) -> np.ndarray:
        path = shared / "instances" / "reviewer_bids" / name
        papers, reviewers, *numbers = path.read_text().split()
        return np.array(numbers, dtype=float).reshape(int(papers), int(reviewers))

    return read


@pytest.fixture(scope="session")
def jobs(shared: Path) -> Callable[[str], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Read one generalised assignment: values and resource use, agents x jobs, and capacities."""

    def read(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        path = shared / "instances" / "generalized_assignment" / name
        m, n, *numbers = map(int, path.read_text().split())
        values, uses, capacity = np.split(np.array(numbers), [m * n, 2 * m * n])
        return values.reshape(m, n), uses.reshape(m, n), capacity

    return read
