"""The vocabulary of columns: what each table may say, as data.

Types: ``id`` and ``category`` (short texts), ``label`` (one line), ``text`` (a text or a list of
documents), ``skills`` and ``list`` (several short texts), ``count`` (whole, 0 or more), ``number``,
``money`` (0 or more), ``date``, ``flag`` (yes, no or not stated).

Candidates and demands are what is matched; the other tables belong to a talent centre's rooms.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "KEYS",
    "MATCHED",
    "NAMES",
    "NEEDED",
    "TABLES",
    "Column",
    "columns_of",
    "heading_key",
    "meanings",
    "vocabulary",
]

TABLES = ("candidates", "demands", "enterprises", "visits", "layout", "contracts")
KEYS = {
    "candidates": "candidate_id",
    "demands": "demand_id",
    "enterprises": "enterprise_id",
    "visits": "visit_id",
    "layout": "industry",
    "contracts": "contract_id",
}
# Serves as the id where no id column exists.
NAMES = {"candidates": "name", "demands": "title", "enterprises": "name"}
MATCHED = ("candidates", "demands", "layout")  # tables whose rows need a text or skills
# Columns whose cells must be filled, beside the id.
NEEDED: dict[str, tuple[str, ...]] = {
    "visits": ("enterprise_id", "date"),
    "layout": ("places",),
    "contracts": ("candidate_id", "enterprise_id"),
}

_EMPTY = {"text": "empty", "label": "empty", "skills": "empty", "list": "empty"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column that talentmatch knows.

    Parameters
    ----------
    table : str
        One of `TABLES`.
    name : str
        Our heading.
    type : str
        One of the types named at the top of this module.
    meaning, unit, example : str
        For people; a unit is empty where there is none.
    aliases : tuple of str
        Other headings that mean this column, compared by `heading_key`.
    default : int or None
        What an empty count stands for; None for every other type.
    """

    table: str
    name: str
    type: str
    meaning: str
    unit: str
    example: str
    aliases: tuple[str, ...] = ()
    default: int | None = None

    @property
    def default_shown(self) -> str:
        """What an empty cell stands for, in a word."""
        if self.name == KEYS[self.table] or self.name in NEEDED.get(self.table, ()):
            return "required"
        return _EMPTY.get(self.type, "missing") if self.default is None else str(self.default)


def _column(
    table: str, name: str, type: str, meaning: str, *rest: str, default: int | None = None
) -> Column:
    unit, example, aliases = rest
    return Column(table, name, type, meaning, unit, example, tuple(aliases.split()), default)


