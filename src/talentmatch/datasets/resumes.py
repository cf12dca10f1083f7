"""Resumes as they arrive: English, or English with a Chinese part."""

from __future__ import annotations

from dataclasses import dataclass

from talentmatch.datasets import resume_phrases as phrases
from talentmatch.datasets.dice import Dice
from talentmatch.datasets.industries import plain_roles
from talentmatch.datasets.noise import chinese_typo, scrap, typo
from talentmatch.datasets.terms import Speciality, Term
from talentmatch.datasets.wording import Wording, resume_notions

__all__ = ["Person", "write_resume"]

_THIS_YEAR = 2021
_CHINESE_DEGREES = {"bachelor": "学士", "master": "硕士", "doctor": "博士"}


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes.

    Parameters
    ----------
    name, country : str
        As in the candidates' table.
    field : Speciality
        What the person does.
    degree : str
        ``"bachelor"``, ``"master"`` or ``"doctor"``.
    years : int
        Years of work.
    seniority : int
        0 (junior) to 4 (chief).
    chinese : bool
        Whether a Chinese part follows the English one.
    languages : str
        As in the candidates' table.
    """

    name: str
    country: str
    field: Speciality
    degree: str
    years: int
    seniority: int
    chinese: bool
    languages: str


def write_resume(person: Person, dice: Dice) -> tuple[str, str | None]:
    """Write one resume and its skill list.

    Parameters
    ----------
    person : Person
        Who writes.
    dice : Dice
        Where the chance comes from.

    Returns
    -------
    text : str
        80 to 250 words.
    skills : str or None
        ``"; "``-joined; None for the few who list none.
    """
    core, side = resume_notions(person.field, dice)
    words = Wording(
        dice,
        [dice.pick(term.english) for term in core],
        [dice.pick(term.english) for term in side],
        person.field,
        role=_role(person, dice),
        study=dice.pick(person.field.study.english),
        y=str(person.years),
    )
    text = _english(person, words, dice)
    chinese = [dice.pick(term.chinese) for term in core] if person.chinese else []
    if chinese:
        part = _chinese(person, chinese, dice)
        text = f"{part}\n\n{text}" if dice.chance(0.25) else f"{text}\n{part}"
    return _worn(text, dice), _skills(words, chinese, dice)


def _role(person: Person, dice: Dice) -> str:
    role = dice.pick(_roles(person.field, dice).english)
    if person.field.function == "technology":
        return phrases.SENIORITY[person.seniority] + role
    return role


def _roles(field: Speciality, dice: Dice) -> Term:
    return dice.pick(plain_roles(field.function)) if dice.chance(0.35) else field.roles


def _english(person: Person, words: Wording, dice: Dice) -> str:
    summary, work, school, tools, rest = dice.pick(phrases.HEADINGS)
    opening = [words.fill(t) for t in dice.take(phrases.SUMMARIES, dice.between(1, 2))]
    start = [person.name, words["role"], _contact(person, dice), summary, " ".join(opening)]
    listed = words.notions[: dice.between(3, 6)]
    end = [school, *_education(person, words, dice), tools]
    end += [", ".join([*listed, *words.tools, *words.latin])]
    traits = dice.take(phrases.TRAITS, dice.between(1, 3))
    end += [rest, f"Languages: {_spoken(person)}. " + " ".join(traits), dice.pick(phrases.CLOSINGS)]
    room = dice.between(92, 215) - sum(len(line.split()) for line in start + end)
    lines = [*start, work, *_jobs(person, words, room, dice), *end]
    return "\n".join(line for line in lines if line)


def _contact(person: Person, dice: Dice) -> str:
    return dice.pick(
        (
            f"{person.country} | E-mail: [masked] | Phone: [masked]",
            f"Email: ****@****.*** Tel: +** *** *** ({person.country})",
            f"Address: [masked], {person.country}. Mobile [masked]",
            f"Contact: [masked]; residence {person.country}",
        )
    )


def _jobs(person: Person, words: Wording, room: int, dice: Dice) -> list[str]:
    count = min(1 + person.years // 6, 3 if room > 50 else 2)
    last, step = _THIS_YEAR, max(1, person.years // count)
    templates = phrases.BULLETS[person.field.function]
    bullets = dice.take(templates, len(templates))
    lines: list[str] = []
    used = 0
    for job in range(count):
        since = last - step
        employer = dice.pick(phrases.EMPLOYERS[person.field.function])
        title = words["role"] if job == 0 else dice.pick(_roles(person.field, dice).english)
        lines.append(f"{since} - {'present' if job == 0 else last} {title}, {employer}")
        last = since
        used += 6
        while bullets and (used < room * (job + 1) / count or lines[-1][0] != "-"):
            lines.append("- " + words.fill(bullets.pop()))
            used += len(lines[-1].split())
    return lines


def _education(person: Person, words: Wording, dice: Dice) -> list[str]:
    year = _THIS_YEAR - person.years
    forms = phrases.DEGREES
    lines = [_degree(forms[person.degree], words["study"], year, dice)]
    if person.degree != "bachelor" and dice.chance(0.6):
        below = "master" if person.degree == "doctor" else "bachelor"
        lines.append(_degree(forms[below], words["study"], year - dice.between(2, 5), dice))
    return lines


def _degree(forms: tuple[str, ...], study: str, year: int, dice: Dice) -> str:
    return f"{dice.pick(forms)} in {study}, {dice.pick(phrases.UNIVERSITIES)}, {year}"


_TONGUES = {
    "en": "English", "zh": "Chinese", "de": "German", "fr": "French", "es": "Spanish",
    "it": "Italian", "hi": "Hindi", "ja": "Japanese", "ko": "Korean", "ru": "Russian",
    "uk": "Ukrainian", "pl": "Polish", "tr": "Turkish", "fa": "Persian", "pt": "Portuguese",
    "sv": "Swedish", "nl": "Dutch",
}  # fmt: skip


def _spoken(person: Person) -> str:
    return ", ".join(_TONGUES[code] for code in person.languages.split(";"))


def _chinese(person: Person, said: list[str], dice: Dice) -> str:
    words = Wording(
        dice,
        said,
        [],
        person.field,
        role=dice.pick(_roles(person.field, dice).chinese),
        study=dice.pick(person.field.study.chinese),
        degree=_CHINESE_DEGREES[person.degree],
        y=str(person.years),
        place=dice.pick(("国外", "海外企业", "欧美企业", "国外机构")),
    )
    lines = [words.fill(t) for t in dice.take(phrases.CHINESE_SUMMARIES, dice.between(1, 2))]
    papers = phrases.CHINESE_PAPERS if person.degree == "doctor" else ()
    bullets = (*phrases.CHINESE_BULLETS, *papers)
    lines += [words.fill(t) for t in dice.take(bullets, dice.between(1, 3))]
    return dice.pick(("个人简介：", "中文简历\n", "自我评价：")) + "".join(lines)


def _worn(text: str, dice: Dice) -> str:
    if dice.chance(0.35):
        for _ in range(dice.between(1, 3)):
            text = typo(text, dice)
    if dice.chance(0.1):
        text = chinese_typo(text, dice)
    return scrap(text, dice) if dice.chance(0.15) else text


def _skills(words: Wording, chinese: list[str], dice: Dice) -> str | None:
    if dice.chance(0.08):
        return None
    listed = [*words.notions[: dice.between(3, 6)], *words.tools, *words.latin[:2]]
    if chinese and dice.chance(0.6):
        listed += chinese[: dice.between(2, 4)]
    return "; ".join(dict.fromkeys(listed))
