# ruff: noqa: E501  (a Chinese character counts two columns)
"""The page's phrases in (simplified) Chinese, by the English ones."""

from __future__ import annotations

__all__ = ["NOUNS", "PHRASES"]

NOUNS = {
    "candidate": "位候选人",
    "demand": "项需求",
    "group": "组",
    "opening": "个名额",
    "pair": "对",
    "row": "行",
}
"""Measure word and noun, as they follow a number."""

_TOTALS = {
    " The bounds of the earlier aims are as the solver reported them; only this last one was "
    "computed again from the prices.":
        "前面各目标的上界以求解器所报为准；只有最后这一个由价格重新算出。",
    " that keeps the earlier aims": "、且保持前面各目标",
    " while the earlier aims are held": "（保持前面各目标时）",
    "A plan, not proved best": "已得方案，但未证明最优",
    "Every {who} has a price. Together the prices set a ceiling of {bound} that no plan within the "
    "rules{held} can pass, and this plan reaches it with {value}.":
        "每位{who}都有一个价格。这些价格合起来给出上限 {bound}，任何符合规则{held}的方案都不能超过它；"
        "本方案以{value}达到了这一上限。",
    "How much better a plan could be is not known.": "还能好多少，尚不清楚。",
    "No plan can reach more than {bound}{held}: at most {gap} of this one's {aim} is left to gain.":
        "任何方案都不能超过 {bound}{held}：与本方案的{aim}相比，最多还能提高 {gap}。",
    "No plan was found": "没有找到方案",
    "Not every floor can be met; with the lowered ones, proved best":
        "有的下限无法满足；按降低后的下限，已证明最优",
    "Proved best": "已证明最优",
    "Proved: no plan keeps every limit": "已证明：没有方案能满足所有限制",
    "The reason is not known": "原因不明",
    "The solver searched all plans that prices could not rule out and found that none within the "
    "rules{held} passes {bound}; this plan reaches it with {value}. That the search missed none is "
    "the solver's claim; the plan itself was checked against every limit.":
        "求解器搜索了价格无法排除的所有方案，没有一个符合规则{held}的方案超过 {bound}；本方案以{value}"
        "达到了它。搜索没有遗漏，这是求解器的说法；方案本身已逐条按限制核对。",
    "This plan keeps every rule and reaches {value}. {ceiling} It is not proved best because {why}.":
        "本方案符合每条规则，达到{value}。{ceiling}未证明最优，因为{why}。",
    "a {aim} of {value}": "{aim} {value}",
    "at most {gap} left to gain": "最多还能提高 {gap}",
    "candidate and every opening": "候选人和每个名额",
    "candidate, every opening and every limit": "候选人、每个名额和每条限制",
    "gap not known": "差距不明",
    "less than 0.001 %": "不到 0.001%",
    "nothing left to gain": "已无提高余地",
    "nothing left to gain, earlier aims held": "保持前面各目标时，已无提高余地",
    "the search stopped": "搜索停止了",
    "the search stopped at the gap that was asked for": "搜索在要求的差距处停止",
    "the search was interrupted": "搜索被中断",
    "the time limit was reached": "到了时间限制",
    "there is no plan": "没有方案",
    "total": "总分",
    "unknown": "不明",
    "{head}: no plan does better on the aims in their order": "{head}：按各目标的次序，没有更好的方案",
    "{head}: no plan has a higher total": "{head}：没有总分更高的方案",
    "{head}: no plan has more {aim}": "{head}：没有 {aim} 更高的方案",
    "{reason} This was proved over all pairs.": "{reason}这一点已对所有配对证明。",
    "{reason} Whether a plan exists is not known.": "{reason}是否存在方案，尚不清楚。",
}  # fmt: skip

