"""Hand-overs in the read model, on SQLite and on a real PostgreSQL."""

from tests.builders import CLIENT
from tests.journeys.test_handovers import waiting
from tests.streams.readmodel.facts_made import project


def test_a_hand_over_waits_at_one_desk_until_it_is_taken(database, desk, views):
    bank = waiting("call_back", want="付款没有成功")
    desk.lived(bank)
    project(database, desk)
    (one,) = views.waiting("team-east")
    assert (one["state"], one["client"], one["version"]) == ("offered", CLIENT, 1)
    assert one["doc"]["packet"]["want"] == "付款没有成功"
    found = views.handover(one["handover_id"])
    assert found["case"]["lines"][-1]["kind"] == "handover"
    assert found["decision"] is None or found["decision"]["client"] == CLIENT


def test_one_passed_on_waits_at_the_next_desk_only(database, desk, views):
    bank = waiting()
    bank.wait(bank.handover.accept_by)
    desk.lived(bank)
    project(database, desk)
    assert views.waiting("team-east") == []
    assert [one["version"] for one in views.waiting("rm-li")] == [2]


def test_an_older_word_that_comes_later_changes_nothing(database, desk, views):
    bank = waiting()
    bank.act("team-east")
    bank.outputs.reverse()
    desk.lived(bank)
    project(database, desk)
    assert views.waiting("team-east") == []
    assert views.handover(bank.handovers[0].handover_id)["state"] == "taken"


def test_a_hand_over_that_nobody_knows_is_none(database, desk, views):
    project(database, desk)
    assert views.handover("h_" + "9" * 32) is None
