"""Every fault names file, line and remedy; all faults of a catalogue come at once."""

import pytest

from journeys.catalogue.load import load
from journeys.errors import DefinitionError
from tests.journeys.catalogue.shipped import (
    HEAD,
    added,
    changed,
    fault,
    faults,
    files,
    line_of,
    loaded,
)

STEP = """
[[journey.step]]
id = "extra"
wait = "time"
timeout = { after = "1d", to = "end" }
"""


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "message"),
    [
        (
            "journeys.toml",
            'timeout = { after = "3d", to = "call" }',
            'timeout = { after = "3d", to = "cal" }',
            'to = "cal"',
            "journey 'maturity': step 'notify' leads to unknown step 'cal'; did you mean 'call'?",
        ),
        (
            "journeys.toml",
            'on = { interested = "call", not_now = "call" }',
            'on = { interested = "call", not_now = "xyz" }',
            'not_now = "xyz"',
            "journey 'maturity': step 'notify' leads to unknown step 'xyz'; write the id of a step",
        ),
        (
            "journeys.toml",
            'first = "notify"',
            'first = "notfy"',
            'first = "notfy"',
            "journey 'maturity' begins at unknown step 'notfy'; did you mean 'notify'?",
        ),
        (
            "journeys.toml",
            'first = "notify"',
            'first = "xyz"',
            'first = "xyz"',
            "journey 'maturity' begins at unknown step 'xyz'; write the id of a step",
        ),
        (
            "journeys.toml",
            'wait = "reply"\ntimeout = { after = "3d", to = "call" }',
            'wait = "reply"',
            'wait = "reply"',
            'wait = "reply" has no timeout; write timeout = { after = "3d", to = "end" }',
        ),
        (
            "journeys.toml",
            'timeout = { after = "3d", to = "call" }',
            'timeout = { after = "3", to = "call" }',
            'after = "3"',
            "'3' is no span; write it with its unit: 30min, 24h or 3d",
        ),
        (
            "journeys.toml",
            'wait = "reply"',
            'wait = "replay"',
            'wait = "replay"',
            "unknown wait 'replay'; did you mean 'reply'?",
        ),
        (
            "journeys.toml",
            'on = { interested = "call"',
            'on = { intrested = "call"',
            'intrested = "call"',
            "unknown outcome or event 'intrested'; did you mean 'interested'?",
        ),
        (
            "journeys.toml",
            'do = "maturity_notice"',
            'do = "maturity_notce"',
            'do = "maturity_notce"',
            "unknown action 'maturity_notce'; did you mean 'maturity_notice'?",
        ),
        (
            "journeys.toml",
            'tags = ["maturity"]',
            'tags = ["maturty"]',
            'tags = ["maturty"]',
            "unknown tag 'maturty'; did you mean 'maturity'?",
        ),
        (
            "journeys.toml",
            'trigger = "maturity_near"',
            'trigger = "maturity_nea"',
            'trigger = "maturity_nea"',
            "unknown trigger 'maturity_nea'; did you mean 'maturity_near'?",
        ),
        (
            "journeys.toml",
            "{product}:{maturity_date}",
            "{product}:{maturity_dat}",
            "instance_key",
            "unknown variable 'maturity_dat'; did you mean 'maturity_date'?",
        ),
        (
            "journeys.toml",
            "{product}:{maturity_date}",
            "{product",
            "instance_key",
            "'instance_key': expected '}' before end of string; write names in braces: {product}",
        ),
        (
            "journeys.toml",
            "{product}:{maturity_date}",
            "product",
            "instance_key",
            "'instance_key' names no variable; write {product}",
        ),
        (
            "journeys.toml",
            'anchor = "maturity"',
            'anchor = "product"',
            'anchor = "product"',
            "unknown anchor 'product'; known are maturity",
        ),
        (
            "journeys.toml",
            'migration = "stay"',
            'migration = "sta"',
            'migration = "sta"',
            "unknown migration 'sta'; did you mean 'stay'?",
        ),
        (
            "journeys.toml",
            "balance >= 50_000 CNY",
            "blance >= 50_000 CNY",
            "blance",
            "'entry': column 20: unknown word 'blance'; did you mean 'balance'?",
        ),
        (
            "journeys.toml",
            "balance >= 50_000 CNY",
            "balance >= 50_000",
            "balance >= 50_000",
            "'entry': column 31: expected a value in money; write 50_000 CNY",
        ),
        (
            "journeys.toml",
            "balance >= 50_000 CNY",
            "inflow >= 50_000 CNY",
            "inflow >= 50_000",
            "'entry': column 20: unknown word 'inflow'",
        ),
        (
            "journeys.toml",
            "maturity in 7d",
            "maturity in 400d",
            "maturity in 400d",
            "'entry': 'maturity in 400d' looks further than the history kept (7d); write",
        ),
        (
            "journeys.toml",
            'refused = "refused" }',
            'refused = "maturity in 60d" }',
            "maturity in 60d",
            "'exits': 'maturity in 60d' looks further than the history kept (7d)",
        ),
        (
            "journeys.toml",
            'refused = "refused" }',
            'refused = "refusd" }',
            "refusd",
            "'exits': column 1: unknown word 'refusd'; did you mean 'refused'?",
        ),
        (
            "journeys.toml",
            'refused = "refused" }',
            "refused = 1 }",
            "refused = 1",
            "'exits' is not a table of texts",
        ),
        (
            "contact.toml",
            'remember_touches = "30d"',
            'remember_touches = "6d"',
            "remember_touches",
            "the weekly caps read a window of 7d, longer than the touches kept",
        ),
        (
            "contact.toml",
            'closes = "21:00"',
            'closes = "09:00"',
            "closes",
            "'closes' is not after 'opens'",
        ),
        (
            "contact.toml",
            '"09:00"',
            '"9 am"',
            "opens",
            "'9 am' is no time of day; write it as 09:00",
        ),
        ("contact.toml", '"21:00"', '"24:30"', "closes", "'24:30' is no time of day"),
        (
            "contact.toml",
            "attempts = 3",
            "attempts = 0",
            "attempts",
            "'attempts' is 0; write 1 to 10",
        ),
        (
            "contact.toml",
            "attempts = 3",
            "attempts = true",
            "attempts",
            "'attempts' is not a whole",
        ),
        ("contact.toml", "attempts = 3", "attempt = 3", "[[contact]]", "missing key 'attempts'"),
        (
            "desk.toml",
            '"15%"',
            '"15"',
            "fairness_share",
            "'15' is no share; write it with its unit",
        ),
        (
            "desk.toml",
            '"15%"',
            '"150%"',
            "fairness_share",
            "'fairness_share' is 150.0; write 0 to 100",
        ),
        ("desk.toml", '"24h"', '"24 hours"', "urgency_near", "'24 hours' is no span"),
        ("desk.toml", '"180d"', '"1h"', "unserved", "'1h' is too short; write 1440min or more"),
        (
            "lateness.toml",
            '"app.page_viewed"',
            '"app.page_view"',
            "app.page_view",
            "unknown kind 'app.page_view'; did you mean 'app.page_viewed'?",
        ),
        (
            "lateness.toml",
            'kinds = ["*"]',
            "kinds = []",
            "[[lateness]]",
            "'kinds' names no event kind",
        ),
        (
            "lateness.toml",
            'kinds = ["*"]',
            "kinds = [1]",
            "kinds",
            "'kinds' is not a list of texts",
        ),
        (
            "arbitration.toml",
            'p = "35%"',
            'p = "35%"\ncommission = 2',
            "commission",
            "'commission': ranking cannot read commission; remove the key",
        ),
        (
            "suitability.toml",
            'concentration = "60%"',
            'concentration = "60%"\ncommission = 2',
            "commission",
            "'commission': ranking cannot read commission; remove the key",
        ),
        (
            "suitability.toml",
            'id = "tenor"',
            'id = "tenour"',
            'id = "tenour"',
            "unknown id 'tenour'; did you mean 'tenor'?",
        ),
        (
            "arbitration.toml",
            'channel = "app"',
            'channel = "apps"',
            'channel = "apps"',
            "unknown channel 'apps'; did you mean 'app'?",
        ),
        (
            "arbitration.toml",
            "as_of = 2026-01-01\n",
            "",
            "[[base_rate]]",
            "missing key 'as_of'; write the day that the rate was set",
        ),
        (
            "actions.toml",
            'kind = "service"',
            'kind = "service"\nsells = ["BOND"]',
            "sells",
            "only an 'allocate' or 'protect' sells",
        ),
        (
            "actions.toml",
            "marketing = false",
            "marketing = true",
            "marketing",
            "kind 'service' takes marketing = false; only service is no marketing",
        ),
        (
            "actions.toml",
            'kind = "diagnose"',
            'kind = "diagnose"\nobligation = true',
            "obligation = true",
            'an obligation is a service: write kind = "service"',
        ),
        (
            "actions.toml",
            'topic = "renew"',
            'topic = "renwe"',
            "renwe",
            "unknown topic 'renwe'; did you mean 'renew'?",
        ),
        (
            "actions.toml",
            'group = "maturity"',
            'group = "maturiti"',
            "maturiti",
            "unknown group 'maturiti'; did you mean 'maturity'?",
        ),
        (
            "actions.toml",
            'method = "app_push"',
            'method = "visit"',
            'method = "visit"',
            "unknown method 'visit'; known are app_push, email, sms",
        ),
        (
            "actions.toml",
            'tiers = ["mass", "wealth"]',
            'tiers = ["mas", "wealth"]',
            '"mas"',
            "unknown tier 'mas'; did you mean 'mass'?",
        ),
        (
            "actions.toml",
            'applies = "intent.worry"',
            'applies = "intent.wory"',
            "intent.wory",
            "'applies': column 1: unknown word 'intent.wory'; did you mean 'intent.worry'?",
        ),
        (
            "actions.toml",
            'applies = "intent.worry"',
            'applies = "agreed"',
            'applies = "agreed"',
            "'applies': column 1: unknown word 'agreed'",
        ),
        (
            "actions.toml",
            'rest = "14d"\n',
            "",
            'applies = "intent.worry"',
            "'applies' needs 'rest', else it is proposed again at once",
        ),
        (
            "actions.toml",
            'topic = "worry"\n',
            "",
            "value_by_topic",
            "'value_by_topic' needs a topic",
        ),
        (
            "actions-sale.toml",
            'sells = ["FIX", "BOND"]',
            'sells = ["FIX", "BONDS"]',
            "sells",
            "unknown sell 'BONDS'; did you mean 'BOND'?",
        ),
        (
            "actions-sale.toml",
            'sells = ["FIX", "BOND"]',
            "sells = []",
            "sells",
            "'sells' names no class",
        ),
        (
            "actions-sale.toml",
            'sells_regimes = ["NFRA", "CSRC", "DEP"]',
            'sells_regimes = ["NFRB"]',
            "sells_regimes",
            "unknown sells_regime 'NFRB'; did you mean 'NFRA'?",
        ),
        (
            "actions-sale.toml",
            'sells_from = "idle"',
            'sells_from = "idol"',
            "sells_from",
            "unknown sells_from 'idol'; did you mean 'idle'?",
        ),
        (
            "actions-sale.toml",
            'sells = ["FIX", "BOND"]',
            'sells = ["FIX", "BOND"]\nvalue_points = 3.0',
            "value_points",
            "'value_points' of an action that sells: it is worth what the move adds",
        ),
        (
            "actions-sale.toml",
            "marketing = true",
            "marketing = false",
            "marketing",
            "kind 'allocate' takes marketing = true",
        ),
        (
            "actions-sale.toml",
            "marketing = true",
            "marketing = true\nobligation = true",
            "obligation",
            "an obligation is a service",
        ),
        (
            "actions.toml",
            'kind = "service"',
            'kind = "service"\nsells_from = "any"',
            "sells_from",
            "'sells_from' without 'sells'",
        ),
        (
            "actions.toml",
            "value_points = 2.0 ",
            "value_points = 20.0 ",
            "value_points",
            "'value_points' is 20.0; write 0 to 10.0",
        ),
        (
            "actions.toml",
            '"先问这笔资金的用途和时间", ',
            "",
            "script_en",
            "'script_zh' and 'script_en' differ in length; say every point in both",
        ),
        (
            "actions.toml",
            'id = "maturity_talk_remote"',
            'id = "maturity_talk_ai"',
            "[[action]]",
            "treatment 'maturity_talk_ai' stands twice; rename one",
        ),
        (
            "actions.toml",
            'id = "idle_cash_view_app"',
            'id = "maturity_notice_app"',
            "[[action]]",
            "treatment 'maturity_notice_app' stands twice; rename one",
        ),
        (
            "actions.toml",
            'id = "maturity_notice_app"',
            'id = "Maturity Notice"',
            "Maturity Notice",
            "'Maturity Notice' is no name; write small letters, digits and '_'",
        ),
        (
            "actions.toml",
            'channel = "app"\n',
            "",
            "[[action.treatment]]",
            "missing key 'channel'",
        ),
        (
            "journeys.toml",
            'goal = "placed >= 80% of proceeds or agreed"\n',
            "",
            "[[journey]]",
            "missing key 'goal'",
        ),
        (
            "actions.toml",
            "obligation = true",
            'obligation = "yes"',
            'obligation = "yes"',
            "'obligation' is not true or false",
        ),
        (
            "actions.toml",
            'title_zh = "您有一笔资金即将到期"',
            'title_zh = ""',
            'title_zh = ""',
            "'title_zh' is not a text",
        ),
    ],
)
def test_a_fault_names_file_line_and_remedy(name, old, new, at, message):
    texts = changed(name, old, new)
    found = [line for line in faults(texts) if message in line]
    assert found, faults(texts)
    lines = texts[name].splitlines()
    hits = [f"{name}:{1 + row}" for row, line in enumerate(lines) if at in line]
    assert any(found[0].startswith(f"{hit}: ") for hit in hits), (found, hits)