_PLACES = {
    "Aims": "目标",
    "At a glance": "概览",
    "By enterprise": "按企业",
    "Candidates": "候选人",
    "Candidates placed": "已安排的候选人",
    "Demands": "需求",
    "First choices": "首选",
    "How it was made": "方案的由来",
    "How to read a score": "怎样看分数",
    "Limits": "限制",
    "Matching plan": "匹配方案",
    "Openings filled": "已填名额",
    "Pairs ({count:,})": "配对（{count:,}）",
    "Rules": "规则",
    "Sections": "各部分",
    "Still open": "仍空缺",
    "To the plan": "跳到方案",
    "Total of all scores": "总分",
    "Total of all scores, less penalties": "总分（已扣罚分）",
    "Unassigned candidates ({count:,})": "未安排的候选人（{count:,}）",
    "Unfilled demands ({count:,})": "未满的需求（{count:,}）",
    "every demand has all the people it asked for": "每项需求的人数都已满足",
    "in {demands}: see below why": "分布于 {demands}，原因见下",
    "of {count:,}": "共 {count:,}",
    "of {openings}, in {demands}": "共 {openings} 个，分布于 {demands}",
    "pairs give the demand its best candidate; in the others that one adds more elsewhere":
        "对中，需求得到了分数最高的候选人；其余的，最高者在别处贡献更大",
    "pairs give the demand its best candidate; in the others that one adds more elsewhere, or a "
    "limit or an aim stands against it":
        "对中，需求得到了分数最高的候选人；其余的，最高者在别处贡献更大，或受限制、目标所阻",
    "with {openings}": "共 {openings}",
    "{filled:,} of {openings} filled": "已填 {filled:,} 个，共 {openings}",
}  # fmt: skip

_PAIRS = {
    "Below each pair opens who else could take the place, and what the whole plan would lose by "
    "it.":
        "展开每一对，可看还有谁能顶替，以及整个方案会因此损失多少。",
    "Both texts are shown of the first {told:,} pairs.": "前 {told:,} 对附有双方文字。",
    "Candidate": "候选人",
    "Choice": "名次",
    "Demand": "需求",
    "Enterprise": "企业",
    "Every such loss is exact: the plan was solved again for each.":
        "这些损失都是精确值：每一个都重新求解过。",
    "For the {exact:,} of {all:,} pairs where a change may cost least the loss is exact, as the "
    "plan was solved again for each; for the others this was left out to save time, and the prices "
    "tell only what is lost at least.":
        "{all:,} 对中，改动代价可能最小的 {exact:,} 对，损失是精确值，因为逐一重新求解过；其余的为节省"
        "时间未重新求解，价格只给出至少损失多少。",
    "Highest score: {most}; lowest score: {least}.": "最高分：{most}；最低分：{least}。",
    "Next best for this demand, and what the plan would lose": "此需求的次选，以及方案的损失",
    "No pair holds all of these words.": "没有一对含有所有这些词。",
    "No pair was worth choosing.": "没有值得选的配对。",
    "Only pairs to look at twice (score under {share} of the demand's best)":
        "只看需要复核的配对（分数低于该需求最高分的 {share}）",
    "Pairs of the plan: who goes to which demand, with score and reasons. Headings are buttons "
    "that sort.":
        "方案的配对：谁去哪项需求，附分数和理由。表头是排序按钮。",
    "Score": "分数",
    "Search": "搜索",
    "Showing {shown} of {all}": "显示 {shown} 对，共 {all} 对",
    "Sorted by {column}, ascending": "已按{column}升序排列",
    "Sorted by {column}, descending": "已按{column}降序排列",
    "Texts and next best": "双方文字与次选",
    "The first {most:,} of {total:,} pairs; all of them are in pairs.csv.":
        "这里是 {total:,} 对中的前 {most:,} 对；全部见 pairs.csv。",
    "The pairs": "配对",
    "The plan was not solved again: the prices tell what is lost at least.":
        "没有重新求解：价格给出至少损失多少。",
    "Who else could take a place was not looked for in this report.": "本报告未查找可顶替的人。",
    "Why: shared words, with their part of the score": "理由：共有的词，及其在分数中的比重",
    "at least {loss}": "至少 {loss}",
    "changes earlier aims ({what}); not comparable": "会改变前面的目标（{what}），不可比较",
    "exactly {loss}": "恰好 {loss}",
    "free": "尚未安排",
    "id, name, enterprise, word": "编号、姓名、企业、词语",
    "no plan has that": "没有这样的方案",
    "not known": "不明",
    "now on {where}": "现在 {where}",
    "other shared words": "其他共有的词",
    "perhaps nothing": "也许没有损失",
    "resemble the same texts": "与同样的文字相似",
    "similar spellings": "拼写相近",
    "the scores given have no terms": "给定的分数没有词项",
    "topic: {name}": "主题：{name}",
    "{demand} with {candidate}, {score}": "{demand} 与 {candidate}，{score}",
    "{name}, score {score}, {now}": "{name}，分数 {score}，{now}",
}  # fmt: skip

