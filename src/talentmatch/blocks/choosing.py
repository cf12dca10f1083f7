"""Which blocks there are, and which make the usual score."""

from __future__ import annotations

from typing import Any

from talentmatch.blocks.concepts import Concepts
from talentmatch.blocks.facts import Same, Wanted
from talentmatch.blocks.levels import Level
from talentmatch.blocks.neighbours import Neighbours
from talentmatch.blocks.texts import CharGrams, Words
from talentmatch.taxonomies.taxonomy import Taxonomy

__all__ = ["BLOCKS", "FACTS", "usual_blocks"]

BLOCKS: dict[str, Any] = {
    "Words": Words, "CharGrams": CharGrams, "Concepts": Concepts, "Neighbours": Neighbours,
    "Same": Same, "Level": Level, "Wanted": Wanted,
}  # fmt: skip

FACTS = (Same, Level, Wanted)


def usual_blocks(taxonomy: Taxonomy | None = None, kind: str = "texts") -> tuple[Any, ...]:
    """Return the blocks of ``FitScorer()``; benchmarks/RESULTS.md says how they were chosen.

    Parameters
    ----------
    taxonomy : Taxonomy, optional
        In the place of the glossary.
    kind : {"texts", "sentences", "titles"}
        What the texts are (`Material.kind`). Short ones share too few words to be compared by
        those alone: where a taxonomy is given, they are compared with its terms one by one; else
        the other titles tell which words go together.

    Examples
    --------
    >>> [block.name for block in usual_blocks(kind="titles")]
    ['words', 'characters', 'concepts', 'neighbours']
    """
    if taxonomy is not None and kind == "titles":
        concepts = Concepts(taxonomy, weight=0.6, broader=0.7, short=16, named=0.0, rarity=0.0)
        return Words(weight=0.25), CharGrams(weight=0.75), concepts
    if taxonomy is not None and kind == "sentences":
        concepts = Concepts(
            taxonomy, weight=1.4, broader=0.1, short=16, named=0.0, sharpness=5.0, rarity=0.0
        )
        return Words(weight=0.3), CharGrams(weight=0.7), concepts
    if taxonomy is None and kind == "titles":
        return Words(weight=0.25), CharGrams(weight=0.75), Concepts(weight=0.2), Neighbours()
    return Words(), CharGrams(), Concepts(taxonomy)
