"""Demands as enterprises put them: requirement lists for experts, descriptions for problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from talentmatch.datasets import post_phrases as phrases
from talentmatch.datasets.dice import Dice
from talentmatch.datasets.industries import plain_roles
from talentmatch.datasets.noise import chinese_typo, typo
from talentmatch.datasets.terms import Speciality, Term
from talentmatch.datasets.wording import Wording, post_notions

__all__ = ["Post", "write_post"]


@dataclass(frozen=True, slots=True)
class Post:
    """What is wanted.

    Parameters
    ----------
    kind : str
        ``"expert"`` or ``"technical"``.
    field : Speciality
        The speciality wanted.
    products : Term
        What the enterprise makes.
    language : str
        ``"zh"``, ``"en"`` or ``"both"``.
    min_degree : str or None
        Lowest degree, None when nothing is said.
    vague : bool
        Whether the enterprise says next to nothing.
    """

    kind: str
    field: Speciality
    products: Term
    language: str
    min_degree: str | None
    vague: bool


def write_post(post: Post, dice: Dice) -> tuple[str, str, str | None]:
    """Write one demand.

    Parameters
    ----------
    post : Post
        What is wanted.
    dice : Dice
        Where the chance comes from.

    Returns
    -------
    title, text : str
    skills : str or None
        ``"; "``-joined; None where the enterprise lists none.
    """
    if post.vague:
        return _vague(post, dice)
    chinese, english = _wordings(post, dice)
    write, translate = (_list, _list_english)
    if post.kind == "technical":
        write, translate = (_problem, _problem_english)
    if post.language == "en":
        title, text = translate(post, english, dice)
    else:
        title, text = write(post, chinese, dice)
    if post.language == "both":
        more, translation = translate(post, english, dice)
        title, text = f"{title} / {more}", f"{text}\n{translation}"
    if dice.chance(0.12):
        text = chinese_typo(text, dice) if post.language == "zh" else typo(text, dice)
    return title, text, _skills(english if post.language == "en" else chinese, dice)


def _wordings(post: Post, dice: Dice) -> tuple[Wording, Wording]:
    """Choose the words in both languages, so that a translation says the same."""
    core, side = post_notions(post.field, dice)
    years = str(dice.pick((3, 5, 5, 8, 8, 10, 15)))
    plain = dice.chance(0.3)
    named = dice.pick(plain_roles(post.field.function)) if plain else post.field.roles
    roles, studies = _pair(named, dice), _pair(post.field.study, dice)
    products, problem = _pair(post.products, dice), _pair(dice.pick(post.field.problems), dice)

    def wording(language: int) -> Wording:
        return Wording(
            dice,
            [dice.pick((term.chinese, term.english)[language]) for term in core],
            [dice.pick((term.chinese, term.english)[language]) for term in side],
            post.field,
            role=roles[language],
            study=studies[language],
            product=products[language],
            problem=problem[language],
            y=years,
        )

    return wording(0), wording(1)


def _pair(term: Term, dice: Dice) -> tuple[str, str]:
    # Synonyms stand in the same order in both languages as far as both have them.
    at = dice.between(0, min(len(term.chinese), len(term.english)) - 1)
    return term.chinese[at], term.english[at]


def _skills(words: Wording, dice: Dice) -> str | None:
    if dice.chance(0.12):
        return None
    listed = [*words.notions[: dice.between(2, 4)], *words.latin[:2], *words.tools[:1]]
    return "; ".join(dict.fromkeys(listed))


def _vague(post: Post, dice: Dice) -> tuple[str, str, str | None]:
    area = phrases.AREAS[post.field.function]
    if dice.chance(0.6):
        area = dice.pick(post.products.chinese) + area
    title = dice.pick(phrases.VAGUE_TITLES[post.field.function])
    hint = dice.pick(dice.pick(post.field.terms).chinese)
    text = dice.pick(phrases.VAGUE).format(area=area)
    return title, text + (f"最好了解{hint}。" if dice.chance(0.6) else ""), None


def _list(post: Post, words: Wording, dice: Dice) -> tuple[str, str]:
    items: list[str] = []
    if post.min_degree:
        degree = phrases.CHINESE_DEGREES[post.min_degree]
        items.append(f"{degree}及以上学历，{words['study']}等相关专业")
    items += map(words.fill, dice.take(phrases.REQUIREMENTS, dice.between(2, 4)))
    items += map(words.fill, dice.take(phrases.WISHES, dice.between(0, 2)))
    text = _numbered(items, dice)
    if dice.chance(0.3):
        duties = [words.fill(t) for t in dice.take(phrases.DUTIES, dice.between(1, 2))]
        text = f"岗位职责：{_numbered(duties, dice)}\n任职要求：{text}"
    title = words["role"]
    return dice.pick((title, title, f"{title}（急聘）", f"招聘{title}")), text


def _numbered(items: Sequence[str], dice: Dice) -> str:
    if dice.chance(0.25):
        return "，".join(items) + "。"
    mark = dice.pick(phrases.MARKS)
    between = "\n" if mark in ("- ", "● ") else dice.pick(("；", "；", "\n", "。"))
    return between.join(mark.format(i) + item for i, item in enumerate(items, 1)) + "。"


def _list_english(post: Post, words: Wording, dice: Dice) -> tuple[str, str]:
    items: list[str] = []
    if post.min_degree:
        items.append(f"{post.min_degree.capitalize()} degree in {words['study']} or similar")
    items += map(words.fill, dice.take(phrases.REQUIREMENTS_ENGLISH, dice.between(2, 4)))
    items += map(words.fill, dice.take(phrases.WISHES_ENGLISH, dice.between(0, 2)))
    head = dice.pick(("Requirements:\n- ", "We are looking for:\n- ", ""))
    return words["role"], head + ("\n- " if head else "; ").join(items)


def _problem(post: Post, words: Wording, dice: Dice) -> tuple[str, str]:
    effect = dice.pick(phrases.EFFECTS).format_map(words)
    tried, targets = dice.take(phrases.TRIED, 2), dice.take(phrases.TARGETS, 4)
    body = [
        dice.pick(("我司主要生产{product}。", "本公司从事{product}业务{y}年。", "")),
        f"{dice.pick(('目前', '近期', '现阶段'))}{words['problem']}，{effect}。",
        *tried[: dice.between(1, 2)],
        *targets[: dice.between(2, 4)],
        *dice.take(phrases.CONDITIONS, dice.between(1, 2)),
    ]
    text = "".join(words.fill(part) for part in body)
    if post.min_degree:
        text += f"专家须具备{phrases.CHINESE_DEGREES[post.min_degree]}学历。"
    return words.fill(dice.pick((*phrases.HELP_TITLES, "{problem}问题"))), text


def _problem_english(post: Post, words: Wording, dice: Dice) -> tuple[str, str]:
    effect = dice.pick(phrases.EFFECTS_ENGLISH).format_map(words)
    body = [
        dice.pick(("We make {product}.", "Our field is {product}.")),
        f"Problem: {words['problem']}; {effect}.",
        *dice.take(phrases.TRIED_ENGLISH, dice.between(1, 2)),
        *dice.take(phrases.TARGETS_ENGLISH, dice.between(2, 3)),
        *dice.take(phrases.CONDITIONS_ENGLISH, dice.between(1, 2)),
    ]
    title = words.fill(dice.pick(phrases.HELP_TITLES_ENGLISH))
    return title, " ".join(words.fill(part) for part in body)
