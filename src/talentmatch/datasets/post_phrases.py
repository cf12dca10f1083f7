"""Sentences of demands; ``{a}`` and ``{b}`` are notions, ``{latin}`` and ``{tool}`` Latin terms."""

__all__ = [
    "AREAS",
    "CHINESE_DEGREES",
    "CONDITIONS",
    "CONDITIONS_ENGLISH",
    "DUTIES",
    "EFFECTS",
    "EFFECTS_ENGLISH",
    "HELP_TITLES",
    "HELP_TITLES_ENGLISH",
    "MARKS",
    "REQUIREMENTS",
    "REQUIREMENTS_ENGLISH",
    "TARGETS",
    "TARGETS_ENGLISH",
    "TRIED",
    "TRIED_ENGLISH",
    "VAGUE",
    "VAGUE_TITLES",
    "WISHES",
    "WISHES_ENGLISH",
]

CHINESE_DEGREES = {"bachelor": "本科", "master": "硕士", "doctor": "博士"}

MARKS = ("{}、", "{}. ", "（{}）", "{}）", "- ", "● ")

REQUIREMENTS = (
    "{y}年以上{a}经验",
    "熟悉{a}、{b}",
    "精通{a}，了解{b}",
    "熟悉{latin}，会用{tool}",
    "会用{tool}、{tool2}",
    "能独立完成{a}工作",
    "有{a}经历者优先",
    "了解{latin}、{latin2}相关要求",
    "从事过{a}或{b}",
    "具备{a}方面的理论基础",
    "有同行业{a}、{latin}实际案例",
    "能指导团队开展{a}",
    "有{a}经验，熟练使用{tool}",
    "熟悉{a}，掌握{latin}、{tool}",
    "做过{latin}相关项目，了解{a}",
)

DUTIES = (
    "负责{a}及{b}",
    "主导{a}，解决现场问题",
    "建立{a}规范",
    "带领团队做好{a}",
    "配合客户完成{a}",
)

WISHES = (
    "英语可作为工作语言",
    "责任心强，沟通能力好",
    "有海外工作或留学背景优先",
    "能适应出差",
    "有团队管理经验优先",
    "身体健康，能适应倒班",
    "能常驻宁波北仑",
    "待遇面议，提供人才公寓",
    "吃苦耐劳，有团队精神",
)

VAGUE = (
    "急需{area}方面人才，有经验者优先，待遇面谈。",
    "公司发展需要，招{area}高端人才，条件可谈。",
    "希望引进国外专家，帮助公司提升{area}水平。",
    "需要懂{area}的人，其他要求不限，电话联系。",
)

VAGUE_TITLES = {
    "technology": ("高级工程师", "技术专家", "研发人员", "外国专家"),
    "management": ("高级管理人才", "职业经理人", "项目经理"),
    "marketing": ("外贸人才", "销售经理", "市场人员"),
}

AREAS = {"technology": "技术", "management": "管理", "marketing": "市场"}

EFFECTS = (
    "由此造成的损失约占产值{n}%",
    "客户多次投诉",
    "影响批量交付",
    "返工成本较高",
    "与国外同行差距明显",
    "每年损失约{n}00万元",
    "制约新产品上市",
)

TRIED = (
    "已从{a}入手做过多轮试验，效果不理想。",
    "曾委托高校开展{a}研究，未能落地。",
    "现有团队对{a}、{b}缺乏经验。",
    "调整过{a}的参数，并参照{latin}，改善有限。",
    "更换过设备和供应商，问题依旧，怀疑与{a}有关。",
    "内部用{tool}做过分析，与实测对不上。",
)

TARGETS = (
    "希望专家从{a}和{b}两方面诊断原因，提出可实施的方案。",
    "希望引进熟悉{a}的专家，短期来厂指导。",
    "需要在{n}个月内完成{a}方案并验证。",
    "期望指标：问题发生率降低{p}%以上，并形成{a}规范。",
    "需协助建立{a}能力，培训工程师{n}名。",
    "最好做过{b}，熟悉{latin}、{tool}。",
    "方案应考虑{latin}要求，并通过客户认可。",
)

CONDITIONS = (
    "合作方式：技术咨询或项目合作，每年到厂{n}次。",
    "可线上交流，关键节点须到现场。",
    "费用面议，可签保密协议。",
    "计划合作一年，效果好可长期聘用。",
    "公司提供试验设备和{n}名助手。",
)

HELP_TITLES = (
    "{a}技术难题",
    "关于{a}的技术咨询",
    "{a}与{b}改进项目",
    "寻求{a}专家",
    "{a}技术攻关",
)

REQUIREMENTS_ENGLISH = (
    "{y}+ years of experience in {a}",
    "Good knowledge of {a} and {b}",
    "Experience with {tool} and {latin}",
    "Able to carry out {a} independently",
    "Familiar with {latin}; {latin2} is a plus",
    "Background in {a} or {b}",
    "Track record of projects in {a}",
    "Working knowledge of {tool} and {tool2}",
    "Able to train colleagues in {a}",
)

WISHES_ENGLISH = (
    "Fluent English, basic Chinese is a plus",
    "Willing to work in Ningbo",
    "Team player, good communication skills",
    "Overseas experience preferred",
    "Some travel required",
    "Package negotiable, family apartment provided",
)

EFFECTS_ENGLISH = (
    "the loss is about {n} % of turnover",
    "customers complain",
    "series delivery is delayed",
    "rework is expensive",
    "we fall behind foreign competitors",
)

TRIED_ENGLISH = (
    "Several trials on {a} have brought little.",
    "Our team lacks experience in {a} and {b}.",
    "Analyses with {tool} do not agree with measurements.",
    "We changed equipment and suppliers; the cause may lie in {a}.",
)

TARGETS_ENGLISH = (
    "We look for an expert in {a} and {b} to find the cause and propose a solution.",
    "The solution has to respect {latin} and be verified within {n} months.",
    "Training of {n} engineers in {a} is part of the job.",
    "Experience with {b} and {tool} is desirable.",
)

CONDITIONS_ENGLISH = (
    "Online meetings are possible, with {n} visits to the plant each year.",
    "Fee negotiable; a confidentiality agreement will be signed.",
    "Test equipment and {n} assistants are available.",
)

HELP_TITLES_ENGLISH = (
    "Technical help wanted: {a}",
    "Consulting on {a}",
    "Improvement of {a} and {b}",
)
