"""Disagree with a pair, and see what the other choice would cost the whole plan."""

import talentmatch as tm

case = tm.datasets.make_beilun(seed=7)
candidates, demands = case.candidates.head(400), case.demands.head(150)
result = tm.match(candidates, demands)
print(result)

pair = result.pairs.sort_values("score").iloc[-1]
print(tm.explain(result, candidate=pair["candidate_id"], demand=pair["demand_id"]))

# "I disagree with this pair": forbid it, and read the price off the two totals.
no = tm.Forbid([(pair["candidate_id"], pair["demand_id"])])
other = tm.solve(result.problem.replace(constraints=[no]), previous=result)
print(f"without it the plan is worth {result.objective - other.objective:.3f} less")

# Who else was considered for the same demand, and what would each have cost at least?
print(tm.explain(result, demand=pair["demand_id"]).runners_up.round(3).to_string(index=False))
