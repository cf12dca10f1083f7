"""What an unknown heading may mean: by the words it ends in, its spelling, and its cells."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from talentmatch.tables.cells import READERS, CellError, plain, read_count, read_key
from talentmatch.tables.columns import KEYS, Column, columns_of, heading_key, meanings
from talentmatch.tables.salaries import ENDS, read_pay, salary_reader, stated_by

__all__ = ["LIKELY", "UNSURE", "Idea", "by_cells", "by_heading"]

LIKELY, UNSURE = "likely", "unsure"

_ALIKE, _SAME = 0.75, 0.85  # spelling; the second is what reading itself warns of
_MOST_CELLS = 200
_ENOUGH = 0.9  # share of the cells that must read as the column's type
_SHORT, _LONG = 40, 15  # characters: an id is shorter, a text longer on average

# Words that a heading of the column may end in; each column has one name for each table.
_ENDINGS = {
    "text": "简历 经历 介绍 评价 优势 描述 职责 要求 说明 内容 summary experience responsibilities "
    "requirements requirement introduction",
    "skills": "技能 专长 特长 关键词 skills keywords",
    "salary_expected": "薪资 薪酬 工资 待遇 薪水 salary pay wage compensation",
    "salary_max": "薪资 薪酬 工资 待遇 薪水 salary pay wage compensation",
    "annual_salary": "薪资 薪酬 工资 salary",
    "degree": "学历 学位 文化程度 degree education",
    "min_degree": "学历 学位 文化程度 degree education",
    "location": "地点 城市 地区 区域 地址 area city place address",
    "headcount": "人数 名额 招聘数量 headcount openings",
    "title": "岗位 职位 职务 工种 jobname title position role",
    "enterprise": "公司 企业 单位 company employer enterprise",
    "industry": "行业 产业 领域 industry sector",
    "sector": "行业 产业 领域 industry sector",
    "name": "姓名 名字 称呼 name",
    "languages": "语言 语种 外语 language languages",
    "available_from": "到岗 到岗时间 到岗日期 入职时间 available",
    "start_date": "到岗 到岗时间 上岗时间 入职时间 开始时间",
    "date": "日期 时间 date",
    "priority": "优先级 优先 紧急程度 priority urgency",
}
# Words that add nothing to the ending: 应聘者姓名 is a name, 公司规模 is no company.
_FILLERS = (
    "应聘者 应聘 招聘 拟招 拟 用 所属 用人 目前 当前 期望 意向 主要 基本 具体 详细 相关 个人 自我 "
    "工作 现 最高 最低 岗位 职位 人才 候选人 专家 需求 任职 职责 要求 信息 情况 的 及 和 与 "
    "job work expected current candidate person required desired the of s"
)
_GENERAL = ("kind", "tier")  # called 类型 and 类别, which say nothing behind another word
_KEYED = re.compile(r"编号|编码|代码|工号|序列号|(?<![a-z])(?:id|code|no)$")
_TELLING = re.compile(r"年|year|yr|\d\d薪", re.IGNORECASE)
_NUMERIC = re.compile(r"[\d.,\s]+元?")


@dataclass(frozen=True, slots=True)
class Idea:
    """What a heading may mean.

    Parameters
    ----------
    column : str
        Ours; of a salary with its period, ``"salary_max/month"``.
    confidence : {"likely", "unsure"}
        Only what is likely is used without being asked for.
    why : str
        A sentence's worth of reason.
    """

    column: str
    confidence: str
    why: str


def by_heading(heading: str, cells: Sequence[object], table: str) -> Idea | None:
    """Return what a heading that the vocabulary lacks may mean, checked against its cells.

    Parameters
    ----------
    heading : str
        The caller's.
    cells : sequence
        The cells below it, as they came.
    table : str
        Which table it is.

    Examples
    --------
    >>> by_heading("拟用人数", [2, "３", None], "demands")
    Idea(column='headcount', confidence='likely', why="ends in '人数'; its cells read as count")
    >>> by_heading("公司规模", ["50-150人"], "demands") is None
    True
    """
    sample = _sample(cells)
    key = heading_key(re.sub(r"[(（\[【].*", "", heading)) or heading_key(heading)
    found = _by_ending(key, table) or _by_spelling(key, table)
    if found is None:
        return None
    name, why, strong = found
    column = columns_of(table)[name]
    if not sample:
        return Idea(name, UNSURE, f"{why}; it has no cells to tell")
    if name in ENDS:
        return _salary(column, heading, sample, why, strong)
    share = _share(column, sample)
    if share < _ENOUGH:
        return Idea(name, UNSURE, f"{why}; but only {share:.0%} of its cells read as {column.type}")
    confidence = LIKELY if strong else UNSURE
    return Idea(name, confidence, f"{why}; its cells read as {column.type}")


def by_cells(columns: Mapping[str, Sequence[object]], table: str, need: str) -> str | None:
    """Return the heading whose cells look like an id or like a text, None where none does.

    Parameters
    ----------
    columns : mapping of str to sequence
        Cells by heading.
    table : str
        Which table it is.
    need : {"id", "text"}
        What is looked for: the first column of short cells, with digits, no two the same; or the
        column of the longest texts.

    Examples
    --------
    >>> by_cells({"a": ["x", "x"], "b": ["P1", "P2"]}, "demands", "id")
    'b'
    """
    if need == "id":
        return next((h for h, cells in columns.items() if _is_key(_sample(cells))), None)
    long = {
        heading: statistics.fmean(len(str(cell)) for cell in _sample(cells))
        for heading, cells in columns.items()
        if _sample(cells) and all(isinstance(cell, str) for cell in _sample(cells))
    }
    best = max(long, key=long.__getitem__, default=None)
    return best if best is not None and long[best] >= _LONG else None


def _by_ending(key: str, table: str) -> tuple[str, str, bool] | None:
    """The longest word that a heading ends in; strong where only fillers stand before it."""
    found = []
    for name in columns_of(table).keys() - set(_GENERAL):
        words = [heading_key(word) for word in _ENDINGS.get(name, "").split()]
        words += [alias for alias, ours in meanings(table).items() if ours == name]
        found += [(len(word), word, name) for word in words if key.endswith(word) and len(word) > 1]
    if _KEYED.search(key) and KEYS[table] in columns_of(table) and not found:
        return KEYS[table], "it is called a code", False
    if not found:
        return None
    _, word, name = max(found)
    rest = key.removesuffix(word)
    for filler in sorted(_FILLERS.split(), key=len, reverse=True):
        rest = rest.replace(filler, "")
    if rest and word.isascii():  # "update" ends in "date"
        return None
    return name, f"ends in {word!r}", not rest


def _by_spelling(key: str, table: str) -> tuple[str, str, bool] | None:
    if len(key) < 3 or key[-1].isdigit():
        return None
    likeness = {
        alias: SequenceMatcher(None, key, alias).ratio()
        for alias in meanings(table)
        if len(alias) > 2
    }
    best = max(likeness, key=likeness.__getitem__)
    if likeness[best] < _ALIKE:
        return None
    ours = meanings(table)[best]
    typed = columns_of(table)[ours].type in ("count", "number", "money", "date", "flag")
    if not typed and likeness[best] < _SAME:  # cells of names and texts contradict nothing
        return None
    return ours, f"is spelled like {best!r}", typed


def _salary(
    column: Column, heading: str, sample: Sequence[object], why: str, strong: bool
) -> Idea | None:
    """Return a salary column with the period that heading or cells tell."""
    period, is_told, reason = stated_by(heading)[0], True, "the heading says the period"
    if not period:
        period, is_told, reason = _period(sample)
    name = f"{column.name}/{period}" if period else column.name
    reader = salary_reader(column.name, heading, period or "month")
    share = _readable(sample, reader)
    if share < _ENOUGH:
        return Idea(name, UNSURE, f"{why}; but only {share:.0%} of its cells read as a salary")
    return Idea(name, LIKELY if strong and is_told else UNSURE, f"{why}; {reason}")


def _period(sample: Sequence[object]) -> tuple[str, bool, str]:
    """Return the period of the cells that do not state one, whether all is told, and why."""
    bare, told = [], []
    for cell in sample:
        text = str(cell)
        try:
            pay = None if _NUMERIC.fullmatch(text) else read_pay(text)
        except CellError:
            bare.append(text)
        else:
            if pay is None:
                bare += [text] * bool(_NUMERIC.fullmatch(text))
            elif pay.least is not None or pay.most is not None:
                told.append(text)
    if not bare:
        return "", True, "its cells say their period"
    telling = [text for text in told if _TELLING.search(text)]
    if telling and not any(_NUMERIC.fullmatch(text) for text in bare):
        return (
            "month",
            True,
            f"beside {telling[0]!r}, which says its period, {bare[0]!r} is a month's",
        )
    why = f"no cell says whether {bare[0]!r} is a month's or a year's: add /month or /year"
    return "", False, why


def _share(column: Column, sample: Sequence[object]) -> float:
    """Return the share of cells that read as a column's type and look like it."""
    if column.name == KEYS[column.table]:
        return float(_is_key(sample))
    if column.type in ("id", "category", "label"):
        return sum(len(str(cell)) <= _SHORT for cell in sample) / len(sample)
    if column.type in ("text", "skills", "list"):
        return sum(isinstance(cell, str | list) for cell in sample) / len(sample)
    return _readable(
        sample, READERS.get(column.type) or (lambda cell: read_count(cell, column.default))
    )


def _readable(sample: Sequence[object], reader: object) -> float:
    good = 0
    for cell in sample:
        try:
            reader(cell)  # type: ignore[operator]  # one of several kinds of readers
        except CellError:
            continue
        good += 1
    return good / len(sample)


def _is_key(sample: Sequence[object]) -> bool:
    try:
        keys = [read_key(cell) for cell in sample]
    except CellError:
        return False
    short = all(len(key) <= _SHORT and any(c.isdigit() for c in key) for key in keys)
    return bool(keys) and short and len(set(keys)) == len(keys)


def _sample(cells: Sequence[object]) -> list[object]:
    filled = [plain(cell) for cell in cells[: 5 * _MOST_CELLS]]
    return [c for c in filled if c is not None and (not isinstance(c, str) or c.strip())][
        :_MOST_CELLS
    ]