def test_all_faults_are_told_at_once():
    texts = changed("journeys.toml", 'first = "notify"', 'first = "notfy"')
    texts["contact.toml"] = texts["contact.toml"].replace("attempts = 3", "attempts = 0")
    texts["desk.toml"] = texts["desk.toml"].replace('"15%"', "15")
    assert [line.partition(":")[0] for line in faults(texts)] == [
        "journeys.toml",
        "contact.toml",
        "desk.toml",
    ]


def test_a_step_that_is_never_reached_is_refused_at_its_own_line():
    texts = changed(
        "journeys.toml",
        '\n[[journey]]\nid = "large_inflow"',
        STEP + '\n[[journey]]\nid = "large_inflow"',
    )
    at = texts["journeys.toml"].splitlines().index('id = "extra"')
    assert fault(texts) == (
        f"journeys.toml:{at}: journey 'maturity': step 'extra' is never reached; "
        "lead to it or remove it"
    )


def test_a_loop_without_a_wait_is_refused():
    texts = changed(
        "journeys.toml",
        'wait = "time"\ntimeout = { after = "24h", to = "last_call" }',
        'then = "turn"',
    )
    turn = '\n[[journey.step]]\nid = "turn"\nthen = "pause"\n'
    texts["journeys.toml"] = texts["journeys.toml"].replace(
        '\n[[journey]]\nid = "large_inflow"', turn + '\n[[journey]]\nid = "large_inflow"'
    )
    found = faults(texts)
    assert any(
        "step 'pause' is in a loop without a wait; give one of its steps" in line for line in found
    )
    assert any("step 'turn' is in a loop without a wait" in line for line in found)