_LEFT = {
    "A sheet for each enterprise, to hand over: its demands, who comes, why, and what is still "
    "open. An open sheet is printed on pages of its own; a closed one is not printed.":
        "每家企业一页，可直接交付：它的需求、谁来、为什么、还缺什么。展开的单独成页打印；未展开的不打印。",
    "Close all sheets": "全部收起",
    "Demands of {name}": "{name} 的需求",
    "Each candidate with its reason": "每位候选人及原因",
    "Each demand with its reason": "每项需求及原因",
    "Filled": "已填",
    "Link to this sheet": "本页链接",
    "None: every demand has all the people it asked for.": "无：每项需求的人数都已满足。",
    "None: everyone has a demand.": "无：每个人都有需求。",
    "Open all sheets": "全部展开",
    "Print this sheet": "打印本页",
    "Reason": "原因",
    "Show the {candidates}": "显示这 {candidates}",
    "The first {most:,} of {total:,} candidates; all of them are in unassigned.csv":
        "这里是 {total:,} 位候选人中的前 {most:,} 位；全部见 unassigned.csv",
    "The first {most:,} of {total:,} demands; all of them are in unfilled.csv":
        "这里是 {total:,} 项需求中的前 {most:,} 项；全部见 unfilled.csv",
    "The first {most:,} of {total:,} enterprises.": "这里是 {total:,} 家企业中的前 {most:,} 家。",
    "Unassigned candidates": "未安排的候选人",
    "Unfilled demands": "未满的需求",
    "Wanted": "需要",
    "Who comes, and why": "谁来，为什么",
    "Why": "原因",
    "Without an enterprise": "未注明企业",
    "nobody yet": "暂无",
    "{filled:,} of {wanted:,} filled": "已填 {filled:,}，共 {wanted:,}",
    "{things} by reason": "{things}（按原因）",
    "A limit, budget or conflict stands against it": "受限制、预算或冲突所阻",
    "Everyone who fits is on it already": "合适的人都已在内",
    "Fits demands, but each is filled": "有合适的需求，但都已满",
    "Fits only demands that take nobody": "合适的需求都不收人",
    "It would cost the aim more than it brings": "得不偿失",
    "Its candidates are placed elsewhere": "合适的人已安排在别处",
    "Its candidates are worth more elsewhere": "合适的人在别处贡献更大",
    "Meets the rules of no demand": "不符合任何需求的规则",
    "No candidate meets the rules": "没有候选人符合规则",
    "No score reaches the least score asked for": "没有分数达到最低要求",
    "Nothing in common": "毫无共同之处",
    "Takes no demand (capacity 0)": "不接需求（容量为 0）",
    "The search stopped before this was settled": "搜索停止时尚无定论",
}  # fmt: skip

_LIMITS = {
    "<strong>No plan meets every floor and lock.</strong> These gave way, by as little as possible "
    "in all; every other limit holds.":
        "<strong>没有方案能满足所有下限和锁定。</strong>以下各项作了让步，总量尽可能小；其他限制都满足。",
    "Aim": "目标",
    "Asked": "要求",
    "Best found": "最好值",
    "Ceiling": "上限",
    "Each aim is brought to its best, then held while the next one is pursued: an earlier aim is "
    "not traded for a later one, beyond a tolerance that was asked for.":
        "每个目标先达到最好，再保持住去求下一个：除要求的容差外，不以前面的目标换取后面的。",
    "Floor or lock": "下限或锁定",
    "Got": "得到",
    "Group": "组",
    "Groups of {name} at the ceiling": "{name} 中达到上限的组",
    "Groups of {name} at the floor": "{name} 中处于下限的组",
    "In the order they were pursued; the ceiling is what no plan can pass":
        "按求解的次序；上限是任何方案都不能超过的值",
    "In this plan": "本方案",
    "Left": "剩余",
    "Left is what is still free; below zero, what is missed. The price says that one unit more (a "
    "pair, a unit of money) adds about so much to the {aim}; a negative price is what a floor "
    "costs per unit. They are estimates (LP prices).":
        "剩余是还可用的量；为负则是欠缺。价格表示多给一个单位（一对、一元）大约给{aim}增加多少；负价格是"
        "下限每单位的代价。这些是估计值（线性规划价格）。",
    "Left is what is still free; below zero, what is missed. The price says that one unit more (a "
    "pair, a unit of money) adds at most so much to the {aim}; a negative price is what a floor "
    "costs per unit. They are exact (dual) prices.":
        "剩余是还可用的量；为负则是欠缺。价格表示多给一个单位（一对、一元）至多给{aim}增加多少；负价格是"
        "下限每单位的代价。这些是精确的（对偶）价格。",
    "Limit": "限制",
    "Limits beside the capacities and headcounts": "容量和名额之外的限制",
    "Missing": "欠缺",
    "Price": "价格",
    "Used": "已用",
    "What gave way": "作出让步的",
    "at least {what}": "至少 {what}",
    "at most {what}": "至多 {what}",
    "kept": "已遵守",
    "soft: {penalty:g} off the total per unit": "软限制：每单位从总分扣 {penalty:g}",
    "the first {most:,} of {groups}": "前 {most:,} 个（共 {groups}）",
    "{count:,} above it": "{count:,} 个超出",
    "{count:,} full": "{count:,} 个已满",
    "{count:,} just met": "{count:,} 个刚好满足",
    "{count:,} missed": "{count:,} 个未满足",
    "{low} to {high}": "{low} 至 {high}",
    "{name}: show {groups} at the ceiling": "{name}：显示达到上限的 {groups}",
    "{name}: show {groups} at the floor": "{name}：显示处于下限的 {groups}",
    "{number} of {unit}": "{number}（{unit}）",
    "{number} {noun}": "{number} {noun}",
    "{wanted} in each of {groups}": "{groups}中每组{wanted}",
}  # fmt: skip

