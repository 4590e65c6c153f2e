"""Rows of a branch or an outlet: they bind beside the bank's, and only ever tighten."""

import pytest

from journeys.catalogue.difference import differences, shown
from journeys.catalogue.edition import Narrower
from journeys.catalogue.scope import Scope
from schemas.time import DAY, Instant
from tests.builders import MONDAY_10
from tests.journeys.catalogue.shipped import HEAD, fault, files, line_of, loaded

OUTLETS = f"""
[[branch]]
id = "nanjing"
name_zh = "南京分行"
name_en = "Nanjing branch"
outlets = ["outlet_1", "outlet_2"]
{HEAD}
[[branch]]
id = "suzhou"
name_zh = "苏州分行"
name_en = "Suzhou branch"
outlets = ["outlet_3"]
{HEAD}"""
OF_OUTLET = '\nscope = "outlet"\noutlet = "outlet_1"\n'
OF_BRANCH = '\nscope = "branch"\nbranch = "nanjing"\n'


def narrowed(**rows):
    """The shipped texts with two branches, and with rows added to files by their first word."""
    texts = {**files(), "outlets.toml": OUTLETS}
    for name, text in rows.items():
        texts[f"{name}.toml"] = texts.get(f"{name}.toml", "") + "\n" + text
    return texts


def a_contact(scope=OF_OUTLET, says="marketing_per_week = 1"):
    return f"[[contact]]\n{HEAD}{scope}{says}\n"


def a_lever(scope=OF_OUTLET, points=20):
    return f'[[lever]]\naction = "stay_talk"\nname = "local"\npoints = {points}\n{HEAD}{scope}'


def withdrawn(action="stay_talk", scope=OF_OUTLET):
    return f'[[withdrawn]]\naction = "{action}"\n{HEAD}{scope}'


def of(catalogue, outlet):
    return catalogue.serving(outlet).at(MONDAY_10)


def test_a_row_of_an_outlet_tightens_its_clients_caps_and_nobody_elses():
    catalogue = loaded(narrowed(contact=a_contact()))
    assert of(catalogue, "outlet_1").contact.marketing_per_week == 1
    assert of(catalogue, "outlet_1").contact.marketing_per_day == 1, "what it leaves out stands"
    for elsewhere in ("outlet_2", "outlet_3", "outlet_of_no_branch", None):
        assert of(catalogue, elsewhere) is catalogue.at(MONDAY_10)
        assert of(catalogue, elsewhere).contact.marketing_per_week == 2


def test_a_row_of_a_branch_binds_all_its_outlets_and_an_outlets_own_row_binds_beside_it():
    rows = a_contact(OF_BRANCH, 'opens = "10:00"\ncalls_per_week = 0') + a_contact(
        says='opens = "11:00"\ndecline_group = "60d"'
    )
    catalogue = loaded(narrowed(contact=rows))
    both, branch = of(catalogue, "outlet_1").contact, of(catalogue, "outlet_2").contact
    assert (both.opens, both.calls_per_week, both.decline_group) == (660, 0, 60 * DAY)
    assert (branch.opens, branch.calls_per_week, branch.decline_group) == (600, 0, 30 * DAY)
    assert of(catalogue, "outlet_1").narrower == (
        Narrower("contact", "contact", 1, Scope("branch", "nanjing")),
        Narrower("contact", "contact", 1, Scope("outlet", "outlet_1")),
    )


def test_outlets_without_rows_of_their_own_share_the_edition_of_their_branch():
    catalogue = loaded(narrowed(contact=a_contact(OF_BRANCH)))
    assert of(catalogue, "outlet_1") is of(catalogue, "outlet_2")


def test_a_lever_of_an_outlet_holds_there_instead_of_the_banks():
    rows = a_lever("", 55) + a_lever(OF_BRANCH, 20) + a_lever(OF_OUTLET, -10)
    catalogue = loaded(narrowed(arbitration=rows))
    points = [of(catalogue, each).arbitration.levers["stay_talk"] for each in OUTLET_IDS]
    assert points == [-10, 20, 55]


OUTLET_IDS = ("outlet_1", "outlet_2", "outlet_3")


def test_an_action_may_be_withdrawn_from_an_outlet():
    catalogue = loaded(narrowed(actions=withdrawn()))
    not_here = [of(catalogue, each).not_here for each in OUTLET_IDS]
    assert not_here == [{"stay_talk": Scope("outlet", "outlet_1")}, {}, {}]


def test_an_action_may_be_offered_by_one_branch_alone():
    texts = narrowed()
    old = 'id = "stay_talk"\n'
    texts["actions.toml"] = texts["actions.toml"].replace(old, old + OF_BRANCH, 1)
    catalogue = loaded(texts)
    is_offered = ["stay_talk" not in of(catalogue, each).not_here for each in (*OUTLET_IDS, None)]
    assert is_offered == [True, True, False, False], "of an unknown outlet the bank's row holds"
    assert all("stay_talk" in of(catalogue, each).actions for each in OUTLET_IDS), (
        "why-not knows it"
    )


def test_a_narrower_row_comes_and_goes_at_its_instant():
    row = a_contact().replace("2026-01-01", "2026-11-23\nvalid_to = 2026-11-24")
    view = loaded(narrowed(contact=row)).serving("outlet_1")
    days = [
        view.at(Instant(MONDAY_10 + day * DAY)).contact.marketing_per_week for day in (-1, 0, 1)
    ]
    assert days == [2, 1, 2]


def test_rows_of_one_scope_overlap_and_those_of_two_do_not():
    twice = a_contact() + a_contact(OF_BRANCH) + a_contact().replace("version = 1", "version = 2")
    assert "contact 'contact' of outlet 'outlet_1': dates overlap with version 1" in fault(
        narrowed(contact=twice)
    )


