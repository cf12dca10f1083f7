"""340 introductions, a ceiling per enterprise, a subsidy budget: most expected contracts.

For every opening two candidates may be introduced, of whom at most one is hired. People, demands
and expected salaries are those of the built-in case. The budget, the ceiling and the chances of a
signature are made up for illustration; `tm.learning.calibrate` finds chances in your own outcomes.
"""

import numpy as np

import talentmatch as tm
from talentmatch.contracts import expected_signatures

INTRODUCTIONS, PER_ENTERPRISE, BUDGET = 340, 8, 40_000_000  # people, people, RMB
MORE = 10_000  # RMB
AIM = tm.aims.ExpectedContracts(openings="headcount")  # p=None: the score stands for the chance


def heading(text: str) -> None:
    """Print what comes next."""
    print(f"\n{text}\n{'-' * len(text)}")


# 1. The problem: what there is, what a plan must keep, and what it costs.
case = tm.datasets.make_beilun(seed=0)
experts = case.demands[case.demands["kind"] == "expert"]
demands = experts.head(220)
people = case.candidates.head(450)
# The full subsidy, 40 % of a year's salary, is set aside for everyone who is introduced.
candidates = people.assign(subsidy=people["salary_expected"] * 40 / 100)

best_fit = tm.match(candidates, demands)  # scores every pair; no limit of ours is in it yet
problem = best_fit.problem.replace(
    headcount=2 * demands["headcount"].to_numpy(),  # introductions, not contracts
    constraints=[
        tm.TotalLimit(at_most=INTRODUCTIONS),
        tm.GroupLimit("enterprise_id", at_most=PER_ENTERPRISE),
        tm.Budget("subsidy", at_most=BUDGET),
    ],
)

heading("1. What is asked")
print(
    f"{len(candidates)} candidates, {demands['headcount'].sum()} openings in {len(demands)} "
    f"demands of {demands['enterprise_id'].nunique()} enterprises.\n"
    f"At most {INTRODUCTIONS} introductions, {PER_ENTERPRISE} per enterprise, "
    f"RMB {BUDGET:,} of subsidies set aside."
)

# 2. Two aims: the total counts every score in full; contracts count a second introduction for the
# same opening only as far as the first may fail.
heading("2. Most contracts, or the best total of scores?")
by_total, plan = tm.solve(problem), tm.solve(problem, AIM)
openings = demands["headcount"].to_numpy()
for name, result in (("best total", by_total), ("most contracts", plan)):
    pairs = result.to_frame(["subsidy"])
    groups = problem.demand_ids.get_indexer(pairs["demand_id"])
    contracts = expected_signatures(groups, pairs["score"].to_numpy(), openings).sum()
    print(
        f"{name + ':':16}{len(pairs)} introductions for {len(np.unique(groups))} demands, "
        f"RMB {pairs['subsidy'].sum():,.0f}; total {pairs['score'].sum():.3f}, "
        f"{contracts:.3f} contracts expected"
    )
print(plan.stages.round(3).to_string(index=False))
print(f"The plan for contracts is {plan.status}, gap {plan.gap:.1%}, by the {plan.proof}: an")
print("integer program closed the gap that the prices leave.")

# 3. The limits: what is used up, and what one more unit is worth by its price.
heading("3. What binds, and at what price")
limits = plan.constraints
limits = limits[limits["constraint"].isin([limit.name for limit in problem.rows])]
for name, of in limits.groupby("constraint", sort=False):
    scarce = of[of["price"] > 0].sort_values("price", ascending=False)
    used, most = of["used"].sum(), of["limit"].sum()
    binds = f"binds in {len(scarce)} of {len(of)} groups" if len(of) > 1 else "binds"
    print(f"{name}: {used:,.0f} of {most:,.0f}, {binds if len(scarce) else 'does not bind'}.")
    for limit in scarce.head(3).itertuples():
        if name.startswith("Budget"):
            print(f"  RMB 1,000,000 more is worth about {limit.price * 1e6:.3f} contracts.")
        else:
            print(f"  {limit.group}: one more is worth about {limit.price:.3f} contracts.")
print(f"These are {plan.price_kind} prices: estimates. Solving again tells exactly:")
more = tm.marginal_value(plan, constraint="Budget subsidy", amount=MORE)
print(f"RMB {MORE:,} more gains {more.value:.5f} contracts. It pays for nobody, as one subsidy is")
print(
    f"RMB {candidates['subsidy'].min():,.0f} or more, but it lets people be exchanged for others."
)

# 4. A promise that cannot be kept: somebody for every urgent demand of one enterprise.
urgent = demands[demands["priority"] <= 2]
enterprise = urgent["enterprise_id"].value_counts().index[0]
promised = demands["demand_id"].isin(urgent.loc[urgent["enterprise_id"] == enterprise, "demand_id"])
asked = problem.replace(min_headcount=promised.astype(int).to_numpy())

heading(f"4. What if all {promised.sum()} urgent demands of {enterprise} are promised somebody?")
# A broken promise is to count as much as raising a ceiling by five.
found = tm.diagnose(asked, costs={"min_headcount": 5})
print("\n".join(found.sentences))
partly = tm.solve(asked, allow_unmet=True)  # the ceilings stay, promises give way
broken = ", ".join(partly.shortfall["group"])
print(f"With the ceilings as they are {len(partly.shortfall)} promises are broken: {broken}.")

# 5. One demand: who goes there, who else could, and what the whole plan would lose by it.
demand = plan.pairs.loc[plan.pairs["score"].idxmax(), "demand_id"]
heading(f"5. Who is introduced to {demand}? (An opening here is an introduction.)")
why = tm.explain(plan, demand=demand, alternatives=2, exact=True)
print("\n".join(why.sentences))
columns = ["candidate_id", "score", "placed_on", "regret"]
print("Others, and what the plan loses in expected contracts when each is forced in:")
print(why.runners_up[columns].round(4).to_string(index=False))
