"""Say in words what two texts share: the terms of a score, gathered into readable phrases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from talentmatch.reporting.gathering import KIN, OTHER, gather
from talentmatch.reporting.wording import Wording
from talentmatch.scores import Scores

__all__ = [
    "KIN",
    "OTHER",
    "SHOWN",
    "TOPIC",
    "Phrase",
    "in_words",
    "phrase_words",
    "phrases_of",
    "reasons_for",
]

TOPIC = "topic: "
"""How a phrase begins that names a concept; its words may differ in the two texts."""

_ALIKE = "resemble the same texts"

SHOWN = 0.005  # smallest share that rounds to one per cent
_CHUNK = 1024  # pairs whose terms are held at a time


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that two texts share, and their part of the score.

    Parameters
    ----------
    text : str
        The words, or what kind of likeness it is.
    share : float
        Part of the pair's score, in [0, 1].
    """

    text: str
    share: float


def reasons_for(
    scores: Scores, rows: NDArray[np.intp], cols: NDArray[np.intp], *, most: int = 5
) -> Iterator[list[Phrase]]:
    """Yield the phrases of each pair, largest share first.

    Parameters
    ----------
    scores : Scores
        Where the pairs come from. Scores that are not made of factors give empty lists.
    rows, cols : int arrays
        Positions of the pairs.
    most : int
        Phrases kept of each pair; the rest is summed up as `OTHER`.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> people = [{"candidate_id": "R1", "text": "designs submarine cables"}]
    >>> posts = [{"demand_id": "X1", "text": "submarine cable design"}]
    >>> scores = tm.FitScorer().fit(people, posts).score(people, posts)
    >>> phrases, = reasons_for(scores, np.array([0]), np.array([0]))
    >>> [phrase.text for phrase in phrases]
    ['submarine', 'topic: submarine cable', 'topic: cable', 'similar spellings']
    """
    for start in range(0, len(rows), _CHUNK):
        some = slice(start, start + _CHUNK)
        if not scores.has_terms:
            yield from ([] for _ in rows[some])
            continue
        terms = scores.contributions_at(rows[some], cols[some])
        order = np.argsort(terms["pair"].to_numpy(), kind="stable")
        names = list(zip(terms["block"].tolist(), terms["term"].tolist(), strict=True))
        values = terms["contribution"].tolist()
        ends = np.searchsorted(terms["pair"].to_numpy()[order], np.arange(len(rows[some]) + 1))
        for first, last in pairwise(ends.tolist()):
            mine = order[first:last].tolist()
            yield phrases_of({names[k]: values[k] for k in mine}, most=most)


def phrases_of(terms: Mapping[tuple[str, str], float], *, most: int = 5) -> list[Phrase]:
    """Gather the terms of one score into phrases; their shares sum to one.

    A run of words takes the words in it along: ``cable``, ``design`` and ``cable design`` are one
    reason. A piece of a word counts for the shared words that hold it, in equal parts; where none
    does, the two texts hold kin words, such as design and designer, and it counts as `KIN`.

    Parameters
    ----------
    terms : mapping of (block, term) to float
        Contributions, as `Scores.contributions` gives them.
    most : int
        Phrases kept.

    Returns
    -------
    list of Phrase
        Largest first, then `KIN` and `OTHER`; empty where the score is not above zero.

    Examples
    --------
    >>> phrases_of({("words", "cable"): 0.1, ("words", "cable design"): 0.2,
    ...             ("words", "the"): 0.1, ("characters", "desi"): 0.1})
    [Phrase(text='cable design', share=0.8), Phrase(text='other shared words', share=0.2)]
    """
    total = sum(terms.values())
    if not total > 0:
        return []
    parts: dict[str, dict[str, float]] = {"words": {}, "characters": {}}
    weight: dict[str, float] = {}
    for (block, term), value in terms.items():
        if block in parts:
            parts[block][term] = value
        else:
            name = _named(block, term)
            weight[name] = weight.get(name, 0.0) + value
    for phrase, value in gather(parts["words"], parts["characters"]).items():
        weight[phrase] = weight.get(phrase, 0.0) + value
    kin, rest = weight.pop(KIN, 0.0), weight.pop(OTHER, 0.0)
    ranked = sorted(weight.items(), key=lambda item: (-item[1], item[0]))
    rest += sum(value for _, value in ranked[most:])
    kept = [*ranked[:most], (KIN, kin), (OTHER, rest)]
    return [Phrase(text, round(value / total, 6)) for text, value in kept if value > 0]


def _named(block: str, term: str) -> str:
    """What to call a term that is not of the texts' own words."""
    if block == "concepts":
        return f"{TOPIC}{term}"
    if block == "neighbours":
        return _ALIKE
    if term.startswith(("dimension ", block)):  # an encoder's, which say nothing one by one; a fact
        return term if term.startswith(block) else block
    return f"{block} {term}"


def in_words(phrases: list[Phrase]) -> str:
    """One line: each phrase with its share in per cent.

    Examples
    --------
    >>> in_words([Phrase("cable design", 0.7), Phrase("xlpe", 0.3)])
    'cable design 70 %, xlpe 30 %'
    """
    return ", ".join(f"{p.text} {100 * p.share:.0f} %" for p in phrases if p.share >= SHOWN)


def phrase_words(say: Wording, text: str) -> str:
    """Return a phrase in the reader's language; words of the texts stay as they are.

    Examples
    --------
    >>> phrase_words(Wording("zh"), "topic: cable"), phrase_words(Wording("zh"), "cable")
    ('主题：cable', 'cable')
    """
    if text.startswith(TOPIC):
        return say("topic: {name}", name=text.removeprefix(TOPIC))
    if text == KIN:
        return say("similar spellings")
    if text == OTHER:
        return say("other shared words")
    return say("resemble the same texts") if text == _ALIKE else text
