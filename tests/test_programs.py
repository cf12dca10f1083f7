"""Linear and mixed programs against brute force and HiGHS, and the child that solves them."""

from __future__ import annotations

import itertools
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.optimize as so
import scipy.sparse as sp

from talentmatch.errors import SolverError
from talentmatch.solvers import children, linear, mixed, mixed_child
from talentmatch.solvers.linear import relaxed
from talentmatch.solvers.mixed import warm_up, whole_plan
from talentmatch.solvers.mixed_child import Task, objective_scale, solved
from talentmatch.solvers.programs import Program, keeps_rows
from talentmatch.solvers.waiting import waited_for

SEEDS = range(25)
by_either = pytest.mark.parametrize("answer_of", [whole_plan, lambda p: solved(Task(p))])


def program_of(
    gains: Any, matrix: Any, least: Any = -np.inf, most: Any = np.inf, lower: Any = 0,
    upper: Any = 1, whole: Any = True,
) -> Program:  # fmt: skip
    """Spread single numbers over the rows and columns."""
    gains, matrix = np.array(gains, dtype=float), sp.csr_array(np.array(matrix, dtype=float))
    rows, columns = matrix.shape

    def spread(value: Any, size: int, kind: type = float) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=kind), size).copy()

    return Program(
        gains, spread(lower, columns), spread(upper, columns), matrix,
        spread(least, rows), spread(most, rows), spread(whole, columns, bool),
    )  # fmt: skip


