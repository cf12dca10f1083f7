"""`plots`: what is drawn against the tables it is drawn from, counted again the plain way."""

from __future__ import annotations

import builtins
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.stats import binomtest

import talentmatch as tm
from talentmatch.outcomes import Progress
from talentmatch.plots import drawing
from talentmatch.plots.drawing import shortened
from talentmatch.plots.scores import count_scores

pytest.importorskip("matplotlib")
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.style import context
from matplotlib.text import Text

plots = tm.plots
CHINESE = "宁波北仑精密模具有限公司"
ENTERPRISES = [CHINESE, "$E_{1}$ & <b>", "E" * 60 + "-17", None, "E2"]
ABOVE, BELOW, PLAN = "eligible pairs", "below min_score", "pairs of the plan"


@pytest.fixture(scope="module")
def problem() -> tm.Problem:
    """Thirty people for twenty demands of five enterprises, too few for all openings."""
    rng = np.random.default_rng(3)
    scores = rng.uniform(0, 1, (30, 20)).round(3)
    scores[rng.uniform(size=scores.shape) < 0.2] = np.nan
    demands = pd.DataFrame({"demand_id": [f"X{k}" for k in range(20)]})
    demands["enterprise_id"] = [ENTERPRISES[k % 5] for k in range(20)]
    demands["park"] = ["moulds", "ports", "cables", "chips"] * 5
    demands["headcount"] = rng.integers(1, 5, 20)
    return tm.Problem(scores, demands=demands, min_score=0.3)


@pytest.fixture(scope="module")
def result(problem: tm.Problem) -> tm.Result:
    """The best plan of it."""
    return tm.solve(problem)


@pytest.fixture
def record() -> tm.centre.Record:
    """Four people received, three in the pool, who were introduced to one demand."""
    found = tm.centre.Record(":memory:")
    day, rows = "2021-03-01", []
    for k in range(4):
        one = {"candidate_id": f"R{k}"}
        rows.append({"kind": "received", "date": day, **one})
        outcome = "pool" if k < 3 else "rejected"
        rows.append({"kind": "screened", "date": "2021-03-02", "outcome": outcome, **one})
    rows.append(
        {"kind": "demand_recorded", "date": day, "demand_id": "X1", "enterprise_id": CHINESE}
    )
    for k, more in enumerate((("interviewed", "offered", "contracted"), ("interviewed",), ())):
        pair = {"candidate_id": f"R{k}", "demand_id": "X1"}
        rows.append({"kind": "introduced", "date": "2021-03-03", **pair})
        rows += [{"kind": kind, "date": "2021-03-04", **pair} for kind in more]
    found.add(rows)
    return found


def bars(ax: Any, *names: str) -> list[Any]:
    """The bars that the legend calls so."""
    return [bar for part in ax.containers if part.get_label() in names for bar in part]


def labels(ax: Any) -> list[str]:
    """What is written beside the rows."""
    return [text.get_text() for text in ax.get_yticklabels()]


def written(ax: Any) -> list[str]:
    """What is written in the axes."""
    return [text.get_text().strip() for text in ax.texts]


# Scores


def test_score_bars_are_the_counts_of_eligible_and_chosen_pairs(result: tm.Result) -> None:
    """Each bar, counted again from the matrix; those below min_score are hollow, and stop at it."""
    ax = plots.score_plot(result)
    every = result.scores.toarray()
    every = every[~np.isnan(every)]
    chosen = result.pairs["score"].to_numpy()
    for values, found in ((every, bars(ax, ABOVE, BELOW)), (chosen, bars(ax, PLAN))):
        top = max(bar.get_x() + bar.get_width() for bar in found)
        for bar in found:
            low, high = bar.get_x(), bar.get_x() + bar.get_width()
            inside = (values >= low - 1e-9) & (values < high - 1e-9)
            inside |= (values <= high + 1e-9) & (values >= low) & (abs(high - top) < 1e-9)
            assert bar.get_height() == inside.sum() > 0
        assert sum(bar.get_height() for bar in found) == len(values)
    pale = bars(ax, BELOW)
    assert sum(bar.get_height() for bar in pale) == (every < 0.3).sum() > 0
    assert max(bar.get_x() + bar.get_width() for bar in pale) == pytest.approx(0.3)
    assert min(bar.get_x() for bar in bars(ax, PLAN)) >= 0.3 - 1e-9
    assert [line.get_xdata()[0] for line in ax.lines] == [0.3]
    assert f"{len(chosen)} of {(every >= 0.3).sum()} eligible" in ax.get_title(loc="left")
    assert ax.get_yscale() == "linear"