# Left out on purpose, because they mean different things in different sheets: 序号 (a row number),
# 薪资 and salary (a month's or a year's), 专业 (a subject or a skill), category, type.
_C, _D, _E, _V, _L, _K = TABLES
_VOCABULARY = (
    _column(_C, "candidate_id", "id", "The candidate's own id, unique in the table", "",
            "R10030015", "id person_id expert_id resume_id employee_id "
            "编号 工号 候选人编号 候选人id 人才编号 专家编号 人员编号 简历编号"),
    _column(_C, "name", "label", "The candidate's name; the id where there is no id column",
            "", "张伟",
            "full_name candidate candidate_name expert expert_name "
            "姓名 名字 候选人 候选人姓名 专家 专家姓名 人才姓名"),
    _column(_C, "text", "text", "Resume: one text or a list of documents", "",
            "Five years of CNC milling",
            "resume résumé resume_text cv profile bio biography "
            "简历 简历内容 个人简历 简介 个人简介 履历"),
    _column(_C, "skills", "skills", "Skills: a list, or ; , 、 | or a new line between", "",
            "welding; CNC", "skill skill_set key_skills 技能 专业技能 技能标签 专长"),
    _column(_C, "capacity", "count", "How much this person may take at most",
            "demands, or load", "2", "max_load 容量 可承接数 承接上限 最大承接数", default=1),
    _column(_C, "min_load", "count", "How much this person must get at least",
            "demands, or load", "0",
            "承接下限 最少承接数", default=0),
    _column(_C, "degree", "category", "Highest degree", "", "master",
            "education 学历 学位 最高学历"),
    _column(_C, "languages", "list", "Languages spoken; empty is not stated", "", "English; 中文",
            "language 语言 语种 外语"),
    _column(_C, "location", "category", "Where the person lives", "", "宁波",
            "city 所在地 地点 城市 所在城市 现居地 居住地"),
    _column(_C, "available_from", "date", "First day at work", "day", "2026-03-01",
            "到岗日期 可到岗日期 最早到岗日期"),
    _column(_C, "salary_expected", "money", "Least salary the person accepts", "RMB a year",
            "240000", "expected_salary 年薪 期望年薪 月薪 期望月薪"),
    _column(_C, "salary_expected_max", "money",
            "Upper end of what the person asks for; no rule uses it", "RMB a year",
            "300000", "期望年薪上限 期望月薪上限"),
    _column(_C, "accepts", "list", "Kinds of demand accepted; or not stated", "",
            "expert; technical", "accepted_kinds 接受类型 可接受类型"),
    _column(_C, "sector", "category", "The person's field of work", "", "machinery",
            "industry 行业 领域 行业领域 专业领域"),
    _column(_D, "demand_id", "id", "The demand's own id, unique in the table", "",
            "X0001", "id job_id post_id vacancy_id 编号 需求编号 需求id 岗位编号 职位编号"),
    _column(_D, "title", "label", "The post's title; the id where there is no id column", "",
            "数控工程师", "job_title position post job 岗位 职位 岗位名称 职位名称 需求名称 标题"),
    _column(_D, "text", "text", "What is needed: one text or a list of documents", "",
            "Runs our CNC line",
            "description job_description jd demand "
            "需求 要求 需求描述 需求内容 岗位描述 职位描述 岗位要求 职位要求 任职要求"),
    _column(_D, "skills", "skills", "Skills needed: a list, or ; , 、 | or a new line between", "",
            "welding; CNC", "skill required_skills 技能 专业技能 技能要求 所需技能"),
    _column(_D, "kind", "category", "Kind of demand", "", "expert",
            "demand_kind demand_type 类型 类别 需求类型"),
    _column(_D, "enterprise_id", "id", "The enterprise's id; its name where there is none",
            "", "E070", "company_id employer_id 企业编号 公司编号 单位编号 企业代码"),
    _column(_D, "enterprise", "category", "The enterprise's name", "", "宁波某某机械有限公司",
            "company employer enterprise_name company_name 企业 公司 企业名称 公司名称 "
            "单位 单位名称 用人单位"),
    _column(_D, "headcount", "count", "How many people are wanted at most", "people", "1",
            "openings vacancies 人数 招聘人数 需求人数 名额", default=1),
    _column(_D, "min_headcount", "count", "How many people it must get at least", "people", "0",
            "最少人数 最低人数", default=0),
    _column(_D, "priority", "number", "Tier: 1 is served before 2; missing comes last", "", "1",
            "优先级"),
    _column(_D, "min_degree", "category", "Least degree asked for", "", "bachelor",
            "degree required_degree education 学历 学历要求 最低学历"),
    _column(_D, "languages", "list", "Languages asked for; empty is none", "", "English",
            "language 语言 语种 语言要求 外语 外语要求"),
    _column(_D, "location", "category", "Place of work", "", "北仑",
            "city 地点 城市 工作地点 工作城市 所在地"),
    _column(_D, "start_date", "date", "First day of work", "day", "2026-05-01",
            "到岗日期 开始日期"),
    _column(_D, "salary_min", "money", "Least salary the enterprise pays; no rule uses it",
            "RMB a year", "240000", "min_salary 最低年薪 年薪下限 最低月薪 月薪下限"),
    _column(_D, "salary_max", "money", "Most salary the enterprise pays", "RMB a year", "300000",
            "max_salary 年薪 最高年薪 年薪上限 月薪 最高月薪 月薪上限"),
    _column(_D, "industry", "category", "The enterprise's industry", "", "machinery",
            "sector 行业 领域 所属行业"),
    _column(_D, "visit_id", "id", "The visit that brought the demand home", "", "V012",
            "走访编号 拜访编号"),
    _column(_D, "shareable", "flag", "May its expert serve other enterprises too?", "", "yes",
            "可共享 可兼职"),
    _column(_E, "enterprise_id", "id", "The enterprise's own id, unique in the table", "", "E070",
            "id company_id 编号 企业编号 公司编号 单位编号 企业代码"),
    _column(_E, "name", "label", "The enterprise's name; the id where there is no id column", "",
            "宁波某某机械有限公司",
            "enterprise company enterprise_name company_name 企业 公司 企业名称 公司名称 "
            "单位 单位名称"),
    _column(_E, "tier", "category", "Its kind on the service list", "", "champion",
            "类别 类型 梯队 企业类型"),
    _column(_E, "industry", "category", "Its industry", "", "machinery",
            "sector 行业 领域 所属行业"),
    _column(_E, "introduction_limit", "number", "How many experts may be introduced to it at most",
            "people", "5", "引荐上限 推荐上限"),
    _column(_V, "visit_id", "id", "The visit's own id, unique in the table", "", "V012",
            "id 编号 走访编号 拜访编号"),
    _column(_V, "enterprise_id", "id", "The enterprise visited", "", "E070",
            "company_id 企业编号 公司编号 单位编号 企业代码"),
    _column(_V, "date", "date", "Day of the visit", "day", "2021-03-02",
            "visit_date visited_on 日期 走访日期 拜访日期"),
    _column(_V, "visitor", "label", "Who paid the visit", "", "李工",
            "officer 走访人 拜访人 负责人"),
    _column(_L, "industry", "id", "The industry's name, unique in the table", "", "mould making",
            "id sector 行业 产业 领域"),
    _column(_L, "text", "text", "What the industry does and looks for", "",
            "Moulds for die casting and injection", "description 描述 说明 产业描述"),
    _column(_L, "skills", "skills", "Skills it needs: a list, or ; , 、 | between", "",
            "mould design; CAE", "skill 技能 专业技能 所需技能"),
    _column(_L, "places", "count", "How many candidates are wanted in the pool", "people", "110",
            "quota 名额 人数 需求人数", default=0),
    _column(_L, "min_places", "count", "How many it must get at least", "people", "40",
            "min_quota 最少名额", default=0),
    _column(_K, "contract_id", "id", "The contract's own id, unique in the table", "", "C017",
            "id 编号 合同编号"),
    _column(_K, "candidate_id", "id", "Who is hired", "", "R0012",
            "person_id expert_id 候选人编号 人才编号 专家编号"),
    _column(_K, "enterprise_id", "id", "Who hires", "", "E070",
            "company_id 企业编号 公司编号 单位编号 企业代码"),
    _column(_K, "demand_id", "id", "For which demand", "", "X0001", "需求编号 岗位编号"),
    _column(_K, "annual_salary", "money", "Salary before tax", "RMB a year", "480000",
            "salary_per_year 年薪 合同年薪"),
    _column(_K, "start_date", "date", "First day of work", "day", "2021-09-01",
            "开始日期 入职日期 到岗日期"),
    _column(_K, "end_date", "date", "Last day of work; empty is open-ended", "day", "2024-08-31",
            "结束日期 终止日期"),
    _column(_K, "degree", "category", "Highest degree", "", "doctor", "education 学历 学位"),
    _column(_K, "full_time", "flag", "Works full time?", "", "yes", "全职 是否全职"),
    _column(_K, "top_expert", "flag", "Recognised as a top expert?", "", "no",
            "顶尖人才 是否顶尖人才"),
    _column(_K, "overseas_engineer", "flag", "Recognised as an overseas engineer?", "", "yes",
            "海外工程师 是否海外工程师"),
    _column(_K, "programme_cost", "money",
            "Cost of the approved breakthrough or commercialisation programme; 0 is none",
            "RMB", "2000000", "项目经费 攻关项目经费"),
    _column(_K, "children_at_international_school", "number",
            "Children at the international school; 0 is none", "children", "1",
            "international_school_children 国际学校子女数"),
)  # fmt: skip