def random_program(seed: int, columns: int = 6, rows: int = 4) -> Program:
    """Small whole-number programs: some infeasible, with rows limited on either side or both."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-3, 6, (rows, columns)) * (rng.random((rows, columns)) < 0.7)
    middle = matrix @ rng.integers(0, 3, columns)
    least = np.where(rng.random(rows) < 0.5, middle - rng.integers(0, 3, rows), -np.inf)
    most = np.where(rng.random(rows) < 0.6, middle + rng.integers(-1, 4, rows), np.inf)
    gains = rng.normal(size=columns).round(2)
    return program_of(
        gains, matrix, np.minimum(least, most), most, upper=rng.integers(1, 4, columns)
    )


def by_trying_all(program: Program) -> float:
    """The maximum over all whole-number values; -inf where none keeps the rows."""
    spans = [range(int(a), int(b) + 1) for a, b in zip(program.lower, program.upper, strict=True)]
    values = np.array(list(itertools.product(*spans)), dtype=float)
    used = values @ program.matrix.toarray().T
    good = ((used >= program.least - 1e-9) & (used <= program.most + 1e-9)).all(axis=1)
    return float((values[good] @ program.gains).max(initial=-math.inf))


def by_linprog(program: Program) -> Any:
    """Answer as scipy does to the linear program, one-sided rows and all."""
    over, under = np.isfinite(program.most), np.isfinite(program.least)
    matrix = program.matrix.toarray()
    return so.linprog(
        -program.gains,
        A_ub=np.vstack((matrix[over], -matrix[under])),
        b_ub=np.concatenate((program.most[over], -program.least[under])),
        bounds=np.column_stack((program.lower, program.upper)),
    )


def market_split(columns: int = 40, rows: int = 5) -> Program:
    """No plan is found in minutes, and its absence is not proved either."""
    matrix = np.random.default_rng(0).integers(0, 100, (rows, columns))
    half = matrix.sum(axis=1) // 2
    return program_of(np.ones(columns), matrix, half, half)


def knapsacks(columns: int = 100, rows: int = 10) -> Program:
    """Plans are easy to find, and the best is not proved in minutes."""
    rng = np.random.default_rng(0)
    matrix = rng.integers(1, 1000, (rows, columns))
    gains = matrix.mean(axis=0) + rng.integers(0, 500, columns)
    return program_of(gains, matrix, most=matrix.sum(axis=1) // 2)


def easy() -> Program:
    """The best is 2.0."""
    return program_of([1, 1], [[2, 3]], most=5, upper=2)


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def no_children() -> Iterator[None]:
    """No child before, none after."""
    children._close_all()
    yield
    children._close_all()


# The linear relaxation


@pytest.mark.parametrize("seed", SEEDS)
def test_the_relaxation_is_linprogs(seed: int) -> None:
    """Same status and the same maximum."""
    program = random_program(seed)
    answer, expected = relaxed(program), by_linprog(program)
    if expected.status == 2:
        assert (answer.status, answer.values, answer.objective) == ("infeasible", None, -math.inf)
        return
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(-expected.fun, abs=1e-9)
    assert keeps_rows(program, answer.values)


def assert_prices_prove(program: Program, answer: Any) -> None:
    """Strong duality and complementary slackness, with the signs as documented."""
    prices, values = answer.prices, answer.values
    rest = program.gains - prices @ program.matrix
    limits = np.where(prices > 0, program.most, np.where(prices < 0, program.least, 0))
    ends = np.where(rest > 1e-9, program.upper, np.where(rest < -1e-9, program.lower, 0))
    assert prices @ limits + rest @ ends == pytest.approx(answer.objective, abs=1e-7)
    used = program.matrix @ values
    assert used[prices > 1e-9] == pytest.approx(program.most[prices > 1e-9], abs=1e-7)
    assert used[prices < -1e-9] == pytest.approx(program.least[prices < -1e-9], abs=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_prove_the_maximum(seed: int) -> None:
    """From GLOP, and from HiGHS where it stands in."""
    program = random_program(seed)
    answer = relaxed(program)
    if answer.status == "optimal":
        assert_prices_prove(program, answer)
        other = linear._by_highs(program, None)
        assert other.objective == pytest.approx(answer.objective, abs=1e-9)
        assert_prices_prove(program, other)


def test_signs_of_prices() -> None:
    """A ceiling's price is not negative, a floor's not positive: d maximum / d limit."""
    assert relaxed(program_of([2, 3], [[1, 1]], most=1, upper=9)).prices.tolist() == [3]
    assert relaxed(program_of([-2, -3], [[1, 1]], least=1, upper=9)).prices.tolist() == [-2]
    assert relaxed(program_of([2, 3], [[1, 1]], most=5)).prices.tolist() == [0]


@pytest.mark.parametrize("solve", [relaxed, lambda p: linear._by_highs(p, None)])
def test_unbounded_and_infeasible_are_told_apart(solve: Any) -> None:
    """Also where GLOP's presolve does not tell them apart."""
    open_above = {"upper": np.inf, "whole": False}
    assert solve(program_of([1, 1], [[1, -1]], most=1, **open_above)).status == "unbounded"
    assert solve(program_of([1], [[-1]], most=1, **open_above)).status == "unbounded"
    assert solve(program_of([1, 0], [[1, -1], [0, 1]], 0, [np.inf, 0], lower=1, **open_above)
                 ).status == "infeasible"  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_the_relaxation_of_an_assignment_is_whole(seed: int) -> None:
    """The simplex ends at a vertex, and the vertices of an assignment are whole."""
    n = 12
    scores = np.random.default_rng(seed).integers(0, 4, (n, n)).astype(float)  # many ties
    eye, ones = np.eye(n), np.ones((1, n))
    program = program_of(
        scores.ravel(), np.vstack((np.kron(eye, ones), np.kron(ones, eye))), most=1
    )
    answer = relaxed(program)
    np.testing.assert_allclose(answer.values, answer.values.round(), atol=1e-9)
    pairs = so.linear_sum_assignment(scores, maximize=True)
    assert answer.objective == pytest.approx(scores[pairs].sum())


