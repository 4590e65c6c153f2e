"""A case handed over: an owner and a clock at every moment, through both folds."""

import pytest
from msgspec.structs import replace

from journeys.catalogue.load import load
from schemas import codec, facts
from schemas.signals.handover import HandoverAnswered, HandoverOffered
from schemas.time import DAY, MINUTE, SECOND, Instant, parse_instant
from tests.builders import ACCOUNT, MONDAY_10, POLICIES, a_baseline, the_reference
from tests.journeys.client.casework import refused
from tests.journeys.handing import Bank


@pytest.fixture(scope="module")
def licensed():
    """Makes clients of a bank where a failed payment is for licensed desks."""
    files = {path.name: path.read_text(encoding="utf-8") for path in POLICIES.glob("*.toml")}
    help_line = 'help = "case_help"\n'
    files["cases.toml"] = files["cases.toml"].replace(
        help_line, help_line + 'licence = "payments"\n'
    )
    reference = the_reference().with_catalogue(load(files, version="licensed"), offset=9)

    def made():
        bank = Bank()
        bank.reference = reference
        return bank

    return made


def waiting(kind="live", **more):
    """A failed payment that remote-1 has, offered to another desk."""
    bank = Bank()
    bank.need(record={"payment": "p-17", "account": ACCOUNT})
    bank.note("asked", "amount", by="desk")
    bank.hand_over(kind, **more)
    return bank


def offered(bank):
    """The first word to a desk, as it stands on its log."""
    said = next(o.event for o in bank.outputs if isinstance(o.event, HandoverOffered))
    return codec.decode(codec.encode(said), codec.DESK_LOG)


def test_the_packet_carries_what_is_known_asked_left_and_wanted():
    bank = waiting(want="付款没有成功，想今天汇出", next_step="核对收款行")
    said = bank.handover
    assert (said.state, said.kind, said.desk, said.owner) == (
        "offered", "live", "team-east", "remote-1"
    )  # fmt: skip
    packet = said.packet
    assert (packet.want, packet.next_step) == ("付款没有成功，想今天汇出", "核对收款行")
    assert packet.known == {"account": ACCOUNT, "payment": "p-17"}
    assert (packet.asked, packet.left) == (("amount",), ("amount",))
    assert (packet.consent.marketing, packet.consent.complaint_open) == (True, False)
    assert "无需重复" in said.say.zh
    assert "need not repeat" in said.say.en


@pytest.mark.parametrize(("kind", "wait"), [("live", MINUTE), ("call_back", 15 * MINUTE)])
def test_each_kind_has_its_own_clock(kind, wait):
    bank = waiting(kind)
    asked_at = MONDAY_10 + 20 * SECOND
    assert bank.handover.accept_by == asked_at + wait


def test_a_branch_has_a_working_day_and_a_weekend_is_none():
    bank = Bank()
    bank.at = parse_instant("2026-11-27T16:30:00+08:00")
    bank.need()
    bank.hand_over("visit", at=parse_instant("2026-11-27T16:40:00+08:00"))
    assert bank.handover.desk == "rm-li"
    assert bank.handover.accept_by == parse_instant("2026-11-30T16:40:00+08:00")


def test_who_has_the_case_keeps_it_until_it_is_taken():
    bank = waiting()
    assert bank.case.owner == "remote-1"
    bank.act("team-east")
    assert (bank.handover.state, bank.handover.owner, bank.handover.actor) == (
        "taken", "team-east", "team-east"
    )  # fmt: skip
    assert (bank.case.owner, bank.case.reason) == ("team-east", "handed_over")
    assert bank.state.cases[0].handover is None
    assert bank.desks["team-east"].waiting == ()


