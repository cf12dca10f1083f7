"""Say on a terminal, or in a log, what is being done for longer than a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from talentmatch.reporting.escaping import plain_text

__all__ = ["Ticker", "printable"]

_WAIT = 1.0  # seconds before anything is said
_TTY_EVERY = 0.25  # seconds between looks at a terminal's line
_LOG_EVERY = 30.0  # seconds between lines in a log


class Ticker:
    """One line that is kept up to date on a terminal; few plain lines elsewhere.

    Parameters
    ----------
    stream : text stream
        Usually standard error.
    quiet : bool
        Say nothing at all.

    Examples
    --------
    >>> import sys
    >>> ticker = Ticker(sys.stdout)
    >>> with ticker.doing("Adding up"):
    ...     sum(range(10))
    45
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream, self._quiet = stream, quiet
        self._is_terminal = stream.isatty()
        self._began = time.monotonic()
        self._what = ""
        self._width = 0

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Tell what is being done while it is, from the command's first second on."""
        if self._quiet:
            yield
            return
        self._what = what
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(done,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self._wipe()

    def detail(self, what: str) -> None:
        """Say more precisely what is being done; shown at the next look."""
        self._what = what

    def _watch(self, done: threading.Event) -> None:
        started = time.monotonic()
        # Quick steps are not worth a line in a log; on a terminal the line moves along with them.
        since = self._began if self._is_terminal else started
        if done.wait(max(_WAIT - (started - since), 0.0)):
            return
        while True:
            self._say(time.monotonic() - self._began)
            if done.wait(_TTY_EVERY if self._is_terminal else _LOG_EVERY):
                return

    def _say(self, seconds: float) -> None:
        text = f"{self._what} ... {seconds:.0f} s"
        if not self._is_terminal:
            self._write(f"{text}\n")
            return
        self._write(f"{text:<{self._width}}", "\r")
        self._width = len(text)

    def _wipe(self) -> None:
        if self._width:
            self._write(" " * self._width, "\r")
            self._write("", "\r")
            self._width = 0

    def _write(self, text: str, start: str = "") -> None:
        try:
            self._stream.write(start + printable(text, self._stream))
            self._stream.flush()
        except (OSError, ValueError):
            self._quiet = True  # nobody listens any more; the work goes on


def printable(text: str, stream: TextIO) -> str:
    r"""Return text that a stream can show: no control characters, nothing it cannot encode.

    Examples
    --------
    >>> import sys
    >>> printable("a\x1b[31m\nb", sys.stdout)
    'a[31m\nb'
    """
    text = "\n".join(plain_text(line) for line in text.split("\n"))
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