def test_highs_stands_in_for_glop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where GLOP has no answer, HiGHS is asked; where neither has, that is an error."""
    monkeypatch.setattr(linear, "_by_glop", lambda *given: None)
    assert relaxed(program_of([2, 3], [[1, 1]], most=1)).objective == 3
    assert relaxed(program_of([2, 3], [[1, 1]], most=1), time_limit=1e-9).status == "stopped"
    bad = SimpleNamespace(status=4, message="numerical difficulties")
    monkeypatch.setattr(so, "linprog", lambda *given, **more: bad)
    with pytest.raises(SolverError, match="numerical difficulties"):
        relaxed(easy())


def wide_program() -> Program:
    """A linear program of many seconds."""
    rng, columns, rows, uses = np.random.default_rng(1), 60_000, 3_000, 6
    entries = rng.integers(0, rows, columns * uses), np.repeat(np.arange(columns), uses)
    matrix = sp.csr_array((rng.random(columns * uses), entries), shape=(rows, columns))
    zeros, none = np.zeros(columns), np.full(rows, -np.inf)
    limits = none, np.full(rows, 5.0)
    return Program(rng.random(columns), zeros, zeros + 1, matrix, *limits, zeros > 0)


def test_the_relaxation_keeps_its_time_limit_and_hears_ctrl_c() -> None:
    """GLOP stops when told, by the limit or by the key."""
    program = wide_program()
    began = time.perf_counter()
    assert relaxed(program, time_limit=0.3).status == "stopped"
    assert time.perf_counter() - began < 2
    threading.Timer(0.4, signal.raise_signal, [signal.SIGINT]).start()
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        relaxed(program)
    assert time.perf_counter() - began < 1.4


# Programs that need no solver


@pytest.mark.parametrize("answer_of", [relaxed, whole_plan])
def test_programs_without_rows_or_columns(answer_of: Any) -> None:
    """They are answered by hand: solvers differ on them."""
    free = answer_of(program_of([1, -1, 0], np.zeros((0, 3)), lower=-1.0, upper=2.0))
    assert (free.status, free.values.tolist()) == ("optimal", [2, -1, 0])
    assert answer_of(program_of([], np.zeros((2, 0)), 0, 3)).status == "optimal"
    assert answer_of(program_of([], np.zeros((2, 0)), 1, 3)).status == "infeasible"
    assert answer_of(program_of([1], [[1]], lower=2, upper=1)).status == "infeasible"
    assert answer_of(program_of([1], [[1]], least=2, most=1)).status == "infeasible"


def test_unbounded_programs_without_rows() -> None:
    """A status of the relaxation, an error of the mixed program, whose gains are always finite."""
    program = program_of([1], np.zeros((0, 1)), upper=np.inf)
    assert relaxed(program).status == "unbounded"
    with pytest.raises(SolverError, match="unbounded"):
        whole_plan(program)


def test_a_whole_column_between_whole_numbers_has_no_value() -> None:
    """Only where whole numbers are asked for."""
    program = program_of([1], np.zeros((0, 1)), lower=0.2, upper=0.8)
    assert relaxed(program).values.tolist() == [0.8]
    assert whole_plan(program).status == "infeasible"


def test_programs_are_checked_as_they_are_made() -> None:
    """Shapes, nan, and infinite gains."""
    with pytest.raises(SolverError, match=r"gains has shape \(1,\)"):
        program_of([1], [[1, 1]])
    with pytest.raises(SolverError, match="upper holds nan"):
        program_of([1], [[1]], upper=np.nan)
    with pytest.raises(SolverError, match="not finite"):
        program_of([np.inf], [[1]])


# Mixed programs


@by_either
def test_mixed_programs_are_those_of_trying_all(answer_of: Any) -> None:
    """The maximum, a plan that attains it in whole numbers, and a bound that meets it."""
    for seed in SEEDS:
        program = random_program(seed)
        answer, best = answer_of(program), by_trying_all(program)
        if best == -math.inf:
            assert (answer.status, answer.values, answer.bound) == ("infeasible", None, best)
            continue
        assert answer.status == "optimal"
        assert answer.values.tolist() == answer.values.round().tolist()
        assert keeps_rows(program, answer.values)
        assert program.gains @ answer.values == pytest.approx(best, abs=1e-9)
        assert best <= answer.bound + 1e-12
        assert answer.bound == pytest.approx(best, abs=1e-6)


def test_some_columns_whole_and_others_not() -> None:
    """The others take fractions, fitted to the whole ones; without any it is a linear program."""
    program = program_of([5, 4], [[2, 3]], most=4.5, upper=2, whole=[True, False])
    answer = solved(Task(program))
    assert answer.values == pytest.approx([2, 1 / 6])
    assert answer.bound == pytest.approx(10 + 4 / 6)
    plain = program_of([5, 4], [[2, 3]], most=3, upper=2, whole=False)
    answer = solved(Task(plain))
    assert (answer.status, answer.bound) == ("optimal", pytest.approx(7.5))


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1.0, 1e6, 1e12])
def test_the_size_of_gains_does_not_matter(size: float) -> None:
    """A difference of 1e-8 of the total is seen at any size, and no gain is out of range."""
    gains = size * np.array([1.0, 1.0 + 1e-8, 1.0 - 1e-8, 1.0])
    program = program_of(gains, [[1, 1, 1, 1]], most=1)
    assert solved(Task(program)).values.tolist() == [0, 1, 0, 0]
    scale = objective_scale(program)
    assert math.log2(scale) % 1 == 0
    assert 2**10 <= 2 * scale * gains.max() <= 2**19


def test_scales_of_odd_objectives() -> None:
    """No gains at all, and columns without limits."""
    assert objective_scale(program_of([0, 0], [[1, 1]])) == 1
    assert objective_scale(program_of([1.0], [[1]], upper=np.inf)) == 2**18


@by_either
def test_an_unbounded_mixed_program_is_an_error(answer_of: Any) -> None:
    """It is a mistake of ours; presolve does not hide it, nor does it call it infeasible."""
    with pytest.raises(SolverError, match="unbounded"):
        answer_of(program_of([1, 1], [[1, -1]], most=1, upper=np.inf))
    both = program_of([1, 0], [[1, -1], [0, 1]], 0, [np.inf, 0], lower=1, upper=np.inf)
    assert answer_of(both).status == "infeasible"


def test_a_gap_is_good_enough_where_it_is_allowed() -> None:
    """The bound is then above the plan by at most the gap."""
    answer = whole_plan(knapsacks(), gap=0.05, presolve=False, time_limit=10)
    total = knapsacks().gains @ answer.values
    assert answer.status == "optimal"
    assert total <= answer.bound <= 1.06 * total


def test_doubtful_answers_of_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is tried again without presolve; a plan that breaks rows once rounded is none."""
    real, asked = mixed_child._by_highs, []

    def fails_first(task: Task, gains: np.ndarray) -> Any:
        asked.append(task.presolve)
        bad = so.OptimizeResult(status=4, message="solve error", x=None)
        return bad if len(asked) == 1 else real(task, gains)

    monkeypatch.setattr(mixed_child, "_by_highs", fails_first)
    assert solved(Task(easy())).values.sum() == 2
    assert asked == [True, False]
    odd = so.OptimizeResult(message="odd", x=np.array([2.0, 2.0]), mip_dual_bound=None)
    monkeypatch.setattr(mixed_child, "_by_highs", lambda task, gains: odd)
    for odd.status, text in ((4, "HiGHS failed: odd"), (0, "contradicts itself")):
        with pytest.raises(SolverError, match=text):
            solved(Task(easy()))
    odd.status = 1
    answer = solved(Task(easy()))
    assert (answer.status, answer.values, answer.bound) == ("stopped", None, math.inf)


