"""Blocks of features: each a value, each a share of the score.

Examples
--------
>>> import talentmatch as tm
>>> tm.FitScorer(blocks=[tm.Words(weight=3), tm.blocks.Same("sector", weight=1)])
<FitScorer of words 75 %, sector 25 %, not fitted>
"""

from talentmatch.blocks.concepts import Concepts
from talentmatch.blocks.encoded import Encoded
from talentmatch.blocks.facts import Same, Wanted
from talentmatch.blocks.levels import Level
from talentmatch.blocks.neighbours import Neighbours
from talentmatch.blocks.texts import CharGrams, Words

__all__ = ["CharGrams", "Concepts", "Encoded", "Level", "Neighbours", "Same", "Wanted", "Words"]
