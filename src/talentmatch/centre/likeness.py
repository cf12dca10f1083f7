"""How alike the texts of one table are, and what those alike come to."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.scores import Scores
from talentmatch.text import SCRIPT_AWARE, normalise
from talentmatch.vectorizing import SkillVectorizer

__all__ = ["fit_of_alike", "likeness_of", "texts_of"]

Floats = NDArray[np.float64]


def texts_of(rows: pd.DataFrame) -> list[str]:
    r"""Join what each row says: its title, its text or documents, its skills.

    Parameters
    ----------
    rows : DataFrame
        As `read_table` returns candidates or demands.

    Examples
    --------
    >>> texts_of(pd.DataFrame({"text": [["CNC", "welding"]], "skills": [["CAD", "CAM"]]}))
    ['CNC\nwelding\nCAD; CAM']
    """
    parts: list[list[str]] = [[] for _ in range(len(rows))]
    for name, between in (("title", "\n"), ("text", "\n"), ("skills", "; ")):
        for place, cell in enumerate(rows[name] if name in rows.columns else ()):
            if isinstance(cell, str):
                parts[place].append(cell)
            elif isinstance(cell, Iterable):
                parts[place].append(between.join(map(str, cell)))
    return [normalise("\n".join(part)) for part in parts]


def likeness_of(rows: pd.DataFrame) -> sp.csr_array:
    """Describe each row by its words, so that inner products are similarities in [0, 1].

    TF-IDF of words and pairs of words (of Chinese characters and pairs of them), counts damped by
    the logarithm, rows of length 1; empty where a text holds no term.

    Parameters
    ----------
    rows : DataFrame
        As `read_table` returns candidates or demands.

    Returns
    -------
    csr_array (rows, features)

    Examples
    --------
    >>> rows = likeness_of(pd.DataFrame({"text": ["welding", "CNC", "welding"]}))
    >>> (rows @ rows.T).toarray()[0].tolist()
    [1.0, 0.0, 1.0]
    """
    words = SkillVectorizer(token_pattern=SCRIPT_AWARE, ngram_range=(1, 2), sublinear_tf=True)
    try:
        return sp.csr_array(words.fit_transform(texts_of(rows)))
    except ValueError:  # no text holds a term
        return sp.csr_array((len(rows), 1))


def fit_of_alike(likeness: sp.csr_array, fit: Floats, *, most: int = 20) -> Floats:
    r"""Average the fit of each row's nearest others, weighed by how alike they are.

    .. math:: \bar{s}_{ij} = \sum_{k \in N_i} w_{ik} s_{kj} \Big/ \sum_{k \in N_i} w_{ik}

    with w the inner product of the rows and N the `most` nearest others: one step of the
    propagation of Zhou et al., Learning with local and global consistency (NIPS 2003). Where fewer
    than `most` resemble a row at all, its own fit stands for each of those missing, so that one
    other does not outweigh it.

    Parameters
    ----------
    likeness : csr_array (rows, features)
        Of `likeness_of`.
    fit : array (rows, columns)
        What is averaged.
    most : int
        Others that count. Of equally near ones the earlier rows.

    Returns
    -------
    ndarray (rows, columns)

    Examples
    --------
    >>> near = likeness_of(pd.DataFrame({"text": ["arc welding", "spot welding", "pastry"]}))
    >>> fit_of_alike(near, np.array([[0.8], [0.4], [0.1]]), most=1).tolist()
    [[0.4], [0.8], [0.1]]
    """
    near = Scores.from_factors(likeness, likeness).top_k(most + 1).tocoo()
    others = near.row != near.col
    row, col, data = near.row[others], near.col[others], near.data[others]
    # A text may have more than `most` twins, so that it is not among its own nearest itself.
    order = np.lexsort((col, -data, row))
    row, col, data = row[order], col[order], data[order]
    starts = np.searchsorted(row, np.arange(len(fit)))
    kept = np.arange(len(row)) - starts[row] < most
    row, col, data = row[kept], col[kept], data[kept]
    weights = sp.csr_array((data, (row, col)), shape=near.shape)
    total = np.bincount(row, data, len(fit))[:, None]
    share = np.bincount(row, minlength=len(fit))[:, None] / most
    mean = (weights @ fit) / np.where(total > 0, total, 1.0)
    return np.asarray(share * mean + (1 - share) * fit)