_MADE = {
    "A rule says what becomes of a candidate whose fact is missing; most let it pass.":
        "候选人缺少某项信息时怎么办，由规则规定；多数规则放行。",
    "A score says how well a candidate's text fits a demand's text: 0 is nothing in common, 1 the "
    "same words throughout. Two real texts share only part of their words, so good fits often "
    "score well below 0.5. <strong>Compare scores within one demand: 0.13 is not 13 %.</strong> "
    "The bar shows the score beside the best that any eligible candidate reaches for the same "
    "demand, and “choice” where the candidate stands among them. A second or third choice is no "
    "mistake: the best candidate adds more to the whole plan in another place. The proof is about "
    "the scores alone; whether a pair makes sense is for you to judge.":
        "分数表示候选人的文字与需求的文字有多合：0 是毫无共同之处，1 是用词完全相同。两段真实的文字只有"
        "一部分词相同，所以很合适的分数也常远低于 0.5。<strong>请在同一项需求内比较分数：0.13 不是 13%。"
        "</strong>横条把分数与同一需求中合格候选人的最高分相比，“名次”是候选人在其中的位置。第二、第三名"
        "并非错误：最高者在别处对整个方案贡献更大。证明只关乎分数；一对是否合理，由您判断。",
    "All as they are by default.": "全部为默认值。",
    "Candidates without the fact": "缺少该信息的候选人",
    "Inputs": "输入",
    "None: every pair was allowed, as far as capacity, headcount and limits go.":
        "无：在容量、名额和限制之内，每一对都允许。",
    "Not recorded.": "未记录。",
    "Of {pairs}. One pair may be barred by several rules.": "共 {pairs}。一对可能被几条规则排除。",
    "Options": "选项",
    "Pairs barred": "排除的配对",
    "Proof": "证明",
    "Rounds": "轮数",
    "Rule": "规则",
    "Rules that were applied": "所用的规则",
    "Seconds to solve": "求解秒数",
    "Seed": "随机种子",
    "Solve": "求解",
    "Solver": "求解器",
    "Status": "状态",
    "The reasons are the words that both texts hold, with their part of this pair's score. "
    "“Similar spellings” are parts of words that both texts hold, as in <em>design</em> and "
    "<em>designer</em>. “Other shared words” are all the words too weak to list. A topic is named "
    "in both texts, perhaps in other words or another language.":
        "理由是双方文字共有的词，及其在这一对分数中的比重。“拼写相近”是双方共有的词的一部分，如 "
        "<em>design</em> 与 <em>designer</em>。“其他共有的词”是太弱而未列出的词。主题在双方文字中都"
        "提到，用词或语言可能不同。",
    "Versions": "版本",
    "columns: {columns}": "列：{columns}",
    "none": "无",
    "not counted": "未统计",
    "{status}, stopped: {why}": "{status}，停止：{why}",
}  # fmt: skip

PHRASES = _TOTALS | _PLACES | _PAIRS | _LEFT | _LIMITS | _MADE
"""Chinese by English; what stands in braces is filled in."""
