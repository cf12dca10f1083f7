"""Published instances: every one at its optimum, with the seconds it takes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import groupby
from operator import attrgetter

from benchmarks.instances import Instance, budgeted, instances
from benchmarks.measure import Measure, timed

MOST_SECONDS = 60.0  # for the whole set of generalised assignment
PATIENCE = 60.0
MOST_GAP = 1e-3


def measured(name: str, some: Iterable[Instance]) -> tuple[Measure, float]:
    """Solve the tasks of one line, each once, and compare; also the seconds in all."""
    import talentmatch as tm

    ours, known, met, spent = [], [], True, 0.0
    for instance in some:
        seconds, result = timed(partial(tm.solve, instance.problem, instance.aim))
        reached = instance.reached(result.pairs)
        figures = " / ".join(f"{value:.12g}" for value in reached)
        ours.append(f"{figures} in {seconds:.3f} s, {result.status}")
        known.append(" / ".join(f"{value:.12g}" for value in instance.figures))
        met &= result.status == "optimal" and not tm.check(result.problem, result.pairs)
        met &= all(map(_equal, reached, instance.figures))
        spent += seconds
    line = Measure(
        name,
        "; ".join(ours),
        f"{'; '.join(known)} (published)",
        "equal" if met else "differs",
        "equal, optimal",
        bool(met),
    )
    return line, spent


def _equal(ours: float, published: float) -> bool:
    """Whole numbers and quarters exactly, real scores to 1e-9 relative."""
    if (4 * published).is_integer():
        return ours == published
    return abs(ours - published) <= 1e-9 * abs(published)


def one_by_one() -> list[Measure]:
    """A line for every task of linear assignment, of reviewers, of MIDL."""
    found = []
    for instance in instances(("linear_assignment", "reviewer_bids", "midl")):
        plain = instance.task.startswith(("min, perfect", "max; each"))
        name = instance.name if plain else f"{instance.name}: {instance.task}"
        found.append(measured(name, [instance])[0])
    return found


def generalised_set() -> list[Measure]:
    """A line for every file of generalised assignment, both senses in it; then the whole set."""
    found, total, tasks = [], 0.0, 0
    for name, group in groupby(instances(("generalized_assignment",)), attrgetter("name")):
        some = list(group)
        senses = " and ".join(instance.task for instance in some)
        line, seconds = measured(f"{name}: {senses}", some)
        found.append(line)
        total += seconds
        tasks += len(some)
    proved = all(line.met for line in found)
    whole = Measure(
        f"generalized_assignment: the whole set, {tasks} tasks",
        f"{total:.1f} s, {'all equal and optimal' if proved else 'some differ'}",
        "",
        f"{total:.1f} s",
        f"at most {MOST_SECONDS:g} s in all",
        bool(proved and total <= MOST_SECONDS),
    )
    return [*found, whole]


def budget_per_column() -> Measure:
    """A whole plan near the linear program's value, its bound not above that value."""
    import talentmatch as tm

    problem, most = budgeted()
    seconds, result = timed(lambda: tm.solve(problem, gap=MOST_GAP, time_limit=PATIENCE))
    gap = (most - result.objective) / most
    within = result.objective <= result.bound <= most * (1 + 1e-9)
    sound = within and not tm.check(problem, result.pairs)
    return Measure(
        "budgeted_matching/small.npz: whole plan, against the value of the linear program",
        f"{result.objective:.9g}, bound {result.bound:.9g} in {seconds:.2f} s, {result.status}",
        f"{most:.9g} (linear program, published)",
        f"{gap:.1e} below",
        f"at most {MOST_GAP:g} below, bound not above, within {PATIENCE:g} s",
        bool(sound and gap <= MOST_GAP and seconds <= PATIENCE),
    )


def run() -> list[Measure]:
    """Solve each and compare."""
    return [*one_by_one(), budget_per_column(), *generalised_set()]
