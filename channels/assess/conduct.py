"""`assess conduct`: one row of the conduct table, one case.

{"cases": [{"id", "rule": "S01", "input": {field: value}}]}

An input that is absent or null is missing; one of the wrong type is a bad file, read or not.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from channels.assess.reading import At
from journeys.catalogue.edition import Edition
from journeys.decide.conduct.finding import Finding
from journeys.decide.conduct.judge import PREDICATES, judge
from journeys.decide.conduct.told import Value

_MOST_LEVEL: Final = 5
_MOST_YEARS: Final = 150


def answers(form: At, policy: Edition) -> list[dict[str, Any]]:
    """One result for each case, in order."""
    return [_answer(case, policy) for case in form.name("cases").items()]


def _answer(case: At, policy: Edition) -> dict[str, Any]:
    rule = policy.conduct.rules[_rule(case.name("rule"), policy)]
    inputs = _inputs(case.name("input"), rule.inputs)
    return _said(judge(rule, inputs, policy))


def _rule(said: At, policy: Edition) -> str:
    known = [name.upper() for name in PREDICATES]
    name = said.text().lower()
    if said.value != name and name in policy.conduct.rules and name not in PREDICATES:
        kind = policy.conduct.rules[name].kind
        said.refuse(f"'{said.value}' is a {kind}, not judged case by case; leave the case out")
    return said.one_of(known).lower()


def _inputs(said: At, known: tuple[str, ...]) -> dict[str, Value | None]:
    said.only(known)
    return {
        name: None if value.value is None else _FIELDS[name](value)
        for name, value in said.members()
        if name in known
    }


def _said(found: Finding) -> dict[str, Any]:
    answer = found.answer
    said: dict[str, Any] = {"verdict": answer.verdict.kind.name}
    if answer.verdict.steps:
        said["steps"] = sorted(answer.verdict.steps)
    if answer.result is not None:
        said["result"] = dict(answer.result)
    if answer.hits is not None:
        said["hits"] = list(answer.hits)
    if not answer.applies:
        said["applies"] = False
    if found.missing is not None:
        said["missing"] = found.missing
    return said


def _level(said: At) -> int:
    return said.whole(1, _MOST_LEVEL)


def _years(said: At) -> float:
    return said.number(0, _MOST_YEARS)


def _balance(said: At) -> int:
    """What is owned less what is owed may be below 0."""
    return said.fen(float("-inf"))


def _day(said: At) -> date:
    """A day; of a time its day."""
    return _time(said).date() if "T" in said.text() else said.day()


def _time(said: At) -> datetime:
    try:
        found = datetime.fromisoformat(said.text())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or "T" not in said.text():
        said.refuse(f"'{said.value}' is no local time; write it as 2026-11-26T09:30")
    return found


def _text(said: At) -> str:
    """A text to be screened; an empty one is a text too."""
    return "" if said.value == "" else said.text()


def _of(*known: str) -> Callable[[At], str]:
    return lambda said: said.one_of(known)


def _each(read: Callable[[At], Any]) -> Callable[[At], tuple[Any, ...]]:
    return lambda said: tuple(read(one) for one in said.items())


def _benchmark(said: At) -> dict[str, bool]:
    said.only(("has_basis", "alone", "prominent"))
    return {name: one.flag() for name, one in said.members() if one.value is not None}


_FIELDS: Final[Mapping[str, Callable[[At], Any]]] = {
    **dict.fromkeys(("R", "R_issuer", "R_seller", "R_new", "C", "new_C", "last_C"), _level),
    **dict.fromkeys(("age", "years_experience", "pay_years"), _years),
    **dict.fromkeys(("amount", "monthly_need", "premium", "budget"), At.fen),
    **dict.fromkeys(("single_premium", "yearly_premium"), At.fen),
    **dict.fromkeys(("fin_net_worth", "liquid_after", "family_net_fin"), _balance),
    **dict.fromkeys(("fin_assets", "avg_income_3y", "family_income"), _balance),
    **dict.fromkeys(("test_date", "order_date", "today", "date", "refused_on"), _day),
    **dict.fromkeys(("licence_until", "authorisation_until"), _day),
    **dict.fromkeys(("test_time", "order_time", "local_time", "now"), _time),
    **dict.fromkeys(("regime", "actor", "placement", "product", "channel"), At.text),
    **dict.fromkeys(("authorised_products", "opted_out"), _each(At.text)),
    "tests": _each(_day),
    "touches": _each(_time),
    "measures": _each(_of("extra_facts", "stronger_warning", "think_24h", "call_back")),
    "initiator": _of("RM", "client"),
    "action": _of("hold", "top_up"),
    "capacity": _of("full", "limited", "none"),
    "private_type": _of("FI", "MIXED", "EQUITY"),
    "text": _text,
    "benchmark": _benchmark,
    **dict.fromkeys(
        (
            *("on_objective", "told_unsuitable", "special_warning_signed", "rating_changed"),
            *("notified", "opinion_reissued", "client_reported_change", "reconfirmed"),
            *("rm_device", "rm_prompt", "online", "age_friendly_flow", "guardian_consent"),
            *("natural_person", "qualifying_role", "private", "mismatch", "client_insists"),
            *("advised_stop", "explained", "own_choice_signed", "uncertain_benefit"),
            *("declaration_signed", "mixed_zone", "risk_warning", "facts_equal_contract"),
            *("service_notice", "consent", "sender_stated", "opt_out_in_message"),
            *("client_asked", "complaint_open", "sales_text", "automated", "refused"),
            *("non_profiled_option", "easy_refusal", "score_triggered"),
        ),
        At.flag,
    ),
}
"""How each field is read; a name means the same in every row."""