def test_counts_far_apart_are_drawn_on_a_log_scale_that_says_so() -> None:
    """Ten pairs of many thousands can still be seen; tops of bars are the counts."""
    rng = np.random.default_rng(0)
    scores = rng.uniform(0, 1, (300, 200))
    result = tm.solve(tm.Problem(scores, constraints=[tm.TotalLimit(at_most=10)]))
    ax = plots.score_plot(result, bins=20)
    assert ax.get_yscale() == "log"
    assert "log scale" in ax.get_ylabel()
    tops = [bar.get_y() + bar.get_height() for bar in bars(ax, ABOVE)]
    assert sorted(tops) == pytest.approx(sorted(np.histogram(scores, 20)[0]))
    assert sum(bar.get_y() + bar.get_height() for bar in bars(ax, PLAN)) == pytest.approx(10)
    assert len(ax.lines) == 0


@pytest.mark.parametrize("kind", ["factored", "sparse"])
def test_scores_of_large_problems_are_estimated_and_the_picture_says_so(kind: str) -> None:
    """A sample of candidates, or of stored pairs: near the truth, the same again, and named."""
    rng = np.random.default_rng(1)
    if kind == "factored":
        left, right = rng.uniform(0, 1, (4000, 3)), rng.uniform(0, 1, (50, 3))
        scores: Any = tm.Scores.from_factors(left, right)
        every = (left @ right.T).ravel()
    else:
        scores = sp.random_array((2000, 500), density=0.05, rng=rng, format="csr")
        every = scores.data
    result = tm.solve(tm.Problem(scores, constraints=[tm.TotalLimit(at_most=30)]))
    whole = count_scores(result, bins=8)
    part = count_scores(result, bins=8, most=10_000, seed=5)
    assert whole.eligible.tolist() == np.histogram(every, whole.edges)[0].tolist()
    assert part.is_sampled
    assert not whole.is_sampled
    assert part.looked_at == 10_000
    assert part.eligible.sum() == pytest.approx(len(every), rel=0.01)
    assert (part.eligible >= part.chosen).all()
    truth = np.histogram(every, part.edges)[0]
    assert np.abs(part.eligible - truth).max() < 0.05 * len(every)
    assert (count_scores(result, bins=8, most=10_000, seed=5).eligible == part.eligible).all()
    ax = plots.score_plot(result, most=10_000)
    assert "estimated from" in ax.get_title(loc="left")
    assert "eligible pairs (estimated)" in [t.get_text() for t in ax.get_legend().get_texts()]


def test_scores_that_are_all_equal_or_all_barred_are_no_accident() -> None:
    """One bar; and one error, where there is nothing to draw."""
    ax = plots.score_plot(tm.solve(tm.Problem(np.full((2, 3), 0.5))))
    assert [bar.get_height() for bar in bars(ax, ABOVE)] == [6]
    with pytest.raises(tm.ProblemError, match="no pair is eligible"):
        plots.score_plot(tm.solve(tm.Problem(np.full((2, 3), np.nan))))


# Fill


