import re
import tomllib

import pytest

from journeys.catalogue.load import load
from journeys.catalogue.read_policies import KINDS, NEVER_LATE
from journeys.catalogue.vocabulary import RANKS
from journeys.errors import DefinitionError
from schemas.time import DAY, HOUR, MINUTE, Instant, parse_instant
from tests.journeys.catalogue.shipped import files, loaded

TODAY = parse_instant("2026-11-24T00:30:00Z")
UNLAWFUL = re.compile(
    "保本|保收益|保证收益|零风险|无风险|稳赚|稳健收益|预期收益|高收益|低风险|低门槛|秒到账|低利率|无成本|"
    "和存款一样|等同存款|刚性兑付|guarantee|risk-free|expected return|high return|no risk",
    re.IGNORECASE,
)
SALES = re.compile("购买|推荐|产品推荐|收益|优惠|buy|offer|return|recommend", re.IGNORECASE)


@pytest.fixture(scope="module")
def edition():
    return loaded(files()).at(TODAY)


def test_the_shipped_catalogue_loads(edition):
    assert edition.version == "test"
    assert set(edition.journeys) >= {"maturity", "large_inflow", "complaint", "self_diagnosis"}
    assert set(edition.by_trigger) >= {"maturity_near", "inflow", "complaint", "scored"}


def test_the_same_files_in_another_order_give_the_same_catalogue():
    one, other = loaded(files()), loaded(dict(reversed(files().items())))
    assert one == other
    assert list(one.at(TODAY).actions) == list(other.at(TODAY).actions)


def test_contact_caps_are_those_of_the_contact_policy(edition):
    policy = edition.contact
    caps = (policy.marketing_per_day, policy.marketing_per_week, policy.calls_per_week)
    assert caps == (1, 2, 1)
    assert (policy.opens, policy.closes) == (9 * 60, 21 * 60)
    assert (policy.decline_action, policy.decline_group) == (90 * DAY, 30 * DAY)
    assert policy.attempts == 3


def test_a_page_view_is_late_after_ten_minutes_and_a_consent_never(edition):
    late = edition.lateness
    assert late.allowed("app.page_viewed") == 10 * MINUTE
    assert late.allowed("corebank.position_reported") == 3 * DAY
    assert late.allowed("consent.opted_out") == NEVER_LATE
    assert late.allowed("something.new") == late.otherwise == DAY


def test_every_event_kind_has_its_own_lateness(edition):
    assert set(edition.lateness.by_kind) == KINDS


def test_only_service_is_no_marketing_and_only_what_sells_allocates(edition):
    for action in edition.actions.values():
        assert action.marketing is (action.kind != "service")
        assert (action.sells is not None) is (action.kind == "allocate")


def test_every_treatment_is_ranked_by_the_cost_of_its_channel(edition):
    for treatment in edition.treatments.values():
        assert treatment.rank == RANKS[treatment.channel]
        assert (treatment.minutes > 0) is (treatment.channel in {"remote", "branch"})


def test_every_treatment_has_a_base_rate_with_its_date(edition):
    for treatment in edition.treatments.values():
        rate = edition.arbitration.base_rates[treatment.action, str(treatment.channel)]
        assert 0 < rate.p < 1
        assert rate.as_of in {"2026-01-01", "2026-11-27"}


def test_every_action_is_worth_more_than_a_contact_costs(edition):
    cost = edition.arbitration.cost_points
    for treatment in edition.treatments.values():
        action = edition.actions[treatment.action]
        rate = edition.arbitration.base_rates[action.id, str(treatment.channel)]
        assert action.sells or rate.p * action.value_points > cost, action.id


def test_every_text_is_said_in_both_languages_and_lawful(edition):
    for each in edition.treatments.values():
        chinese = (each.title_zh, each.text_zh, *each.script_zh)
        english = (each.title_en, each.text_en, *each.script_en)
        assert all(re.search("[一-鿿]", text) for text in chinese), each.id
        assert not any(re.search("[一-鿿]", text) for text in english), each.id
        assert not any(UNLAWFUL.search(text) for text in (*chinese, *english)), each.id


