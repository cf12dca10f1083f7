"""What blocks of facts share: their settings checked, unknown sides scored by a constant."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.blocks.material import Material
from talentmatch.errors import ProblemError

__all__ = ["check_settings", "of_documents", "with_missing"]

Bools = NDArray[np.bool_]


def check_settings(block: Any) -> None:
    """Check the weight, the constant for what is missing, and the columns of a block.

    Raises
    ------
    ProblemError
        One of them is out of its range.
    """
    kind = type(block).__name__
    for name in ("column", "demand", "candidate"):
        value = getattr(block, name, None)
        if value is not None and not (isinstance(value, str) and value):
            raise ProblemError(f"{kind}: {name} must be the name of a column, not {value!r}")
    if not (_is_number(block.weight) and 0 < block.weight < math.inf):
        raise ProblemError(f"{kind}: weight must be above 0, not {block.weight!r}")
    if not (_is_number(block.missing) and 0 <= block.missing <= 1):
        raise ProblemError(f"{kind}: missing must be between 0 and 1, not {block.missing!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def with_missing(
    left: sp.csr_array, right: sp.csr_array, known: tuple[Bools, Bools], missing: float
) -> tuple[sp.csr_array, sp.csr_array]:
    """Put two columns before the features, so that a pair with an unknown side scores `missing`.

    With a and b telling whether the candidate's and the demand's side is known::

        score = missing (1 - a) + missing a (1 - b) + left . right

    The first two terms are products of the columns ``[1 - a, missing a]`` of the candidates and
    ``[missing, 1 - b]`` of the demands: exactly `missing` if a side is unknown, exactly 0 if not.

    Parameters
    ----------
    left, right : csr_array (n_candidates, n_features), (n_demands, n_features)
        The features; rows of an unknown side hold none.
    known : (bool array, bool array)
        Which candidates and which demands state the fact.
    missing : float
        The score where a side does not.

    Returns
    -------
    left, right : csr_array (n_candidates, 2 + n_features), (n_demands, 2 + n_features)
        With the two columns in front.

    Examples
    --------
    >>> one = sp.csr_array([[1.0], [0.0]])
    >>> known = np.array([True, False])
    >>> left, right = with_missing(one, one, (known, known), 0.25)
    >>> (left @ right.T).toarray().tolist()
    [[1.0, 0.25], [0.25, 0.25]]
    """
    a, b = known
    lead = sp.csr_array(np.column_stack([~a, missing * a]))
    tail = sp.csr_array(np.column_stack([np.full(len(b), float(missing)), ~b]))
    return (
        sp.csr_array(sp.hstack([lead, left], format="csr")),
        sp.csr_array(sp.hstack([tail, right], format="csr")),
    )


def of_documents(rows: sp.csr_array, material: Material) -> sp.csr_array:
    """Repeat each candidate's row for every document it has: facts belong to the candidate."""
    owners = material.owners[: material.n_left]
    return rows if len(owners) == rows.shape[0] else sp.csr_array(rows[owners])