@pytest.mark.parametrize("by", [None, "enterprise_id", "park", "demand_id"])
def test_fill_bars_are_the_openings_of_each_group(
    result: tm.Result, problem: tm.Problem, by: str | None
) -> None:
    """Filled and open, counted pair by pair; the longest shortage is on top."""
    table = problem.demands
    assert table is not None
    name = by or "enterprise_id"
    group = dict(zip(table["demand_id"], table[name], strict=True))
    wanted: Counter[Any] = Counter()
    for demand, count in zip(table["demand_id"], table["headcount"], strict=True):
        wanted[shortened(group[demand])] += count
    filled = Counter(shortened(group[demand]) for demand in result.pairs["demand_id"])
    ax = plots.fill_plot(result, by=by)
    full, rest = ax.containers
    names = labels(ax)
    assert sorted(names) == sorted(wanted)
    assert [bar.get_width() for bar in full] == [filled[one] for one in names]
    assert [bar.get_width() for bar in rest] == [wanted[one] - filled[one] for one in names]
    assert all(bar.get_visible() == (bar.get_width() > 0) for bar in (*full, *rest))
    assert [bar.get_x() for bar in rest] == [bar.get_width() for bar in full]
    missing = [bar.get_width() for bar in rest]
    assert missing == sorted(missing, reverse=True)
    assert missing[0] > 0
    assert sum(missing) == result.unfilled["missing"].sum()
    assert f"{len(result.pairs)} of {wanted.total()}" in ax.get_title(loc="left")


def test_groups_beyond_the_first_are_written_below_without_a_bar(result: tm.Result) -> None:
    """Their sum is said, and would dwarf the bars."""
    ax = plots.fill_plot(result, by="demand_id", most=4)
    whole = plots.fill_plot(result, by="demand_id")
    full, rest = whole.containers
    filled, left = ([int(bar.get_width()) for bar in part][4:] for part in (full, rest))
    assert labels(ax) == [*labels(whole)[:4], "16 others"]
    assert [len(part) for part in ax.containers] == [4, 4]
    assert written(ax)[-1] == (
        f"{sum(filled)} of {sum(filled) + sum(left)}, {sum(left)} open (no bar)"
    )


def test_fill_by_an_unknown_column_names_those_there_are(result: tm.Result) -> None:
    """The caller sees what could be meant."""
    with pytest.raises(tm.ProblemError, match=r"'firm' is no column.*enterprise_id, park"):
        plots.fill_plot(result, by="firm")
    with pytest.raises(tm.ProblemError, match="there is no table of demands"):
        plots.fill_plot(tm.solve(tm.Problem([[1.0]])), by="park")
    cells = pd.DataFrame({"demand_id": ["X1"], "tags": [["a", "b"]]})
    with pytest.raises(tm.ProblemError, match="'tags': a demand has several values"):
        plots.fill_plot(tm.solve(tm.Problem([[1.0]], demands=cells)), by="tags")
    with pytest.raises(tm.ProblemError, match="most must be a whole number >= 1, not 0"):
        plots.fill_plot(result, most=0)


# Funnel


def test_stage_bars_are_the_events_of_the_table(record: tm.centre.Record) -> None:
    """A bar per stage, in order; beside it the different people and places."""
    frame = tm.centre.stage_counts(record)
    ax = plots.funnel_plot(frame)
    assert labels(ax) == [stage.replace("_", " ") for stage in frame["stage"]]
    heights = {round(bar.get_y() + bar.get_height() / 2): bar.get_width() for bar in ax.patches}
    assert [heights[place] for place in range(len(frame))] == frame["events"].tolist()
    assert written(ax)[0] == "4  (4 candidates)"
    assert written(ax)[3:5] == ["0", "1  (1 demand, 1 enterprise)"]


@pytest.mark.parametrize("by", [None, "enterprise_id"])
def test_funnel_points_are_shares_with_wilson_intervals(
    record: tm.centre.Record, by: str | None
) -> None:
    """Points, ends and cases, the intervals against scipy's."""
    frame = tm.centre.conversion(record, by=by)
    ax = plots.funnel_plot(frame)
    for container, column in zip(ax.containers, ("entered", "decided"), strict=True):
        line, _, (ends,) = container
        known, middle = line.get_xdata(), line.get_ydata()
        cases = frame["entered"] - (frame["still_open"] if column == "decided" else 0)
        assert np.round(middle).tolist() == np.flatnonzero(cases > 0).tolist()
        for place, share, (start, end) in zip(middle, known, ends.get_segments(), strict=True):
            row = round(place)
            good, n = int(frame["went_on"][row]), int(cases[row])
            truth = binomtest(good, n).proportion_ci(method="wilson")
            assert share == pytest.approx(good / n)
            assert (start[0], end[0]) == pytest.approx((truth.low, truth.high), abs=1e-12)
    last = frame.iloc[-1]
    assert written(ax)[-1] == f"{last['went_on']:.0f} of {last['entered']:.0f}"
    start = "" if by is None else f"{CHINESE}: "
    assert labels(ax)[-1] == f"{start}offered → contracted"


