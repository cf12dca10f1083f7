"""Data made by our own code, for trying the library and for measuring it.

All of it is invented: no person, firm or post in it is real.

Examples
--------
>>> from talentmatch.datasets import make_beilun
>>> len(make_beilun(seed=0).demands)
1160
"""

from talentmatch.datasets.beilun import Beilun, make_beilun
from talentmatch.datasets.fates import Fates
from talentmatch.datasets.seasons import make_season

__all__ = ["Beilun", "Fates", "make_beilun", "make_season"]
