"""Files of problems: another solver reads them and comes to the same."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from ortools.linear_solver.python import model_builder_helper as mb

import allocations as oracle
import talentmatch as tm
from allocations import Allocation, allocations, random_allocation
from talentmatch.constraints import Budget, Conflict, Forbid, GroupLimit, Lock, TotalLimit

SCORES = np.array([[0.9, 0.2, 0.4], [0.8, 0.7, 0.1], [0.3, 0.6, 0.5]])

light = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all examples of a property may write to."""
    return tmp_path_factory.mktemp("mps")


def by_scip(path: Path, columns: pd.DataFrame) -> tuple[float, pd.DataFrame] | None:
    """The least value of a file and the pairs it chooses, by SCIP; None where infeasible."""
    model = mb.ModelBuilderHelper()
    assert model.import_from_mps_file(str(path))
    assert not model.maximize()
    solver = mb.ModelSolverHelper("scip")
    solver.set_solver_specific_parameters("limits/gap = 0")
    solver.solve(model)
    if solver.status() == mb.SolveStatus.INFEASIBLE:
        return None
    assert solver.status() == mb.SolveStatus.OPTIMAL
    values = solver.variable_values()
    names = [model.var_name(k) for k in range(model.num_variables())]
    chosen = {name for name, value in zip(names, values, strict=True) if value > 0.5}
    return solver.objective_value(), columns[columns["column"].isin(chosen)]


def elsewhere(problem: tm.Problem, path: Path) -> float | None:
    """The total that SCIP finds by the file; its plan is sound and worth what it says."""
    columns = problem.write(path)
    found = by_scip(path, columns)
    if found is None:
        return None
    least, pairs = found
    assert tm.check(problem, pairs.drop(columns="column")) == []
    worth = math.fsum(pairs["score"]) - penalties_of(problem, pairs)
    assert worth == pytest.approx(-least, rel=1e-6, abs=1e-6)
    return worth


def penalties_of(problem: tm.Problem, pairs: pd.DataFrame) -> float:
    """What a plan loses by soft limits."""
    from talentmatch.checking import penalties

    rows = problem.candidate_ids.get_indexer(pairs["candidate_id"])
    cols = problem.demand_ids.get_indexer(pairs["demand_id"])
    return penalties(problem, rows, cols)


def assert_same(allocation: Allocation, path: Path, want: tuple[float, ...] | None) -> None:
    """The file is worth what the oracle says."""
    got = elsewhere(allocation.problem(), path)
    assert (got is None) == (want is None)
    if want is not None:
        assert got == pytest.approx(want[-1], rel=1e-6, abs=1e-6 * max(1.0, allocation.size))


def sections(path: Path) -> dict[str, list[list[str]]]:
    """The fields of a file's lines by section."""
    text = path.read_bytes()
    found: dict[str, list[list[str]]] = {}
    for line in (gzip.decompress(text) if path.suffix == ".gz" else text).decode().splitlines():
        if not line.startswith((" ", "*")):
            lines = found.setdefault(line.split()[0], [])
        elif not line.startswith("*"):
            lines.append(line.split())
    return found