@pytest.mark.parametrize(
    ("says", "message"),
    [
        (
            "marketing_per_week = 3",
            "'marketing_per_week' is 3 for outlet 'outlet_1', looser than 2",
        ),
        ("attempts = 4", "'attempts' is 4 for outlet 'outlet_1', looser than 3"),
        ('opens = "08:30"', "'opens' is 08:30 for outlet 'outlet_1', looser than 09:00"),
        ('closes = "22:00"', "'closes' is 22:00 for outlet 'outlet_1', looser than 21:00"),
        ('decline_group = "7d"', "'decline_group' is 7d for outlet 'outlet_1', looser than 30d"),
        ('retry_unreached = "90min"', "'retry_unreached' is 90min for outlet 'outlet_1', looser"),
    ],
)
def test_a_row_that_loosens_is_refused_at_its_line_with_the_bound_to_keep(says, message):
    texts = narrowed(contact=a_contact(says=says))
    found = fault(texts)
    assert found.startswith(f"{line_of(texts, 'contact.toml', says)}: {message}")
    assert found.endswith("or tighter, or remove the key")


def test_an_outlet_may_not_loosen_what_its_branch_tightened():
    rows = a_contact(OF_BRANCH, "marketing_per_week = 1") + a_contact(says="marketing_per_week = 2")
    assert "looser than 1 around it; write 1 or tighter" in fault(narrowed(contact=rows))


def test_a_banks_row_that_becomes_tighter_makes_the_outlets_one_a_fault_from_that_day():
    texts = narrowed(contact=a_contact(says="marketing_per_week = 2"))
    bank = texts["contact.toml"].split("[[contact]]")[1]
    ended = bank.replace(
        "valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2027-01-01"
    )
    new = bank.replace("version = 1", "version = 2").replace("2026-01-01", "2027-01-01")
    new = new.replace("marketing_per_week = 2", "marketing_per_week = 1")
    texts["contact.toml"] = texts["contact.toml"].replace(bank, ended) + "\n[[contact]]" + new
    assert "'marketing_per_week' is 2 for outlet 'outlet_1', looser than 1" in fault(texts)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            {"contact": a_contact('\nscope = "outlet"\noutlet = "outlet_9"\n')},
            "unknown outlet 'outlet_9'; did you mean 'outlet_",
        ),
        (
            {"contact": a_contact('\nscope = "branch"\nbranch = "nanjin"\n')},
            "unknown branch 'nanjin'; did you mean 'nanjing'?",
        ),
        ({"contact": a_contact('\nscope = "outlet"\n')}, "missing key 'outlet'"),
        ({"contact": a_contact(says="")}, "says nothing that is tighter; write one of marketing_"),
        (
            {"contact": a_contact(says='calls_per_week = 0\noffer_holds = "1h"')},
            "'offer_holds' is how the engine works, the same for the whole bank; remove it",
        ),
        (
            {"contact": a_contact(says='opens = "20:00"\ncloses = "20:00"')},
            "outlet 'outlet_1' would have no contact hours at all; mend opens or closes",
        ),
        (
            {"actions": withdrawn("stay_tlk")},
            "unknown action 'stay_tlk'; did you mean 'stay_talk'?",
        ),
        ({"arbitration": a_lever().replace("stay_talk", "x")}, "unknown action 'x'"),
        (
            {"actions": withdrawn("maturity_notice")},
            "'maturity_notice' is a duty, owed to clients of every outlet; remove the row",
        ),
        (
            {"actions": withdrawn(scope="")},
            "an action that nobody is offered ends with its own valid_to",
        ),
        (
            {"outlets": '[[branch]]\nid = "wuxi"\nname_zh = "无锡"\nname_en = "Wuxi"\n' + HEAD},
            "'outlets' names none; write outlets",
        ),
        (
            {
                "outlets": '[[branch]]\nid = "wuxi"\nname_zh = "无锡"\nname_en = "Wuxi"\n'
                f'outlets = ["outlet_3"]\n{HEAD}'
            },
            "outlet 'outlet_3' belongs to branch 'suzhou' already; remove it from one",
        ),
    ],
)
def test_what_a_narrower_row_may_not_say_is_refused(rows, message):
    assert f": {message}" in fault(narrowed(**rows))


def test_a_duty_is_owed_to_clients_of_every_outlet():
    texts = narrowed()
    old = 'id = "maturity_notice"\n'
    texts["actions.toml"] = texts["actions.toml"].replace(old, old + OF_BRANCH, 1)
    assert "a duty is owed to clients of every outlet; remove the scope" in fault(texts)


def test_a_narrower_row_without_any_outlets_says_where_to_write_them():
    texts = {**narrowed(contact=a_contact())}
    del texts["outlets.toml"]
    assert fault(texts).endswith(
        "outlet 'outlet_1': no outlet is known then; "
        "write a [[branch]] with its outlets in outlets.toml for the same days"
    )


@pytest.mark.parametrize("name", ["conduct", "guards", "desk", "suitability", "lateness"])
def test_rows_that_bind_all_clients_alike_refuse_a_narrower_scope(name):
    texts = narrowed()
    at = texts[f"{name}.toml"].index("version = 1") + len("version = 1")
    texts[f"{name}.toml"] = texts[f"{name}.toml"][:at] + OF_OUTLET + texts[f"{name}.toml"][at:]
    assert (
        "binds the whole bank alike; remove scope and 'outlet' (narrower may be: action,"
        in fault(texts)
    )


def test_signers_read_of_which_outlet_a_row_is():
    said = [shown(one) for one in differences(narrowed(), narrowed(contact=a_contact()))]
    assert len(said) == 1
    assert said[0].startswith("contact.toml: contact outlet_1 v1: the row: None → ")