def test_a_funnel_of_many_rows_says_that_some_are_left_out(record: tm.centre.Record) -> None:
    """Forty rows can be read; a frame of another kind is refused."""
    frame = pd.concat([tm.centre.conversion(record)] * 20, ignore_index=True)
    ax = plots.funnel_plot(frame)
    assert len(labels(ax)) == 40
    assert f"The first 40 of {len(frame)} rows" in ax.get_title(loc="left")
    with pytest.raises(tm.ProblemError, match="stage_counts; this one has no entered"):
        plots.funnel_plot(pd.DataFrame({"from_stage": []}))


def test_a_funnel_of_an_empty_record_is_empty() -> None:
    """Nobody yet is an answer too."""
    empty = tm.centre.Record(":memory:")
    assert set(written(plots.funnel_plot(tm.centre.stage_counts(empty)))) == {"0"}
    assert set(written(plots.funnel_plot(tm.centre.conversion(empty)))) == {"nobody yet"}


# Scarcity


def test_scarcity_bars_are_the_prices_of_the_table(problem: tm.Problem) -> None:
    """In its order, whether it comes from the result or as a frame; kinds differ in hatch too."""
    limits = [tm.GroupLimit("park", at_most=4), tm.TotalLimit(at_most=12)]
    found = tm.solve(problem.replace(constraints=limits))
    frame = tm.scarcity(found, 8)
    assert set(frame["kind"]) > {"candidate"}
    for ax in (plots.scarcity_plot(found, top=8), plots.scarcity_plot(frame)):
        assert [bar.get_width() for bar in ax.patches] == frame["price"].tolist()
        centres = [bar.get_y() + bar.get_height() / 2 for bar in ax.patches]
        assert centres == pytest.approx(list(range(len(frame))))
        for label, kind, id in zip(labels(ax), frame["kind"], frame["id"], strict=True):
            plain = kind in ("candidate", "demand")
            group = "" if pd.isna(id) else f": {id}"
            assert label == shortened(id if plain else f"{kind}{group}")
        styles = {
            (kind in ("candidate", "demand") and kind, bar.get_hatch())
            for kind, bar in zip(frame["kind"], ax.patches, strict=True)
        }
        assert len(styles) == len({hatch for _, hatch in styles}) == len(
            {kind for kind, _ in styles}
        )  # fmt: skip
        assert float(written(ax)[0]) == pytest.approx(frame["price"][0], rel=0.01)


def test_the_title_promises_no_more_than_prices_do(problem: tm.Problem) -> None:
    """A ceiling for the total with dual prices; for other aims, and of a frame, less is known."""
    result = tm.solve(problem)
    assert result.price_kind == "dual"
    assert "gains at most this" in plots.scarcity_plot(result).get_title(loc="left")
    frame = tm.scarcity(result)
    assert "gains about or at most" in plots.scarcity_plot(frame).get_title(loc="left")
    chances = tm.solve(problem, "expected_contracts")
    assert "gains about this" in plots.scarcity_plot(chances).get_title(loc="left")


def test_where_nothing_is_scarce_it_is_said() -> None:
    """No bars, no legend, one sentence; another table is refused."""
    ax = plots.scarcity_plot(tm.scarcity(tm.solve(tm.Problem([[0.9]]))).iloc[:0])
    assert written(ax) == ["Nothing is scarce: no price is above zero"]
    assert len(ax.patches) == 0
    with pytest.raises(tm.ProblemError, match="no column 'kind'"):
        plots.scarcity_plot(pd.DataFrame({"price": [1.0]}))


# Convergence


