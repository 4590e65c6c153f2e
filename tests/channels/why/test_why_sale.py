"""A sale read out: the move, every row with what it read, and why another was not proposed."""

from base64 import b64decode

import pytest

from channels.why.asked_told import Asker, Question
from channels.workbench.wording import Words
from journeys.client import why
from schemas.time import HOUR, Instant
from tests.builders import CLIENT, MONDAY_10
from tests.journeys.decide.sales import FIELDS, NOTE, SERVICE, a_life, an_open_sale, the_sale

LATER = Instant(MONDAY_10 + HOUR)


def words(life, language="zh"):
    return Words(language, life.reference.catalogue.at(MONDAY_10))


def examined(life, language="zh", at=LATER):
    found = why.why_not(life.state, life.reference, "place_idle", at=at)
    asked = Question(CLIENT, "place_idle", at, life.reference.catalogue.at(MONDAY_10))
    return "\n".join(Asker(words(life, language)).examination(asked, found))


def test_a_decision_that_sells_is_taken_again_from_its_own_state():
    life, _ = an_open_sale()
    taken = the_sale(life)

    assert why.retake(b64decode(taken.state), taken, life.reference) == taken.candidates


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tested": 700}, "测评于 2024-12-23，有效至 2025-12-23"),
        (
            {"fields": {**FIELDS, "horizon_years": 0}},
            "（规则 TENOR：期限不得长于投资期限；期限 90 天，至多 0 天",
        ),
        ({"test": {"risk_class": 1}}, "产品等级 R2 > 客户风险等级 C1"),
    ],
)
def test_why_not_names_the_row_that_refuses_the_sale(more, said):
    assert said in examined(a_life(NOTE, service=SERVICE, **more))


def test_why_not_reads_out_every_row_that_the_move_would_pass():
    said = examined(a_life(NOTE, service=SERVICE), "en")

    assert "rule S11: Not clearly beyond means" in said
    assert "rule LIQUIDITY" in said


def test_steps_are_no_plain_yes():
    risky = NOTE.model_copy(update={"issuer_level": 4})
    old = {**FIELDS, "birth": "1955-05-06"}
    wealth = SERVICE | {"tier": "wealth"}
    said = examined(a_life(risky, service=wealth, fields=old, test={"risk_class": 5}), "en")

    assert "a dedicated flow, age-friendly when online: steps first" in said
    assert "age-friendly when online; two of the four extra measures)" in said


def test_an_adviser_reads_the_sale_its_rules_and_its_recall_in_words():
    life, row = an_open_sale()
    zh, en = words(life), words(life, "en")
    sale, passed = ({"code": code, "values": values} for code, values in row.reasons[:2])

    assert zh.reason(sale).startswith("以闲置资金 22.50 万元买入note：财富健康 +")
    assert en.reason(sale).startswith("CNY 225,000 into note: +")
    assert "S07" in zh.reason(passed)
    steps = {"code": "steps", "values": {"client_reconfirms_class": "s09"}}
    assert en.reason(steps) == (
        "to be proved before the order: the client confirms the class again"
    )
    assert zh.code("reason", "s07").startswith("规则 S07：风险测评")
    assert zh.code("reason", "goal_already_met") != "goal already met"
