"""FitScorer: texts in, scores out, every part of a score a block of one sparse space."""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch import keeping
from talentmatch.balancing import LengthBalance
from talentmatch.blocks.choosing import FACTS, usual_blocks
from talentmatch.blocks.material import Block, Fitted, Material
from talentmatch.blocks.neighbours import FittedNeighbours, Neighbours
from talentmatch.damping import Damping
from talentmatch.displaying import Shown
from talentmatch.documents import Documents
from talentmatch.errors import (
    Flaw,
    InputError,
    NotFittedError,
    ProblemError,
    TalentMatchError,
)
from talentmatch.learning.judging import learn
from talentmatch.learning.weights import LearnedWeights
from talentmatch.parallel import in_parallel, share
from talentmatch.products import Factors, Side, snap
from talentmatch.reading import read_candidates, read_demands
from talentmatch.rules import Rule
from talentmatch.scores import Scores
from talentmatch.side_rows import Terms, damped, has_any, times
from talentmatch.taxonomies.taxonomy import Taxonomy

__all__ = ["FitScorer"]

Floats = NDArray[np.float64]
Sides = list[tuple[Any, Any]]

_SAMPLE = (512, 256)  # candidates and demands that the effect of length is learnt from


class FitScorer(Shown):
    """Score how well candidates fit demands, from their texts, skills and facts.

    A score is the weighted sum of the blocks' inner products, times a factor that puts demands of
    all lengths on one scale: one sparse inner product in [0, 1]. Weights are kept on a grid of
    powers of two, so a score has the same bits whatever the order or number of rows, and equals
    the sum of its terms exactly.

    Not a scikit-learn estimator (`SkillVectorizer` is): it takes two tables.

    Parameters
    ----------
    blocks : sequence of blocks, optional
        The parts of a score: `Words`, `CharGrams`, `Concepts`, `Neighbours`, `Same`, `Level`,
        `Wanted`, `Encoded`. By default the first three, shared out anew by `fit` where the texts
        are titles or sentences, with `Neighbours` beside them (`talentmatch.blocks.choosing`).
    taxonomy : Taxonomy, optional
        The concepts of the default blocks, in the place of ``Taxonomy.glossary()``, the bilingual
        glossary; ``Taxonomy.glossary() + mine`` extends that.
    rules : sequence of rules
        Must-haves, as `AtLeast`, `Among`, `Within`, `AvailableBy`, `AcceptsKind`, `MustHave`.
    documents : Documents
        How several documents of a candidate make one score; their mean by default.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = [{"candidate_id": "R1", "text": "submarine cable design"},
    ...           {"candidate_id": "R2", "text": "pastry and bread"}]
    >>> posts = [{"demand_id": "X1", "text": "海底电缆"}]
    >>> scores = tm.FitScorer().fit(people, posts).score(people, posts)
    >>> scores.shortlist(1)[["candidate_id", "demand_id"]].to_dict("records")
    [{'candidate_id': 'R1', 'demand_id': 'X1'}]
    """

    def __init__(
        self,
        *,
        blocks: Sequence[Block] | None = None,
        taxonomy: Taxonomy | None = None,
        rules: Sequence[Rule] = (),
        documents: Documents | None = None,
    ) -> None:
        if blocks is not None and taxonomy is not None:
            raise ProblemError("give the taxonomy to Concepts(...) in blocks, or no blocks")
        self._is_usual, self._taxonomy = blocks is None, taxonomy
        self.blocks = tuple(blocks) if blocks is not None else usual_blocks(taxonomy)
        if not self.blocks:
            raise ProblemError("a FitScorer needs at least one block")
        for block in self.blocks:
            if not isinstance(block, (Block, Neighbours)):
                raise ProblemError(f"not a block: {block!r}; one has a name, a weight and a fit")
        if all(isinstance(block, Neighbours) for block in self.blocks):
            raise ProblemError("Neighbours describes texts by the other blocks: give one of those")
        if sum(isinstance(block, Neighbours) for block in self.blocks) > 1:
            raise ProblemError("a FitScorer takes one block of Neighbours")
        self.rules = tuple(rules)
        for rule in self.rules:
            if not hasattr(rule, "bind"):
                raise ProblemError(f"not a rule: {rule!r}; a rule has a method bind")
        self.documents = documents or Documents()
        self._fitted: tuple[Fitted | FittedNeighbours, ...] = ()
        self._filled: tuple[bool, ...] = ()
        self._balance = LengthBalance()
        self._damping = Damping()
        self.learning: LearnedWeights | None = None
        self._seen: tuple[Material, Sides] | None = None

    @property
    def weights(self) -> tuple[float, ...]:
        """The blocks' shares of the score, summing to one; a block that `fit` found empty has 0."""
        some = self._filled if any(self._filled) else (True,) * len(self.blocks)
        given = [block.weight * is_in for block, is_in in zip(self.blocks, some, strict=True)]
        return tuple(weight / sum(given) for weight in given)

    @property
    def is_fitted(self) -> bool:
        """Whether `fit` was called, or the scorer loaded."""
        return bool(self._fitted)

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
        fresh = copy(self)  # a fit that fails leaves this one whole
        fresh._fit(Material.of(read_candidates(candidates), read_demands(demands)))
        self.__dict__.update(fresh.__dict__)
        return self

    def _fit(self, material: Material) -> None:
        blocks = self.blocks
        if self._is_usual:
            blocks = usual_blocks(self._taxonomy, material.kind)
        own = [block for block in blocks if not isinstance(block, Neighbours)]
        words = material.words  # read once, before the blocks ask for them side by side
        try:
            first = list(in_parallel(_fit, own, share(material)))
        except TalentMatchError:  # a column that is missing, say
            raise
        except ValueError as error:
            rule = f"no text holds a term to match on ({error})"
            flaw = Flaw(None, "", "text", rule, "Check that the texts were read")
            raise InputError("texts", [flaw]) from None
        sides: Sides = [rows for _, rows in first]
        self.blocks, self._filled = blocks, ()
        fitted: list[Fitted | FittedNeighbours] = []
        last = (own for own, _ in first)
        for block in blocks:
            if isinstance(block, Neighbours):
                fitted.append(block.fit_beside(material, self._weighted(sides)))
            else:
                fitted.append(next(last))
        self._fitted = tuple(fitted)
        sides = self._completed(sides)
        self._filled = tuple(has_any(left) and has_any(right) for left, right in sides)
        self._damping = Damping.learn(self._held(sides, 0), words)
        sides = self._damped(sides, words)
        self._seen = material, sides
        self._balance = self._learn_balance(material, sides)

    def _learn_balance(self, material: Material, sides: Sides) -> LengthBalance:
        people = _spread(material.people["candidate_id"], _SAMPLE[0])
        needs = _spread(material.needs["demand_id"], _SAMPLE[1])
        some = [(self.documents.gathered(a, material)[people], b[needs]) for a, b in sides]
        sample = self._factors(some, np.ones(len(needs)))
        best = sample.block(np.arange(len(people))).max(axis=0, initial=0.0)
        return LengthBalance.learn(self._held(some, 1), best)

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
            A rule's or a block's column is missing.
        """
        if not self._fitted:
            raise NotFittedError("this FitScorer is not fitted yet; call fit(candidates, demands)")
        people, needs = read_candidates(candidates), read_demands(demands)
        gates = [rule.bind(people, needs) for rule in self.rules]
        material, sides = self._sides(Material.of(people, needs))
        balance = self._balance.factors(self._held(sides, 1))
        widths = [right.shape[1] for _, right in sides]
        return Scores(
            self.documents.source(sides, material, lambda given: self._factors(given, balance)),
            pd.Index(people["candidate_id"]),
            pd.Index(needs["demand_id"]),
            gates=gates,
            term_names=Terms(self.blocks, self._fitted, widths),
        )

    def _sides(self, material: Material) -> tuple[Material, Sides]:
        """Rows of each block; those of `fit` are not made twice."""
        if self._seen is not None and self._seen[0].same_as(material):
            return self._seen
        own, words = (
            [f for f in self._fitted if not isinstance(f, FittedNeighbours)],
            material.words,
        )
        sides = self._completed(list(in_parallel(_rows, own, share(material))))
        return material, self._damped(sides, words)

    def _completed(self, sides: Sides) -> Sides:
        """The sides of all blocks from those of all but `Neighbours`."""
        given, out = iter(sides), []
        for fitted in self._fitted:
            if isinstance(fitted, FittedNeighbours):
                weighted = self._weighted(sides)
                left, right = ([side[k] for side in weighted] for k in (0, 1))
                out.append((fitted.beside(left), fitted.beside(right)))
            else:
                out.append(next(given))
        return out

    def _weighted(self, sides: Sides) -> Sides:
        """Rows of all blocks but `Neighbours`, their shares of the score folded in."""
        weights = [block.weight for block in self.blocks if not isinstance(block, Neighbours)]
        roots = np.sqrt(np.asarray(weights) / sum(weights))
        return [(times(a, root), times(b, root)) for root, (a, b) in zip(roots, sides, strict=True)]

    def _damped(self, sides: Sides, words: Floats) -> Sides:
        """Sides in which the candidates' documents that say little weigh less."""
        share = self._damping.factors(self._held(sides, 0), words)
        if share.min(initial=1.0) == 1.0:
            return sides
        return [
            (damped(left, share), right)
            if sp.issparse(left) and not isinstance(block, FACTS)
            else (left, right)
            for block, (left, right) in zip(self.blocks, sides, strict=True)
        ]

    def _factors(self, sides: Sides, balance: Floats) -> Factors:
        """Blocks side by side, the weights and the demands' balance folded in."""
        parts = []
        even = np.ones_like(balance)  # a fact that fits is worth the same to every demand
        for block, weight, (left, right) in zip(self.blocks, self.weights, sides, strict=True):
            root = np.sqrt(weight)
            scale = root * (even if isinstance(block, FACTS) else balance)
            if isinstance(left, np.ndarray):
                parts.append((Side(snap(left * root)), Side(snap(right * scale[:, None]))))
            else:
                parts.append((Side(left, np.full(left.shape[0], root)), Side(right, scale)))
        return Factors(parts)

    def _held(self, sides: Sides, side: int) -> Floats:
        """Distinct features of each text, its neighbours apart."""
        held = np.zeros(sides[0][side].shape[0])
        for block, pair in zip(self.blocks, sides, strict=True):
            if not isinstance(block, (Neighbours, *FACTS)) and sp.issparse(pair[side]):
                held += np.diff(pair[side].indptr)
        return held

    def learned(
        self,
        candidates: Any,
        demands: Any,
        judgements: Any,
        *,
        by: Literal["candidate", "demand"] = "demand",
        unjudged: int = 0,
        folds: int = 5,
        seed: int = 0,
    ) -> FitScorer:
        """Return a scorer whose shares are fitted to judgements; itself is left as it is.

        Parameters
        ----------
        candidates, demands : frame, path or records
            The tables judged; the new scorer is fitted on them.
        judgements : frame, path or records
            candidate_id, demand_id and grade, as `talentmatch.evaluate.measure` takes.
        by, unjudged, folds, seed
            As `talentmatch.learning.learn` takes.

        Returns
        -------
        FitScorer
            With ``.learning``, what was learnt: shares before and after, gain on unseen queries.

        Raises
        ------
        InputError, ProblemError
            The tables or judgements have flaws, or there are too few to learn from.
        """
        if self.documents.best is not None:
            raise ProblemError(
                "learned needs scores that are sums of blocks: Documents(best=...) takes other "
                "documents for each demand; learn with the mean, then set documents"
            )
        scores = copy(self).fit(candidates, demands)
        learnt = learn(
            scores.score(candidates, demands), judgements, by=by, unjudged=unjudged, folds=folds,
            seed=seed, blocks=[(f"{k}", w) for k, w in enumerate(scores.weights)],
        )  # fmt: skip
        kept = [
            replace(block, weight=float(weight))  # type: ignore[type-var]  # all are dataclasses
            for block, weight in zip(scores.blocks, learnt.weights, strict=True)
            if weight > 0
        ]
        if all(isinstance(block, Neighbours) for block in kept):  # they lean on the others
            kept = list(scores.blocks)
        scorer = FitScorer(blocks=kept, rules=self.rules, documents=self.documents)
        scorer.learning = replace(learnt, names=tuple(block.name for block in scores.blocks))
        return scorer.fit(candidates, demands)

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
            A rule or a block is not one of talentmatch's own, or holds a function of yours, or
            the path does not end in ``.json``.
        """
        if not self._fitted:
            raise NotFittedError("this FitScorer is not fitted yet; call fit(candidates, demands)")
        kept = keeping.Kept(
            self.blocks, self.rules, self.documents, self._balance, self._damping, self._filled,
            self._fitted,
        )  # fmt: skip
        keeping.write(path, kept)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> FitScorer:
        """Read a scorer that `save` wrote; it scores the same, bit for bit.

        Raises
        ------
        ProblemError
            The file is not one of `save`'s.
        """
        kept = keeping.read(path)
        scorer = cls(blocks=kept.blocks, rules=kept.rules, documents=kept.documents)
        scorer._fitted, scorer._balance, scorer._filled = kept.fitted, kept.balance, kept.filled
        scorer._damping = kept.damping
        return scorer

    _shown = ("blocks", "rules", "documents")

    def _line(self) -> str:
        shares = zip(self.blocks, self.weights, strict=True)
        parts = ", ".join(f"{block.name} {100 * share:.0f} %" for block, share in shares)
        rules = f", {len(self.rules)} rules" if self.rules else ""
        return f"<FitScorer of {parts}{rules}, {'' if self._fitted else 'not '}fitted>"


def _fit(block: Block, material: Material) -> tuple[Fitted, tuple[Any, Any]]:
    return (fitted := block.fit(material)), fitted.rows(material)


def _rows(fitted: Fitted, material: Material) -> tuple[Any, Any]:
    return fitted.rows(material)


def _spread(ids: pd.Series, most: int) -> NDArray[np.intp]:
    """At most so many rows, evenly over the sorted ids: the same for any order of rows."""
    order = np.argsort(ids.to_numpy(dtype=object), kind="stable")
    if len(order) <= most:
        return order
    return order[np.linspace(0, len(order) - 1, most).astype(np.intp)]
