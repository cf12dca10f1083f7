"""Two spreadsheets with foreign headings become a proved plan and a report to hand over."""

import csv
from pathlib import Path

import talentmatch as tm

people = [
    ("姓名", "简历", "学历"),
    ("张伟", "Ten years of XLPE insulation for HVDC submarine cables 海底电缆", "博士"),
    ("Maria", "Injection moulding simulation with Moldflow, servo hydraulics", "硕士"),
    ("Ivan", "Export marketing, trade fairs, German and English", "本科"),
]
needs = [
    ("岗位", "需求", "企业", "人数", "学历要求"),
    ("电缆绝缘工程师", "负责海底电缆 XLPE 绝缘设计, HVDC", "东海电缆", "1", "博士"),
    ("CAE engineer", "Moldflow simulation of injection moulding", "甬江注塑", "1", "硕士"),
    ("海外市场经理", "Export marketing and trade fairs in Germany", "甬江注塑", "2", ""),
]
for name, rows in (("people.csv", people), ("needs.csv", needs)):
    with Path(name).open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)

# The headings are known by default: tm.vocabulary("demands") lists them all. A heading that is
# not known is mapped with columns={"their heading": "text"}.
candidates = tm.read_candidates("people.csv")
demands = tm.read_demands("needs.csv")

# Both tables state degrees, so `match` keeps them as a must-have.
result = tm.match(candidates, demands, min_score=0.02)
print(result)
print(result.to_frame(columns=["enterprise"]).round(3).to_string(index=False))
print(result.unfilled[["demand_id", "missing", "sentence"]].to_string(index=False))

for path in tm.write_plan(result, "plan"):
    print("wrote", path)