def test_at_zero_the_next_desk_is_asked_and_client_and_manager_are_told():
    bank = waiting()
    first = bank.handover.accept_by
    bank.wait(first)
    said = bank.handover
    assert (said.state, said.former, said.desk, said.reason) == (
        "passed_on", "team-east", "rm-li", "not_taken"
    )  # fmt: skip
    assert said.told == ("client", "manager")
    assert "抱歉" in said.say.zh
    assert said.accept_by == first + MINUTE
    notices = [t for t in bank.all_of(facts.TaskChanged) if t.action == "handover_notice"]
    assert [(task.channel, task.marketing) for task in notices] == [("app", False)]
    assert bank.case.owner == "remote-1"
    assert bank.desks["team-east"].waiting == ()
    assert [one.handover_id for one in bank.desks["rm-li"].waiting] == [said.handover_id]


def test_where_nobody_takes_it_the_owner_keeps_it_and_a_person_is_called():
    bank = waiting()
    bank.wait(Instant(bank.at + 5 * MINUTE))
    assert [str(each.state) for each in bank.handovers] == ["offered", "passed_on", "lapsed"]
    assert (bank.handover.owner, bank.case.move, bank.case.reason) == (
        "remote-1", "overdue", "handover_lapsed"
    )  # fmt: skip
    actions = [task.action for task in bank.all_of(facts.TaskChanged)]
    assert "case_help" in actions
    bank.hand_over()  # and it may be tried again
    assert bank.handover.state == "offered"


def test_a_desk_that_passes_it_on_does_not_wait_for_zero():
    bank = waiting()
    bank.act("team-east", "pass_on")
    assert (bank.handover.state, bank.handover.reason, bank.handover.desk) == (
        "passed_on", "passed_on", "rm-li"
    )  # fmt: skip
    assert bank.handover.told == ()
    assert not [t for t in bank.all_of(facts.TaskChanged) if t.action == "handover_notice"]


def test_a_solved_case_leaves_no_desk_waiting():
    bank = waiting()
    bank.settle()
    assert bank.handover.state == "withdrawn"
    assert bank.desks["team-east"].waiting == ()
    assert bank.fold.next_due(bank.state) is None or bank.state.cases[0].handover is None


def test_a_client_who_turns_up_at_the_desk_needs_no_tap():
    bank = waiting("visit")
    assert bank.handover.desk == "rm-li"
    bank.note("said", channel="branch", session="s2")
    assert bank.case.owner == "rm-li"
    bank.wait(bank.handover.accept_by)
    assert (bank.handover.state, bank.handover.told) == ("taken", ())


def test_a_case_taken_remotely_stays_with_who_took_it_though_the_client_was_in_a_branch():
    bank = waiting()
    bank.note("said", channel="branch", session="s2")
    assert bank.case.owner == "rm-li"
    bank.act("team-east")
    assert bank.case.owner == "team-east"
    bank.hand_over()
    assert bank.case.owner == "team-east"


# Refused with reason, recorded, nothing half-done.


def test_a_desk_without_the_licence_is_passed_over_with_the_reason(licensed):
    bank = licensed()
    bank.roster("team-east", licences=["fund"], at=MONDAY_10)
    bank.need()
    bank.hand_over()
    states = [(str(one.state), one.desk, one.reason) for one in bank.handovers]
    assert states == [
        ("offered", "team-east", None),
        ("passed_on", "rm-li", "no_licence"),
    ]
    assert bank.desks["team-east"].waiting == ()
    assert bank.case.owner == "remote-1"


def test_a_desk_with_the_licence_keeps_it_until_the_licence_is_gone(licensed):
    bank = licensed()
    bank.roster("team-east", licences=["payments"], at=MONDAY_10)
    bank.need()
    bank.hand_over("call_back")
    assert bank.handover.state == "offered"
    bank.roster("team-east", version=2, licences=[], at=bank.at)
    assert (bank.handover.state, bank.handover.reason) == ("passed_on", "no_licence")