def state(
    seconds: float, objective: float, bound: float, stage: str = "total: pricing"
) -> Progress:
    """A state of a solve."""
    return Progress(stage, 1, 1, objective, bound, 0.0, seconds)


def test_the_steps_are_the_best_known_at_each_moment(problem: tm.Problem) -> None:
    """Those a real solve told, made monotone, and its end."""
    told: list[Progress] = []
    result = tm.solve(problem, progress=told.append)
    ax = plots.convergence_plot(told, result=result)
    bound, best = ax.lines
    assert best.get_xdata().tolist() == [*(one.seconds for one in told), result.seconds]
    assert best.get_ydata().tolist() == [
        max(one.objective for one in told[: k + 1]) for k in range(len(told))
    ] + [result.objective]
    assert bound.get_ydata()[-1] == pytest.approx(min(result.bound, *(t.bound for t in told)))
    assert {line.get_drawstyle() for line in ax.lines} == {"steps-post"}
    (strip,) = ax.child_axes
    both = zip(best.get_ydata(), bound.get_ydata(), strict=True)
    gaps = [max((most - value) / value, 1e-9) for value, most in both]
    assert strip.lines[0].get_ydata() == pytest.approx(gaps)
    assert strip.get_yscale() == "log"
    FigureCanvasAgg(ax.figure).draw()
    assert strip.xaxis.label.get_window_extent().y0 > 0  # inside the picture
    assert "Closed" in ax.get_title(loc="left")


def test_what_is_unknown_worse_or_of_another_aim_is_not_drawn() -> None:
    """Unknown bounds and plans, earlier aims, and what a first attempt under floors told."""
    told = [
        state(0.1, 9.0, 9.0),  # of an attempt that failed
        state(0.05, 5.0, 5.0, "filled: pricing"),
        state(0.1, float("nan"), float("inf")),
        state(0.2, float("nan"), 40.0),
        state(0.3, 2.0, 4.0),
        state(0.4, 1.0, 5.0),
        state(0.5, 3.0, 3.5),
    ]
    ax = plots.convergence_plot(told)
    bound, best = ax.lines
    assert bound.get_xydata().tolist() == [[0.2, 40], [0.3, 4], [0.4, 4], [0.5, 3.5]]
    assert best.get_xydata().tolist() == [[0.3, 2], [0.4, 2], [0.5, 3]]
    assert ax.get_ylabel() == "Value of total"
    assert ax.get_ylim()[1] < 10  # the first bound runs out of the picture
    assert "at most 17 % better" in ax.get_title(loc="left")
    nothing = plots.convergence_plot([state(0.1, float("nan"), 4.0)])
    assert "No plan was found yet" in nothing.get_title(loc="left")
    unbounded = plots.convergence_plot([state(0.1, 4.0, float("inf"))])
    assert "no bound is known" in unbounded.get_title(loc="left")


def test_a_result_alone_has_no_history_and_says_how_to_get_one(result: tm.Result) -> None:
    """The next step is in the message."""
    for wrong in (result, [result], [], 3):
        with pytest.raises(tm.ProblemError, match=r"progress=states.append"):
            plots.convergence_plot(wrong)  # type: ignore[arg-type]  # on purpose
    barred = tm.solve(tm.Problem([[0.5]], min_headcount=1, eligible=[[False]]))
    ax = plots.convergence_plot([state(0.1, float("nan"), 4.0)], result=barred)
    assert "No plan was found" in ax.get_title(loc="left")


# What they share


def drawings(result: tm.Result, record: tm.centre.Record) -> list[Callable[..., Any]]:
    """Every picture but that of calibration, ready to be drawn into given axes."""
    frames = tm.centre.stage_counts(record), tm.centre.conversion(record, by="enterprise_id")
    return [
        lambda ax=None: plots.score_plot(result, ax),
        lambda ax=None: plots.fill_plot(result, ax),
        lambda ax=None: plots.funnel_plot(frames[0], ax),
        lambda ax=None: plots.funnel_plot(frames[1], ax),
        lambda ax=None: plots.scarcity_plot(result, ax),
        lambda ax=None: plots.convergence_plot([state(0.1, 1.0, 2.0)], ax),
    ]


