"""Programs with whole-number columns by HiGHS, and the child process that runs it.

HiGHS prints from C to the standard output, cannot be interrupted, and may overrun its time limit.
In a process of its own it can do none of that to us.
"""

from __future__ import annotations

import math
import os
import pickle
import signal
import struct
import sys
import time
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import SolverError
from talentmatch.solvers.programs import MixedAnswer, Program, keeps_rows

__all__ = ["HELLO", "LENGTH", "Task", "main", "objective_scale", "solved"]

Floats = NDArray[np.float64]

HELLO = b"\0talentmatch mixed 1\0"  # what a child says when it is ready
LENGTH = struct.Struct("<Q")  # bytes of the pickle that follows

_TOTAL = 23  # the scaled gains of all columns sum up to about this power of two,
_LARGEST = (10, 18)  # and the largest lies between these


@dataclass(frozen=True, eq=False)
class Task:
    """What a child is asked to solve.

    Attributes
    ----------
    program : Program
        With both rows and columns.
    time_limit : float or None
        Seconds.
    gap : float
        Relative gap that is good enough.
    presolve : bool
        Whether HiGHS simplifies the program first.
    """

    program: Program
    time_limit: float | None = None
    gap: float = 0.0
    presolve: bool = True


def objective_scale(program: Program) -> float:
    """The power of two that takes gains to where HiGHS's fixed gap of 1e-6 does not matter.

    It also keeps them below the size that troubles its simplex.
    """
    gains = np.abs(program.gains)
    largest = float(gains.max(initial=0.0))
    if not largest:
        return 1.0
    reach = np.maximum(np.abs(program.lower), np.abs(program.upper))
    total = float(gains[np.isfinite(reach)] @ reach[np.isfinite(reach)])
    few, many = (power - math.log2(largest) for power in _LARGEST)
    wanted = _TOTAL - math.log2(total) if 0 < total < math.inf else many
    return float(2.0 ** math.floor(max(few, min(wanted, many))))


def solved(task: Task) -> MixedAnswer:
    """Maximise a program by HiGHS, in this very process.

    Raises
    ------
    SolverError
        The program is unbounded, or HiGHS failed or contradicted itself.
    """
    program, scale = task.program, objective_scale(task.program)
    began = time.perf_counter()
    found = _by_highs(task, scale * program.gains)
    if found.status == 4 and all(word in found.message for word in ("nfeasible", "nbounded")):
        found = _by_highs(_later(task, began), 0 * program.gains)
        found.status = 3 if found.x is not None else found.status
    elif found.status == 4 and task.presolve:
        found = _by_highs(replace(_later(task, began), presolve=False), scale * program.gains)
    if found.status == 2 and "nfeasible" in found.message:  # 2 is a rejected model, too
        return MixedAnswer("infeasible", None, -math.inf)
    if found.status == 3:
        raise SolverError("the program is unbounded")
    if found.status not in (0, 1):
        raise SolverError(f"HiGHS failed: {found.message}")
    proved = found.get("mip_dual_bound")
    bound = math.inf if proved is None or not math.isfinite(proved) else -proved / scale
    if not program.whole.any():
        bound = float(program.gains @ found.x) if found.status == 0 else math.inf
    values = None if found.x is None else _standing(_later(task, began), found.x)
    if values is None and found.status == 1:
        return MixedAnswer("stopped", None, bound)
    if values is None:
        raise SolverError("HiGHS contradicts itself: its plan breaks a row once rounded")
    bound = max(bound, float(program.gains @ values))
    return MixedAnswer("optimal" if found.status == 0 else "feasible", values, bound)


def _later(task: Task, began: float) -> Task:
    """The task with the time that is left of it."""
    if task.time_limit is None:
        return task
    return replace(task, time_limit=max(task.time_limit - (time.perf_counter() - began), 0.01))


def _by_highs(task: Task, gains: Floats) -> Any:
    """Return scipy's answer for the task with gains of one's own."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow to import: for the child only

    program = task.program
    options: dict[str, Any] = {"mip_rel_gap": task.gap, "presolve": task.presolve, "disp": False}
    if task.time_limit is not None:
        options["time_limit"] = task.time_limit
    return milp(
        -gains,
        integrality=program.whole.astype(np.int8),
        bounds=Bounds(program.lower, program.upper),
        constraints=LinearConstraint(program.matrix.tocsc(), program.least, program.most),
        options=options,
    )


def _standing(task: Task, found: Floats) -> Floats | None:
    """Round the whole columns, and fit the others to them anew where rows would break."""
    program = task.program
    values = np.clip(found, program.lower, program.upper)
    values[program.whole] = np.round(found[program.whole])
    if keeps_rows(program, values):
        return values
    if program.whole.all():
        return None
    fixed = replace(
        program,
        lower=np.where(program.whole, values, program.lower),
        upper=np.where(program.whole, values, program.upper),
        whole=np.zeros_like(program.whole),
    )
    again = _by_highs(replace(task, program=fixed), objective_scale(program) * program.gains).x
    if again is None:
        return None
    values[~program.whole] = again[~program.whole]
    return values if keeps_rows(program, values) else None


def main() -> NoReturn:
    """Serve tasks from the standard input until it ends; the answers go to the standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends Ctrl-C to children too
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import scipy.optimize  # noqa: F401  # so that the first task does not wait for it

    answers.write(HELLO)
    answers.flush()
    tasks: SimpleQueue[Task] = SimpleQueue()
    Thread(target=_read, args=(sys.stdin.buffer, tasks), daemon=True).start()
    while True:
        answer: MixedAnswer | SolverError
        try:
            answer = solved(tasks.get())
        except SolverError as error:
            answer = error
        except Exception as error:
            answer = SolverError(f"HiGHS failed: {type(error).__name__}: {error}")
        data = pickle.dumps(answer, protocol=5)
        answers.write(LENGTH.pack(len(data)) + data)
        answers.flush()


def _read(source: BinaryIO, tasks: SimpleQueue[Task]) -> None:
    """Pass tasks on; leave when the parent closes or is gone, even in the midst of a task."""
    try:
        while head := source.read(LENGTH.size):
            tasks.put(pickle.loads(source.read(LENGTH.unpack(head)[0])))
    finally:
        os._exit(0)