def test_a_loop_through_marketing_has_no_bounded_slots():
    texts = changed(
        "journeys.toml",
        'timeout = { after = "5d", to = "end" }\non = { not_now = "end"',
        'timeout = { after = "5d", to = "pause" }\non = { not_now = "end"',
    )
    found = fault(texts)
    assert "step 'last_call' markets in a loop ('maturity_talk' is marketing)" in found
    assert found.startswith("journeys.toml:")


def test_a_step_may_lead_on_at_once():
    texts = changed(
        "journeys.toml",
        'wait = "time"\ntimeout = { after = "24h", to = "last_call" }',
        'then = "last_call"',
    )
    step = loaded(texts).editions[0].journeys["maturity"].steps["pause"]
    assert (step.wait, step.after, step.to) == (None, 0, "last_call")


def test_a_step_that_does_something_waits_for_it():
    texts = changed(
        "journeys.toml",
        'wait = "reply"\ntimeout = { after = "3d", to = "call" }',
        'then = "call"',
    )
    assert 'a step that does something waits for it; write wait = "reply"' in fault(texts)


def test_a_wait_for_a_reply_needs_something_to_reply_to():
    texts = changed("journeys.toml", 'do = "maturity_notice"\n', "")
    assert "a wait for a reply needs something to reply to" in fault(texts)


