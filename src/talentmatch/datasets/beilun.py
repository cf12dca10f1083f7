"""The built-in case: a district's talent centre and its year, in the case's own numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from talentmatch.datasets.applicants import make_candidates
from talentmatch.datasets.demands import make_demands
from talentmatch.datasets.enterprises import make_enterprises, make_visits
from talentmatch.datasets.industries import specialities
from talentmatch.datasets.layouts import make_layout
from talentmatch.errors import ProblemError

__all__ = ["Beilun", "make_beilun"]


@dataclass(frozen=True, eq=False)
class Beilun:
    """The built-in case. All data are generated; no person or firm in them is real.

    Parameters
    ----------
    candidates : pandas.DataFrame
        3,000 resumes: candidate_id, name, text, skills (``"; "`` between), degree, languages
        (``";"`` between), location, available_from (ISO date), salary_expected (RMB a year),
        capacity, accepts (kinds of demand, ``";"`` between).
    enterprises : pandas.DataFrame
        120 rows: enterprise_id, name, tier ("champion", "listed", "sme"), industry,
        introduction_limit (people).
    visits : pandas.DataFrame
        220 rows: visit_id, enterprise_id, date (ISO date), visitor.
    demands : pandas.DataFrame
        960 rows of kind "expert" and 200 of kind "technical": demand_id, kind, enterprise_id,
        visit_id, title, text, skills, headcount, min_degree, function, start_date (ISO date),
        salary_max (RMB a year, nan where nothing is said and for technical help), priority (1 to
        3, 1 first).
    layout : pandas.DataFrame
        7 rows, the industries that the district plans for: industry, text, skills (``"; "``
        between), places (in the pool; 1,000 in all), min_places.
    truth : pandas.DataFrame
        What the candidates are: candidate_id, fits_layout (exactly 1,000 do), closeness ("fit",
        "near": 700 hard negatives, "far"), industry, speciality, function, seniority.
    demand_truth : pandas.DataFrame
        What is wanted: demand_id, industry, speciality, function.

    See Also
    --------
    make_beilun : makes it.
    """

    candidates: pd.DataFrame
    enterprises: pd.DataFrame
    visits: pd.DataFrame
    demands: pd.DataFrame
    layout: pd.DataFrame
    truth: pd.DataFrame
    demand_truth: pd.DataFrame

    def relevance(self, pairs: pd.DataFrame) -> npt.NDArray[np.int64]:
        """Grade pairs by the latent truth.

        3: the same speciality; 2: specialities side by side within one industry; 1: the same
        industry; 0: nothing in common, or a candidate who does not fit the layout.

        Parameters
        ----------
        pairs : pandas.DataFrame
            With candidate_id and demand_id; for example ``result.pairs``.

        Returns
        -------
        numpy.ndarray of int64, shape (len(pairs),)

        Raises
        ------
        ProblemError
            When an id is not of this case.

        Examples
        --------
        >>> import pandas as pd
        >>> case = make_beilun(seed=0)
        >>> pairs = pd.DataFrame({"candidate_id": ["R0001"], "demand_id": ["X0001"]})
        >>> case.relevance(pairs).shape
        (1,)
        """
        have = _codes(self.truth, pairs, "candidate_id")
        want = _codes(self.demand_truth, pairs, "demand_id")
        return np.asarray(_grades()[have, want])


def make_beilun(seed: int = 0) -> Beilun:
    """Make the built-in case: 3,000 resumes against 1,160 demands of 120 enterprises.

    The numbers are the case's; names, texts and facts come out of our own word lists. Nobody in
    it is real.

    Parameters
    ----------
    seed : int
        The same seed gives identical frames; every seed gives the same counts.

    Returns
    -------
    Beilun

    Examples
    --------
    >>> case = make_beilun(seed=0)
    >>> len(case.candidates), int(case.truth["fits_layout"].sum())
    (3000, 1000)
    >>> case.demands["kind"].value_counts().to_dict()
    {'expert': 960, 'technical': 200}
    """
    people, firms, trips, wishes = np.random.default_rng(seed).spawn(4)
    candidates, truth = make_candidates(people)
    enterprises = make_enterprises(firms)
    visits = make_visits(trips, enterprises)
    demands, demand_truth = make_demands(wishes, enterprises, visits)
    return Beilun(candidates, enterprises, visits, demands, make_layout(), truth, demand_truth)


def _codes(truth: pd.DataFrame, pairs: pd.DataFrame, key: str) -> npt.NDArray[np.intp]:
    """Give each pair its speciality's place; all fields outside the layout share the last."""
    rows = pd.Index(truth[key]).get_indexer(pd.Index(pairs[key]))
    if (rows < 0).any():
        stranger = pairs[key].iloc[int(np.argmax(rows < 0))]
        raise ProblemError(f"{key} {stranger!r} is not of this case; are the seeds the same?")
    names = pd.Index([s.name for s in specialities()])
    places = names.get_indexer(pd.Index(truth["speciality"]))
    places[places < 0] = len(names)
    found: npt.NDArray[np.intp] = places[rows]
    return found


def _grades() -> npt.NDArray[np.int64]:
    every = specialities()
    industry = np.array([s.industry for s in every])
    apart = np.abs(np.subtract.outer(np.arange(len(every)), np.arange(len(every))))
    grades = np.zeros((len(every) + 1, len(every) + 1), dtype=np.int64)
    same = industry[:, None] == industry[None, :]
    grades[:-1, :-1] = np.where(same, np.clip(3 - apart, 1, 3), 0)
    return grades
