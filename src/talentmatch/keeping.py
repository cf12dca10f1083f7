"""A fitted scorer as files: readable JSON for its settings, .npz for its arrays, no pickles."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from talentmatch.balancing import LengthBalance
from talentmatch.blocks.choosing import BLOCKS
from talentmatch.damping import Damping
from talentmatch.documents import Documents
from talentmatch.errors import ProblemError
from talentmatch.must_have import MustHave
from talentmatch.rules import RULES
from talentmatch.writing import write_together

__all__ = ["Kept", "read", "write"]

_FORMAT = "talentmatch FitScorer 2"
_RULES = {**RULES, "MustHave": MustHave}


@dataclass(frozen=True, eq=False)
class Kept:
    """What a file says of a scorer."""

    blocks: Sequence[Any]
    rules: Sequence[Any]
    documents: Documents
    balance: LengthBalance
    damping: Damping
    filled: tuple[bool, ...]
    fitted: tuple[Any, ...]


def write(path: str | os.PathLike[str], scorer: Kept) -> None:
    """Write ``name.json`` and ``name.npz``, both or neither; errors as `FitScorer.save`."""
    target = _json_path(path)
    for rule in scorer.rules:
        if type(rule).__name__ not in _RULES:
            raise ProblemError(f"cannot save a rule that is not talentmatch's own: {rule!r}")
    for block in scorer.blocks:
        if type(block).__name__ not in BLOCKS:
            raise ProblemError(f"cannot save a block that holds code of yours: {block!r}")
    document = {
        "format": _FORMAT,
        "blocks": [_record(block) for block in scorer.blocks],
        "rules": [_record(rule) for rule in scorer.rules],
        "documents": asdict(scorer.documents),
        "balance": scorer.balance.as_dict(),
        "damping": scorer.damping.as_dict(),
        "filled": list(scorer.filled),
    }
    buffer = io.BytesIO()
    arrays = [fitted.to_arrays() for fitted in scorer.fitted]
    named = {f"{k}.{n}": array for k, one in enumerate(arrays) for n, array in one.items()}
    np.savez_compressed(buffer, **named)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    files = {target.name: text.encode(), target.with_suffix(".npz").name: buffer.getvalue()}
    write_together(target.parent, files)


def read(path: str | os.PathLike[str]) -> Kept:
    """Read what `write` wrote; errors as `FitScorer.load`."""
    target = _json_path(path)
    try:
        document = json.loads(target.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ProblemError(f"{target} is not a FitScorer: {error}") from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise ProblemError(f"{target} is not a FitScorer of this version")
    try:
        return _restored(document, target)
    except (KeyError, TypeError, ValueError) as error:
        raise ProblemError(f"{target} is damaged: {error!r}") from None


def _restored(document: dict[str, Any], target: Path) -> Kept:
    blocks = [_value(record, BLOCKS) for record in document["blocks"]]
    fitted = []
    with np.load(target.with_suffix(".npz"), allow_pickle=False) as stored:
        for k, block in enumerate(blocks):
            mine = {n.split(".", 1)[1]: stored[n] for n in stored if n.startswith(f"{k}.")}
            fitted.append(block.restore(mine))
    return Kept(
        [one.block for one in fitted],
        [_value(record, _RULES) for record in document["rules"]],
        Documents(**document["documents"]),
        LengthBalance(**document["balance"]),
        Damping(**document["damping"]),
        tuple(document["filled"]),
        tuple(fitted),
    )


def _record(value: Any) -> dict[str, Any]:
    """The settings of a block or rule; what its arrays hold is left to them."""
    names = [field.name for field in fields(value) if field.metadata.get("kept", True)]
    return {"type": type(value).__name__, **{name: getattr(value, name) for name in names}}


def _value(record: Mapping[str, Any], kinds: Mapping[str, Any]) -> Any:
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items() if k != "type"}
    return kinds[record["type"]](**settings)


def _json_path(path: str | os.PathLike[str]) -> Path:
    target = Path(path)
    if target.suffix != ".json":
        raise ProblemError(f"a scorer is saved as name.json, not {target.name!r}")
    return target
