"""What to call candidates, demands and enterprises on the page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from talentmatch.reporting.escaping import page_text, plain_text
from talentmatch.reporting.summary import Summary

__all__ = ["Labels"]

_SNIPPET = 90  # characters of a text shown where there is no name or title


class Labels:
    """What to call candidates and demands beside their ids."""

    def __init__(self, summary: Summary) -> None:
        problem = summary.result.problem
        self.candidate_ids, self.demand_ids = problem.candidate_ids, problem.demand_ids
        self.candidates = _labels(problem.candidates, len(self.candidate_ids), ("name",))
        self.demands = _labels(problem.demands, len(self.demand_ids), ("title",))
        self.enterprises = _cells(problem.demands, ("enterprise", "enterprise_id"))

    def candidate(self, row: int) -> str:
        """Return id and label as HTML."""
        return _named(self.candidate_ids[row], self.candidates[row])

    def demand(self, col: int) -> str:
        """Return id and label as HTML."""
        return _named(self.demand_ids[col], self.demands[col])


def _cells(frame: pd.DataFrame | None, names: Sequence[str]) -> list[str] | None:
    """The first of these columns that says anything, as plain texts."""
    for name in names:
        if frame is not None and name in frame.columns:
            texts = [plain_text(cell) for cell in frame[name].tolist()]
            if any(texts):
                return texts
    return None


def _labels(frame: pd.DataFrame | None, size: int, names: Sequence[str]) -> list[str]:
    """Names or titles; where there is none, how the text or the skills begin."""
    labels = _cells(frame, names) or [""] * size
    for name in ("text", "skills"):
        if frame is not None and name in frame.columns and not all(labels):
            cells = frame[name].tolist()
            labels = [label or _snippet(cell) for label, cell in zip(labels, cells, strict=True)]
    return labels


def _snippet(cell: object) -> str:
    if isinstance(cell, list):
        cell = cell[:12]
    text = plain_text(cell[: 4 * _SNIPPET] if isinstance(cell, str) else cell)
    text = " ".join(text.split())
    if len(text) <= _SNIPPET:
        return text
    cut = text.rfind(" ", _SNIPPET // 2, _SNIPPET)
    return f"{text[: cut if cut > 0 else _SNIPPET].rstrip(' ,;:')} …"


def _named(id: object, label: str) -> str:
    shown_id = plain_text(id)
    more = f'<bdi class="label">{page_text(label)}</bdi>' if label and label != shown_id else ""
    return f"<bdi>{page_text(shown_id)}</bdi>{more}"
