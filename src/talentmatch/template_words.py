"""What the columns mean in Chinese, for the sheets that people fill."""

from __future__ import annotations

__all__ = ["CHINESE", "UNITS"]

UNITS = {
    "": "",
    "people": "人",
    "children": "人",
    "day": "日",
    "RMB": "元",
    "RMB a year": "元/年",
    "demands, or load": "项，或工作量",
}
"""Units in Chinese."""

_SALARY = "；可写 24万/年、1.5-2万/月、面议"

CHINESE: dict[str, dict[str, str]] = {
    "candidates": {
        "candidate_id": "候选人自己的编号，表内不得重复",
        "name": "姓名；没有编号列时作编号用",
        "text": "简历全文",
        "skills": "技能，用；、，或换行隔开",
        "capacity": "最多可承接几项需求",
        "min_load": "至少要承接几项需求",
        "degree": "最高学历",
        "languages": "会的语言；不填表示未说明",
        "location": "居住地",
        "available_from": "最早到岗日期",
        "salary_expected": f"可接受的最低年薪（税前）{_SALARY}",
        "salary_expected_max": "期望年薪的上限；规则不用它",
        "accepts": "可接受的需求类型；不填表示未说明",
        "sector": "从事的行业领域",
    },
    "demands": {
        "demand_id": "需求自己的编号，表内不得重复",
        "title": "岗位名称；没有编号列时作编号用",
        "text": "需求内容：要做什么、要什么样的人",
        "skills": "所需技能，用；、，或换行隔开",
        "kind": "需求类型",
        "enterprise_id": "企业编号；没有时用企业名称",
        "enterprise": "企业名称",
        "headcount": "最多要几个人",
        "min_headcount": "至少要几个人",
        "priority": "优先级：1 先于 2；不填排在最后",
        "min_degree": "最低学历要求",
        "languages": "语言要求；不填表示不要求",
        "location": "工作地点",
        "start_date": "到岗日期",
        "salary_min": "企业给出的最低年薪；规则不用它",
        "salary_max": f"企业给出的最高年薪（税前）{_SALARY}",
        "industry": "企业所属行业",
        "visit_id": "带回此需求的走访编号",
        "shareable": "该专家可否同时服务其他企业",
    },
    "enterprises": {
        "enterprise_id": "企业自己的编号，表内不得重复",
        "name": "企业名称；没有编号列时作编号用",
        "tier": "服务名单上的类别",
        "industry": "所属行业",
        "introduction_limit": "最多向其引荐几位专家",
    },
    "visits": {
        "visit_id": "走访自己的编号，表内不得重复",
        "enterprise_id": "走访的企业",
        "date": "走访日期",
        "visitor": "走访人",
    },
    "layout": {
        "industry": "产业名称，表内不得重复",
        "text": "产业做什么、需要什么样的人",
        "skills": "所需技能，用；、，或换行隔开",
        "places": "人才库中最多要几人",
        "min_places": "人才库中至少要几人",
    },
    "contracts": {
        "contract_id": "合同自己的编号，表内不得重复",
        "candidate_id": "被聘用的人",
        "enterprise_id": "聘用的企业",
        "demand_id": "对应的需求",
        "annual_salary": "合同年薪（税前）",
        "start_date": "入职日期",
        "end_date": "结束日期；不填表示无固定期限",
        "degree": "最高学历",
        "full_time": "是否全职",
        "top_expert": "是否认定为顶尖人才",
        "overseas_engineer": "是否认定为海外工程师",
        "programme_cost": "获批攻关或成果转化项目的经费；没有填 0",
        "children_at_international_school": "就读国际学校的子女数；没有填 0",
    },
}
"""Meaning by table and column."""
