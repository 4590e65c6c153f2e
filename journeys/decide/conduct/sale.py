"""Product and client: levels, classes, means, age, capacity, private products, licence (S rows)."""

from journeys.catalogue.edition import ConductRule
from journeys.decide.conduct.finding import ELSEWHERE, PASS, Answer
from journeys.decide.conduct.months import months_later
from journeys.decide.conduct.told import Missing, Told
from journeys.decide.verdict import BLOCK, Verdict, steps

REGIMES = frozenset({"NFRA", "CSRC", "INS", "DEP"})
NO = Answer(BLOCK)
_BASIS = 100


def level_within_class(told: Told, rule: ConductRule) -> Answer:
    """S01: no override, not by the client either."""
    if not _is_of(told, rule):
        return ELSEWHERE
    return _must(told.level() <= told.number("C"))


def not_recommended(told: Told, rule: ConductRule) -> Answer:
    """S02: what the bank proposes, above the class or off the objective."""
    if not _is_of(told, rule) or told.word("initiator") != "RM":
        return ELSEWHERE
    return _must(told.level() <= told.number("C") and told.flag("on_objective"))


def warned(told: Told, rule: ConductRule) -> Answer:
    """S03: what the client wishes, above the class."""
    if not _is_of(told, rule) or told.word("initiator") != "client":
        return ELSEWHERE
    level, risk_class = told.level(), told.number("C")
    if level <= risk_class:
        return ELSEWHERE
    if risk_class <= rule.numbers["lowest_class"]:
        return NO
    return Answer(_unproved(told, "told_unsuitable", "special_warning_signed"))


def mapped(told: Told, _: ConductRule) -> Answer:
    """S04: class C may hold R up to C."""
    return _must(told.number("R") <= told.number("C"))


def effective_level(told: Told, _: ConductRule) -> Answer:
    """S05."""
    return Answer(result={"R_eff": int(told.level())})


def regraded(told: Told, _: ConductRule) -> Answer:
    """S06: a holder may stay, a top-up runs the level row again, both are told."""
    if not told.flag("rating_changed"):
        return ELSEWHERE
    if told.word("action") == "top_up" and told.number("R_new") > told.number("C"):
        return NO
    wanted = {"notify_holder": "notified", "reissue_match_opinion": "opinion_reissued"}
    return Answer(steps(*[step for step, name in wanted.items() if not told.flag(name)]))


def tested(told: Told, rule: ConductRule) -> Answer:
    """S07: the last day of the twelve months still counts; a test of the future never does."""
    taken, ordered = told.day("test_date"), told.day("order_date")
    lasts = months_later(taken, rule.numbers["test_months"])
    return _must(taken <= ordered <= lasts and not told.flag("client_reported_change"))


def may_test(told: Told, rule: ConductRule) -> Answer:
    """S08: is one more test allowed today, after those already taken?"""
    today, tests, numbers = told.day("today"), told.days("tests"), rule.numbers
    since = months_later(today, -numbers["window_months"])
    in_window = sum(since <= day <= today for day in tests)
    few = tests.count(today) < numbers["tests_a_day"]
    return _must(few and in_window < numbers["tests_a_window"])


def class_confirmed(told: Told, _: ConductRule) -> Answer:
    """S09."""
    if told.number("new_C") == told.number("last_C") or told.flag("reconfirmed"):
        return PASS
    return Answer(steps("client_reconfirms_class"))


def tested_by_client(told: Told, _: ConductRule) -> Answer:
    """S10: in the minute of the order is not before it."""
    return _must(
        told.time("test_time") < told.time("order_time")
        and told.word("actor") == "client"
        and not told.flag("rm_device")
        and not told.flag("rm_prompt")
    )


def within_means(told: Told, rule: ConductRule) -> Answer:
    """S11: both limits may be met exactly."""
    numbers = rule.numbers
    return _must(
        told.number("amount") * _BASIS <= numbers["most_percent"] * told.number("fin_net_worth")
        and told.number("liquid_after") >= numbers["least_months"] * told.number("monthly_need")
    )


def age_flow(told: Told, rule: ConductRule) -> Answer:
    """S12: from the age on, at a high level."""
    numbers = rule.numbers
    if told.number("age") < numbers["age"] or told.level() < numbers["level"]:
        return ELSEWHERE
    wanted = []
    if len(set(told.words("measures"))) < numbers["measures"]:
        wanted.append("two_of_four_measures")
    if told.flag("online") and not told.flag("age_friendly_flow"):
        wanted.append("age_friendly_flow")
    return Answer(steps(*wanted))


def has_capacity(told: Told, rule: ConductRule) -> Answer:
    """S13."""
    match told.word("capacity"):
        case "full":
            return PASS
        case "limited":
            low = told.flag("guardian_consent") and told.level() <= rule.numbers["level"]
            return _must(low)
        case "none":
            return NO
        case _:
            raise Missing("capacity")


def ordinary(told: Told, rule: ConductRule) -> Answer:
    """S14."""
    if not _is_of(told, rule) or not told.flag("natural_person"):
        return ELSEWHERE
    return Answer(result={"investor": "ordinary"})


def professional(told: Told, rule: ConductRule) -> Answer:
    """S15: assets or income, and experience or a role."""
    if not _is_of(told, rule):
        return ELSEWHERE
    numbers = rule.numbers
    means = (
        told.number("fin_assets") >= numbers["assets"]
        or told.number("avg_income_3y") >= numbers["income"]
    )
    knows = means and (
        told.number("years_experience") >= numbers["experience_years"]
        or told.flag("qualifying_role")
    )
    return Answer(result={"investor": "professional" if knows else "ordinary"})


def private(told: Told, rule: ConductRule) -> Answer:
    """S16: a qualified investor, the least ticket, and no eyes that it is not meant for."""
    if not told.flag("private"):
        return ELSEWHERE
    return _must(
        _is_qualified(told, rule)
        and rule.numbers[_ticket(told)] <= told.number("amount")
        and told.word("placement").lower() not in rule.words["open_placements"]
    )


def _is_qualified(told: Told, rule: ConductRule) -> bool:
    numbers = rule.numbers
    return told.number("years_experience") >= numbers["experience_years"] and (
        told.number("family_net_fin") >= numbers["family"]
        or told.number("fin_assets") >= numbers["assets"]
        or told.number("avg_income_3y") >= numbers["income"]
    )


def _ticket(told: Told) -> str:
    kind = told.word("private_type")
    if kind not in {"FI", "MIXED", "EQUITY"}:
        raise Missing("private_type")
    return f"ticket_{kind.lower()}"


def licensed(told: Told, _: ConductRule) -> Answer:
    """S20: the last day counts."""
    today = told.day("date")
    return _must(
        today <= told.day("licence_until")
        and told.word("product") in told.words("authorised_products")
        and today <= told.day("authorisation_until")
    )


def _is_of(told: Told, rule: ConductRule) -> bool:
    """Is the product of a regime that the row is about? A regime that nobody knows is missing."""
    regime = told.word("regime")
    if regime not in REGIMES:
        raise Missing("regime")
    return regime in rule.regimes


def _must(holds: bool) -> Answer:  # noqa: FBT001 - the predicate itself
    return PASS if holds else NO


def _unproved(told: Told, *names: str) -> Verdict:
    return steps(*[name for name in names if not told.flag(name)])