def has_chinese_font() -> bool:
    """Whether this machine can draw Chinese at all."""
    return any(drawing._covers((name,), CHINESE) for name in drawing._installed())


def test_pictures_fit_into_given_axes_and_into_a_file(
    result: tm.Result, record: tm.centre.Record, tmp_path: Path
) -> None:
    """Axes given come back; drawing warns of nothing, whatever is in the names."""
    if not has_chinese_font():
        pytest.skip("no font with Chinese characters is installed")
    for k, draw in enumerate(drawings(result, record)):
        ax = Figure(layout="constrained").add_subplot()
        assert draw(ax) is ax
        ax.figure.savefig(tmp_path / f"{k}.png")
        assert (tmp_path / f"{k}.png").stat().st_size > 5_000
        alone = draw()
        alone.figure.savefig(tmp_path / f"{k}.svg")
        assert alone.figure is not ax.figure


def test_names_are_drawn_as_they_are(result: tm.Result) -> None:
    """Dollar signs start no formula; Chinese gets a font that has it, after the user's own."""
    if not has_chinese_font():
        pytest.skip("no font with Chinese characters is installed")
    ax = plots.fill_plot(result)
    texts = {text.get_text(): text for text in ax.get_yticklabels()}
    assert set(texts) >= {CHINESE, "$E_{1}$ & <b>", "not stated"}
    assert not texts["$E_{1}$ & <b>"].get_parse_math()
    latin, chinese = texts["E2"].get_fontfamily(), texts[CHINESE].get_fontfamily()
    assert chinese[: len(latin)] == latin
    assert drawing._covers(tuple(chinese), CHINESE)
    assert not drawing._covers(tuple(latin), CHINESE)


def test_a_missing_font_is_said_once(result: tm.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the next step; the second picture keeps quiet."""
    monkeypatch.setattr(drawing, "_covers", lambda families, characters: False)
    drawing._tell.cache_clear()
    with pytest.warns(UserWarning, match="install one, such as Noto Sans CJK SC") as told:
        plots.fill_plot(result)
    assert len(told) == 1
    assert told[0].filename == __file__
    with warnings.catch_warnings(record=True) as again:
        plots.fill_plot(result)
    assert not again


def test_text_has_the_colour_of_the_axes(result: tm.Result, record: tm.centre.Record) -> None:
    """On a dark background too, and where the axes were made in a style that is over."""
    for k in range(6):
        with context("dark_background"):
            ax = Figure().add_subplot()
        drawings(result, record)[k](ax)
        shown = [text for text in ax.findobj(Text) if text.get_text()]
        assert {to_hex(text.get_color()) for text in shown} == {"#ffffff"}
        assert {bar.get_facecolor()[:3] for bar in ax.patches}.isdisjoint({(1.0, 1.0, 1.0)})


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("E" * 40 + "-17", "E" * 15 + "…" + "E" * 11 + "-17"),
        ("工" * 20, "工" * 7 + "…" + "工" * 7),
        ("two\nlines\x07", "two lines"),
        (float("nan"), "not stated"),
        ("  ", "not stated"),
        ("x" * 30, "x" * 30),
    ],
)
def test_long_names_are_shortened_in_the_middle(name: object, label: str) -> None:
    """Both ends tell ids apart; Chinese is twice as wide; nothing unseen is left."""
    assert shortened(name) == label


def test_without_matplotlib_or_a_plan_it_is_said(
    result: tm.Result, record: tm.centre.Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named by every picture; a result without a plan has nothing to show."""
    barred = tm.solve(tm.Problem([[0.5]], min_headcount=1, eligible=[[False]]))
    for draw in (plots.score_plot, plots.fill_plot, plots.scarcity_plot):
        with pytest.raises(tm.NoPlanError):
            draw(barred)
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    every = drawings(result, record)
    monkeypatch.setattr(builtins, "__import__", without)
    for draw in every:
        with pytest.raises(tm.MissingExtraError, match=r"talentmatch\[plot\]"):
            draw()
