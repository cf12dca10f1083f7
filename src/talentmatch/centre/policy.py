"""A district's talent policy: dated schemes out of a file, and what they pay."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from talentmatch.centre import assessing
from talentmatch.centre.costing import pair_costs
from talentmatch.centre.facts import day
from talentmatch.centre.permits import PermitLeadTimes
from talentmatch.centre.policy_file import Field, read_policy
from talentmatch.centre.schemes import OVERLAP_RULES, Overlap, Programme, Scheme
from talentmatch.displaying import Shown
from talentmatch.errors import Flaw, InputError, ProblemError

__all__ = ["Policy"]


@dataclass(frozen=True, eq=False, repr=False)
class Policy(Shown):
    """The schemes, programmes and lead times of one district, each field with its origin.

    Parameters
    ----------
    name, title, source : str
        Which policy it is and where its figures are from.
    schemes : tuple of Scheme
        What is paid.
    overlap : Overlap
        What happens where two schemes pay for the same contract.
    programmes : tuple of Programme
        Talent programmes, for `eligible_programmes`.
    permits : PermitLeadTimes
        Lead times of the permits, for `barred_by_permits`.
    entries : tuple of Field
        Every field of the file.

    See Also
    --------
    Policy.load : reads one from a file.

    Examples
    --------
    >>> policy = Policy.load("beilun-2021")
    >>> [scheme.name for scheme in policy.schemes]
    ['salary_funding', 'top_expert', 'programme_support', 'tuition']
    """

    name: str
    title: str
    source: str
    schemes: tuple[Scheme, ...]
    overlap: Overlap
    programmes: tuple[Programme, ...]
    permits: PermitLeadTimes
    entries: tuple[Field, ...]

    _shown = ("title", "source", "schemes", "overlap", "programmes", "permits")

    def _line(self) -> str:
        parts = f"{len(self.schemes):,} schemes, {len(self.programmes):,} programmes"
        return f"<Policy {self.name!r}: {parts}>"

    @classmethod
    def load(cls, name_or_path: str | os.PathLike[str], *, overlap: str | None = None) -> Policy:
        """Read a policy that ships with talentmatch, or a file of one's own.

        Parameters
        ----------
        name_or_path : str or os.PathLike
            ``"beilun-2021"``, or the path of a TOML file.
        overlap : {"highest", "both", "both_up_to_salary"}, optional
            What happens where schemes overlap: only the higher is paid, each in full, or both up
            to the salary of the days worked. By default what the file says, marked there as stated
            or assumed. Every trace names the rule.

        Raises
        ------
        InputError
            The file is broken: all flaws at once, with their places in the file.
        ProblemError
            There is no such policy or rule.

        Examples
        --------
        >>> Policy.load("beilun-2021").overlap.origin
        'assumed'
        >>> Policy.load("beilun-2021", overlap="both").overlap.origin
        'chosen'
        """
        name, text = _text(name_or_path)
        parts = read_policy(text, name)
        policy = cls(
            name.removesuffix(".toml"), parts.title, parts.source, parts.schemes, parts.overlap,
            parts.programmes, parts.permits, parts.fields,
        )  # fmt: skip
        return policy if overlap is None else replace(policy, overlap=policy._chosen(overlap))

    @property
    def fields(self) -> pd.DataFrame:
        """Every field: scheme (or overlap, permits, a programme), field, value, origin, note.

        The origin is ``"stated"`` by the source, ``"assumed"`` by the file's author, or
        ``"chosen"`` by the user.

        Examples
        --------
        >>> fields = Policy.load("beilun-2021").fields.set_index(["scheme", "field"])
        >>> fields.loc[("salary_funding", "rate_at_most"), ["value", "origin"]].tolist()
        [Decimal('0.40'), 'stated']
        >>> fields.loc[("overlap", "rule"), "origin"]
        'assumed'
        """
        columns = ["scheme", "field", "value", "origin", "note"]
        rows = []
        for entry in self.entries:
            row = [entry.scheme, entry.field, entry.value, entry.origin, entry.note]
            is_rule = (entry.scheme, entry.field) == ("overlap", "rule")
            if is_rule and self.overlap.origin == "chosen":
                row[2:] = [self.overlap.rule, "chosen", "overlap= of Policy.load"]
            rows.append(row)
        return pd.DataFrame(rows, columns=columns)

    def assess(self, contracts: object, *, on: object, overlap: str | None = None) -> pd.DataFrame:
        """Assess contracts for the calendar year of a day.

        A part of a year counts by its days, of 365 or 366: the first and the last day worked, the
        days in which the scheme is in force. What falls due is rounded to the cent, half a cent
        up, and divided among the payers, of whom the last takes the rest, so that the parts sum to
        the whole. A day of a person with several contracts counts once where the scheme is
        per person, for the contract that starts first. A fact that is missing and decides makes
        an item undetermined, never zero; one that cannot change the scheme's answer is not asked
        for. Where only the highest of several schemes is paid, one that is undetermined leaves the
        others undetermined too: they cannot be compared.

        Parameters
        ----------
        contracts : table
            As for `talentmatch.read_candidates`; columns of ``vocabulary("contracts")``.
            An end_date that is missing is open-ended. Where there is no contract_id it is made of
            the ids of candidate and enterprise.
        on : date or text
            A day of the year that is assessed, the whole of it; ages are those on this day.
        overlap : str, optional
            As for `load`, for this call.

        Returns
        -------
        pandas.DataFrame
            One row for each contract, scheme and payer: contract_id, candidate_id, enterprise_id,
            scheme, payer, amount (Decimal, cents; 0.00 where not eligible, None where
            undetermined), state ("due", "not eligible", "undetermined"), rule (what decides),
            missing (the facts), trace (the arithmetic and the overlap rule).

        Raises
        ------
        InputError
            The table is broken; all rows at once.
        ProblemError
            `on` is no day, or there is no such overlap rule.

        Examples
        --------
        >>> contracts = [{"contract_id": "C1", "candidate_id": "R1", "enterprise_id": "E1",
        ...               "annual_salary": 480000, "start_date": "2021-09-01", "full_time": "yes",
        ...               "top_expert": "no", "overseas_engineer": "yes", "degree": "master",
        ...               "programme_cost": 0}]
        >>> items = Policy.load("beilun-2021").assess(contracts, on="2021-11-30")
        >>> items[["scheme", "payer", "amount", "state", "missing"]].to_dict("split")["data"]
        ... # doctest: +NORMALIZE_WHITESPACE
        [['salary_funding', 'district', Decimal('32087.67'), 'due', ''],
         ['salary_funding', 'city', Decimal('32087.67'), 'due', ''],
         ['top_expert', 'district', Decimal('0.00'), 'not eligible', ''],
         ['programme_support', 'district', Decimal('0.00'), 'not eligible', ''],
         ['tuition', 'district', None, 'undetermined', 'children_at_international_school']]
        >>> print(items["trace"][0])  # doctest: +NORMALIZE_WHITESPACE
        salary_funding: 40 % of 480,000.00 RMB = 192,000.00 RMB a year; 122 of 365 days of 2021
        (2021-09-01 to 2021-12-31): 64,175.34 RMB; overlap rule 'highest' (assumed): of
        salary_funding and top_expert only the higher of them is paid; district pays 50 % =
        32,087.67 RMB
        """
        chosen = self.overlap if overlap is None else self._chosen(overlap)
        return assessing.assess(contracts, self.schemes, chosen, on=day(on, "on"))

    def totals(
        self, items: pd.DataFrame, *, by: str | Sequence[str] = ("scheme", "payer")
    ) -> pd.DataFrame:
        """Sum items, to the cent.

        Parameters
        ----------
        items : DataFrame
            Of `assess`, or rows of it.
        by : str or sequence of str
            Columns to sum by; an empty one sums all.

        Returns
        -------
        pandas.DataFrame
            The columns, amount (Decimal, of what is due; None where all that could be due is
            undetermined), due, undetermined, not_eligible (how many items).

        Raises
        ------
        ProblemError
            The items lack a column.

        Examples
        --------
        >>> policy = Policy.load("beilun-2021")
        >>> contract = {"candidate_id": "R1", "enterprise_id": "E1", "annual_salary": 480000,
        ...             "start_date": "2021-01-01", "full_time": False}
        >>> totals = policy.totals(policy.assess([contract], on="2021-12-31"), by="payer")
        >>> totals[["payer", "amount", "undetermined"]].to_dict("split")["data"]
        [['city', Decimal('96000.00'), 0], ['district', Decimal('96000.00'), 2]]
        """
        return assessing.totals(items, by)

    def costs(
        self,
        candidates: object,
        demands: object,
        *,
        on: object,
        undetermined: Literal["raise"] | Decimal = "raise",
        payer: str | None = None,
        assuming: Mapping[str, Any] | None = None,
        overlap: str | None = None,
    ) -> pd.DataFrame:
        """Tell what each pair would cost in a first full year, before it is signed.

        The salary is the candidate's salary_expected, whatever the demand pays at most. Other facts
        are read, under the names of ``vocabulary("contracts")``, from the table that has them: for
        example degree of the candidates, full_time of the demands. A sum paid once is in it. Each
        pair is by itself: that a person's day may count once only is left to `assess`.

        Parameters
        ----------
        candidates, demands : table
            As for `talentmatch.read_candidates`.
        on : date or text
            The day: schemes not in force then pay nothing.
        undetermined : "raise" or Decimal
            Where a missing fact decides: an error that names all of them, or an amount in RMB,
            once for the schemes that overlap and once for each other one that is undetermined.
        payer : str, optional
            The part of one payer, as ``"district"``; all of them by default.
        assuming : mapping of str to value, optional
            Facts that hold where the tables do not say, for example ``{"full_time": True}``.
        overlap : str, optional
            As for `load`, for this call.

        Returns
        -------
        pandas.DataFrame
            RMB to the cent, candidate ids x demand ids, for ``tm.Budget(costs, at_most=...)``.

        Raises
        ------
        InputError
            A table is broken, or facts are missing and `undetermined` is "raise".
        ProblemError
            A payer, rule, day or assumption is unknown, or both tables tell a fact.

        Examples
        --------
        >>> import talentmatch as tm
        >>> people = [{"candidate_id": "R1", "salary_expected": 500000},
        ...           {"candidate_id": "R2", "salary_expected": 300000}]
        >>> posts = [{"demand_id": "X1"}, {"demand_id": "X2"}]
        >>> costs = Policy.load("beilun-2021").costs(
        ...     people, posts, on="2021-09-01", payer="district",
        ...     assuming={"full_time": False, "programme_cost": 0,
        ...               "children_at_international_school": 0})
        >>> costs["X1"].tolist()
        [100000.0, 60000.0]
        >>> problem = tm.Problem([[0.9, 0.2], [0.6, 0.4]], constraints=[
        ...     tm.Budget(costs.to_numpy(), at_most=120_000)])
        >>> plan = tm.solve(problem)
        >>> money = plan.constraints.iloc[-1]
        >>> print(f"{money['used']:,.0f} RMB used; 100,000 more gain {1e5 * money['price']:.2f}")
        100,000 RMB used; 100,000 more gain 0.67
        """
        chosen = self.overlap if overlap is None else self._chosen(overlap)
        return pair_costs(
            candidates, demands, self.schemes, chosen, on=day(on, "on"),
            undetermined=undetermined, payer=payer, assuming=assuming,
        )  # fmt: skip

    def _chosen(self, rule: str) -> Overlap:
        if rule not in OVERLAP_RULES:
            known = "; ".join(f"{name!r}: {said}" for name, said in OVERLAP_RULES.items())
            raise ProblemError(f"overlap is {rule!r}; it must be one of {known}")
        return Overlap(self.overlap.schemes, rule, "chosen")


def _text(given: str | os.PathLike[str]) -> tuple[str, str]:
    """Name and text of a policy's file."""
    path, folder = Path(given), files("talentmatch.centre") / "policies"
    shipped = sorted(
        file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")
    )
    try:
        if isinstance(given, str) and given in shipped:
            return f"{given}.toml", (folder / f"{given}.toml").read_text(encoding="utf-8")
        return path.name, path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProblemError(
            f"no policy {str(given)!r}: {error.strerror}; shipped are {', '.join(shipped)}; or "
            "give the path of a TOML file"
        ) from None
    except UnicodeDecodeError:
        flaw = Flaw(None, "", "", "not UTF-8", "Save the file as UTF-8")
        raise InputError(path.name, [flaw]) from None
