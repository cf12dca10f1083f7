"""What happens to real texts: typing errors and what a PDF reader leaves of a page."""

from __future__ import annotations

from talentmatch.datasets.dice import Dice

__all__ = ["chinese_typo", "scrap", "typo"]

# What input methods and tired hands make of common words.
_HOMOPHONES = (
    ("经验", "经念"),
    ("熟悉", "熟习"),
    ("以上", "已上"),
    ("工艺", "工义"),
    ("设计", "设记"),
    ("要求", "要球"),
    ("负责", "付责"),
    ("优先", "优选"),
)


def typo(text: str, dice: Dice) -> str:
    """Swap two neighbouring letters inside one word, or drop one.

    Parameters
    ----------
    text : str
        Words between blanks and line ends.
    dice : Dice
        Where the chance comes from.

    Examples
    --------
    >>> import numpy as np
    >>> typo("hydraulic", Dice(np.random.default_rng(4)))
    'hyraulic'
    """
    for _ in range(8):  # short words are passed over; a text of them alone stays as it is
        at = dice.between(0, len(text) - 1)
        start = text.rfind(" ", 0, at) + 1
        head = text[start : start + 5]
        if len(head) == 5 and head.isascii() and head.isalpha():
            i = start + dice.between(1, 3)
            swapped = text[i + 1] + text[i] if dice.chance(0.6) else text[i + 1]
            return text[:i] + swapped + text[i + 2 :]
    return text


def chinese_typo(text: str, dice: Dice) -> str:
    """Replace the first occurrence of one common word by a mistyped one.

    Examples
    --------
    >>> import numpy as np
    >>> chinese_typo("熟悉压铸", Dice(np.random.default_rng(3)))
    '熟习压铸'
    """
    there = [pair for pair in _HOMOPHONES if pair[0] in text]
    if not there:
        return text
    right, wrong = dice.pick(there)
    return text.replace(right, wrong, 1)


def scrap(text: str, dice: Dice) -> str:
    r"""Flatten a page as PDF readers do: lost line ends, odd bullets, ligatures, page marks.

    Examples
    --------
    >>> import numpy as np
    >>> scrap("- first line\n- efficient", Dice(np.random.default_rng(29)))
    '• first line  Page 1 of 2  • efficient'
    """
    bullet = dice.pick(("\u2022 ", "\u00e2\u20ac\u00a2 ", "\uf0b7 ", "o "))
    text = text.replace("- ", bullet).replace("\n", dice.pick(("  ", " ", "   ")))
    if dice.chance(0.5):
        text = text.replace("fi", "\ufb01").replace("fl", "\ufb02")
    if dice.chance(0.5):
        at = text.find(" ", len(text) // 2)
        text = f"{text[:at]}  Page 1 of 2 {text[at:]}"
    if dice.chance(0.4):
        at = text.find("tion", dice.between(0, len(text)))
        if at > 0:
            text = f"{text[:at]}- {text[at:]}"
    return text