def comments(path: Path) -> list[str]:
    """The lines at the head of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("* ") for line in lines if line.startswith("*")]


def small(**more: object) -> tm.Problem:
    """Three candidates and three demands."""
    return tm.Problem(SCORES, **more)


# ---------------------------------------------------------------- the same optimum elsewhere


@light
@given(allocation=allocations())
def test_the_file_equals_brute_force(allocation: Allocation, folder: Path) -> None:
    """Under all kinds of limits mixed SCIP finds the best total, or none where there is none."""
    size = allocation.size
    if size and not 1e-3 <= size <= 1e6:  # beyond SCIP's absolute tolerances
        return
    assert_same(allocation, folder / "small.mps", oracle.brute_force(allocation))


@pytest.mark.parametrize("seed", range(40))
def test_the_file_equals_highs_on_larger_cases(seed: int, tmp_path: Path) -> None:
    """Up to eight on each side; the compressed file says the same."""
    rng = np.random.default_rng(7000 + seed)
    n, m = rng.integers(1, 9, size=2).tolist()
    allocation = random_allocation(rng, n, m)
    want = oracle.by_highs(allocation)
    assert_same(allocation, tmp_path / "p.mps", want)
    problem = allocation.problem()
    problem.write(tmp_path / "p.mps.gz")
    again = gzip.decompress((tmp_path / "p.mps.gz").read_bytes())
    assert again == (tmp_path / "p.mps").read_bytes()


@pytest.mark.parametrize(
    "constraints",
    [
        [],
        [Lock([(0, 1)]), Forbid([(1, 0)])],
        [GroupLimit(["A", "A", "B"], at_most=1, side="candidate")],
        [GroupLimit(["A", "A", "B"], at_most=1, side="demand", unit="candidates", penalty=0.05)],
        [GroupLimit(["A", "A", "B"], at_least=2, side="candidate", unit="demands", penalty=2)],
        [GroupLimit(["A", "A", "B"], {"A": 2.5}, {"B": 1.5}, side="candidate", unit="load")],
        [TotalLimit(at_most=2.05, at_least=1.75, unit="score")],
        [Budget([0.1, 0.2, 0.3], at_most=0.5, side="demand")],
        [Budget([1 / 3, 1 / 7, 1 / 9], at_most=1 / 3 + 1 / 9, side="demand")],
        [Budget([1 / 3, 1 / 7, 1 / 9], at_most=0.1, side="demand", penalty=2.5)],
        [Conflict([(0, 1), (1, 2)], by=pd.Series(["A", "A", "B"]))],
        [Conflict([(0, 1)], by="demand_id")],
    ],
    ids=str,
)
def test_every_constraint_is_in_the_file(constraints: list[object], tmp_path: Path) -> None:
    """The optimum by the file is that of `solve`, limit by limit."""
    problem = small(
        capacity=2, headcount=2, min_load=[0, 1, 0], load=[0.5, 1, 1.25], constraints=constraints
    )
    want = tm.solve(problem).objective
    assert elsewhere(problem, tmp_path / "p.mps") == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize(
    "problem",
    [
        small(capacity=1, min_load=1, headcount=[1, 1, 0]),
        small(min_headcount=[1, 0, 0], min_score=2.0),
        small(min_score=0.5, constraints=[Lock([(0, 1)])]),
        small(constraints=[TotalLimit(at_least=4)]),
        small(min_score=2.0, constraints=[TotalLimit(at_least=0.5, unit="score")]),
    ],
    ids=["floors", "nobody eligible", "lock not eligible", "total", "nothing to add up"],
)
def test_what_cannot_be_stays_so(problem: tm.Problem, tmp_path: Path) -> None:
    """A floor without pairs and a lock on a barred pair make the file infeasible too."""
    assert tm.solve(problem).status == "infeasible"
    assert elsewhere(problem, tmp_path / "p.mps") is None


def test_a_problem_without_pairs_is_worth_nothing(tmp_path: Path) -> None:
    """One column that stands nowhere, for a file without any counts as empty, not as solved."""
    assert elsewhere(small(min_score=2.0), tmp_path / "p.mps") == 0.0
    assert sections(tmp_path / "p.mps")["COLUMNS"] == [["nothing", "minus_total", "0"]]
    assert small(min_score=2.0).write(tmp_path / "p.mps").empty


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("people", "needs", "first"),
    [
        (["R1", "R2", "R3"], ["P-1", "P-2", "P-3"], "x_R1_d1"),
        (["R1", "R2", "R3"], ["P_1", "P_2", "P_3"], "x_R1_P_1"),
        ([7, 8, 9], [1.5, 2.5, 3.5], "x_7_1.5"),
        (["张三", "李四", "王五"], ["a b", "c d", "e  f"], "x_c1_a_b"),
        (["a,b", 'c"d', "e;f"], ["'MARKER'", "RHS", "ENDATA"], "x_c1_d1"),
        (["RHS", "ENDATA", "COLUMNS"], ["INTORG", "N", "RANGES"], "x_RHS_INTORG"),
        (["a b", "a_b", "a"], ["x", "y", "z"], "x_c1_x"),
        (["a_b", "a", "c"], ["c", "b_c", "d"], "x_c1_d1"),
        ([1, "1", "2"], [True, "on", "off"], "x_c1_True"),
        (["x" * 300, "y" * 300, "z"], ["* a", "\n", ""], "x_c1_d1"),
    ],
)
def test_any_id_is_told_from_any_other(
    people: list[object], needs: list[object], first: str, tmp_path: Path
) -> None:
    """Plain ids stand in the names, others have numbers; the answer finds back to the ids."""
    scores = pd.DataFrame(
        SCORES, index=pd.Index(people, dtype=object), columns=pd.Index(needs, dtype=object)
    )
    limit = GroupLimit(("candidate_id", "demand_id"), at_most={(people[0], needs[0]): 0})
    problem = tm.Problem(scores, constraints=[limit])
    columns = problem.write(tmp_path / "p.mps")
    assert columns["column"].is_unique
    assert columns["column"][0] == first
    assert columns["candidate_id"].tolist()[::3] == people
    assert columns["demand_id"].tolist()[:3] == needs
    assert columns["score"].tolist() == SCORES.ravel().tolist()
    assert elsewhere(problem, tmp_path / "p.mps") == pytest.approx(tm.solve(problem).objective)
    fields = [name for lines in sections(tmp_path / "p.mps").values() for name in lines]
    assert all(name.isascii() and len(name) < 256 for line in fields for name in line)


def test_numbers_are_explained_at_the_head(tmp_path: Path) -> None:
    """Names that are numbers, units that are parts, and that the objective is to be minimised."""
    demands = pd.DataFrame(
        {"demand_id": range(3), "town": ["宁波", "北仑", None], "pay": [0.5] * 3}
    )
    rules = [Budget("pay", at_most=2), GroupLimit("town", at_most=1, penalty=0.25)]
    small(demands=demands, load=[0.5, 1, 1], constraints=rules).write(tmp_path / "p.mps")
    said = comments(tmp_path / "p.mps")
    assert said[1] == "to be minimised: the objective is MINUS the total, penalties included"
    assert "capacity, min_load: in units of 1/10" in said
    assert "limit1: Budget pay, cost in units of 1/100" in said
    assert "limit2: GroupLimit town, pairs, soft: 0.25 for each beyond" in said
    assert {"limit2 g1 = 北仑", "limit2 g2 = 宁波"} <= set(said)
    assert max(map(len, said)) <= 80


# ---------------------------------------------------------------- the file


def test_numbers_read_back_as_they_are(tmp_path: Path) -> None:
    """Scores to the last digit, large and small; whole numbers without a point."""
    scores = np.array([[1 / 3, 0.1 + 0.2, 1e-17], [1e22, -7.0, 0.0]])
    costs = np.array([[1 / 7, 2 / 7, 0.0], [1e-9, 3.0, 1e9]])
    rules = [Budget(costs, at_most=2 / 3)]
    columns = tm.Problem(scores, constraints=rules).write(tmp_path / "p.mps")
    found = {(line[0], line[1]): line[2] for line in sections(tmp_path / "p.mps")["COLUMNS"]}
    names = columns["column"].tolist()
    assert [-float(found[name, "minus_total"]) for name in names] == scores.ravel().tolist()
    used = [float(found.get((name, "limit1_most_all_pairs"), 0)) for name in names]
    assert used == costs.ravel().tolist()
    assert found["x_1_1", "minus_total"] == "7"
    assert found["x_1_2", "minus_total"] == "0"
    assert ["RHS", "limit1_most_all_pairs", repr(2 / 3)] in sections(tmp_path / "p.mps")["RHS"]


def test_a_small_file_is_what_the_format_wants(tmp_path: Path) -> None:
    """Every line of it, locks as fixed columns and what a soft limit is exceeded by at the end."""
    rules = [Lock([(0, 0)]), TotalLimit(at_most=1, penalty=0.5)]
    tm.Problem([[0.9, 0.2]], capacity=2, constraints=rules).write(tmp_path / "p.mps")
    assert (
        (tmp_path / "p.mps").read_text()
        == """\