def test_a_service_notice_carries_no_sales_text(edition):
    notice = edition.treatments["maturity_notice_app"]
    for text in (notice.title_zh, notice.text_zh, notice.title_en, notice.text_en):
        assert not SALES.search(text)


def test_marketing_that_a_channel_shows_by_itself_can_be_refused(edition):
    for each in edition.treatments.values():
        if edition.actions[each.action].marketing and each.channel in {"app", "ai"}:
            assert "退订" in each.text_zh
            assert re.search("opt out|STOP", each.text_en)


def test_every_policy_row_says_where_it_comes_from():
    for name, text in files().items():
        for key, rows in tomllib.loads(text).items():
            for row in rows if isinstance(rows, list) else []:
                assert row.get("source"), f"{name}: {key}"


def test_the_maturity_journey_enters_a_week_before_and_not_for_small_sums(edition):
    entry = edition.journeys["maturity"].entry
    near = {"now": 0, "maturity": 7 * DAY, "balance": 50_000_00, "rolls_over": False}
    assert entry.holds(near.get) is True
    assert entry.holds({**near, "balance": 49_999_99}.get) is False
    assert entry.holds({**near, "rolls_over": True}.get) is False
    assert entry.holds({**near, "now": -1}.get) is False


def test_the_maturity_journey_ends_five_days_after_maturity(edition):
    journey = edition.journeys["maturity"]
    assert (journey.anchor, journey.lasts) == ("maturity", 5 * DAY)
    assert journey.instance_key == "{product}:{maturity_date}"


def test_the_maturity_goal_is_met_by_placing_or_by_agreeing(edition):
    goal = edition.journeys["maturity"].goal
    assert goal.holds({"placed": 80, "proceeds": 100, "agreed": False}.get) is True
    assert goal.holds({"placed": 79, "proceeds": 100, "agreed": False}.get) is False
    assert goal.holds({"placed": 0, "proceeds": 100, "agreed": True}.get) is True


def test_an_inflow_is_large_only_against_known_spending(edition):
    entry = edition.journeys["large_inflow"].entry
    large = {"inflow": 100_000_00, "monthly_spend": 33_000_00, "own_account": False}
    assert entry.holds(large.get) is True
    assert entry.holds({**large, "monthly_spend": 34_000_00}.get) is False
    assert entry.holds({**large, "own_account": True}.get) is False
    assert entry.holds({**large, "monthly_spend": None}.get) is None


def test_an_inflow_is_given_a_day_to_be_reversed_before_anybody_asks(edition):
    journey = edition.journeys["large_inflow"]
    first = journey.steps[journey.first]
    assert (first.do, first.wait, first.after, first.to) == (None, "time", 24 * HOUR, "ask")


def test_every_journey_can_end_by_a_step_running_out_of_time(edition):
    for journey in edition.journeys.values():
        assert any(step.to == "end" for step in journey.steps.values())
        assert journey.exits


def test_actions_outside_journeys_rest_before_they_come_again(edition):
    outside = {each.id: each for each in edition.actions.values() if each.applies is not None}
    assert set(outside) == {
        "idle_cash_view",
        "place_idle",
        "worry_reassure",
        "stay_talk",
        "complaint_follow_up",
        "case_help",
        "handover_notice",
    }
    assert all(each.rest >= DAY for each in outside.values())


def test_a_moment_before_all_policy_gets_the_first_edition():
    catalogue = loaded(files())
    assert catalogue.at(Instant(0)) is catalogue.editions[0]


def test_the_same_texts_are_read_once_and_other_texts_or_names_anew():
    texts = files()
    first = load(texts, version="once")
    assert load(dict(reversed(texts.items())), version="once") is first
    assert load(texts, version="twice").version == "twice"
    other = texts | {"tags.toml": texts["tags.toml"] + "\n# nothing new\n"}
    assert load(other, version="once") is not first
    with pytest.raises(DefinitionError):
        load(texts | {"unknown.toml": ""}, version="once")
