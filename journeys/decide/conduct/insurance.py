"""Insurance: a mismatch that the client insists on, and benefits that are not certain (I rows)."""

from journeys.catalogue.edition import ConductRule
from journeys.decide.conduct.finding import ELSEWHERE, PASS, Answer
from journeys.decide.conduct.told import Told
from journeys.decide.verdict import steps

_BASIS = 100


def mismatched(told: Told, _: ConductRule) -> Answer:
    """I01: who does not insist is only advised to stop."""
    if not told.flag("mismatch"):
        return ELSEWHERE
    proofs = {"advise_stop": "advised_stop"}
    if told.flag("client_insists"):
        proofs |= {"explain": "explained", "own_choice_confirmation": "own_choice_signed"}
    return Answer(steps(*[step for step, name in proofs.items() if not told.flag(name)]))


def declared(told: Told, rule: ConductRule) -> Answer:
    """I02: the first heavy sign is enough, and the rest is not read."""
    if not told.flag("uncertain_benefit"):
        return ELSEWHERE
    if not _is_heavy(told, rule) or told.flag("declaration_signed"):
        return PASS
    return Answer(steps("signed_declaration"))


def _is_heavy(told: Told, rule: ConductRule) -> bool:
    limits, income = rule.numbers, told.number("family_income")
    return (
        told.number("single_premium") > limits["income_times"] * income
        or told.number("yearly_premium") * _BASIS > limits["yearly_percent"] * income
        or told.number("pay_years") + told.number("age") >= limits["age_sum"]
        or told.number("premium") * _BASIS >= limits["budget_percent"] * told.number("budget")
    )
