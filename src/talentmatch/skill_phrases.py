"""Who has which skill: named in the list of skills, or found as a phrase in the texts.

A phrase is found where its tokens stand side by side: ``Java`` is not found in ``JavaScript``, nor
``电机`` in ``发电、机械``. The last word of a phrase may be the plural in the text; the plural of a
phrase of several words may be the singular, but ``Windows`` are no window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.stating import folded, stated
from talentmatch.tables.cells import READERS
from talentmatch.text import SCRIPT_AWARE, Corpus, find_phrases, is_han, normalise, tokenize

__all__ = ["phrases_in", "skill_holders", "skills_listed"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# A single digit says nothing in a bag of words, but "IELTS 7" is not "IELTS 6": what SCRIPT_AWARE
# leaves out is kept here, and so are the marks that end a phrase. C and R beside a mark are mostly
# initials and keep it, so as not to be taken for the languages.
_MARK = r"[,;、。|!?]|\.(?!\S)"
_TOKEN = rf"{SCRIPT_AWARE}|['’.&-][cr]\b|[cr]['’.&-]|\d\d|[^\W_]|{_MARK}"
_MARKS = frozenset(",;、。|!?.")


def skills_listed(frame: pd.DataFrame, name: str, table: str, by: str) -> list[dict[str, str]]:
    """Read a column of skills: of every row the distinct ones, folded -> as they are shown.

    Raises
    ------
    ProblemError
        There is no such column.
    InputError
        A cell is no list.

    Examples
    --------
    >>> needs = pd.DataFrame({"must_have": ["CNC; cnc; 焊接"]})
    >>> skills_listed(needs, "must_have", "demands", "a rule")
    [{'cnc': 'CNC', '焊接': '焊接'}]
    """
    found = []
    for cell in stated(frame, name, table, READERS["list"], by):
        skills: dict[str, str] = {}
        for skill in cast(list[str], cell):
            skills.setdefault(folded(skill), " ".join(normalise(skill).split()))
        found.append({key: skill for key, skill in skills.items() if key})
    return found


def skill_holders(
    people: pd.DataFrame, wanted: Sequence[str], *, skills: str = "skills", by: str
) -> tuple[sp.csr_array, Bools]:
    """Tell which candidates have which skills.

    A candidate has a skill that its list of skills names, or that `phrases_in` finds in one of its
    skills or in its ``text``.

    Parameters
    ----------
    people : pandas.DataFrame
        The candidates, with a column of skills, a column ``text``, or both.
    wanted : sequence of str
        The skills asked about.
    skills : str
        The column of skills.
    by : str
        Who asks, as ``"a rule"``.

    Returns
    -------
    held : csr_array of bool (n_candidates, n_wanted)
        True where the candidate has the skill.
    known : bool array (n_candidates,)
        Whether the candidate has a text or a skill at all.

    Raises
    ------
    ProblemError
        A column is missing.

    Examples
    --------
    >>> people = pd.DataFrame({"skills": [["CNC"], []], "text": ["", "Machines with PLCs"]})
    >>> held, known = skill_holders(people, ["PLC", "cnc"], by="a rule")
    >>> held.toarray().tolist(), known.tolist()
    ([[False, True], [True, False]], [True, True])
    """
    listed: list[dict[str, str]] = [{} for _ in range(len(people))]
    if skills in people.columns or skills != "skills" or "text" not in people.columns:
        listed = skills_listed(people, skills, "candidates", by)
    texts: list[list[str]] = [[] for _ in range(len(people))]
    if "text" in people.columns:
        texts = [_documents(c) for c in stated(people, "text", "candidates", READERS["text"], by)]
    known = np.array([bool(a or b) for a, b in zip(listed, texts, strict=True)], dtype=bool)
    said = [[*mine.values(), *own] for mine, own in zip(listed, texts, strict=True)]
    owners = np.repeat(np.arange(len(people)), [len(own) for own in said])
    found = phrases_in([text for own in said for text in own], wanted)
    rows, cols = owners[found[0]], found[1]
    # A skill that is named counts even where it is spelled without any letter.
    place: dict[str, list[int]] = {}
    for k, skill in enumerate(wanted):
        place.setdefault(folded(skill), []).append(k)
    named = [(i, k) for i, mine in enumerate(listed) for key in mine for k in place.get(key, ())]
    more = np.array(named, dtype=np.int64).reshape(-1, 2).T
    at = np.concatenate([rows, more[0]]), np.concatenate([cols, more[1]])
    held = sp.csr_array((np.ones(len(at[0]), bool), at), shape=(len(people), len(wanted)))
    held.sum_duplicates()
    return held, known


def phrases_in(texts: Sequence[str], phrases: Sequence[str]) -> tuple[Ints, Ints]:
    """Find phrases in texts: runs of whole tokens, Chinese ones without white space inside.

    Parameters
    ----------
    texts : sequence of str
        Where to look.
    phrases : sequence of str
        What to look for.

    Returns
    -------
    rows, cols : int arrays
        Position of the text and of the phrase, one for every place where it occurs.

    Examples
    --------
    >>> rows, cols = phrases_in(["数控机床, CNC lathes", "cnc"], ["机床", "CNC", "cnc lathe", "床"])
    >>> sorted(zip(rows.tolist(), cols.tolist()))
    [(0, 0), (0, 1), (0, 2), (0, 3), (1, 1)]
    """
    terms, starts = _tokens(texts)
    tree = _Tree(terms.words, _token_lists(phrases))
    is_chinese = is_han(terms.words)
    rows, cols = [], []
    at = np.flatnonzero(tree.begins[terms.ids])
    node = np.zeros(len(at), dtype=np.int64)
    text = np.searchsorted(terms.indptr, at, side="right") - 1
    for depth in range(tree.depth):
        inside = at + depth < terms.indptr[text + 1]
        at, node, text = at[inside], node[inside], text[inside]
        here = at + depth
        token = terms.ids[here]
        node = tree.child(node, token)
        if depth:
            both = is_chinese[token] & is_chinese[terms.ids[here - 1]]
            node[both & starts[here]] = -1
        alive = node >= 0
        at, node, text = at[alive], node[alive], text[alive]
        end, phrase = tree.ending(node)
        rows.append(text[end])
        cols.append(phrase)
    nothing = np.zeros(0, dtype=np.int64)
    return np.concatenate([nothing, *rows]), np.concatenate([nothing, *cols])


class _Tree:
    """Phrases as a tree of token ids: a node is a run of tokens that some phrase begins with."""

    def __init__(self, words: list[str], phrases: list[list[list[str]]]) -> None:
        ids = {word: k for k, word in enumerate(words)}
        self.width = max(len(words), 1)
        nodes: dict[int, int] = {}
        ends: list[tuple[int, int]] = []
        self.depth = 0
        for k, spellings in enumerate(phrases):
            # A phrase with a token that no text holds cannot be found.
            for tokens in spellings:
                if tokens and all(token in ids for token in tokens):
                    node = 0
                    for token in tokens:
                        key = node * self.width + ids[token]
                        node = nodes.setdefault(key, len(nodes) + 1)
                    ends.append((node, k))
                    self.depth = max(self.depth, len(tokens))
        order = sorted(nodes)
        self.begins = np.zeros(self.width, dtype=bool)
        self.begins[[key for key in order if key < self.width]] = True
        self.keys = np.array(order, dtype=np.int64)
        self.nodes = np.array([nodes[key] for key in order], dtype=np.int64)
        pairs = np.array(sorted(set(ends)), dtype=np.int64).reshape(-1, 2)
        self.phrase = pairs[:, 1]
        self.first = np.searchsorted(pairs[:, 0], np.arange(len(nodes) + 2))

    def child(self, node: Ints, token: NDArray[Any]) -> Ints:
        """The nodes that tokens lead to; -1 where no phrase goes on so."""
        if not len(self.keys):
            return np.full(len(node), -1, dtype=np.int64)
        wanted = node * self.width + token
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[place] == wanted, self.nodes[place], -1)

    def ending(self, node: Ints) -> tuple[Ints, Ints]:
        """Phrases that end at nodes: (place in `node`, phrase)."""
        low, count = self.first[node], self.first[node + 1] - self.first[node]
        place = np.repeat(np.arange(len(node)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        return place, self.phrase[low[place] + within]


def _tokens(texts: Sequence[str]) -> tuple[Corpus, Bools]:
    """Texts as tokens, and whether each token begins a word between white space."""
    corpus = tokenize(map(normalise, texts))
    parts = find_phrases(corpus.words, _TOKEN, lowercase=False, ngram_range=(1, 1))
    spread = parts.take(corpus.ids)
    begins = np.zeros(len(spread.ids), dtype=bool)
    begins[spread.indptr[:-1][np.diff(spread.indptr) > 0]] = True
    return Corpus(parts.words, spread.ids, spread.indptr[corpus.indptr]), begins


def _token_lists(phrases: Sequence[str]) -> list[list[list[str]]]:
    """The ways to write each phrase, as tokens."""
    terms, _ = _tokens(phrases)
    lists = []
    for low, high in zip(terms.indptr[:-1].tolist(), terms.indptr[1:].tolist(), strict=True):
        tokens = [terms.words[k] for k in terms.ids[low:high].tolist()]
        while tokens and tokens[-1] in _MARKS:
            tokens.pop()
        lists.append([[*tokens[:-1], last] for last in _numbers(tokens)])
    return lists


def _numbers(tokens: list[str]) -> list[str]:
    """The last word of a phrase as it is, and its plural or singular."""
    if not tokens:
        return []
    word = tokens[-1]
    forms = [word]
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return forms
    singles = [word]
    if len(tokens) > 1 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        singles = [word[:-1]]
        singles += [word[:-2]] if word.endswith(("ches", "shes", "sses", "xes", "zes")) else []
        singles = [word[:-3] + "y"] if word.endswith("ies") else singles
    for single in singles:
        forms += [single, single + "s", single + "es"]
        forms += [single[:-1] + "ies"] if single.endswith("y") else []
    return list(dict.fromkeys(forms))


def _documents(cell: object) -> list[str]:
    texts = cell if isinstance(cell, list) else [cell]
    return [text for text in texts if isinstance(text, str) and text.strip()]
