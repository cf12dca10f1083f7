"""A talent centre's year: screening, visits, docking, the record, money, and what was lacking.

The people, enterprises and demands are those of the built-in case, and so is what becomes of the
introductions: a simulation from a known truth, by no means a forecast of a real district. Every
room of `tm.centre` is usable alone; here each takes what the one before it made.
"""

import tempfile
from pathlib import Path

import pandas as pd

import talentmatch as tm

PLACES, INTRODUCTIONS, SUBSIDIES = 1000, 340, 45_000_000  # people, introductions, RMB
FIRST_DAY, APPLIED, MIDSUMMER, LAST_DAY = "2021-01-01", "2021-04-01", "2021-06-30", "2021-12-31"
# What the resumes do not say and the policy asks; a real centre has it in its files.
ASSUMING = {
    "full_time": True,
    "top_expert": False,
    "overseas_engineer": False,
    "programme_cost": 0,
    "children_at_international_school": 0,
}


def heading(text: str) -> None:
    """Print what comes next."""
    print(f"\n{text}\n{'-' * len(text)}")


def indented(frame: pd.DataFrame) -> str:
    """A frame as lines under their sentence."""
    return "  " + frame.to_string(index=False).replace("\n", "\n  ")


def pool_of(case: tm.datasets.Beilun, screening: tm.centre.Screening) -> pd.DataFrame:
    """The candidates who got a place."""
    chosen = case.candidates["candidate_id"].isin(screening.pool["candidate_id"])
    return tm.read_candidates(case.candidates[chosen])


case = tm.datasets.make_beilun(seed=0)

# 1. Who of 3,000 gets a place in the pool: an allocation, so that thin industries get their share.
heading("1. Screening")
screening = tm.centre.screen(case.candidates, case.layout, places=PLACES)
print(screening.sentences[0])
print(indented(screening.industries[["industry", "places", "filled", "line", "price"]].round(3)))
print("Nearest to a place, for a second look:")
near = screening.nearest.query("side == 'out'").head(3)
print(indented(near[["candidate_id", "industry", "score", "line", "margin"]].round(4)))
pool, demands = pool_of(case, screening), tm.read_demands(case.demands)

# 2. Which visit brought which demand, and who says the same thing twice.
heading("2. The service list")
visits = tm.centre.ServiceList(case.enterprises, case.visits, case.demands)
print(indented(visits.by_tier.round(2)))
print(f"Never visited: {len(visits.never_visited)}.", visits.repeated_demands["sentence"].iloc[0])

# 3. What a score has meant so far: last year's record, of other people and other demands.
heading("3. What last year teaches")
rules = [tm.AcceptsKind()]
last_year = tm.datasets.make_beilun(seed=1)
before = tm.centre.screen(last_year.candidates, last_year.layout, places=PLACES)
people, needs = pool_of(last_year, before), tm.read_demands(last_year.demands)
known = tm.FitScorer(rules=rules).fit(people, needs).score(people, needs)
greedy = tm.centre.pick_by_score(
    tm.centre.docking_problem(
        known, people, needs, enterprises=last_year.enterprises, introductions=INTRODUCTIONS
    )[0]
)
with tm.centre.Record(":memory:") as past:
    past.add(tm.datasets.make_season(last_year, greedy, seed=1, pool=before.pool["candidate_id"]))
    chances = tm.centre.signing_chances(tm.centre.outcomes(past), known, by="kind", demands=needs)
print(chances.sentence)
print(indented(chances.groups[["group", "introductions", "contracts", "factor"]].round(2)))

# 4. What a pair would cost if it signed, and whom the permits bar from a start in time.
heading("4. Money and permits, before anything is signed")
policy = tm.centre.Policy.load("beilun-2021")
assumed = (policy.fields["origin"] == "assumed").sum()
print(f"{policy.title}: {len(policy.fields)} fields, {assumed} of them assumed, each says so.")
costs = policy.costs(pool, demands, on=FIRST_DAY, assuming=ASSUMING)
bars = tm.centre.barred_by_permits(pool, demands, APPLIED, lead_times=policy.permits)
ways = tm.centre.compare_permits(pool, demands, APPLIED, lead_times=policy.permits)
print(f"Permits applied for on {APPLIED}: who can start in time?")
print(indented(ways))

# 5. Introductions are the scarce thing: most contracts expected, proved to a thousandth.
heading("5. Docking")
scores = tm.FitScorer(rules=rules).fit(pool, demands).score(pool, demands)
limits = {
    "enterprises": case.enterprises,
    "introductions": INTRODUCTIONS,
    "p": chances,
    "eligible": bars.eligible,
}
budget = tm.Budget(costs, at_most=SUBSIDIES)  # set aside for everyone who is introduced
plan = tm.centre.dock(scores, pool, demands, constraints=[budget], **limits)
forecast = tm.centre.forecast(plan.pairs, demands, p=chances)
print(f"{plan.objective:.1f} contracts expected; no plan brings {plan.bound:.1f}.")
print(forecast.sentence)
price = plan.constraints.query("constraint == 'Budget matrix'")["price"].iloc[0]
print(f"RMB 1,000,000 more for subsidies are worth about {price * 1e6:.2f} contracts.")

