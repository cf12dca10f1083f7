"""How well scores order candidates for demands, measured against graded judgements.

Examples
--------
>>> import talentmatch as tm
>>> judged = [{"candidate_id": 0, "demand_id": 0}]
>>> tm.evaluate.measure([[0.9], [0.1]], judged, metrics=["map"])["value"].tolist()
[1.0]
"""

from talentmatch.evaluate.measuring import by_query, compare, measure

__all__ = ["by_query", "compare", "measure"]