def columns_of(table: str) -> dict[str, Column]:
    """Return the known columns of one table by name, in the order of the vocabulary."""
    if table not in TABLES:
        raise ValueError(f"table is {table!r}; it must be one of {', '.join(map(repr, TABLES))}")
    return {column.name: column for column in _VOCABULARY if column.table == table}


def heading_key(heading: object) -> str:
    """Return what headings are compared by: width, case, spaces, hyphens, underscores do not count.

    Examples
    --------
    >>> heading_key("Candidate ID"), heading_key("＊candidate－id：")
    ('candidateid', 'candidateid')
    """
    folded = unicodedata.normalize("NFKC", str(heading)).casefold()
    return re.sub(r"[\s_*:\u2010-\u2015\u2212\u200b\ufeff-]+", "", folded)


@cache
def meanings(table: str) -> dict[str, str]:
    """Return the column that each known heading of a table means, by `heading_key`."""
    columns = columns_of(table).values()
    aliases = {heading_key(alias): column.name for column in columns for alias in column.aliases}
    return aliases | {heading_key(column.name): column.name for column in columns}


def vocabulary(table: str | None = None) -> pd.DataFrame:
    """List the columns that talentmatch knows.

    Parameters
    ----------
    table : {"candidates", "demands", "enterprises", "visits", "layout", "contracts"}, optional
        One table only; all by default.

    Returns
    -------
    pandas.DataFrame
        One row per column: table, column, meaning, unit, type, default (what an empty cell stands
        for), example, and aliases (other headings understood, a list).

    Raises
    ------
    ValueError
        When there is no such table.

    Examples
    --------
    >>> import talentmatch as tm
    >>> columns = tm.vocabulary("demands").set_index("column")
    >>> columns.loc["headcount", ["meaning", "type", "default"]].tolist()
    ['How many people are wanted at most', 'count', '1']
    """
    import pandas as pd

    chosen = [c for name in TABLES if table in (None, name) for c in columns_of(name).values()]
    if not chosen:
        columns_of(str(table))
    fields = ("table", "column", "meaning", "unit", "type", "default", "example", "aliases")
    rows = [
        (c.table, c.name, c.meaning, c.unit, c.type, c.default_shown, c.example, list(c.aliases))
        for c in chosen
    ]
    return pd.DataFrame(rows, columns=list(fields))
