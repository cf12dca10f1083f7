"""One writer's choice of notions, and the synonyms this writer uses for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, cycle

from talentmatch.datasets.dice import Dice
from talentmatch.datasets.industries import nearby, shared_terms, specialities
from talentmatch.datasets.terms import Speciality, Term

__all__ = ["Wording", "neighbours", "post_notions", "resume_notions"]


@cache
def _places() -> dict[str, int]:
    return {s.name: i for i, s in enumerate(specialities())}


@cache
def neighbours(name: str) -> tuple[Speciality, ...]:
    """Give the specialities next to one of the layout's, within its industry.

    Parameters
    ----------
    name : str
        A speciality of the layout.

    Examples
    --------
    >>> [s.name for s in neighbours("power device design")]
    ['wafer fabrication processes']
    """
    every, at = specialities(), _places()[name]
    beside = [every[i] for i in (at - 1, at + 1) if 0 <= i < len(every)]
    return tuple(s for s in beside if s.industry == every[at].industry)


@cache
def _around(name: str) -> tuple[Term, ...]:
    return tuple(chain.from_iterable(s.terms for s in neighbours(name)))


@cache
def _crafts(industry: str) -> tuple[Term, ...]:
    mine = (s for s in specialities() if s.industry == industry and s.function == "technology")
    return tuple(chain.from_iterable(s.terms for s in mine))


@cache
def _lender(name: str) -> Speciality:
    borrows = {s.name: s.borrows for s in nearby()}[name]
    return specialities()[_places()[borrows]]


def _kit(field: Speciality) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not field.borrows:
        return field.tools, field.latin
    lender = _lender(field.name)
    return field.tools + lender.tools[:2], field.latin + lender.latin[:3]


def resume_notions(field: Speciality, dice: Dice) -> tuple[list[Term], list[Term]]:
    """Choose what one resume speaks of: mostly its own speciality, something from beside it.

    Parameters
    ----------
    field : Speciality
        The writer's own.
    dice : Dice
        Where the chance comes from.

    Returns
    -------
    core, side : list of Term
        What the writer keeps coming back to, and what is said once.
    """
    core = dice.take(field.terms, dice.between(3, 6))
    side: list[Term] = []
    if field.borrows:
        side += dice.take(_lender(field.name).terms, dice.between(2, 5))
    elif field.fits:
        core += dice.take(shared_terms(field.function), dice.between(2, 4))
        side += dice.take(_around(field.name), dice.between(0, 4))
        side += dice.take(_crafts(field.industry), dice.between(0, 3))
        if dice.chance(0.15):
            side += dice.take(dice.pick(specialities()).terms, 1)
    elif dice.chance(0.3):  # everybody has budgets and teams
        side += dice.take(shared_terms(dice.pick(("management", "marketing"))), 1)
    return core, [term for term in side if term not in core]


def post_notions(field: Speciality, dice: Dice) -> tuple[list[Term], list[Term]]:
    """Choose what one demand speaks of.

    Parameters
    ----------
    field : Speciality
        What is wanted.
    dice : Dice
        Where the chance comes from.

    Returns
    -------
    core, side : list of Term
        What is asked for, and what is mentioned.
    """
    core = dice.take(field.terms, dice.between(3, 5))
    core += dice.take(shared_terms(field.function), dice.between(1, 2))
    side = dice.take(_around(field.name), dice.between(0, 3))
    return core, [term for term in side if term not in core]


class Wording:
    """The words of one text, handed out to sentence templates.

    ``template.format_map(wording)`` fills ``{a}``, ``{b}``, ``{c}`` with the next notions,
    ``{tool}``, ``{latin}`` likewise, and ``{n}``, ``{p}`` with fresh numbers.

    Parameters
    ----------
    dice : Dice
        Where the chance comes from.
    core, side : sequence of str
        Notions as this writer puts them; those of `core`, at least two, come back.
    field : Speciality
        Whose tools and Latin terms to use.
    **fixed : str
        Words that stay the same: role, study, years ...

    Examples
    --------
    >>> import numpy as np
    >>> dice = Dice(np.random.default_rng(0))
    >>> words = Wording(dice, ["gears", "brakes"], [], specialities()[0], y="7")
    >>> "{y} years of {a} and {b}".format_map(words)
    '7 years of gears and brakes'
    """

    def __init__(
        self, dice: Dice, core: Sequence[str], side: Sequence[str], field: Speciality, **fixed: str
    ) -> None:
        rest = [*core[3:], *side]  # a text opens with its main subjects
        self.notions = [*core[:3], *dice.take(rest, len(rest))]
        tools, latin = _kit(field)
        self.tools = dice.take(tools, dice.between(2, 4))
        self.latin = dice.take(latin, dice.between(2, 4))
        self._dice, self._fixed = dice, fixed
        said = self._stream(core)
        tool, norms = cycle(self.tools), cycle(self.latin)
        self._streams: dict[str, Iterator[str]] = {
            "a": said,
            "b": said,
            "c": said,
            "tool": tool,
            "tool2": tool,
        }
        self._streams |= {"latin": norms, "latin2": norms}

    def _stream(self, core: Sequence[str]) -> Iterator[str]:
        yield from self.notions
        # The last word said must not come straight again: "{a} and {b}" would name it twice.
        again = [word for word in core if word != self.notions[-1]]
        yield from again
        yield from cycle([*(word for word in core if word not in again), *again])

    def __getitem__(self, key: str) -> str:
        if key in self._streams:
            return next(self._streams[key])
        if key in self._fixed:
            return self._fixed[key]
        low, high = {"n": (2, 9), "p": (8, 45)}[key]
        return str(self._dice.between(low, high))

    def fill(self, template: str) -> str:
        """Fill a template and start it with a capital letter.

        Parameters
        ----------
        template : str
            A sentence of the phrase books.
        """
        text = template.format_map(self)
        return text[:1].upper() + text[1:]
