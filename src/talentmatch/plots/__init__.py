"""Pictures for analysts, as matplotlib axes; nothing is shown or kept in global state.

Each takes the object whose tables it draws and, where it is to be part of a larger figure, the
axes to draw into; it returns the axes.

Examples
--------
>>> import talentmatch as tm
>>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
>>> ax = tm.plots.score_plot(result)
>>> ax.figure.savefig("scores.png")  # doctest: +SKIP
"""

from talentmatch.plots.convergence import convergence_plot
from talentmatch.plots.fill import fill_plot
from talentmatch.plots.funnel import funnel_plot
from talentmatch.plots.reliability import reliability_plot
from talentmatch.plots.scarcity import scarcity_plot
from talentmatch.plots.scores import score_plot

__all__ = [
    "convergence_plot",
    "fill_plot",
    "funnel_plot",
    "reliability_plot",
    "scarcity_plot",
    "score_plot",
]
