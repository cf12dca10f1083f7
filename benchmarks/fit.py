"""How experts' judgements agree with the default score, and with plain scorers, set by set."""

from __future__ import annotations

import talentmatch as tm
from benchmarks.labelled import SETS, TAXONOMY, Labelled
from benchmarks.measure import Measure, timed
from benchmarks.peers import PEERS

_TARGETS = {
    "titles en": 0.38, "titles es": 0.33, "titles de": 0.28, "titles zh": 0.40,
    "sentences tech": 0.46, "sentences house": 0.38, "vacancies": 0.30,
}  # fmt: skip
_WITH_OCCUPATIONS = {"titles en": 0.44, "titles es": 0.37, "titles de": 0.31, "vacancies": 0.36}


def run() -> list[Measure]:
    """Measure every visible set, then those that ESCO's occupations may help."""
    found = []
    for name, read in SETS.items():
        data = read()
        seconds, scores = timed(lambda data=data: _score(tm.FitScorer(), data))
        peers = {peer: _value(make(data), data) for peer, make in PEERS.items()}
        found.append(_measure(data, data.name, scores, seconds, peers, _TARGETS[name]))
        if name not in _WITH_OCCUPATIONS:
            continue
        language = name.split()[1] if name.startswith("titles") else "en"
        esco = tm.Taxonomy.from_esco(TAXONOMY / f"esco_occupations_{language}.csv.gz")
        seconds, scores = timed(
            lambda data=data, esco=esco: _score(tm.FitScorer(taxonomy=esco), data)
        )
        title = f"{data.name}, taxonomy = ESCO occupations"
        found.append(_measure(data, title, scores, seconds, peers, _WITH_OCCUPATIONS[name]))
    return found


def _score(scorer: tm.FitScorer, data: Labelled) -> tm.Scores:
    return scorer.fit(data.candidates, data.demands).score(data.candidates, data.demands)


def _value(scores: tm.Scores, data: Labelled) -> float:
    found = tm.evaluate.by_query(scores, data.judgements, metrics=[data.metric])
    return float(found[data.metric].mean())


def _measure(
    data: Labelled,
    title: str,
    scores: tm.Scores,
    seconds: float,
    peers: dict[str, float],
    target: float,
) -> Measure:
    extra = ["rp@5"] if data.metric == "mrr" else ["ndcg@10"]
    table = tm.evaluate.measure(scores, data.judgements, metrics=[data.metric, *extra])
    main, other = table.to_dict("records")
    return Measure(
        f"{title}: {data.metric.upper()}, {main['queries']:,} queries",
        f"{main['value']:.3f} [{main['low']:.3f}, {main['high']:.3f}]; "
        f"{other['metric']} {other['value']:.3f}; {seconds:.1f} s",
        ", ".join(f"{peer} {value:.3f}" for peer, value in peers.items()),
        f"{main['value']:.3f}",
        f">= {target:.2f}",
        bool(main["value"] >= target),
    )
