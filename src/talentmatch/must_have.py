"""The rule that a candidate has every skill that a demand lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.rules import Gate, _bits
from talentmatch.skill_phrases import skill_holders, skills_listed

__all__ = ["MustHave"]


@dataclass(frozen=True)
class MustHave(Shown):
    """The candidate has every skill that the demand lists as a must.

    A candidate has a skill that its list of skills names, or that stands as a phrase in one of its
    skills or texts (see `talentmatch.skill_phrases`).

    Parameters
    ----------
    demand : str
        The demands' column of skills: a list, or ``;`` between. A demand that lists none bars
        nobody.
    missing : {"pass", "bar"}
        What becomes of a candidate with neither skills nor a text.

    Raises
    ------
    ProblemError
        `missing` is neither.

    Examples
    --------
    >>> import pandas as pd, numpy as np
    >>> gate = MustHave().bind(
    ...     pd.DataFrame({"skills": [["PLC"], ["PLC"]], "text": ["", "two years of AutoCAD"]}),
    ...     pd.DataFrame({"must_have": ["plc; autocad"]}))
    >>> gate.passes(np.array([0, 1]), np.array([0, 0])).tolist()
    [False, True]
    """

    demand: str = "must_have"
    missing: Literal["pass", "bar"] = field(default="pass", kw_only=True)

    def __post_init__(self) -> None:
        if self.missing not in ("pass", "bar"):
            raise ProblemError(f"MustHave: missing must be 'pass' or 'bar', not {self.missing!r}")

    def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Gate:
        """Read the demands' column, and look for its skills in the candidates.

        Raises
        ------
        ProblemError
            A column is missing.
        InputError
            A cell is no list.
        """
        lists = skills_listed(demands, self.demand, "demands", "a rule")
        # Of several spellings of one skill any will do; the first one, for any order of rows.
        asked = {skill for listed in lists for skill in listed.items()}
        spelled = dict(sorted(asked, reverse=True))
        place = {key: k for k, key in enumerate(spelled)}
        matrix, known = skill_holders(candidates, list(spelled.values()), by="a rule")
        keys = np.array(list(spelled), dtype=object)
        mine = np.split(keys[matrix.indices], matrix.indptr[1:-1])
        held = _bits([frozenset(skills) for skills in mine], place)
        wanted = _bits([frozenset(listed) for listed in lists], place)
        excused = ~known & (self.missing == "pass")

        def passes(rows: NDArray[np.intp], cols: NDArray[np.intp]) -> NDArray[np.bool_]:
            ok = np.ones(np.broadcast_shapes(rows.shape, cols.shape), dtype=bool)
            for have, ask in zip(held, wanted, strict=True):
                needed = ask[cols]
                if needed.any():
                    ok &= (have[rows] & needed) == needed
            return ok | excused[rows]

        return Gate(f"skills and text hold all of {self.demand}", passes, int((~known).sum()))
