"""Which versions a result was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

__all__ = ["show_versions", "versions"]

_CORE = ("talentmatch", "numpy", "scipy", "pandas", "scikit-learn", "ortools", "narwhals")
_EXTRA = ("openpyxl", "pyarrow", "polars")


def versions() -> dict[str, str]:
    """Versions of Python, the platform and every package that matters; absent extras left out.

    Examples
    --------
    >>> from talentmatch.versions import versions
    >>> sorted(versions())[:3]
    ['narwhals', 'numpy', 'openpyxl']
    """
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for package in (*_CORE, *_EXTRA):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def show_versions() -> None:
    """Print `versions`, for a bug report.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.show_versions()  # doctest: +ELLIPSIS
    python ...
    """
    width = max(map(len, found := versions()))
    print("\n".join(f"{name:<{width}}  {number}" for name, number in found.items()))
