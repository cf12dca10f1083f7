"""The district's industrial layout, and the fields outside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from talentmatch.datasets.electric_words import CABLES, CHIPS
from talentmatch.datasets.faraway_words import FARAWAY
from talentmatch.datasets.machine_words import AUTO_PARTS, INJECTION, MOULDS
from talentmatch.datasets.nearby_words import NEARBY
from talentmatch.datasets.terms import Speciality, Term, read_specialities, read_term
from talentmatch.datasets.trade_words import MATERIALS, PORT

__all__ = [
    "LAYOUT",
    "Industry",
    "faraway",
    "nearby",
    "plain_roles",
    "shared_terms",
    "specialities",
]


@dataclass(frozen=True, slots=True)
class Industry:
    """One industry of the layout.

    Parameters
    ----------
    name : str
        Its English name, the latent label.
    block : str
        Its specialities in the notation of `terms`: neighbours in meaning stand side by side.
    experts, enterprises : int
        How many fitting experts and enterprises it has; they sum to 1,000 and 120.
    firm : tuple of str
        Words that end its firms' names.
    products : Term
        What its firms make or do.
    """

    name: str
    block: str
    experts: int
    enterprises: int
    firm: tuple[str, ...]
    products: Term


LAYOUT = (
    Industry(
        "submarine and power cables", CABLES, 110, 9,
        ("电缆", "海缆科技", "线缆", "电气"),
        read_term("submarine cables | power cables | accessories = 海底电缆 | 电力电缆 | 电缆附件"),
    ),
    Industry(
        "injection moulding machines", INJECTION, 125, 17,
        ("塑料机械", "塑机", "注塑机制造", "智能装备"),
        read_term("injection moulding machines | plastics machinery = 注塑机 | 塑料成型装备"),
    ),
    Industry(
        "moulds and die casting", MOULDS, 145, 25,
        ("模具", "压铸", "模塑", "精密铸造"),
        read_term("moulds | die castings | precision tools = 模具 | 铝合金压铸件 | 精密模具"),
    ),
    Industry(
        "auto parts", AUTO_PARTS, 215, 28,
        ("汽车零部件", "汽车饰件", "汽车科技", "传动科技"),
        read_term("auto parts | car trim | chassis parts = 汽车零部件 | 汽车内外饰 | 底盘件"),
    ),
    Industry(
        "chips and semiconductors", CHIPS, 175, 12,
        ("半导体", "微电子", "集成电路", "芯片科技"),
        read_term("power chips | semiconductor devices = 功率芯片 | 半导体器件 | 集成电路"),
    ),
    Industry(
        "new materials and chemicals", MATERIALS, 150, 17,
        ("新材料", "化工", "高分子材料", "石化"),
        read_term("plastics | fine chemicals | coatings = 工程塑料 | 精细化学品 | 功能涂料"),
    ),
    Industry(
        "port and logistics", PORT, 80, 12,
        ("国际物流", "港航服务", "供应链", "仓储"),
        read_term("terminal services | logistics services = 码头作业 | 物流服务 | 仓储服务"),
    ),
)  # fmt: skip

_SHARED = {
    "management": """
lean production | lean manufacturing = 精益生产 | 精益管理
budget responsibility | cost control = 预算管理 | 成本管控
supplier development | procurement management = 供应商开发 | 采购管理
cross-cultural team leadership | team building = 跨文化团队管理 | 团队建设
production planning | capacity planning = 生产计划 | 产能规划
quality management systems | audits = 质量管理体系 | 体系审核
digital factory programmes | digital transformation = 数字化工厂 | 数字化转型
investment projects | plant construction = 投资项目 | 工厂建设""",
    "marketing": """
export sales | overseas sales = 外贸销售 | 海外销售
market research | competitor analysis = 市场调研 | 竞品分析
contract negotiation | commercial negotiation = 合同谈判 | 商务谈判
brand strategy | brand building abroad = 品牌策划 | 海外品牌建设
key account management | customer relations = 大客户管理 | 客户关系
trade fairs | exhibitions abroad = 展会 | 海外参展
pricing | price strategy = 定价 | 价格策略
sales team training | channel development = 销售团队培训 | 渠道建设""",
    "technology": "",
}


# Titles that say nothing of the speciality; resumes and demands share them.
_PLAIN_ROLES = {
    "technology": """
R&D Engineer = 研发工程师
Project Engineer = 项目工程师
Technical Consultant = 技术顾问
Development Engineer = 开发工程师
Process Engineer = 工艺工程师
Technical Expert = 技术专家""",
    "management": """
General Manager = 总经理
Project Director = 项目总监
Operations Director = 运营总监
Deputy General Manager = 副总经理""",
    "marketing": """
Sales Director = 销售总监
Marketing Manager = 市场经理
Business Development Manager = 业务拓展经理""",
    "research": """
Researcher = 研究员
Lecturer = 讲师""",
    "practice": """
Head of Department = 部门主管
Consultant = 顾问""",
}


@cache
def specialities() -> tuple[Speciality, ...]:
    """Give the layout's specialities, industry by industry.

    Returns
    -------
    tuple of Speciality
        Six for each industry; those beside each other within an industry are neighbours.

    Examples
    --------
    >>> len(specialities())
    42
    """
    return tuple(s for i in LAYOUT for s in read_specialities(i.block, i.name))


@cache
def nearby() -> tuple[Speciality, ...]:
    """Give the fields that only resemble the layout.

    Examples
    --------
    >>> nearby()[0].name, nearby()[0].borrows
    ('aerospace composites', 'engineering plastics and compounds')
    """
    return tuple(read_specialities(NEARBY))


@cache
def faraway() -> tuple[Speciality, ...]:
    """Give the fields that have nothing to do with the layout.

    Examples
    --------
    >>> faraway()[0].name
    'pure mathematics'
    """
    return tuple(read_specialities(FARAWAY))


@cache
def shared_terms(function: str) -> tuple[Term, ...]:
    """Give the notions that a function has in every industry.

    Parameters
    ----------
    function : str
        ``"technology"`` (which has none), ``"management"`` or ``"marketing"``.

    Examples
    --------
    >>> shared_terms("marketing")[0].chinese
    ('外贸销售', '海外销售')
    """
    return tuple(read_term(line) for line in _SHARED[function].split("\n") if line)


@cache
def plain_roles(function: str) -> tuple[Term, ...]:
    """Give the job titles that any speciality of a function uses.

    Parameters
    ----------
    function : str
        One of the functions of `Speciality`.

    Examples
    --------
    >>> plain_roles("research")[1].english
    ('Lecturer',)
    """
    return tuple(read_term(line) for line in _PLAIN_ROLES[function].split("\n") if line)
