"""A few idle child processes that solve mixed programs, kept for the next call.

A child is a bare interpreter, not a fork: it shares nothing with us and may be killed any time.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import IO

from talentmatch.errors import SolverError
from talentmatch.solvers.mixed_child import HELLO, LENGTH, Task
from talentmatch.solvers.programs import MixedAnswer

__all__ = ["Child", "Dead", "drop", "give_back", "take", "warm_up"]

_IDLE = 2  # children kept for later; each holds some 80 MB
_NOISE = 2**16  # bytes that start-up code of the site may print before a child's first word
_FAREWELL = 5.0  # seconds that a killed child may take to be gone
_PROGRAM = """import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = {path!r}
from talentmatch.solvers.mixed_child import main
main()
"""


class Dead(Exception):
    """A child ended before it answered."""


@dataclass(eq=False)
class Child:
    """One child process.

    Attributes
    ----------
    process : subprocess.Popen
        With unbuffered pipes: their locks could not be left behind by a fork.
    ready : bool
        Whether the child has said its first word.
    """

    process: subprocess.Popen[bytes]
    ready: bool = False

    def ask(self, task_when_ready: Callable[[], Task]) -> MixedAnswer | SolverError:
        """Send a task, made when the child is ready for it, and wait for the answer.

        Raises
        ------
        Dead
            The child ended, or never was what it should be.
        """
        into, out = self.process.stdin, self.process.stdout
        assert into is not None
        assert out is not None
        try:
            if not self.ready:
                _hear(out)
                self.ready = True
            data = pickle.dumps(task_when_ready(), protocol=5)
            _write(into, LENGTH.pack(len(data)))
            _write(into, data)
            (size,) = LENGTH.unpack(_read(out, LENGTH.size))
            answer: MixedAnswer | SolverError = pickle.loads(_read(out, size))
        except (OSError, ValueError) as error:
            raise Dead(str(error)) from error
        return answer

    def kill(self) -> None:
        """End the process; the pipes stay open for a thread that still reads them."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(_FAREWELL)

    def close(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _hear(out: IO[bytes]) -> None:
    seen = bytearray()
    while not seen.endswith(HELLO):
        if len(seen) > _NOISE:
            raise Dead("it talks, but is no child of ours")
        seen += _read(out, 1)


def _read(out: IO[bytes], size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = out.read(min(size - len(data), 2**20))
        if not part:
            raise Dead("its output ended")
        data += part
    return bytes(data)


def _write(into: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[into.write(rest[: 2**20]) :]


@dataclass(eq=False)
class _Pool:
    """The children of this process."""

    pid: int = field(default_factory=os.getpid)
    lock: Lock = field(default_factory=Lock)
    idle: list[Child] = field(default_factory=list)
    every: set[Child] = field(default_factory=set)


_POOL = _Pool()


def _pool() -> _Pool:
    if _POOL.pid != os.getpid():
        _forget()
    return _POOL


def _forget() -> None:
    """After a fork: the children are the parent's; only close what was inherited of them."""
    global _POOL
    inherited, _POOL = _POOL.every, _Pool()
    for child in inherited:
        child.process.returncode = 0  # else its end here would warn that it still runs
        child.close()


def _start(pool: _Pool) -> Child | None:
    """A new child, still importing; None where none can be had."""
    if not sys.executable or getattr(sys, "frozen", False):  # frozen: it would start the app anew
        return None
    path = [entry for entry in sys.path if isinstance(entry, str)]
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM.format(path=path)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError):
        return None
    child = Child(process)
    with pool.lock:
        pool.every.add(child)
    return child


def take() -> Child | None:
    """An idle child or a new one; None where none can be started."""
    pool = _pool()
    while True:
        with pool.lock:
            child = pool.idle.pop() if pool.idle else None
        if child is None:
            return _start(pool)
        if child.process.poll() is None:
            return child
        drop(child)


def give_back(child: Child) -> None:
    """Keep a child for the next call, or end it when enough are kept."""
    pool = _pool()
    with pool.lock:
        keep = child in pool.every and len(pool.idle) < _IDLE
        if keep:
            pool.idle.append(child)
    if not keep:
        drop(child)


def drop(child: Child) -> None:
    """End a child for good."""
    pool = _pool()
    with pool.lock:
        pool.every.discard(child)
        if child in pool.idle:
            pool.idle.remove(child)
    child.kill()
    child.close()


def warm_up() -> None:
    """Start a child where none is idle, and return at once.

    It imports what it needs while the caller does other work.

    Examples
    --------
    >>> from talentmatch.solvers.children import warm_up
    >>> warm_up()
    """
    pool = _pool()
    with pool.lock:
        warm = any(child.process.poll() is None for child in pool.idle)
    if not warm:
        child = _start(pool)
        if child is not None:
            give_back(child)


def _close_all() -> None:
    for child in list(_pool().every):
        drop(child)


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
