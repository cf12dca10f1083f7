"""Threads of our own over blocks of rows, with BLAS kept to one thread meanwhile.

BLAS threads wait by spinning: on a machine that is busy with something else small products then
take many times as long. One thread each of our own, and one BLAS thread in each, does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["THREADS", "in_threads"]

Given = TypeVar("Given")
Made = TypeVar("Made")

THREADS = 2
_LOCK = Lock()
_HELD: list[Any] = [0, None]  # users, and the limit they share: it is the whole process's


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Limit BLAS while anyone is inside, whichever thread comes first and leaves last."""
    with _LOCK:
        if not _HELD[0]:
            _HELD[1] = ThreadpoolController().limit(limits=1, user_api="blas")
        _HELD[0] += 1
    try:
        yield
    finally:
        with _LOCK:
            _HELD[0] -= 1
            if not _HELD[0]:
                _HELD[1].restore_original_limits()


def in_threads(work: Callable[[Given], Made], parts: Iterable[Given]) -> Iterator[Made]:
    """Results of `work` for each part, in order, a few parts under way at a time.

    Parameters
    ----------
    work : callable
        Releases the GIL for most of its time.
    parts : iterable
        What to work on; taken as needed.

    Examples
    --------
    >>> from talentmatch.threads import in_threads
    >>> list(in_threads(lambda number: number * number, range(4)))
    [0, 1, 4, 9]
    """
    source = iter(parts)
    with ThreadPoolExecutor(THREADS) as pool:
        while group := list(islice(source, THREADS)):
            with _one_blas_thread():
                made = list(pool.map(work, group))
            yield from made
