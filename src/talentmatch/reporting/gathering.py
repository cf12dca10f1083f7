"""Gather words, runs of words and pieces of words into phrases that people read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

__all__ = ["KIN", "OTHER", "gather", "says_nothing"]

OTHER = "other shared words"
KIN = "similar spellings"

_LONGEST = 8  # characters of a Chinese phrase put together from overlapping pairs
_IDEOGRAPH = re.compile(
    "[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_EMPTY_WORDS = """
    a about above across after all along also although an and another any are as at available be
    because been before being between both but by can could did do does during each either every
    for from further had has have having he her here hers him his how however i if in include
    included includes including into is it its just like make makes making many may me more most
    must my need needed new no nor not of off on one only onto or other our out over own per
    please same several shall she should so some such than that the their them then there these
    they this those through to too two under up upon us use used using various very via was we
    well were what when where which while who whom whose will with within without would you your
    的 了 和 与 及 或 在 是
"""
_SAYS_NOTHING = frozenset(_EMPTY_WORDS.split())


def gather(words: Mapping[str, float], pieces: Mapping[str, float]) -> dict[str, float]:
    """Add the terms of one score up under phrases; no weight is lost.

    Parameters
    ----------
    words : mapping of str to float
        Contributions of words and runs of words (words with a space between). Each Chinese
        character is a word.
    pieces : mapping of str to float
        Contributions of runs of characters inside words.

    Returns
    -------
    dict of str to float
        Weight by phrase; `KIN` is what pieces of kin words add, `OTHER` what says nothing alone.

    Examples
    --------
    >>> gather({"cable": 0.1, "cable design": 0.2, "the": 0.1}, {"cabl": 0.1, "xyz": 0.1})
    {'cable design': 0.4, 'other shared words': 0.1, 'similar spellings': 0.1}
    >>> list(gather({"传 感": 0.2, "感 器": 0.1, "器": 0.1}, {"传感器": 0.1}))
    ['传感器']
    """
    runs = {run: run.split(" ") for run in sorted(words, key=lambda run: (-words[run], run))}
    signs = {
        "".join(parts): words[run]
        for run, parts in runs.items()
        if len(parts) == 2 and all(map(_IDEOGRAPH.fullmatch, parts))
    }
    home = _chains(signs, pieces)
    _claim(runs.values(), home)
    weight: dict[str, float] = defaultdict(float)
    for run, parts in runs.items():
        weight[_phrase_of(parts, home)] += words[run]
    _spread(pieces, home, weight)
    return dict(weight)


def says_nothing(word: str) -> bool:
    """Tell whether a word says nothing alone: ``the``, ``several``, ``的``.

    Examples
    --------
    >>> says_nothing("the"), says_nothing("cable")
    (True, False)
    """
    return word in _SAYS_NOTHING


def _chains(signs: Mapping[str, float], pieces: Mapping[str, float]) -> dict[str, str]:
    """Put overlapping pairs of characters together, where both texts hold the whole.

    Returns the phrase of each pair, and of each character the phrase that it is part of first.
    What is left are words of two characters, and pairs that straddle two words; the straddling
    are rarer and so weigh more: the lighter pairs go first, and claim their characters.
    """
    home: dict[str, str] = {}
    pairs = [pair for pair in signs if not _SAYS_NOTHING.intersection(pair)]
    starts: dict[str, list[str]] = defaultdict(list)
    ends: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        starts[pair[0]].append(pair)
        ends[pair[1]].append(pair)
    for pair in pairs:
        links = [] if pair in home else _grown(pair, starts, ends, home, pieces)
        if len(links) > 1:
            chain = links[0] + "".join(link[1] for link in links[1:])
            for part in (*links, *chain):
                home.setdefault(part, chain)
    for pair in reversed(pairs):
        phrase = home.get(pair) or home.get(pair[0]) or home.get(pair[1]) or pair
        for part in (pair, *pair):
            home.setdefault(part, phrase)
    return home


def _grown(
    pair: str,
    starts: Mapping[str, list[str]],
    ends: Mapping[str, list[str]],
    home: Mapping[str, str],
    pieces: Mapping[str, float],
) -> list[str]:
    """The pairs before and after a pair, as long as any three characters are held in a row."""
    links = [pair]

    def free(link: str, whole: str) -> bool:
        return whole in pieces and link not in home and link not in links

    while len(links) < _LONGEST - 1:
        first, last = links[0], links[-1]
        after = next((p for p in starts.get(last[1], ()) if free(p, last + p[1])), None)
        before = next((p for p in ends.get(first[0], ()) if free(p, p[0] + first)), None)
        if after is not None:
            links.append(after)
        elif before is not None:
            links.insert(0, before)
        else:
            break
    return links


def _claim(runs: Iterable[list[str]], home: dict[str, str]) -> None:
    """Let strong runs take the words in them along; a word stands alone where none does."""
    for parts in runs:
        core = _core(parts)
        if len(core) > 1 and not any(part in home or _is_sign(part) for part in core):
            home.update(dict.fromkeys(core, " ".join(core)))
    for parts in runs:
        for part in parts:
            alone = not (_is_sign(part) or part.isdigit() or part in _SAYS_NOTHING)
            home.setdefault(part, part if alone else OTHER)


def _phrase_of(parts: list[str], home: Mapping[str, str]) -> str:
    """The phrase that a word or run counts for: that of its first word which says something."""
    whole = home.get("".join(parts)) if len(parts) == 2 and all(map(_is_sign, parts)) else None
    return whole or next((home[part] for part in parts if home[part] != OTHER), OTHER)


def _core(words: list[str]) -> list[str]:
    """The words without those at either end that say nothing by themselves."""
    first, last = 0, len(words)
    while first < last and words[first] in _SAYS_NOTHING:
        first += 1
    while last > first and words[last - 1] in _SAYS_NOTHING:
        last -= 1
    return words[first:last]


def _is_sign(word: str) -> bool:
    return len(word) == 1 and _IDEOGRAPH.match(word) is not None


def _spread(pieces: Mapping[str, float], home: Mapping[str, str], weight: dict[str, float]) -> None:
    """Add each piece of a word to the phrases of the words that hold it, in equal parts."""
    if not pieces:
        return
    sizes = frozenset(map(len, pieces))
    owners: dict[str, list[str]] = {}
    for word, phrase in home.items():
        for piece in _pieces(phrase if _IDEOGRAPH.search(word) else word, sizes):
            if piece in pieces:
                owners.setdefault(piece, []).append(phrase)
    for piece, value in pieces.items():
        phrases = owners.get(piece)
        if phrases is None and _IDEOGRAPH.search(piece):
            phrases = [home[sign] for sign in piece if sign in home]
        for phrase in phrases or (KIN,):
            weight[phrase] += value / len(phrases or (KIN,))


@lru_cache(maxsize=2**16)
def _pieces(word: str, sizes: frozenset[int]) -> frozenset[str]:
    """All runs of characters of these lengths in a word with a space at either end."""
    padded = f" {word} "
    return frozenset(
        padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1)
    )