def test_a_desk_that_does_not_speak_the_clients_language_is_passed_over():
    bank = Bank()
    bank.say(
        "corebank.service_assigned",
        SERVED | {"locale": "en"},
        source="/corebank/crm",
        event_id="moved",
    )
    bank.roster("team-east", languages=["zh"], at=MONDAY_10)
    bank.need()
    bank.hand_over()
    assert (bank.handover.desk, bank.handover.reason) == ("rm-li", "no_language")


SERVED = {
    "tier": "private", "segment": "family", "rm": "rm-li", "team": "team-east",
    "remote": "remote-1",
}  # fmt: skip


def test_a_desk_that_nobody_asked_takes_nothing():
    bank = waiting()
    (said,) = bank.act("rm-li")
    assert isinstance(said, facts.HandoverRefused)
    assert (said.data.reason, said.data.action) == ("unknown_handover", "take")
    assert bank.case.owner == "remote-1"


def test_the_second_of_two_colleagues_is_told_that_it_is_taken(monkeypatch):
    bank = waiting()
    monkeypatch.setattr(bank, "hear", lambda _event: [])  # the client's log is a moment away
    assert bank.act("team-east", actor="zhao") == []
    (said,) = bank.act("team-east", actor="qian")
    assert said.data.reason == "already_taken"


def test_a_page_older_than_the_hand_over_takes_nothing():
    bank = waiting()
    (said,) = bank.act("team-east", version=7)
    assert said.data.reason == "stale_version"


def test_after_zero_it_is_too_late_even_before_the_clients_log_says_so():
    bank = waiting()
    (said,) = bank.act("team-east", at=bank.handover.accept_by)
    assert said.data.reason == "too_late"


@pytest.mark.parametrize("action", ["take", "pass_on"])
def test_an_offer_said_again_brings_no_hand_over_back(action):
    bank = waiting()
    first = offered(bank)
    bank.act("team-east", action)
    bank._at_desk("team-east", first)
    assert bank.desks["team-east"].waiting == ()
    (said,) = bank.act("team-east", version=1, actor="second")
    assert said.data.reason == "unknown_handover"


def test_what_is_offered_after_its_time_waits_nowhere():
    bank = waiting()
    first = offered(bank)
    late = first.model_copy(update={"receivedat": first.data.accept_by})
    bank.desks.pop("team-east")
    bank._at_desk("team-east", late)
    assert bank.desks["team-east"].waiting == ()


def test_what_nobody_took_waits_no_longer_than_until_the_next_one_comes():
    bank = waiting()
    first = offered(bank)
    next_one = first.data.model_copy(
        update={"handover_id": "h_" + "9" * 32, "accept_by": Instant(MONDAY_10 + 10 * MINUTE)}
    )
    at = Instant(first.data.accept_by + SECOND)
    event = first.model_copy(update={"data": next_one, "id": "h2", "time": at, "receivedat": at})
    bank._at_desk("team-east", event)
    assert [one.handover_id for one in bank.desks["team-east"].waiting] == ["h_" + "9" * 32]


def test_an_answer_from_a_desk_that_was_not_asked_changes_nothing():
    bank = waiting()
    data = {
        "handover_id": bank.handover.handover_id, "version": 1, "desk": "rm-li", "kind": "taken",
    }  # fmt: skip
    said = bank.say(
        "desk.handover_answered", data, at=bank.at, source="/suishen/desk-fold", event_id="wild"
    )
    assert refused(said) == "not_this_desk"
    assert bank.case.owner == "remote-1"


def test_an_answer_to_what_is_over_is_stale():
    bank = waiting()
    bank.act("team-east")
    data = {
        "handover_id": bank.handover.handover_id, "version": 1, "desk": "team-east",
        "kind": "taken",
    }  # fmt: skip
    said = bank.say(
        "desk.handover_answered", data, at=bank.at, source="/suishen/desk-fold", event_id="late"
    )
    assert refused(said) == "handover_over"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"case_id": "k_" + "9" * 32}, "unknown_case"),
        ({"by": "desk", "desk": "rm-li"}, "not_the_owner"),
        ({"by": "desk"}, "not_the_owner"),
        ({"to": "rm-nobody"}, "not_a_desk_of_the_client"),
        ({"to": "remote-1"}, "not_a_desk_of_the_client"),
    ],
)
def test_a_hand_over_that_may_not_be_is_refused(more, reason):
    bank = Bank()
    bank.need()
    before = bank.state.cases
    assert refused(bank.hand_over(**more)) == reason
    assert bank.state.cases == before
    assert bank.handovers == []


