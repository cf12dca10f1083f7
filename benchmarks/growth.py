"""Time and memory against size, up to a hundred thousand million pairs; run when asked for only.

Short texts (`benchmarks.pools`) with 1.16 demands to a candidate, each size in a process of its
own, solved to a gap of 1e-5. It takes hours, so `python -m benchmarks` leaves it out:
``python -m benchmarks growth [--plot growth.svg]``.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.apart import apart
from benchmarks.measure import Measure
from benchmarks.pools import short_pools, stored
from benchmarks.scale import proved, sized, steps

SIZES = (10_000, 30_000, 100_000, 300_000)
FAR = 1_000_000  # candidates, extrapolated to
GAP = 1e-5
MOST_MEGABYTES = 8000.0


def run(plot: Path | None = None, sizes: Sequence[int] = SIZES) -> list[Measure]:
    """Solve each size once, and draw the lines on to a million.

    Parameters
    ----------
    plot : Path, optional
        Where to save the figure; its ending says the format.
    sizes : sequence of int
        Candidates, ascending; at least two.
    """
    told = []
    for n in sizes:
        told.append(_solved(n))
        print(f"{sized(_both(n))}: {steps(told[-1])}", file=sys.stderr, flush=True)
    if plot is not None:
        draw(sizes, told, plot)
    return [
        *(_line(n, one) for n, one in zip(sizes, told, strict=True)),
        _far("seconds", "s", sizes, told),
        _far("peak", "MB", sizes, told),
    ]


def _both(n: int) -> tuple[int, int]:
    return n, n * 116 // 100


def _solved(n: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        folder = stored(Path(place), short_pools(*_both(n), seed=0))
        return apart("ours", folder, str(GAP))


def _line(n: int, told: dict[str, Any]) -> Measure:
    largest = n >= SIZES[-1]
    sound = proved(told, GAP)
    return Measure(
        f"short texts, {sized(_both(n))}",
        f"{told['seconds']:,.1f} s ({steps(told)}); {told['status']}, {told['rounds']} rounds, "
        f"{told['pairs']:,} pairs formed",
        "",
        f"gap {told['gap']:.1e}, {told['seconds']:,.1f} s, {told['peak']:,.0f} MB",
        f"gap at most {GAP:g}" + (f", {MOST_MEGABYTES:,.0f} MB" if largest else ""),
        sound and (not largest or told["peak"] <= MOST_MEGABYTES),
    )


def slope(sizes: Sequence[int], values: Sequence[float]) -> tuple[float, float]:
    """Power of the size that the values grow with, and the value at a million by it.

    Least squares of log value on log size over the three largest sizes (smaller ones are mostly
    what does not grow), through the largest.
    """
    x, y = np.log(sizes[-3:]), np.log(values[-3:])
    power = float(np.polyfit(x, y, 1)[0])
    return power, float(np.exp(y[-1] + power * (np.log(FAR) - x[-1])))


def _far(field: str, unit: str, sizes: Sequence[int], told: Sequence[dict[str, Any]]) -> Measure:
    power, value = slope(sizes, [one[field] for one in told])
    return Measure(
        f"{field} of {sized(_both(FAR))}, extrapolated by the power of the size",
        f"size ** {power:.2f}",
        "",
        f"{value:,.0f} {unit}",
    )


def draw(sizes: Sequence[int], told: Sequence[dict[str, Any]], path: Path) -> None:
    """Save time by step, and memory, against size; the extrapolation is dashed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.8), layout="constrained")
    times, memory = figure.subplots(1, 2)
    for name in dict.fromkeys(name for one in told for name in one["steps"]):
        part = [one["steps"].get(name, np.nan) for one in told]
        times.plot(sizes, part, "--", linewidth=0.8, marker=".", label=name)
    for axes, field, label in ((times, "seconds", "seconds"), (memory, "peak", "peak megabytes")):
        values = [one[field] for one in told]
        power, far = slope(sizes, values)
        (line,) = axes.plot(sizes, values, "k-o", label="all")
        axes.plot([sizes[-1], FAR], [values[-1], far], ":", color=line.get_color())
        axes.annotate(f"{far:,.0f} (size$^{{{power:.2f}}}$)", (FAR, far), ha="right", va="bottom")
        axes.margins(y=0.12)
        axes.set(xscale="log", yscale="log", xlabel="candidates (x 1.16 demands)", ylabel=label)
        axes.grid(alpha=0.3)
    times.legend(fontsize="x-small")
    figure.savefig(path)