def test_a_program_that_highs_rejects_is_not_called_infeasible() -> None:
    """The number that scipy gives is the same."""
    program = program_of([1], [[1e16]], most=2e16)
    for answer_of in (whole_plan, lambda p: solved(Task(p)), lambda p: linear._by_highs(p, None)):
        with pytest.raises(SolverError, match="HiGHS"):
            answer_of(program)


def test_unbounded_or_infeasible_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS may leave it open; without gains the program shows which it is."""
    real = mixed_child._by_highs

    def leaves_open(task: Task, gains: np.ndarray) -> Any:
        text = "HiGHS Status 9: model_status is Primal infeasible or unbounded"
        open_ = so.OptimizeResult(status=4, message=text, x=None)
        return open_ if gains.any() else real(task, gains)

    monkeypatch.setattr(mixed_child, "_by_highs", leaves_open)
    assert solved(Task(program_of([1], [[2]], 1, 1))).status == "infeasible"
    with pytest.raises(SolverError, match="the program is unbounded"):
        solved(Task(program_of([1, 1], [[1, -1]], most=1, upper=np.inf)))


def test_fractions_are_fitted_to_rounded_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding 0.9999995 to 1 asks the columns beside it to give way by as much times a million."""
    program = program_of([0, 1], [[1e6, 1]], most=1e6, upper=[1, 10], lower=[1, 0],
                         whole=[True, False])  # fmt: skip
    real, calls = mixed_child._by_highs, []

    def rounds_badly(task: Task, gains: np.ndarray) -> Any:
        found = real(task, gains)
        if not calls:
            found.x = np.array([1 - 5e-6, 5.0])
        calls.append(task)
        return found

    monkeypatch.setattr(mixed_child, "_by_highs", rounds_badly)
    assert solved(Task(program)).values.tolist() == [1, 0]
    assert len(calls) == 2


