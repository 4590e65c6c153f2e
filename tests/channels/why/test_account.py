"""A decision read out: for whom, why, by which rules of its own, and what was not chosen."""

from base64 import b64decode

import pytest

from channels.why.account import Account, Told
from channels.why.voices import Voices
from channels.workbench.readings import Readings
from channels.workbench.wording import Words
from journeys.client import why
from schemas.decisions import Candidate, Stage, WithheldReason
from schemas.facts import DecisionMade, IntentChange
from tests.builders import MONDAY_10, the_catalogue
from tests.journeys.decide.sales import an_open_sale, the_sale


@pytest.fixture(scope="module")
def sale():
    """A decision that sells, the life it was taken in."""
    life, _ = an_open_sale()
    return life, the_sale(life)


def told(life, taken, language, *, grounds=None, everything=False, intents=(), **fact):
    """The account of a decision, one line after another."""
    edition = life.reference.catalogue.at(MONDAY_10)
    if grounds is None:
        grounds = why.grounds(b64decode(taken.state), taken, life.reference)
    facts = (one.event for one in life.outputs if isinstance(one.event, DecisionMade))
    cause = {"causeid": "e1", "causesource": "/app"} | fact
    made = next(facts).model_copy(update=cause | {"data": taken})
    words = Words(language, edition, life.reference.product)
    account = Account(words, Voices(language, edition, life.reference))
    asked = Told(made, "app.page_viewed", grounds, intents=intents)
    return list(account.lines(asked, everything=everything))


def test_an_account_says_why_the_client_and_what_the_decision_follows_from(sale):
    english, chinese = ("\n".join(told(*sale, language)) for language in ("en", "zh"))

    assert "Follows from event e1: page viewed in the app" in english
    assert "来自事件 e1：客户浏览页面" in chinese
    assert "Because: CNY 225,000 into " in english
    assert "; Invest idle money, " in english
    assert "缘由：以闲置资金 22.50 万元买入" in chinese


def test_the_rules_that_the_chosen_action_passed_stand_under_it(sale):
    lines = told(*sale, "en")
    rules = lines.index("  Rules of the chosen action (all passed):")

    assert lines[rules - 2].startswith("  Because: ") or lines[rules - 1].startswith("  priority")
    passed = lines[rules + 1 : lines.index("Not chosen:")]
    assert "    contact policy, stop: none in force" in passed
    assert any(line.startswith("    consent: to marketing given 2026-") for line in passed)
    rest = (line for line in passed if "stop: none" not in line and "consent: " not in line)
    assert all(": passed" in line or "contact hours: asked when" in line for line in rest)


def test_a_yes_of_the_caps_says_how_many_of_how_many(sale):
    english, chinese = ("\n".join(told(*sale, language)) for language in ("en", "zh"))

    assert "contact policy, caps: passed, 0 of 1 in 24 hours; 0 of 2 in 7 days" in english
    assert "接触规则，频次上限：通过，24 小时内 0/1；7 天内 0/2" in chinese


def test_the_product_of_a_sale_is_named_beside_its_id(sale):
    english, chinese = ("\n".join(told(*sale, language)) for language in ("en", "zh"))

    assert "Because: CNY 225,000 into Steady (note): +" in english
    assert "买入稳健理财（note）：财富健康 +" in chinese


def test_a_changed_intent_is_named_where_nothing_was_chosen(sale):
    life, taken = sale
    idle = taken.model_copy(update={"trigger": "intent", "candidates": taken.candidates[1:]})
    off = IntentChange(intent="worry", on=False, p=0.31, reasons=())

    english, chinese = (told(life, idle, tongue, intents=(off,)) for tongue in ("en", "zh"))
    assert english[1].endswith(
        "occasion: intent changed ('Worry over losses' went off, 31% likely)"
    )
    assert chinese[1].endswith("不再成立，可能性 31%）")


def test_a_row_says_what_it_read_with_unit_and_direction(sale):
    english, chinese = ("\n".join(told(*sale, language)) for language in ("en", "zh"))

    assert "(version 1): passed, left liquid CNY 342,500, at least CNY 15,000" in english
    assert "（第 1 版）：通过，购买后可动用 34.25 万元，至少 1.50 万元" in chinese
    assert "reserve left for " in english
    assert " months, at least " in english


def test_an_intent_is_no_reason_where_a_journey_asked(sale):
    life, taken = sale
    asked = (("journey_drawdown", {}), ("intent_worry", {"p": 0.01}))
    grounds = tuple(why.Ground(asked, (), ()) for _ in taken.candidates)
    lines = told(life, taken, "en", grounds=grounds)

    assert "  Because: Company through a drawdown" in lines
    assert not any("Worry" in line for line in lines if line.startswith("  Because"))


def test_what_does_not_apply_is_a_count_unless_all_is_wanted(sale):
    short, whole = told(*sale, "en"), told(*sale, "en", everything=True)

    assert sum("do not apply now (--all lists them)" in line for line in short) == 1
    assert not any("do not apply now" in line for line in whole)
    assert sum("does not apply" in line for line in whole) > 20
    assert len(told(*sale, "zh")) == len(short)


def test_many_that_fell_alike_are_one_line(sale):
    life, taken = sale
    away = {"stage": Stage.ELIGIBILITY, "reason": WithheldReason.CONSENT_MISSING}
    names = ("place_idle", "stay_talk", "maturity_talk", "idle_cash_view")
    fallen = tuple(Candidate(action=name, **away) for name in names)
    bare = taken.model_copy(update={"candidates": fallen, "verdicts": ()})
    lines = told(life, bare, "en", grounds=())

    assert lines[3:6] == [
        "No action was chosen",
        "Not chosen:",
        "  4 actions at eligibility, no marketing consent (--all lists them)",
    ]