def test_a_step_called_end_or_named_twice_is_refused():
    texts = changed("journeys.toml", 'id = "pause"', 'id = "end"')
    assert any("'end' is no name for a step" in line for line in faults(texts))
    texts = changed("journeys.toml", 'id = "pause"', 'id = "call"')
    assert any("step 'call' stands twice; rename one" in line for line in faults(texts))


def test_a_journey_without_steps_is_refused():
    head = files()["journeys.toml"].split("[[journey.step]]")[0]
    assert fault({**files(), "journeys.toml": head}) == (
        f"{line_of({'j': head}, 'j', '[[journey]]').replace('j:', 'journeys.toml:')}: "
        "journey 'maturity' has no step; write [[journey.step]]"
    )


def test_an_action_without_a_treatment_is_refused():
    action = files()["actions.toml"].split("[[action.treatment]]")[0]
    texts = {**files(), "actions.toml": action}
    assert any("action 'maturity_notice' has no treatment" in line for line in faults(texts))


def test_an_action_without_a_base_rate_is_refused():
    texts = changed(
        "arbitration.toml",
        'action = "stay_talk"\nchannel = "remote"',
        'action = "stay_talk"\nchannel = "ai"',
    )
    assert "action 'stay_talk' has no base rate for channel 'remote'" in fault(texts)


