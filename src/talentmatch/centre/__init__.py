"""A talent centre's own rooms, on top of the engine: screening, docking, record, money, permits.

Each is usable alone; together they are a centre's year, as ``examples/a_centres_year.py`` tells it.

Examples
--------
>>> import talentmatch as tm
>>> case = tm.datasets.make_beilun(seed=0)
>>> len(tm.centre.screen(case.candidates, case.layout, places=1000).pool)
1000
"""

from talentmatch.centre.chances import SigningChances, signing_chances
from talentmatch.centre.covering import Coverage, coverage
from talentmatch.centre.docking import dock, docking_problem
from talentmatch.centre.duplicates import find_duplicates
from talentmatch.centre.forecasting import Forecast, forecast
from talentmatch.centre.funnel import locks_and_forbids, outcomes, stage_counts, waiting
from talentmatch.centre.introductions import introduced_events, introductions_of
from talentmatch.centre.ledger import RecordError
from talentmatch.centre.permits import (
    PermitBars,
    PermitLeadTimes,
    barred_by_permits,
    compare_permits,
)
from talentmatch.centre.picking import pick_at_random, pick_by_score
from talentmatch.centre.policy import Policy
from talentmatch.centre.programmes import eligible_programmes
from talentmatch.centre.progress import conversion
from talentmatch.centre.reached import never_reached
from talentmatch.centre.record import Record
from talentmatch.centre.rehearsing import beilun_seasons
from talentmatch.centre.replaying import Replay, Season, replay
from talentmatch.centre.screening import Screening, screen
from talentmatch.centre.service_list import ServiceList
from talentmatch.centre.sharing import shared_experts, sharing_loads
from talentmatch.centre.time_in_stage import durations
from talentmatch.centre.wishes import wish_list

__all__ = [
    "Coverage",
    "Forecast",
    "PermitBars",
    "PermitLeadTimes",
    "Policy",
    "Record",
    "RecordError",
    "Replay",
    "Screening",
    "Season",
    "ServiceList",
    "SigningChances",
    "barred_by_permits",
    "beilun_seasons",
    "compare_permits",
    "conversion",
    "coverage",
    "dock",
    "docking_problem",
    "durations",
    "eligible_programmes",
    "find_duplicates",
    "forecast",
    "introduced_events",
    "introductions_of",
    "locks_and_forbids",
    "never_reached",
    "outcomes",
    "pick_at_random",
    "pick_by_score",
    "replay",
    "screen",
    "shared_experts",
    "sharing_loads",
    "signing_chances",
    "stage_counts",
    "waiting",
    "wish_list",
]