def test_a_decision_with_nothing_withheld_says_none(sale):
    life, taken = sale
    alone = taken.model_copy(update={"candidates": taken.candidates[:1]})

    assert "Not chosen: none" in told(life, alone, "en", grounds=())
    assert "未选：无" in told(life, alone, "zh", grounds=())


def test_rows_of_a_decision_that_other_code_took_stand_without_an_action(sale):
    life, taken = sale
    other = taken.model_copy(update={"candidates": taken.candidates[1:]})

    assert why.grounds(b64decode(taken.state), other, life.reference) == ()
    lines = told(life, taken, "en", grounds=())
    assert "Rules judged:" in lines
    assert any("rule TENOR: " in line and "term 90 days, at most" in line for line in lines)


def test_a_timer_is_told_by_what_fell_due_and_the_journey_it_belongs_to(sale):
    life, taken = sale
    idle = taken.model_copy(update={"trigger": "journey"})
    step = {"causeid": "step:drawdown/book:17", "causesource": "timer"}
    lines = told(life, idle, "en", **step)

    assert lines[1].endswith("occasion: journey step, Company through a drawdown (book)")
    assert lines[2] == "Follows from timer step:drawdown/book:17: a journey's step fell due"


def readings(language):
    return Readings(Words(language, the_catalogue().at(MONDAY_10)))


@pytest.mark.parametrize(
    ("row", "verdict", "said", "zh"),
    [
        (
            ("s11", 50_000_000, 20_000_000),
            "block",
            "bought CNY 500,000, at most CNY 200,000",
            "购买 50.00 万元，至多 20.00 万元",
        ),
        (
            ("s11", 64_720_938.0, 6_001_200),
            "allow",
            "left liquid CNY 647,209, at least CNY 60,012",
            "购买后可动用 64.72 万元，至少 6.00 万元",
        ),
        (
            ("s11", 5_000_000, 6_001_200),
            "block",
            "left liquid CNY 50,000, at least CNY 60,012",
            "购买后可动用 5.00 万元，至少 6.00 万元",
        ),
        (
            ("s11", "fin_net_worth", None),
            "block",
            "not known: financial net worth",
            "未知：金融净资产",
        ),
        (
            ("s01", 2, 3),
            "allow",
            "product level R2 ≤ client's class C3",
            "产品等级 R2 ≤ 客户风险等级 C3",
        ),
        (
            ("s01", 4, 3),
            "block",
            "product level R4 > client's class C3",
            "产品等级 R4 > 客户风险等级 C3",
        ),
        (("s05", 3, None), "allow", "product level R3", "产品等级 R3"),
        (
            ("s09", 3, 2),
            "steps",
            "client's class C3, last time C2",
            "客户风险等级 C3，上次 C2",
        ),
        (("s13", "full", 1), "allow", "legal capacity full", "行为能力 完全"),
        (
            ("s12", 71, 65),
            "steps",
            "age 71 years, applies from 65 years",
            "年龄 71 岁，自 65 岁 起适用",
        ),
        (
            ("liquidity", 10.784666, 3.9000000004),
            "allow",
            "reserve left for 10.8 months, at least 3.9 months",
            "应急资金可用 10.8 个月，至少 3.9 个月",
        ),
        (
            ("liquidity", 3.8961, 3.9),
            "block",
            "reserve left for 3.896 months, at least 3.9 months",
            "应急资金可用 3.896 个月，至少 3.9 个月",
        ),
        (
            ("concentration", 0.0577926, 0.6),
            "allow",
            "share of one name 5.8%, at most 60.0%",
            "单一产品或发行人占比 5.8%，至多 60.0%",
        ),
        (
            ("ct04", 1, 1),
            "suppress",
            "contacts taken 1, must be below 1",
            "已占用接触次数 1，须少于 1",
        ),
        (("s16", 3.25, 2), "block", "read 3.25 / 2", "读到 3.25 / 2"),
        (("s10", None, None), "allow", "", ""),
    ],
)
def test_a_reading_has_the_unit_and_the_direction_of_its_row(row, verdict, said, zh):
    assert readings("en").of_row(*row, verdict=verdict) == said
    assert readings("zh").of_row(*row, verdict=verdict) == zh


@pytest.mark.parametrize(
    ("fell", "said"),
    [
        (("lower_priority", None, 0.175203, 0.336684), "priority 0.175, that of the chosen 0.337"),
        (("no_action_better", None, 0.049675, 0.05), "priority 0.0497, must be above 0.0500"),
        (
            ("score_worse", None, 0.01, 0.05),
            "wealth health gains 0.01 points, at least 0.05 points",
        ),
        (("data_missing", "s11", "monthly_need", None), "not known: monthly need"),
        (("held_for_better", None, "stay_talk", None), "Talk before leaving"),
        (("no_channel", "s12", "two_of_four_measures", None), "two of the four extra measures"),
        (("opted_out", "ct02", "call", None), "way call"),
        (("not_in_segment", None, "mass", None), "read mass"),
        (("task_open", None, None, None), ""),
    ],
)
def test_what_a_candidate_fell_by_is_compared_in_words(fell, said):
    assert readings("en").of_reason(*fell) == said
