"""What becomes of introduced pairs of the built-in case: chances by the truth, draws by the ids."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.datasets.beilun import Beilun
from talentmatch.errors import ProblemError

__all__ = ["Fates", "keyed_uniforms"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Hashes = NDArray[np.uint64]

# By grade 0 to 3: interviewed once introduced, offered once interviewed, signed once offered.
# Set so that 340 introductions of the same speciality end in some 62 contracts, as in the case.
_STEPS = np.array([[0.15, 0.08, 0.40], [0.35, 0.18, 0.45], [0.55, 0.30, 0.50], [0.70, 0.44, 0.57]])
# Technical help is a smaller step than a post; champions pay best. Both act on the last step.
_ODDS = {"technical": 1.3, "champion": 1.4, "listed": 1.15, "sme": 0.8}
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # constants of splitmix64
_STRIDE = 0x9E3779B97F4A7C15


@dataclass(frozen=True, eq=False)
class Fates:
    """What would become of any pair of a case, were it introduced.

    The chances follow from the latent truth (the grade of `Beilun.relevance`), the kind of demand
    and the enterprise's tier. The draws are keyed by seed, candidate and demand, so that a pair
    has the same fate in every plan: common random numbers for comparing plans.

    Parameters
    ----------
    case : Beilun
        The built-in case.

    Examples
    --------
    >>> import pandas as pd
    >>> from talentmatch.datasets import make_beilun
    >>> fates = Fates(make_beilun(seed=0))
    >>> pairs = pd.DataFrame({"candidate_id": ["R0001"] * 2, "demand_id": ["X0001", "X0002"]})
    >>> fates.chances(pairs).round(4).tolist()
    [0.0058, 0.0058]
    >>> fates.signs(pairs, seed=1).tolist() == fates.signs(pairs[::-1], seed=1)[::-1].tolist()
    True
    """

    case: Beilun

    def steps(self, pairs: pd.DataFrame) -> Floats:
        """Chance of each step after the one before: interview, offer, signature.

        Parameters
        ----------
        pairs : pandas.DataFrame
            With candidate_id and demand_id.

        Returns
        -------
        float array (pairs, 3)

        Raises
        ------
        ProblemError
            An id is not of this case.
        """
        chances: Floats = _STEPS[self.case.relevance(pairs)]
        demands = self.case.demands.set_index("demand_id")
        tiers = self.case.enterprises.set_index("enterprise_id")["tier"]
        of_pair = demands.loc[pairs["demand_id"], ["kind", "enterprise_id"]]
        odds = of_pair["kind"].map(_ODDS).fillna(1.0).to_numpy(dtype=np.float64)
        odds = odds * of_pair["enterprise_id"].map(tiers).map(_ODDS).to_numpy(dtype=np.float64)
        last = chances[:, 2] / (1 - chances[:, 2]) * odds
        chances[:, 2] = last / (1 + last)
        return chances

    def chances(self, pairs: pd.DataFrame) -> Floats:
        """Chance (pairs,) that a pair signs where there is room for it: the product of `steps`."""
        return np.asarray(self.steps(pairs).prod(axis=1))

    def passed(self, pairs: pd.DataFrame, *, seed: int = 0) -> Bools:
        """Whether each step is passed, (pairs, 3); after a step that is not passed none is."""
        drawn = keyed_uniforms(seed, pairs["candidate_id"], pairs["demand_id"], 3)
        return np.asarray(np.logical_and.accumulate(drawn < self.steps(pairs), axis=1))

    def signs(self, pairs: pd.DataFrame, *, seed: int = 0) -> Bools:
        """Whether each pair would sign (pairs,) where there is room for it."""
        return np.asarray(self.passed(pairs, seed=seed)[:, 2])


def keyed_uniforms(seed: int, first: pd.Series, second: pd.Series, columns: int) -> Floats:
    """Uniform numbers that depend on a seed and two ids only, not on the order of rows.

    Ids are hashed by BLAKE2b, and the sum of the hashes is mixed by splitmix64 (Steele, Lea and
    Flood 2014, "Fast splittable pseudorandom number generators").

    Parameters
    ----------
    seed : int
        0 or more.
    first, second : pandas.Series (n,)
        Ids.
    columns : int
        Numbers per row.

    Returns
    -------
    float array (n, columns)
        From 0 up to but not including 1.

    Raises
    ------
    ProblemError
        The seed is no whole number from 0.

    Examples
    --------
    >>> import pandas as pd
    >>> a, b = pd.Series(["R1", "R2"]), pd.Series(["X1", "X1"])
    >>> drawn = keyed_uniforms(0, a, b, 2)
    >>> bool((drawn[::-1] == keyed_uniforms(0, a[::-1], b[::-1], 2)).all())
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ProblemError(f"seed must be a whole number from 0, not {seed!r}")
    key = _mixed(_hashed(first, "first") + _hashed(pd.Series([str(seed)]), "seed"))
    key = _mixed(key + _hashed(second, "second"))
    steps = np.arange(1, columns + 1, dtype=np.uint64) * np.uint64(_STRIDE)
    bits = _mixed(key[:, None] + steps[None, :]) >> np.uint64(11)
    return np.asarray(bits * 2.0**-53)


def _hashed(ids: pd.Series, role: str) -> Hashes:
    codes, unique = pd.factorize(ids)
    hashes = [
        int.from_bytes(hashlib.blake2b(f"{role} {id}".encode(), digest_size=8).digest(), "big")
        for id in unique
    ]
    return np.array(hashes, dtype=np.uint64)[codes]


def _mixed(x: Hashes) -> Hashes:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(_MIX[0])
    x = (x ^ (x >> np.uint64(27))) * np.uint64(_MIX[1])
    return np.asarray(x ^ (x >> np.uint64(31)))
