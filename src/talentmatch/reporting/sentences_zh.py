# ruff: noqa: E501  (a Chinese character counts two columns)
"""The library's sentences in (simplified) Chinese: each English form with its Chinese one."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["translated"]

_LONGEST = 2_000  # characters; no sentence of the library is longer, unless an id is
_UNSETTLED = " The solve stopped before this was settled."
_BEST = r"the best, (?P<best>.+?), is on (?P<where>.+?)"
_MANY = r"(?P<n>[\d,]+) (?P<more>more )?candidates? fits? and (?:is|are all)"

_SENTENCES = (
    (rf"{_MANY} worth more elsewhere; {_BEST}, where the loss would cost the plan (?P<loss>\S+)",
     "{more}有 {n} 位候选人合适，但都在别处贡献更大；最合适的 {best} 现在 {where}，调走会使方案损失 {loss}"),
    (rf"{_MANY} placed elsewhere; {_BEST}",
     "{more}有 {n} 位候选人合适，但都已安排在别处；最合适的 {best} 现在 {where}"),
    (rf"Nobody who fits has the capacity left; {_BEST}",
     "合适的人都没有余量；最合适的 {best} 现在 {where}"),
    (r"Only (?P<n>[\d,]+) candidates? fits?, already on it; nobody else does",
     "只有 {n} 位候选人合适，都已在内；没有其他人合适"),
    (r"Only (?P<n>[\d,]+) candidates? fits?, already on it or of capacity 0; nobody else does",
     "只有 {n} 位候选人合适，都已在内或容量为 0；没有其他人合适"),
    (r"The capacity is 0", "容量为 0"),
    (r"Only (?P<n>[\d,]+) demands? fits?, of headcount 0", "只有 {n} 项需求合适，但名额为 0"),
    (r"(?P<n>[\d,]+) demands? fits? and (?:is|are all) filled to the plan's greater gain; "
     r"the best, (?P<best>.+?), has (?P<names>.+)",
     "有 {n} 项需求合适，但都已满，且对方案更有利；最合适的 {best} 已有 {names}"),
    (r"(?P<n>[\d,]+) demands? fits? and (?:is|are all) filled; the best, (?P<best>.+?), "
     r"has (?P<names>.+)",
     "有 {n} 项需求合适，但都已满；最合适的 {best} 已有 {names}"),
    (r"The best that (?:is free|fits), (?P<best>.+?), cannot join: (?P<why>.+)",
     "最合适且可用的 {best} 不能加入：{why}"),
    (r"The best that is open, (?P<best>.+?), cannot take (?P<who>.+?): (?P<why>.+)",
     "最合适且有空缺的 {best} 不能接收 {who}：{why}"),
    (r"Not settled; (?P<what>.+)", "尚无定论；{what}"),
    (r"(?P<what>.+?), but would add no expected contracts", "{what}，但不会增加预期签约"),
    (r"(?P<what>.+?), but would not raise the total(?:: (?P<why>.+))?",
     "{what}，但不会提高总分{why}"),
    (r"(?P<what>.+?), but would gain no more than rounding", "{what}，但所得不超过舍入误差"),
    (r"(?P<what>.+?): the solve stopped too early", "{what}：求解停得太早"),
    (r"(?P<n>[\d,]+) candidates? (?:is|are) eligible, but none has a score above 0",
     "有 {n} 位候选人合格，但分数都不高于 0"),
    (r"(?P<n>[\d,]+) demands? (?:is|are) eligible, but none has a score above 0",
     "有 {n} 项需求合格，但分数都不高于 0"),
    (r"None of (?P<n>[\d,]+) candidates is eligible: (?P<bars>.+)",
     "{n} 位候选人中没有合格的：{bars}"),
    (r"None of (?P<n>[\d,]+) demands is eligible: (?P<bars>.+)", "{n} 项需求中没有合格的：{bars}"),
)  # fmt: skip

_RULES = (
    (r"score at least (?P<a>\S+)", "分数不低于 {a}"),
    (r"(?P<a>\S+) at least (?P<b>\S+)", "{a} 不低于 {b}"),
    (r"(?P<a>\S+) within (?P<b>\S+)", "{a} 不超过 {b}"),
    (r"(?P<a>\S+) no later than (?P<b>\S+)", "{a} 不晚于 {b}"),
    (r"(?P<a>\S+) holds any of (?P<b>.+)", "{a} 含 {b} 之一"),
    (r"(?P<a>\S+) holds all of (?P<b>.+)", "{a} 含全部 {b}"),
    (r"(?P<a>\S+) covers (?P<b>\S+)", "{a} 包括 {b}"),
    (r"not eligible in the scores given", "所给分数中不合格"),
)

_STATES = ((r"(?P<a>.+) is free", "{a} 可用"), (r"(?P<a>.+) is open", "{a} 有空缺"))
_BARS = (
    (r"(?P<n>[\d,]+) by (?P<rule>.+)", "{n} 因“{rule}”"),
    (r"(?P<n>[\d,]+) below min_score (?P<a>\S+)", "{n} 低于最低分 {a}"),
    (r"there are none", "一个也没有"),
)
_FULL = ((r"(?P<a>.+) is full: (?P<n>\S+) of (?P<m>.+)", "{a} 已满：{n}/{m}"),)
_SCORED = re.compile(r"\(score (-?[\d.]+)\)")

Forms = Sequence[tuple[str, str]]


def translated(text: str) -> str | None:
    """Return a sentence of the library in Chinese; None where it is not known.

    What limits say of themselves stays English inside a sentence.

    Parameters
    ----------
    text : str
        A sentence of `Result.unfilled` or `Result.unassigned`, or the name of a rule.

    Examples
    --------
    >>> translated("The capacity is 0.")
    '容量为 0。'
    >>> translated("degree at least min_degree")
    'degree 不低于 min_degree'
    >>> translated("Something else.") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    rule = _said(text, _RULES)
    if rule is not None:
        return rule
    body = text.removesuffix(_UNSETTLED)
    said = _said(body.removesuffix("."), _SENTENCES)
    if said is None:
        return None
    return f"{said}。" + ("求解停止时尚无定论。" if body != text else "")


def _said(text: str, forms: Forms) -> str | None:
    for english, chinese in forms:
        match = re.fullmatch(english, text, re.S)
        if match:
            parts = {name: _part(name, part or "") for name, part in match.groupdict().items()}
            return chinese.format(**parts)
    return None


def _part(name: str, text: str) -> str:
    """A part of a sentence: scores, states, lists of rules."""
    if name == "more":
        return "另" if text else ""
    if name == "what":
        return _scored(_said(text, _STATES) or text)
    if name == "why":
        return "；".join(_said(each, _FULL) or each for each in text.split("; ")) if text else ""
    if name == "bars":
        return "，".join(_said(each, _BARS) or each for each in text.split(", "))
    if name == "rule":
        return _said(text, _RULES) or text
    return _scored(text)


def _scored(text: str) -> str:
    return _SCORED.sub(r"（分数 \1）", text)
