"""Vectors from an encoder of your own as one more block, and the plan still proved.

Run: ``python examples/any_encoder.py``. The first part needs scikit-learn only. The second uses a
sentence-transformers model where that package and a downloaded model are at hand:
``python examples/any_encoder.py paraphrase-multilingual-MiniLM-L12-v2``.
"""

import importlib.util
import sys

from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import make_pipeline

import talentmatch as tm

case = tm.datasets.make_beilun(seed=0)
candidates, demands = case.candidates.head(300), case.demands.head(100)


def plan(*more: tm.blocks.Encoded) -> None:
    """Match with words, characters, concepts and the vectors; print what came of it."""
    blocks = [tm.Words(), tm.CharGrams(), tm.blocks.Concepts(), *more]
    result = tm.match(candidates, demands, scorer=tm.FitScorer(blocks=blocks))
    grades = case.relevance(result.pairs[["candidate_id", "demand_id"]])
    names = " + ".join(block.name for block in blocks)
    print(
        f"{names}: {result.status}, gap {result.gap}, {len(result.pairs)} pairs, "
        f"mean relevance {sum(grades) / len(grades):.2f} of 3"
    )


topics = make_pipeline(tm.SkillVectorizer(sublinear_tf=True), TruncatedSVD(64, random_state=0))
plan()
plan(tm.blocks.Encoded(topics, weight=0.3, label="topics"))

if len(sys.argv) > 1:
    if importlib.util.find_spec("sentence_transformers") is None:
        sys.exit("this part needs sentence-transformers: pip install sentence-transformers")
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(sys.argv[1])
    plan(tm.blocks.Encoded(model.encode, weight=0.5, label=sys.argv[1]))