def test_the_owner_hands_it_to_the_desk_it_names():
    bank = Bank()
    bank.need()
    bank.hand_over("visit", by="desk", desk="remote-1", to="team-east", channel="remote")
    assert bank.handover.desk == "team-east"


def test_what_is_under_way_or_solved_is_not_handed_over_again():
    bank = waiting()
    assert refused(bank.hand_over()) == "handover_under_way"
    bank.settle()
    assert refused(bank.hand_over()) == "case_resolved"


def test_a_client_whom_no_other_desk_serves_is_handed_to_nobody():
    bank = Bank()
    bank.say(
        "corebank.service_assigned",
        {"tier": "mass", "segment": "family", "remote": "remote-1"},
        source="/corebank/crm",
        event_id="moved",
    )
    bank.need()
    assert refused(bank.hand_over()) == "nobody_to_ask"


def test_a_state_read_back_hands_over_as_before():
    bank = waiting()
    again = bank.fold.decode(bank.fold.encode(bank.state))
    assert again == bank.state
    assert bank.fold.next_due(again) == bank.handover.accept_by


# The desk's log lags: what it says of a take comes after the clock stood at zero.


@pytest.fixture
def lagging(monkeypatch):
    """A hand-over at team-east whose answers are kept back."""
    bank = waiting()
    hear, bank.late = bank.hear, []

    def hold(event):
        if isinstance(event, HandoverAnswered):
            bank.late.append(event)
            return []
        return hear(event)

    monkeypatch.setattr(bank, "hear", hold)
    bank.let_go = lambda: [said for event in bank.late for said in hear(event)]
    return bank


def test_a_take_that_came_too_late_to_the_clients_log_is_refused_to_who_took_it(lagging):
    first = lagging.handover
    assert lagging.act("team-east", actor="zhao", at=Instant(first.accept_by - 10 * SECOND)) == []
    lagging.wait(first.accept_by)
    (said,) = [each for each in lagging.desk_facts if isinstance(each, facts.HandoverRefused)]
    assert (said.data.handover_id, said.data.actor, said.data.action, said.data.reason) == (
        first.handover_id, "zhao", "take", "too_late"
    )  # fmt: skip
    assert refused(lagging.let_go()) == "handover_over"
    assert lagging.case.owner == "remote-1"
    assert (lagging.handover.state, lagging.handover.desk) == ("passed_on", "rm-li")


def test_a_case_that_was_solved_while_a_desk_took_it_says_so_to_who_took_it(lagging):
    lagging.act("team-east", actor="zhao")
    lagging.settle()
    (said,) = [each for each in lagging.desk_facts if isinstance(each, facts.HandoverRefused)]
    assert (said.data.actor, said.data.reason) == ("zhao", "too_late")


def test_who_passed_it_on_is_refused_nothing_however_late_it_is_heard(lagging):
    lagging.act("team-east", "pass_on")
    lagging.wait(lagging.handover.accept_by)
    assert not [each for each in lagging.desk_facts if isinstance(each, facts.HandoverRefused)]


def test_a_take_that_stands_is_refused_to_nobody():
    bank = waiting()
    bank.act("team-east")
    assert bank.case.owner == "team-east"
    assert not [each for each in bank.desk_facts if isinstance(each, facts.HandoverRefused)]


# Who serves the client, and who has the case, may change while somebody is asked.


def move(bank, **changed):
    bank.say(
        "corebank.service_assigned", SERVED | changed, at=bank.at, source="/corebank/crm",
        event_id="moved",
    )  # fmt: skip