# 6. The year goes by: an append-only record that anybody can open with sqlite3.
heading(f"6. The record, as of {MIDSUMMER}")
season = tm.datasets.make_season(case, plan.pairs, seed=2, pool=screening.pool["candidate_id"])
folder = tempfile.TemporaryDirectory()
record = tm.centre.Record(Path(folder.name) / "centre.sqlite")
print(f"{record.add(season):,} events, {record.add(season)} more when they come a second time.")
stages = tm.centre.stage_counts(record, as_of=MIDSUMMER)
print(indented(stages[stages["events"] > 0]))
waiting = tm.centre.waiting(record, on=MIDSUMMER, longest=60)
print(f"{len(waiting)} pairs have heard nothing for 60 days; the longest:")
print(indented(waiting.head(3)))

# 7. What is open is locked, what has ended is not tried twice.
heading("7. Planning again in midsummer, with forty introductions more")
again = tm.centre.dock(
    scores, pool, demands, record=record, on=MIDSUMMER,
    **limits | {"introductions": INTRODUCTIONS + 40},
)  # fmt: skip
listed = tm.centre.introductions_of(again, p=chances, record=record, on=MIDSUMMER)
print(f"{listed['is_new'].sum()} new introductions beside {(~listed['is_new']).sum()} open ones.")

# 8. How the year ended, against what was expected of it.
heading("8. The year as it ended")
outcomes = tm.centre.outcomes(record)
signed = outcomes[outcomes["outcome"] == "contracted"]
print(
    f"{len(signed)} contracts with {signed['enterprise_id'].nunique()} enterprises; "
    f"{forecast.low} to {forecast.high} were forecast."
)
shown = ["from_stage", "to_stage", "entered", "went_on", "share", "low", "high"]
print(indented(tm.centre.conversion(record)[shown].round(3)))
days = tm.centre.durations(record)
print(f"Half of the contracts came within {days['median'].iloc[0]:.0f} days of the introduction.")

# 9. What the contracts are paid this year: to the cent, and open where a fact is missing.
heading("9. Money")
contracts = (
    signed[["candidate_id", "demand_id", "enterprise_id", "decided"]]
    .merge(pool[["candidate_id", "degree", "salary_expected"]], on="candidate_id")
    .rename(columns={"salary_expected": "annual_salary", "decided": "start_date"})
    .assign(**ASSUMING)
)
contracts.loc[contracts.index[0], "children_at_international_school"] = 2
contracts.loc[contracts.index[1], "annual_salary"] = None  # nobody wrote it down
contracts["contract_id"] = [f"K{k:03}" for k in range(1, len(contracts) + 1)]
items = policy.assess(contracts, on=LAST_DAY)
totals = policy.totals(items)
print(indented(totals[totals[["due", "undetermined"]].sum(axis=1) > 0]))
print(items.loc[items["state"] == "due", "trace"].iloc[0])
print(items.loc[items["state"] == "undetermined", "trace"].iloc[0])

# 10. Who may apply for which programme, and what is still missing for it.
heading("10. Programmes")
experts = contracts.drop_duplicates("candidate_id").assign(worked_abroad=True)
experts["documents"] = [["passport", "contract"]] * len(experts)
found = tm.centre.eligible_programmes(experts, policy, on=LAST_DAY)
print(indented(found.groupby(["programme", "state"]).size().rename("experts").reset_index()))
print(f"{found['candidate_id'].iloc[0]} lacks: {found['documents_missing'].iloc[0]}")
record.add(
    [
        {"kind": "permits_applied", "candidate_id": one.candidate_id,
         "enterprise_id": one.enterprise_id, "date": one.start_date}
        for one in contracts.drop_duplicates(["candidate_id", "enterprise_id"]).itertuples()
    ]
)  # fmt: skip

# 11. What the pool could not serve: next year's recruiting.
heading("11. What was lacking")
filled = tm.solve(tm.Problem(scores, pool, demands, eligible=bars.eligible))
coverage = tm.centre.coverage(filled, enterprises=case.enterprises)
print("\n".join(coverage.sentences[:4]))
print("\n".join(coverage.wishes["sentence"].head(3)))
never = tm.centre.never_reached(plan, case.enterprises)
print(f"{len(never)} of {len(case.enterprises)} enterprises were introduced to nobody:")
print(indented(never["reason"].value_counts().reset_index()))
record.close()
folder.cleanup()
