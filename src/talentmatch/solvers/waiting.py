"""Wait for foreign code so that Ctrl-C arrives at once: it works in a thread, we wait in steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

__all__ = ["waited_for"]

Made = TypeVar("Made")

_STEP = 0.05  # seconds between looks; on Windows a waiting lock does not see Ctrl-C by itself
_PATIENCE = 1.0  # seconds that stopped work has to come to its end


def waited_for(
    work: Callable[[], Made],
    *,
    stop: Callable[[], object],
    tick: Callable[[float], object] | None = None,
) -> Made:
    """Do work in a thread of its own, and return what it returns or raise what it raises.

    Parameters
    ----------
    work : callable
        Releases the GIL for most of its time.
    stop : callable
        Makes `work` end early. Called when the waiting is broken off: by Ctrl-C, or by `tick`.
    tick : callable, optional
        Called with the seconds gone about every 0.05 s; what it raises breaks the waiting off.

    Examples
    --------
    >>> from talentmatch.solvers.waiting import waited_for
    >>> waited_for(lambda: 6 * 7, stop=lambda: None)
    42
    """
    made: list[Made] = []
    failed: list[BaseException] = []
    done = Event()

    def run() -> None:
        try:
            made.append(work())
        except BaseException as error:
            failed.append(error)
        finally:
            done.set()

    began = time.perf_counter()
    try:
        Thread(target=run, name="talentmatch-solver", daemon=True).start()
        while not done.wait(_STEP):
            if tick is not None:
                tick(time.perf_counter() - began)
    except BaseException:
        stop()
        done.wait(_PATIENCE)
        raise
    if failed:
        raise failed[0]
    return made[0]