def test_a_desk_that_serves_the_client_no_more_is_asked_no_more():
    bank = waiting("visit")
    assert bank.handover.desk == "rm-li"
    move(bank, rm="rm-wang")
    said = bank.handover
    assert (said.state, said.former, said.desk, said.reason) == (
        "passed_on", "rm-li", "rm-wang", "not_served_by_desk"
    )  # fmt: skip
    assert bank.desks["rm-li"].waiting == ()
    (refusal,) = bank.act("rm-li", version=1)
    assert refusal.data.reason == "unknown_handover"
    assert bank.case.owner == "remote-1"


def test_a_baseline_that_names_another_desk_moves_a_case_under_way_too():
    bank = waiting("visit")
    baseline = a_baseline() | {"service": SERVED | {"rm": "rm-wang"}}
    bank.say(
        "corebank.baseline_loaded", baseline, at=bank.at, source="/corebank/crm", event_id="again"
    )
    said = bank.handover
    assert (said.state, said.desk, said.reason) == ("passed_on", "rm-wang", "not_served_by_desk")


def test_a_desk_that_serves_the_client_no_more_takes_nothing_though_it_was_asked():
    bank = waiting("visit")
    served = replace(bank.state.served, rm="rm-wang")  # as no event says it: the answer is judged
    bank.state = replace(bank.state, served=served)
    bank.act("rm-li")
    said = bank.handover
    assert (said.state, said.desk, said.reason) == ("passed_on", "team-east", "not_served_by_desk")
    assert bank.case.owner == "remote-1"


def test_who_serves_the_client_now_is_asked_next_and_who_did_before_is_not():
    bank = waiting()
    move(bank, rm="rm-wang")
    assert (bank.handover.version, bank.handover.desk) == (1, "team-east")
    bank.act("team-east", "pass_on")
    assert (bank.handover.state, bank.handover.desk) == ("passed_on", "rm-wang")
    bank.act("rm-wang", "pass_on")
    assert (bank.handover.state, bank.handover.owner) == ("lapsed", "remote-1")


def test_who_passed_it_on_is_not_asked_again_when_others_serve_the_client():
    bank = waiting("visit")
    bank.act("rm-li", "pass_on")
    move(bank, team="team-west")
    assert (bank.handover.state, bank.handover.desk) == ("passed_on", "team-west")
    bank.act("team-west", "pass_on")
    assert bank.handover.state == "lapsed"


def test_where_nobody_serves_the_client_any_more_who_has_the_case_keeps_it():
    bank = waiting("visit")
    move(bank, rm=None, team=None)
    assert (bank.handover.state, bank.handover.owner) == ("lapsed", "remote-1")


def test_passed_on_to_who_has_the_case_already_it_is_taken_and_nobody_is_told_otherwise():
    bank = waiting("call_back")
    bank.note("said", channel="branch", session="s2")
    assert (bank.handover.desk, bank.case.owner) == ("team-east", "rm-li")
    bank.act("team-east", "pass_on")
    said = bank.handover
    assert (said.state, said.owner, said.desk, said.told) == ("taken", "rm-li", "rm-li", ())
    assert not bank.state.cases[0].overdue
    assert bank.desks["team-east"].waiting == ()


def test_who_asks_far_too_late_is_refused():
    bank = Bank()
    bank.need()
    at = bank.at
    said = bank.hand_over(at=Instant(at - 400 * DAY), received=at)
    assert [(str(each.data.effect), each.data.reason) for each in said] == [
        ("late_no_contact", "later_than_allowed"),
        ("refused", "asked_too_late"),
    ]
    assert bank.handovers == []


def test_a_resolved_case_that_gets_another_owner_says_so():
    bank = Bank()
    bank.need()
    bank.settle()
    bank.note("said", channel="branch", session="s9")
    assert bank.state.cases[0].owner == "rm-li"
    assert (bank.case.life, bank.case.owner) == ("resolved", "rm-li")
