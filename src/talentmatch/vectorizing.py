"""SkillVectorizer: the numbers of scikit-learn's TfidfVectorizer, several times faster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from talentmatch.ngrams import Vocabulary, by_text, in_texts, learn
from talentmatch.parallel import in_threads
from talentmatch.text import LATIN, Corpus, find_phrases, never_spans_space, split_words, tokenize

if TYPE_CHECKING:
    from talentmatch.ngrams import Csr

__all__ = ["SkillVectorizer"]

_PIECE = 1_000_000  # values weighed at a time: worth a thread, small beside the result


class SkillVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    r"""Turn texts into TF-IDF rows of word n-grams or in-word character n-grams.

    The result equals `sklearn.feature_extraction.text.TfidfVectorizer` with the same parameters
    (columns in the same order, values to 1e-12), at a fraction of the time: words become integer
    ids once, character n-grams are found once per distinct word, and names of features are spelled
    only when asked for.

    Parameters
    ----------
    analyzer : {"word", "char_wb"}, default "word"
        Runs of words, or of characters within a word and one space on either side of it.
    ngram_range : (int, int), default (1, 2)
        Least and greatest length of a run. (TfidfVectorizer's default is ``(1, 1)``.)
    lowercase : bool, default True
        Lower the texts first.
    token_pattern : str
        What a word is, for ``analyzer="word"``: runs of two or more letters, digits and
        underscores by default, as in scikit-learn. `talentmatch.text.SCRIPT_AWARE` takes Chinese
        and ``C++`` apart properly. Any other pattern works, at scikit-learn's speed.
    min_df, max_df : int or float, default 1 and 1.0
        Features in fewer or in more texts are left out; a float is a share of the texts.
    norm : {"l2", "l1", None}, default "l2"
        Scale of a row.
    use_idf, smooth_idf : bool, default True
        Weigh by ``log((1 + n_texts) / (1 + df)) + 1``, the ones left out without smoothing.
    sublinear_tf : bool, default False
        Count as ``1 + log(count)``.
    idf_power : float, default 1.0
        The weight above to this power. (TfidfVectorizer has no such parameter.)
    dtype : {"float64", "float32"}, default "float64"
        Type of the result; a name, so that the parameters can be kept as JSON.

    Attributes
    ----------
    idf_ : ndarray of shape (n_features,)
        Weight of each feature, when ``use_idf``.
    vocabulary_ : dict of str to int
        Column of each feature, spelled when first asked for.

    Examples
    --------
    >>> import talentmatch as tm
    >>> vectorizer = tm.SkillVectorizer().fit(["cable design", "cable tests"])
    >>> vectorizer.get_feature_names_out().tolist()
    ['cable', 'cable design', 'cable tests', 'design', 'tests']
    >>> vectorizer.transform(["Tests of tests"]).toarray().tolist()
    [[0.0, 0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        *,
        analyzer: str = "word",
        ngram_range: tuple[int, int] = (1, 2),
        lowercase: bool = True,
        token_pattern: str = LATIN,
        min_df: float = 1,
        max_df: float = 1.0,
        norm: str | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
        idf_power: float = 1.0,
        dtype: DTypeLike = "float64",
    ) -> None:
        self.analyzer = analyzer
        self.ngram_range = ngram_range
        self.lowercase = lowercase
        self.token_pattern = token_pattern
        self.min_df = min_df
        self.max_df = max_df
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
        self.idf_power = idf_power
        self.dtype = dtype

    def fit(self, texts: Iterable[str], y: object = None) -> Self:
        """Learn the features and their weights.

        Parameters
        ----------
        texts : iterable of str
            One string per text.
        y : None
            Ignored.

        Returns
        -------
        SkillVectorizer
            Itself.

        Raises
        ------
        ValueError
            When an entry is not a string (named by its row), a parameter is not valid, or no
            feature is left.
        """
        self._check_parameters()
        self._learn(self._read(texts))
        return self

    def fit_transform(self, texts: Iterable[str], y: object = None) -> Csr:
        """Learn the features and return the rows of the same texts, doing the work once.

        Parameters
        ----------
        texts : iterable of str
            One string per text.
        y : None
            Ignored.

        Returns
        -------
        csr_array of shape (n_texts, n_features)
            Rows, indices sorted.

        Raises
        ------
        ValueError
            As `fit` does.
        """
        self._check_parameters()
        return self._weigh(self._learn(self._read(texts)))

    def transform(self, texts: Iterable[str]) -> Csr:
        """Return the rows of texts; what `fit` did not see is left out.

        Parameters
        ----------
        texts : iterable of str
            One string per text.

        Returns
        -------
        csr_array of shape (n_texts, n_features)
            Rows, indices sorted.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            When an entry is not a string (named by its row).
        """
        check_is_fitted(self)
        return self._weigh(self._count(self._read(texts)))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the features' names in the order of the columns.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of str objects, shape (n_features,)
            Names.
        """
        check_is_fitted(self)
        return self._grams.names()

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Column of each feature, by name."""
        check_is_fitted(self)
        return self._grams.index

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the fitted state as plain arrays, for ``numpy.savez``.

        Returns
        -------
        dict of str to ndarray
            Together with ``get_params()`` all that `from_arrays` needs; no object arrays.

        Examples
        --------
        >>> import talentmatch as tm
        >>> vectorizer = tm.SkillVectorizer().fit(["cable design", "cable tests"])
        >>> again = tm.SkillVectorizer.from_arrays(vectorizer.get_params(), vectorizer.to_arrays())
        >>> again.transform(["tests"]).toarray().tolist()
        [[0.0, 0.0, 0.0, 0.0, 1.0]]
        """
        check_is_fitted(self)
        arrays = self._grams.to_arrays()
        return {**arrays, "idf": self.idf_} if hasattr(self, "idf_") else arrays

    @classmethod
    def from_arrays(
        cls, params: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
    ) -> SkillVectorizer:
        """Rebuild a fitted vectorizer.

        Parameters
        ----------
        params : mapping
            What ``get_params()`` gave; lists for tuples and names for types (as JSON keeps them)
            are understood.
        arrays : mapping of str to ndarray
            What `to_arrays` gave.

        Returns
        -------
        SkillVectorizer
            Gives the same rows, bit by bit.
        """
        known = {**params, "ngram_range": tuple(params["ngram_range"])}
        vectorizer = cls(**known)
        vectorizer._grams = Vocabulary.from_arrays(arrays)
        if "idf" in arrays:
            vectorizer.idf_ = np.asarray(arrays["idf"])
        return vectorizer

    def _fit_corpus(self, corpus: Corpus) -> Csr:
        """Do as `fit_transform` for texts that are tokenized already (and lowered, if wanted)."""
        self._check_parameters()
        return self._weigh(self._learn(self._units(corpus)))

    def _transform_corpus(self, corpus: Corpus) -> Csr:
        """Do as `transform` for texts that are tokenized already (and lowered, if wanted)."""
        check_is_fitted(self)
        return self._weigh(self._count(self._units(corpus)))

    def _read(self, texts: Iterable[str]) -> Corpus:
        """Check the texts and return what n-grams are counted in."""
        known = _check_texts(texts)
        if self.analyzer == "char_wb" or never_spans_space(self.token_pattern):
            return self._units(tokenize(known, lowercase=self.lowercase))
        return find_phrases(
            known, self.token_pattern, lowercase=self.lowercase, ngram_range=self.ngram_range
        )

    def _units(self, corpus: Corpus) -> Corpus:
        if self.analyzer == "char_wb":
            return corpus.compact()
        return split_words(corpus, self.token_pattern)

    def _learn(self, units: Corpus) -> Csr:
        """Learn the vocabulary and the weights; return the counts by text."""
        words = self.analyzer == "word"
        phrases = words and not never_spans_space(self.token_pattern)
        ngram_range = (1, 1) if phrases else self.ngram_range
        grams, counts = learn(units, joint=" " if words else "", ngram_range=ngram_range)
        if not grams.size:
            raise ValueError("empty vocabulary: no text holds a term")
        rows = self._rows(counts, units, words=words)
        frequency = np.zeros(grams.size, np.int64)
        for start in range(0, rows.nnz, _PIECE):  # bincount copies what it counts
            frequency += np.bincount(rows.indices[start : start + _PIECE], minlength=grams.size)
        keep = self._kept(frequency, len(units))
        if not keep.all():
            grams, frequency, rows = grams.prune(keep), frequency[keep], rows[:, keep]
        self._grams = grams
        if self.use_idf:
            self.idf_ = self._idf(frequency, len(units))
        elif hasattr(self, "idf_"):
            del self.idf_
        return rows

    def _count(self, units: Corpus) -> Csr:
        return self._rows(self._grams.count(units), units, words=bool(self._grams.joint))

    def _rows(self, counts: Csr, units: Corpus, *, words: bool) -> Csr:
        if not words:
            return by_text(counts, in_texts(units), self.dtype)
        rows: Csr = counts.T.tocsr().astype(self.dtype)
        return rows

    def _kept(self, frequency: NDArray[Any], n_texts: int) -> NDArray[np.bool_]:
        least, most = (
            float(limit) if isinstance(limit, Integral) else limit * n_texts
            for limit in (self.min_df, self.max_df)
        )
        if most < least:
            raise ValueError("max_df corresponds to fewer texts than min_df")
        keep: NDArray[np.bool_] = (frequency >= least) & (frequency <= most)
        if not keep.any():
            raise ValueError("no terms remain: try a lower min_df or a higher max_df")
        return keep

    def _idf(self, frequency: NDArray[Any], n_texts: int) -> NDArray[Any]:
        smooth = int(self.smooth_idf)
        idf = np.log((n_texts + smooth) / (frequency.astype(self.dtype) + smooth)) + 1.0
        return (idf**self.idf_power).astype(self.dtype)

    def _weigh(self, rows: Csr) -> Csr:
        """Turn counts into weights, in place."""
        pieces = max(1, rows.nnz // _PIECE)
        cuts = np.linspace(0, rows.shape[0], pieces + 1).astype(np.int64)

        def weigh(place: int) -> None:
            ends = rows.indptr[cuts[place] : cuts[place + 1] + 1]
            part = slice(ends[0], ends[-1])
            self._weigh_part(rows.data[part], rows.indices[part], np.diff(ends))

        for _ in in_threads(weigh, range(pieces)):
            pass
        return rows

    def _weigh_part(self, data: NDArray[Any], indices: NDArray[Any], lengths: NDArray[Any]) -> None:
        """Weigh whole rows, ``lengths`` values each."""
        if self.sublinear_tf:
            np.log(data, out=data)
            data += 1.0
        if hasattr(self, "idf_"):
            data *= self.idf_[indices]
        if self.norm is None or not len(data):
            return
        lengths = lengths[lengths > 0]
        firsts = np.cumsum(lengths) - lengths
        sizes = np.add.reduceat(data * data if self.norm == "l2" else np.abs(data), firsts)
        data /= np.repeat(np.sqrt(sizes) if self.norm == "l2" else sizes, lengths)

    def _check_parameters(self) -> None:
        low, high = self.ngram_range
        share = {"min_df": self.min_df, "max_df": self.max_df}
        flaws = {
            "analyzer must be 'word' or 'char_wb'": self.analyzer not in ("word", "char_wb"),
            "ngram_range must be (least, greatest) with 1 <= least <= greatest": not (
                isinstance(low, Integral) and isinstance(high, Integral) and 1 <= low <= high
            ),
            "norm must be 'l1', 'l2' or None": self.norm not in ("l1", "l2", None),
            "dtype must be float64 or float32": np.dtype(self.dtype)
            not in (np.float64, np.float32),
            **{
                f"{name} must be an int >= 1 or a float in [0, 1]": not _is_limit(value)
                for name, value in share.items()
            },
        }
        for rule, broken in flaws.items():
            if broken:
                raise ValueError(f"{rule}, got {getattr(self, rule.split()[0])!r}")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_grams")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _is_limit(value: object) -> bool:
    if isinstance(value, Integral):
        return int(value) >= 1
    return isinstance(value, Real) and 0 <= float(value) <= 1


def _check_texts(texts: Iterable[str]) -> list[str]:
    """Return the texts as a list, or say which entry is no text."""
    if isinstance(texts, (str, bytes)):
        raise ValueError("expected an iterable of texts, got one string: wrap it in a list")
    if getattr(texts, "ndim", 1) != 1:
        raise ValueError("expected texts in one dimension: select one column by its name")
    known = list(texts)
    for row, text in enumerate(known):
        if not isinstance(text, str):
            raise ValueError(f"the text in row {row} (counted from 0) is {text!r}, not a string")
    return known