def test_rates_and_levers_of_unknown_actions_are_refused():
    lever = f'[[lever]]\naction = "stay_tlk"\nname = "spring"\npoints = 55\n{HEAD}'
    rate = f'[[base_rate]]\naction = "xyz"\nchannel = "app"\np = "5%"\nas_of = 2026-01-01\n{HEAD}'
    found = faults(added("arbitration.toml", lever + rate))
    assert any("unknown action 'stay_tlk'; did you mean 'stay_talk'?" in line for line in found)
    assert any("unknown action 'xyz'; known are " in line for line in found)


def test_a_misspelt_table_or_file_is_refused():
    assert (
        "unknown key 'dsk'; did you mean 'desk'?"
        in faults(changed("desk.toml", "[[desk]]", "[[dsk]]"))[0]
    )
    found = fault({**files(), "contcat.toml": ""})
    assert found.startswith("contcat.toml:1: nothing reads this file; known are actions.toml")


def test_a_key_that_should_be_tables_is_refused():
    action = files()["actions.toml"].split("[[action.treatment]]")[0] + "treatment = [1]\n"
    found = faults({**files(), "actions.toml": action})
    assert any("'treatment' is not a list of tables; write [[treatment]]" in line for line in found)


def test_text_that_is_no_toml_names_its_line():
    found = faults({**files(), "desk.toml": "[[desk]]\nversion = = 1\n"})
    assert found[0].startswith("desk.toml:2: not TOML: ")
    assert faults({**files(), "desk.toml": "version = "})[0].startswith("desk.toml:1: not TOML: ")


