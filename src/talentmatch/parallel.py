"""Blocks of work side by side, through joblib: threads here, or whatever its user switched to.

Outside any ``joblib.parallel_config`` the work runs in as many threads as there are cores, with
BLAS kept to one thread in each: BLAS threads wait by spinning, and on a machine that is busy with
something else small products then take many times as long. Within a ``parallel_config`` its
backend and its number of jobs hold; with Dask, Ray or Spark the same calls run on a cluster.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

from joblib import Parallel, cpu_count, delayed
from joblib.parallel import ThreadingBackend, get_active_backend
from threadpoolctl import ThreadpoolController

__all__ = ["in_parallel", "in_threads", "jobs", "share", "using"]

Given = TypeVar("Given")
Made = TypeVar("Made")

_ASKED: ContextVar[int | None] = ContextVar("jobs", default=None)
_LOCK = Lock()
_HELD: list[Any] = [0, None]  # users, and the limit they share: it is the whole process's


@contextmanager
def using(n_jobs: int | None) -> Iterator[None]:
    """Run what is inside with so many jobs (-1 = all cores); None leaves it as it is."""
    token = _ASKED.set(_ASKED.get() if n_jobs is None else n_jobs)
    try:
        yield
    finally:
        _ASKED.reset(token)


def jobs() -> int:
    """How many pieces of work run side by side."""
    asked, (backend, configured) = _ASKED.get(), get_active_backend(prefer="threads")
    if asked is None:
        asked = configured if configured not in (None, 1) else -1
    return max(1, int(backend.effective_n_jobs(asked) or cpu_count()))


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


def in_parallel(work: Callable[..., Made], parts: Iterable[Given], *shared: Any) -> Iterator[Made]:
    """Results of ``work(part, *shared)`` for each part, in order, a few parts under way at a time.

    Parameters
    ----------
    work : callable
        A function of a module, so that other processes find it.
    parts : iterable
        What to work on; taken as needed.
    *shared : objects
        The same for every part; a cluster is sent each of them once (see `share`).

    Examples
    --------
    >>> from talentmatch.parallel import in_parallel
    >>> list(in_parallel(pow, range(4), 2))
    [0, 1, 4, 9]
    """
    return _run(work, parts, shared, prefer="threads")


def in_threads(work: Callable[[Given], Made], parts: Iterable[Given]) -> Iterator[Made]:
    """The same by threads of this process, whatever the backend: for what is not worth sending.

    Parameters
    ----------
    work : callable
        Releases the GIL for most of its time.
    parts : iterable
        What to work on; taken as needed.

    Examples
    --------
    >>> from talentmatch.parallel import in_threads
    >>> list(in_threads(lambda number: number * number, range(4)))
    [0, 1, 4, 9]
    """
    return _run(work, parts, (), require="sharedmem")


def _run(
    work: Callable[..., Made], parts: Iterable[Given], shared: tuple[Any, ...], **how: str
) -> Iterator[Made]:
    count = jobs()
    if count == 1:
        yield from (work(part, *shared) for part in parts)
        return
    backend, _ = get_active_backend(prefer="threads")
    with _one_blas_thread():
        if how.get("require") == "sharedmem" or isinstance(backend, ThreadingBackend):
            yield from _by_threads(work, parts, shared, count)
            return
        side_by_side = Parallel(n_jobs=count, return_as="generator", batch_size=1, **how)
        yield from side_by_side(delayed(work)(part, *shared) for part in parts)


def _by_threads(
    work: Callable[..., Made], parts: Iterable[Given], shared: tuple[Any, ...], count: int
) -> Iterator[Made]:
    """What joblib's threads do, without its look every hundredth of a second."""
    under_way: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(count) as pool:
        for part in parts:
            under_way.append(pool.submit(work, part, *shared))
            if len(under_way) > count:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def share(thing: Made) -> Made:
    """Send an object to every worker of a Dask cluster once, for all calls that follow.

    What joblib's Dask backend is told by ``scatter=`` in ``parallel_config`` is said here for
    objects that its user never sees. Elsewhere nothing happens.

    Parameters
    ----------
    thing : object
        Kept alive by the caller, and passed as one of `in_parallel`'s shared objects.
    """
    backend, _ = get_active_backend(prefer="threads")
    sent, client = getattr(backend, "data_futures", None), getattr(backend, "client", None)
    if sent is not None and client is not None and id(thing) not in sent:
        sent[id(thing)] = client.scatter(thing, broadcast=True, hash=False)
        backend._scatter.append(thing)  # keeps it alive, so that its id stays its own
    return thing