# The child process


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """HiGHS prints from C; its process has no output of ours to print to."""
    whole_plan(knapsacks(), time_limit=0.5)
    relaxed(knapsacks())
    assert capfd.readouterr() == ("", "")


def test_time_limits_are_kept_with_and_without_a_plan() -> None:
    """A plan with its bound where one was found; progress is told meanwhile."""
    seen: list[float] = []
    began = time.perf_counter()
    answer = whole_plan(knapsacks(), time_limit=1.2, progress=seen.append)
    assert answer.status == "feasible"
    assert knapsacks().gains @ answer.values <= answer.bound <= relaxed(knapsacks()).objective + 1
    assert len(seen) >= 2
    assert np.diff(seen).min(initial=9) >= 0.5
    answer = whole_plan(market_split(), time_limit=0.5)
    assert (answer.status, answer.values) == ("stopped", None)
    assert time.perf_counter() - began < 3.5


def test_an_overrun_is_ended_by_force(monkeypatch: pytest.MonkeyPatch, no_children: None) -> None:
    """A child that does not keep the limit is killed when the grace is over."""
    real = mixed.Task
    monkeypatch.setattr(mixed, "Task", lambda program, left, *more: real(program, None, *more))
    monkeypatch.setattr(mixed, "_GRACE", 0.2)
    began = time.perf_counter()
    answer = whole_plan(market_split(), time_limit=0.5)
    assert (answer.status, answer.values, answer.bound) == ("stopped", None, math.inf)
    assert time.perf_counter() - began < 1.7
    assert not children._POOL.every


def test_ctrl_c_arrives_and_no_child_survives(no_children: None) -> None:
    """KeyboardInterrupt within a second, in the midst of HiGHS; the next call has a new child."""
    whole_plan(easy())
    (child,) = children._POOL.every
    threading.Timer(0.4, signal.raise_signal, [signal.SIGINT]).start()
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        whole_plan(market_split())
    assert time.perf_counter() - began < 1.4
    assert child.process.returncode is not None
    assert not children._POOL.every
    assert whole_plan(easy()).bound == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("end", ["SIGINT", "SIGKILL"])
def test_no_child_outlives_its_parent(end: str) -> None:
    """Neither a polite end nor the hardest one leaves a process that calculates for nobody."""
    script = """
import sys, threading, warnings
warnings.simplefilter("error")
sys.path.insert(0, sys.argv[1])
from test_programs import children, easy, market_split, whole_plan
whole_plan(easy())
print(*[child.process.pid for child in children._POOL.every], flush=True)
whole_plan(market_split())
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", script, os.path.dirname(__file__)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with parent:
        assert parent.stdout is not None
        (pid,) = map(int, parent.stdout.readline().split())
        time.sleep(0.4)
        assert is_alive(pid)
        parent.send_signal(getattr(signal, end))
        began = time.perf_counter()
        _, errors = parent.communicate(timeout=10)
    assert errors.endswith("KeyboardInterrupt\n") or end == "SIGKILL"
    while is_alive(pid) and time.perf_counter() - began < 2:
        time.sleep(0.02)
    assert not is_alive(pid)


def test_a_dead_child_is_replaced(no_children: None) -> None:
    """Whether it died idle or at work."""
    whole_plan(easy())
    (child,) = children._POOL.every
    child.process.kill()
    assert whole_plan(easy()).bound == 2
    (second,) = children._POOL.every
    assert second is not child
    threading.Timer(0.3, second.process.kill).start()
    assert whole_plan(market_split(), time_limit=1.5).status == "stopped"
    assert second.process.returncode is not None
    assert second not in children._POOL.every


def test_children_that_keep_dying_are_an_error(
    monkeypatch: pytest.MonkeyPatch, no_children: None
) -> None:
    """After one more try, in words that tell what happened."""

    def dies(child: children.Child, task: Any) -> Any:
        child.ready = True
        child.kill()
        raise children.Dead

    monkeypatch.setattr(children.Child, "ask", dies)
    with pytest.raises(SolverError, match="died, and so did the one after it"):
        whole_plan(easy())
    assert not children._POOL.every


@pytest.mark.parametrize("executable", ["", "/no/such/python", "/bin/echo", "/bin/cat"])
def test_where_no_child_comes_up_highs_runs_here(
    executable: str, monkeypatch: pytest.MonkeyPatch, no_children: None
) -> None:
    """No interpreter to start, or something else under its name."""
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(mixed, "_START", 0.2)
    assert whole_plan(easy()).bound == 2
    with pytest.raises(SolverError, match="unbounded"):
        whole_plan(program_of([1, 1], [[1, -1]], most=1, upper=np.inf))
    assert not children._POOL.every


def test_a_frozen_app_does_not_start_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """There sys.executable is the app."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert children._start(children._POOL) is None


