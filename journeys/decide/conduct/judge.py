"""Rows judged: each by itself, with its version and what was missing; then joined."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from journeys.catalogue.edition import ConductRule, Edition
from journeys.decide.conduct import contact, insurance, sale, texts
from journeys.decide.conduct.finding import Answer, Asked, Finding, Predicate, WidePredicate
from journeys.decide.conduct.told import Missing, Told, Value
from journeys.decide.verdict import ALLOW, BLOCK, SUPPRESS, Kind, Verdict, joined

R = TypeVar("R", ConductRule, Asked)
_BY_ROW: Final[Mapping[str, Predicate]] = MappingProxyType(
    {
        "s01": sale.level_within_class,
        "s02": sale.not_recommended,
        "s03": sale.warned,
        "s04": sale.mapped,
        "s05": sale.effective_level,
        "s06": sale.regraded,
        "s07": sale.tested,
        "s08": sale.may_test,
        "s09": sale.class_confirmed,
        "s10": sale.tested_by_client,
        "s11": sale.within_means,
        "s12": sale.age_flow,
        "s13": sale.has_capacity,
        "s14": sale.ordinary,
        "s15": sale.professional,
        "s16": sale.private,
        "s20": sale.licensed,
        "i01": insurance.mismatched,
        "i02": insurance.declared,
    }
)
_BY_POLICY: Final[Mapping[str, WidePredicate]] = MappingProxyType(
    {
        "m01": texts.words,
        "m02": texts.words,
        "m03": texts.forecast,
        "m04": texts.confusion,
        "m05": texts.warning,
        "ct01": contact.consented,
        "ct02": contact.not_opted_out,
        "ct03": contact.in_hours,
        "ct04": contact.seldom,
        "ct05": contact.sells_nothing,
        "pi03": contact.may_be_refused,
    }
)
PREDICATES: Final = (*_BY_ROW, *_BY_POLICY)
"""The rows that are judged case by case, in the order of the table."""


class Judgement(msgspec.Struct, frozen=True):
    """All rows that were run, and what they come to."""

    findings: tuple[Finding, ...]
    """In the order of the table."""

    @property
    def verdict(self) -> Verdict:
        """Every row obeyed."""
        return joined(finding.verdict for finding in self.findings)

    @property
    def reason(self) -> Finding | None:
        """The one that is shown: the first that does not say ALLOW."""
        return next((one for one in self.findings if one.verdict.kind is not Kind.ALLOW), None)


def judge(rule: ConductRule, inputs: Mapping[str, Value | None], policy: Edition) -> Finding:
    """One row.

    Args:
        rule: of kind `predicate`.
        inputs: by the names of the forms page; money in fen. Only what the row reads counts.
        policy: the edition that the row is of.

    Raises:
        KeyError: the row is not judged case by case.
    """
    if rule.id in _BY_ROW:
        return judge_alone(rule, inputs)
    asked = Asked(rule, policy.contact, policy.conduct.lexicon)
    return _found(rule, _BY_POLICY[rule.id], Told(inputs), asked)


def judge_alone(rule: ConductRule, inputs: Mapping[str, Value | None]) -> Finding:
    """One row of sales (S, I), which reads no policy but its own.

    Raises:
        KeyError: it is none of these.
    """
    return _found(rule, _BY_ROW[rule.id], Told(inputs), rule)


def _found(
    rule: ConductRule, predicate: Callable[[Told, R], Answer], told: Told, asked: R
) -> Finding:
    try:
        return Finding(rule=rule.id, version=rule.version, answer=predicate(told, asked))
    except Missing as gap:
        on_gap = Answer(_on_gap(rule))
        return Finding(rule=rule.id, version=rule.version, answer=on_gap, missing=gap.name)


def judge_all(
    rules: Iterable[ConductRule], inputs: Mapping[str, Value | None], policy: Edition
) -> Judgement:
    """Every row, no short circuit; rows that nobody judges case by case are left out."""
    return Judgement(tuple(judge(rule, inputs, policy) for rule in rules if rule.id in PREDICATES))


def for_marketing(verdict: Verdict, *, sale_verdict: Verdict) -> Verdict:
    """What marketing comes to: silence where the sale that it leads to would be refused."""
    leads_nowhere = sale_verdict.kind is Kind.BLOCK
    return joined((verdict, SUPPRESS if leads_nowhere else ALLOW))


def _on_gap(rule: ConductRule) -> Verdict:
    """Missing data suppresses marketing and blocks everything else."""
    return SUPPRESS if rule.action in {"suppress", "defer"} else BLOCK
