"""FitScorer: texts in, scores out, every part of a score a block of one sparse space."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.balancing import LengthBalance
from talentmatch.blocks import Block, CharGrams, Words
from talentmatch.errors import Flaw, InputError, NotFittedError, ProblemError
from talentmatch.products import Factors, Side, row_range
from talentmatch.reading import read_candidates, read_demands
from talentmatch.rules import RULES, Rule
from talentmatch.scores import Scores
from talentmatch.text import normalise, tokenize
from talentmatch.vectorizing import SkillVectorizer
from talentmatch.writing import write_together

__all__ = ["FitScorer"]

Floats = NDArray[np.float64]

_SAMPLE = (512, 256)  # candidates and demands that the effect of length is learnt from
_KINDS: dict[str, type[Block]] = {"words": Words, "characters": CharGrams}


class FitScorer:
    """Score how well candidates fit demands, from their texts and skills.

    A score is the weighted sum of the blocks' cosines, times a factor that puts demands of all
    lengths on one scale: one sparse inner product in [0, 1]. Several documents of a candidate
    score by their mean. Weights are kept on a grid of powers of two, so a score has the same bits
    whatever the order or number of rows, and equals the sum of its terms exactly.

    Not a scikit-learn estimator (`SkillVectorizer` is): it takes two tables.

    Parameters
    ----------
    blocks : sequence of Words, CharGrams, optional
        The parts of a score; both by default, half each.
    rules : sequence of rules
        Must-haves, as `AtLeast`, `Among`, `Within`, `AvailableBy`, `AcceptsKind`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = [{"candidate_id": "R1", "text": "submarine cable design"},
    ...           {"candidate_id": "R2", "text": "pastry and bread"}]
    >>> posts = [{"demand_id": "X1", "text": "cable designer"}]
    >>> scores = tm.FitScorer().fit(people, posts).score(people, posts)
    >>> scores.shortlist(1)[["candidate_id", "demand_id"]].to_dict("records")
    [{'candidate_id': 'R1', 'demand_id': 'X1'}]
    """

    def __init__(
        self, *, blocks: Sequence[Block] | None = None, rules: Sequence[Rule] = ()
    ) -> None:
        self.blocks = tuple(blocks) if blocks is not None else (Words(), CharGrams())
        if not self.blocks:
            raise ProblemError("a FitScorer needs at least one block")
        for block in self.blocks:
            if not isinstance(block, Block):
                raise ProblemError(f"not a block: {block!r}; blocks are Words and CharGrams")
        self.rules = tuple(rules)
        for rule in self.rules:
            if not hasattr(rule, "bind"):
                raise ProblemError(f"not a rule: {rule!r}; a rule has a method bind")
        self._vectorizers: tuple[SkillVectorizer, ...] = ()
        self._balance = LengthBalance()
        self._seen: tuple[list[str], list[sp.csr_array]] | None = None

    @property
    def weights(self) -> tuple[float, ...]:
        """The blocks' shares of the score, summing to one."""
        total = sum(block.weight for block in self.blocks)
        return tuple(block.weight / total for block in self.blocks)

    @property
    def is_fitted(self) -> bool:
        """Whether `fit` was called, or the scorer loaded."""
        return bool(self._vectorizers)

    def fit(self, candidates: Any, demands: Any) -> Self:
        """Learn terms, their weights and the effect of length; replaces all earlier state.

        Parameters
        ----------
        candidates, demands : frame, path or records
            As `read_candidates` and `read_demands` take.

        Raises
        ------
        InputError
            A table has flaws, or no text holds a term.
        """
        people, needs = read_candidates(candidates), read_demands(demands)
        documents, owners = _documents(people, needs)
        corpus = tokenize(map(normalise, documents))
        vectorizers = tuple(block.vectorizer() for block in self.blocks)
        try:
            rows = [vectorizer._fit_corpus(corpus) for vectorizer in vectorizers]
        except ValueError as error:
            rule = f"no text holds a term to match on ({error})"
            flaw = Flaw(None, "", "text", rule, "Check that the texts were read")
            raise InputError("texts", [flaw]) from None
        self._vectorizers = vectorizers
        self._seen = documents, rows
        self._balance = LengthBalance()
        some = (
            _spread(people["candidate_id"], _SAMPLE[0]),
            len(people) + _spread(needs["demand_id"], _SAMPLE[1]),
        )
        rows = _means(rows, owners)
        left, right = ([part[at] for part in rows] for at in some)
        sample = self._factors(left, right, np.ones(len(some[1])))
        best = sample.block(np.arange(len(some[0]))).max(axis=0, initial=0.0)
        self._balance = LengthBalance.learn(_lengths(right), best)
        return self

    def score(self, candidates: Any, demands: Any) -> Scores:
        """Score all pairs of two tables, lazily.

        Parameters
        ----------
        candidates, demands : frame, path or records
            As `fit` takes; they may be others than those fitted on.

        Returns
        -------
        Scores
            Rows candidates, columns demands, in the tables' order.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        InputError
            A table has flaws.
        ProblemError
            A rule's column is missing.
        """
        if not self._vectorizers:
            raise NotFittedError("this FitScorer is not fitted yet; call fit(candidates, demands)")
        people, needs = read_candidates(candidates), read_demands(demands)
        gates = [rule.bind(people, needs) for rule in self.rules]
        documents, owners = _documents(people, needs)
        rows = _means(self._rows(documents), owners)
        left = [row_range(part, 0, len(people)) for part in rows]
        right = [row_range(part, len(people), len(people) + len(needs)) for part in rows]
        return Scores(
            self._factors(left, right, self._balance.factors(_lengths(right))),
            pd.Index(people["candidate_id"]),
            pd.Index(needs["demand_id"]),
            gates=gates,
            term_names=_Terms(self.blocks, self._vectorizers, [part.shape[1] for part in rows]),
        )

    def _rows(self, documents: list[str]) -> list[sp.csr_array]:
        """Rows of each block for the documents; those of `fit` are not made twice."""
        if self._seen is not None and self._seen[0] == documents:
            return self._seen[1]
        corpus = tokenize(map(normalise, documents))
        return [vectorizer._transform_corpus(corpus) for vectorizer in self._vectorizers]

    def _factors(
        self, left: list[sp.csr_array], right: list[sp.csr_array], balance: Floats
    ) -> Factors:
        """Blocks side by side, the weights and the demands' balance folded in."""
        return Factors(
            [
                (
                    Side(a, np.full(a.shape[0], np.sqrt(weight))),
                    Side(b, np.sqrt(weight) * balance),
                )
                for weight, a, b in zip(self.weights, left, right, strict=True)
            ]
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted scorer as readable JSON, and its arrays as .npz beside it.

        Parameters
        ----------
        path : path
            ``name.json``; the arrays go to ``name.npz``. No pickle is written.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ProblemError
            A rule is not one of talentmatch's own, or the path does not end in ``.json``.
        """
        if not self._vectorizers:
            raise NotFittedError("this FitScorer is not fitted yet; call fit(candidates, demands)")
        target = _json_path(path)
        foreign = [rule for rule in self.rules if type(rule).__name__ not in RULES]
        if foreign:
            raise ProblemError(f"cannot save a rule that is not talentmatch's own: {foreign[0]!r}")
        document = {
            "format": "talentmatch FitScorer 1",
            "blocks": [{"kind": block.name, **asdict(block)} for block in self.blocks],
            "rules": [{"kind": type(r).__name__, **asdict(r)} for r in self.rules],  # type: ignore[call-overload]  # our own rules are dataclasses
            "balance": self._balance.as_dict(),
            "vectorizers": [vectorizer.get_params() for vectorizer in self._vectorizers],
        }
        arrays = {
            f"{k}.{name}": array
            for k, vectorizer in enumerate(self._vectorizers)
            for name, array in vectorizer.to_arrays().items()
        }
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # its own keyword is in the way
        text = json.dumps(document, indent=2, ensure_ascii=False)
        files = {target.name: text.encode(), target.with_suffix(".npz").name: buffer.getvalue()}
        write_together(target.parent, files)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> FitScorer:
        """Read a scorer that `save` wrote; it scores the same, bit for bit.

        Raises
        ------
        ProblemError
            The file is not one of `save`'s.
        """
        target = _json_path(path)
        try:
            document = json.loads(target.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ProblemError(f"{target} is not a FitScorer: {error}") from None
        if not isinstance(document, dict) or document.get("format") != "talentmatch FitScorer 1":
            raise ProblemError(f"{target} is not a FitScorer of this version")
        try:
            return cls._restored(document, target)
        except (KeyError, TypeError, ValueError) as error:
            raise ProblemError(f"{target} is damaged: {error!r}") from None

    @classmethod
    def _restored(cls, document: dict[str, Any], target: Path) -> FitScorer:
        blocks = []
        for record in document["blocks"]:
            fields = {**record, "ngram_range": tuple(record["ngram_range"])}
            blocks.append(_KINDS[fields.pop("kind")](**fields))
        rules = []
        for record in document["rules"]:
            fields = dict(record)
            rules.append(RULES[fields.pop("kind")](**fields))
        scorer = cls(blocks=blocks, rules=rules)
        with np.load(target.with_suffix(".npz"), allow_pickle=False) as stored:
            scorer._vectorizers = tuple(
                SkillVectorizer.from_arrays(
                    params,
                    {n.split(".", 1)[1]: stored[n] for n in stored if n.startswith(f"{k}.")},
                )
                for k, params in enumerate(document["vectorizers"])
            )
        scorer._balance = LengthBalance(**document["balance"])
        return scorer

    def __repr__(self) -> str:
        parts = ", ".join(
            f"{block.name} {share:.0%}".replace("%", " %")
            for block, share in zip(self.blocks, self.weights, strict=True)
        )
        rules = f", {len(self.rules)} rules" if self.rules else ""
        return f"<FitScorer of {parts}{rules}, {'' if self._vectorizers else 'not '}fitted>"


class _Terms:
    """Names of factor columns, spelled only when asked for."""

    def __init__(
        self,
        blocks: tuple[Block, ...],
        vectorizers: tuple[SkillVectorizer, ...],
        widths: list[int],
    ) -> None:
        self._blocks, self._vectorizers = blocks, vectorizers
        self._starts = np.cumsum([0, *widths])

    def __call__(self, columns: NDArray[np.intp]) -> list[tuple[str, str]]:
        """(block, term) of each column."""
        out: list[tuple[str, str]] = [("", "")] * len(columns)
        home = np.searchsorted(self._starts, columns, side="right") - 1
        for k, (block, vectorizer) in enumerate(zip(self._blocks, self._vectorizers, strict=True)):
            at = np.flatnonzero(home == k)
            names = vectorizer._grams.names(columns[at] - self._starts[k])
            for place, name in zip(at.tolist(), names.tolist(), strict=True):
                out[place] = (block.name, name)
        return out


def _documents(people: pd.DataFrame, needs: pd.DataFrame) -> tuple[list[str], NDArray[np.intp]]:
    """All documents, candidates' first, and which row each belongs to."""
    documents: list[str] = []
    owners: list[int] = []
    for frame in (people, needs):
        offset = owners[-1] + 1 if owners else 0
        heads = [name for name in ("title",) if name in frame.columns]
        parts = {
            name: frame[name].tolist() if name in frame.columns else [""] * len(frame)
            for name in (*heads, "text", "skills")
        }
        for row, (*head, text, skills) in enumerate(zip(*parts.values(), strict=True)):
            listed = "; ".join(skills) if isinstance(skills, list) else skills
            for document in text if isinstance(text, list) and text else [text or ""]:
                whole = "\n".join(part for part in (*head, document, listed) if part)
                documents.append(whole)
                owners.append(offset + row)
    return documents, np.asarray(owners, dtype=np.intp)


def _means(blocks: list[sp.csr_array], owners: NDArray[np.intp]) -> list[sp.csr_array]:
    """Rows of documents to rows of their owners: the means."""
    n = int(owners[-1]) + 1
    if len(owners) == n:
        return blocks
    share = 1.0 / np.bincount(owners)[owners]
    mean = sp.csr_array((share, (owners, np.arange(len(owners)))), shape=(n, len(owners)))
    return [sp.csr_array(mean @ block) for block in blocks]


def _lengths(blocks: list[sp.csr_array]) -> Floats:
    """Distinct features of each row."""
    lengths: Floats = np.sum([np.diff(part.indptr) for part in blocks], axis=0).astype(np.float64)
    return lengths


def _spread(ids: pd.Series, most: int) -> NDArray[np.intp]:
    """At most so many rows, evenly over the sorted ids: the same for any order of rows."""
    order = np.argsort(ids.to_numpy(dtype=object), kind="stable")
    if len(order) <= most:
        return order
    return order[np.linspace(0, len(order) - 1, most).astype(np.intp)]


def _json_path(path: str | os.PathLike[str]) -> Path:
    target = Path(path)
    if target.suffix != ".json":
        raise ProblemError(f"a scorer is saved as name.json, not {target.name!r}")
    return target