def test_a_version_too_long_to_be_recorded_is_refused():
    for version in ("", "v" * 33):
        with pytest.raises(DefinitionError, match="is not 1 to 32 characters"):
            load(files(), version=version)


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "message"),
    [
        (
            "conduct.toml",
            "test_months = 12",
            "test_months = 13",
            "test_months = 13",
            "a test is valid 13 months here, and costs points from month 12 on in risk.test_age",
        ),
        (
            "desk.toml",
            'points = 4.0\npays = "25%"',
            'points = 4.0\npays = "26%"',
            'pays = "26%"',
            "stages pay 101% of the bonus together; write 100% in all or less",
        ),
        (
            "diagnosis.toml",
            'large_flow = "10%"',
            'large_flow = "0%"',
            'large_flow = "0%"',
            "a flow of 0% would always be large; write a share above 0",
        ),
        (
            "diagnosis.toml",
            '"06-30", "12-31"',
            '"12-31", "06-30"',
            "due =",
            '\'due\' must name days in order, such as ["06-30", "12-31"]',
        ),
        (
            "diagnosis.toml",
            '"06-30"',
            '"06-31"',
            "due =",
            "'06-31' is no day of every year; write it as 06-30",
        ),
    ],
)
def test_numbers_about_wealth_that_disagree_are_refused(name, old, new, at, message):
    texts = changed(name, old, new)
    found = fault(texts)
    assert found.startswith(line_of(texts, name, at)), found
    assert message in found


def test_a_file_about_wealth_left_out_is_missed_by_name():
    texts = files()
    del texts["diagnosis.toml"]
    found = faults(texts)
    assert any("diagnosis.toml:1: no returns in force" in line for line in found)
    assert any("diagnosis.toml:1: no plan in force" in line for line in found)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "journeys.toml",
            'wait = "time"\ntimeout = { after = "24h", to = "last_call" }',
            'wait = "event"\ntimeout = { after = "24h", to = "last_call" }',
            "step 'pause' waits for no event; name one in 'on'",
        ),
        (
            "journeys-complaint.toml",
            "complaint_settled =",
            "complaint_setled =",
            "unknown event 'complaint_setled'; did you mean 'complaint_settled'?",
        ),
        (
            "journeys-complaint.toml",
            'complaint_settled = "rest"',
            'complaint_settled = "rst"',
            "journey 'complaint' leads to unknown step 'rst'; did you mean 'rest'?",
        ),
        (
            "journeys-complaint.toml",
            'after = "24h", since = "opened"',
            'after = "24h", since = "complaint"',
            "unknown since 'complaint'; known are opened",
        ),
        (
            "journeys-complaint.toml",
            'goal = "at.content"',
            'goal = "at.contnt"',
            "unknown word 'at.contnt'; did you mean 'at.content'?",
        ),
        (
            "journeys-complaint.toml",
            'after = "15d", since = "opened"',
            'after = "16d", since = "opened"',
            "journey 'complaint' lets the day pass on which a complaint must be decided (rule x01)",
        ),
        (
            "actions-complaint.toml",
            'channel = "branch"\nmethod = "call"\ndesk = "team"',
            'channel = "remote"\nmethod = "call"\ndesk = "team"',
            "only the desks of a branch are chosen by 'desk'",
        ),
        (
            "triggers-salary.toml",
            'kept = "30d"',
            'kept = "1d"',
            "write within <= kept, and apart_least < apart_most",
        ),
    ],
)
def test_what_the_four_journeys_of_service_say_is_checked(name, old, new, message):
    assert any(message in line for line in faults(changed(name, old, new)))


def test_a_loop_whose_wait_counts_from_the_past_has_no_wait():
    back = changed("journeys-complaint.toml", 'to = "overdue" }', 'to = "lead" }')
    found = faults(back)
    assert any("step 'lead' is in a loop without a wait" in line for line in found)


def test_an_event_that_leads_back_to_marketing_has_no_bounded_slots():
    texts = changed(
        "journeys.toml",
        'on = { not_now = "end", declined = "end", wrong_person = "end" }\n\n[[journey]]',
        'on = { inflow = "call", not_now = "end" }\n\n[[journey]]',
    )
    assert any("step 'call' markets in a loop" in line for line in faults(texts))