def test_start_up_noise_is_skipped_but_not_for_ever() -> None:
    """What a site prints before the first word is passed over; an endless talker is given up."""
    with open(os.devnull, "rb") as out:
        pipe: Any = SimpleNamespace(read=lambda size: b"x")
        with pytest.raises(children.Dead, match="no child of ours"):
            children._hear(pipe)
        with pytest.raises(children.Dead, match="ended"):
            children._hear(out)
    said = iter(b"hello from the site\n" + mixed_child.HELLO)
    children._hear(SimpleNamespace(read=lambda size: bytes([next(said)])))


def test_each_thread_has_a_child_of_its_own(no_children: None) -> None:
    """Four at once; two are kept afterwards."""
    programs = [random_program(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(whole_plan, programs))
    for program, answer in zip(programs, answers, strict=True):
        best = by_trying_all(program)
        assert answer.bound == pytest.approx(best, abs=1e-6)
    assert len(children._POOL.every) == len(children._POOL.idle) <= 2


def test_warming_up_returns_at_once(no_children: None) -> None:
    """The child imports meanwhile; a second call starts no second one."""
    began = time.perf_counter()
    warm_up()
    warm_up()
    assert time.perf_counter() - began < 0.2
    (child,) = children._POOL.every
    assert whole_plan(easy()).bound == 2
    assert children._POOL.every == {child}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_fork_shares_no_child(no_children: None) -> None:
    """The forked process starts its own, without a warning; the parent keeps its."""
    script = """
import os, sys, warnings
warnings.simplefilter("error")
sys.path.insert(0, sys.argv[1])
from test_programs import children, easy, whole_plan
whole_plan(easy())
(child,) = children._POOL.every
pid = os.fork()
if not pid:
    good = not children._POOL.every and whole_plan(easy()).bound == 2
    good = good and child not in children._POOL.every
    children._close_all()
    os._exit(0 if good else 1)
assert os.waitpid(pid, 0)[1] == 0
assert whole_plan(easy()).bound == 2
assert children._POOL.every == {child}
"""
    done = subprocess.run(
        [sys.executable, "-c", script, os.path.dirname(__file__)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_pool_of_another_process_is_not_used(no_children: None) -> None:
    """Also where a fork went unseen."""
    warm_up()
    (child,) = children._POOL.every
    children._POOL.pid = -1
    assert not children._pool().every
    child.process.kill()
    os.waitpid(child.process.pid, 0) if hasattr(os, "fork") else None


def test_waiting_hands_over_results_and_errors() -> None:
    """And what breaks the waiting off stops the work."""
    assert waited_for(lambda: 3, stop=lambda: None) == 3

    def fails() -> None:
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        waited_for(fails, stop=lambda: None)
    stopped = threading.Event()

    def breaks(gone: float) -> None:
        raise TimeoutError(f"{gone:.0f}")

    with pytest.raises(TimeoutError):
        waited_for(stopped.wait, stop=stopped.set, tick=breaks)
    assert stopped.is_set()