* talentmatch: choose pairs of the highest total score within limits
* to be minimised: the objective is MINUS the total, penalties included
* x_<candidate>_<demand> = 1: the pair is chosen
* limit1: TotalLimit, pairs, soft: 0.5 for each beyond
NAME talentmatch
ROWS
 N minus_total
 L capacity_0
 L headcount_0
 L headcount_1
 L limit1_most_all_pairs
COLUMNS
 M1 'MARKER' 'INTORG'
 x_0_0 minus_total -0.9
 x_0_0 capacity_0 1
 x_0_0 headcount_0 1
 x_0_0 limit1_most_all_pairs 1
 x_0_1 minus_total -0.2
 x_0_1 capacity_0 1
 x_0_1 headcount_1 1
 x_0_1 limit1_most_all_pairs 1
 M2 'MARKER' 'INTEND'
 beyond_limit1_most_all_pairs minus_total 0.5
 beyond_limit1_most_all_pairs limit1_most_all_pairs -1
RHS
 RHS capacity_0 2
 RHS headcount_0 1
 RHS headcount_1 1
 RHS limit1_most_all_pairs 1
BOUNDS
 FX BND x_0_0 1
 UP BND x_0_1 1
ENDATA
"""
    )


def test_the_same_problem_is_the_same_file(tmp_path: Path) -> None:
    """Compressed files carry no time, so that they can be compared."""
    for name in ("a.mps.gz", "b.MPS.GZ"):
        small().write(tmp_path / name)
    assert (tmp_path / "a.mps.gz").read_bytes() == (tmp_path / "b.MPS.GZ").read_bytes()


def test_sparse_scores_are_written_as_stored(tmp_path: Path) -> None:
    """A stored zero is a pair, what is not stored is none."""
    import scipy.sparse as sp

    scores = sp.csr_array(
        (np.array([0.5, 0.0]), (np.array([0, 1]), np.array([1, 0]))), shape=(2, 2)
    )
    columns = tm.Problem(scores).write(tmp_path / "p.mps")
    assert columns["column"].tolist() == ["x_0_1", "x_1_0"]


@pytest.mark.parametrize("name", ["p.lp", "p", "p.gz", "p.mps.zip"])
def test_other_formats_are_refused(name: str, tmp_path: Path) -> None:
    """The name says the format."""
    with pytest.raises(tm.ProblemError, match=r"\.mps and \.mps\.gz files, not"):
        small().write(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_earlier_file_stays_where_writing_fails(tmp_path: Path) -> None:
    """Files appear complete or not at all."""
    (tmp_path / "p.mps").mkdir()
    with pytest.raises(OSError, match="in the way"):
        small().write(tmp_path / "p.mps")
    assert [path.name for path in tmp_path.iterdir()] == ["p.mps"]
