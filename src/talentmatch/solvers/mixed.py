"""Programs with whole-number columns, by HiGHS in a child process that can be stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial

from talentmatch.errors import SolverError
from talentmatch.solvers import children
from talentmatch.solvers.children import Child, Dead, warm_up
from talentmatch.solvers.mixed_child import Task, solved
from talentmatch.solvers.programs import MixedAnswer, Program, linear_by_hand
from talentmatch.solvers.waiting import waited_for

__all__ = ["warm_up", "whole_plan"]

_GRACE = 2.0  # seconds that HiGHS may overrun its limit before its process is killed
_START = 60.0  # seconds that a child may take to become ready
_OFTEN = 0.5  # seconds between two calls of `progress`
_LEAST = 0.05  # seconds that HiGHS has in any case, however late its process became ready


class _Late(Exception):
    """The time and the grace are up."""


def whole_plan(
    program: Program,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    presolve: bool = True,
    progress: Callable[[float], object] | None = None,
) -> MixedAnswer:
    """Maximise a program whose columns marked `whole` take whole numbers only.

    Ctrl-C arrives at once, as KeyboardInterrupt, and nothing is printed. Threads may call this at
    the same time. Where no child process can be started HiGHS runs in this one.

    Parameters
    ----------
    program : Program
        What to maximise.
    time_limit : float, optional
        Seconds, counted from the call; overrun by at most two.
    gap : float
        Relative gap that is good enough for ``"optimal"``.
    presolve : bool
        Whether HiGHS simplifies the program first.
    progress : callable, optional
        Called with the seconds gone about every half second.

    Returns
    -------
    MixedAnswer
        The plan and the bound. scipy hands out no bound before there is a plan: it is then +inf.

    Raises
    ------
    SolverError
        The program is unbounded, HiGHS failed, or its process died twice.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> from talentmatch.solvers.mixed import whole_plan
    >>> from talentmatch.solvers.programs import Program
    >>> two, one = np.ones(2), np.ones(1)
    >>> matrix = sp.csr_array([[2.0, 3.0]])
    >>> program = Program(two, 0 * two, 2 * two, matrix, -np.inf * one, 5 * one, two > 0)
    >>> answer = whole_plan(program)
    >>> answer.status, float(answer.values.sum())
    ('optimal', 2.0)
    """
    trivial = linear_by_hand(program, whole=True)
    if trivial is not None and trivial.status == "unbounded":
        raise SolverError("the program is unbounded")
    if trivial is not None:
        found = trivial.values is not None
        return MixedAnswer("optimal" if found else "infeasible", trivial.values, trivial.objective)
    began = time.perf_counter()

    def task() -> Task:
        gone = time.perf_counter() - began
        left = None if time_limit is None else max(time_limit - gone, _LEAST)
        return Task(program, left, gap, presolve)

    clock = _Clock(began, time_limit, progress)
    try:
        answer = _from_a_child(task, clock)
        if answer is None:
            answer = waited_for(lambda: solved(task()), stop=lambda: None, tick=clock.tick)
    except _Late:
        return MixedAnswer("stopped", None, math.inf)
    if isinstance(answer, SolverError):
        raise answer
    return answer


def _from_a_child(task: Callable[[], Task], clock: _Clock) -> MixedAnswer | SolverError | None:
    """The answer of a child, of a second one if the first dies; None where none comes up."""
    died_at_work = ""
    for _ in range(2):
        child = children.take()
        if child is None:
            break
        clock.child = child
        try:
            answer = waited_for(partial(child.ask, task), stop=child.kill, tick=clock.tick)
        except Dead:
            children.drop(child)
            if child.ready:
                died_at_work = f"exit code {child.process.returncode}"
        except BaseException:
            children.drop(child)
            raise
        else:
            children.give_back(child)
            return answer
    if died_at_work:
        raise SolverError(
            f"the process that solves mixed programs died, and so did the one after it "
            f"({died_at_work}); too little memory is the usual reason"
        )
    return None


class _Clock:
    """Looks at the time while a child works."""

    def __init__(
        self,
        began: float,
        time_limit: float | None,
        progress: Callable[[float], object] | None,
    ) -> None:
        self.began, self.time_limit, self.progress = began, time_limit, progress
        self.child: Child | None = None
        self.told = 0.0

    def tick(self, waited: float) -> None:
        """Tell the progress; raise when the time is up."""
        gone = time.perf_counter() - self.began
        if self.time_limit is not None and gone > self.time_limit + _GRACE:
            raise _Late
        if self.child is not None and not self.child.ready and waited > _START:
            self.child.kill()  # whatever it is, it is no child of ours
        if self.progress is not None and gone >= self.told + _OFTEN:
            self.told = gone
            self.progress(gone)
