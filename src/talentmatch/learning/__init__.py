"""Learning from a talent centre's own judgements: block weights and calibrated probabilities.

Examples
--------
>>> import talentmatch as tm
>>> calibration = tm.learning.calibrate([0.1, 0.2, 0.3, 0.4, 0.5, 0.6] * 3, [0, 0, 1, 0, 1, 1] * 3)
>>> calibration.probabilities([0.1, 0.6]).round(2).tolist()
[0.0, 1.0]
"""

from talentmatch.learning.calibration import Calibration, calibrate
from talentmatch.learning.judging import block_scores, learn
from talentmatch.learning.weighting import learn_weights
from talentmatch.learning.weights import LearnedWeights

__all__ = ["Calibration", "LearnedWeights", "block_scores", "calibrate", "learn", "learn_weights"]
