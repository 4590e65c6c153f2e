"""Contact caps and hours, under any interleaving of what clients, desks and doors do."""

from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from journeys.catalogue.load import load
from journeys.measures.rolling import Move, busiest, reached_by_client
from schemas import facts
from schemas.time import DAY, HOUR, Instant
from streams.readmodel.measuring.contacts import caps
from tests.builders import CLIENT, MONDAY_10, Life, a_baseline, the_catalogue
from tests.journeys.catalogue.test_scopes import a_contact, narrowed
from tests.properties.acting import STEPS, Client, may_show


def granted(life):
    """Marketing contacts that were granted and reached the client, from the facts alone."""
    reached = {}
    for output in life.outputs:
        fact = output.event
        if isinstance(fact, facts.ContactCounted):
            if fact.data.change == "spent":
                reached[fact.data.task_id] = (fact.time, fact.data.method)
            elif fact.data.change == "returned":
                reached.pop(fact.data.task_id, None)
    return sorted(reached.values())


@given(st.lists(STEPS, max_size=40))
def test_no_interleaving_overshoots_a_cap(steps):
    client = Client()
    for step in steps:
        client.do(*step)
    contacts = granted(client.life)
    for at, method in contacts:
        week = [(t, m) for t, m in contacts if at - 7 * DAY < t <= at]
        assert len(week) <= 2
        assert sum(t > at - DAY for t, _ in week) <= 1
        assert method != "call" or sum(m == "call" for _, m in week) <= 1


@cache
def narrower():
    """A week's cap of one, and a later opening, for clients of one outlet."""
    says = 'marketing_per_week = 1\nopens = "11:00"'
    return load(narrowed(contact=a_contact(says=says)), version="narrower")


@given(st.lists(STEPS, max_size=40))
def test_no_interleaving_overshoots_the_tighter_cap_of_an_outlet(steps):
    client = Client()
    client.life.reference = replace(client.life.reference, catalogue=narrower())
    service = a_baseline()["service"] | {"outlet": "outlet_1"}
    client.life.say("corebank.service_assigned", service, event_id="outlet")
    for step in steps:
        client.do(*step)
    contacts = granted(client.life)
    for at, _ in contacts:
        assert sum(at - 7 * DAY < t <= at for t, _ in contacts) <= 1
    for output in client.life.outputs:
        if isinstance(output.event, facts.TaskChanged) and output.event.data.window is not None:
            assert output.event.data.window.opens == 660


@given(st.lists(STEPS, max_size=40))
def test_caps_hold_when_contacts_are_counted_anew_by_when_they_were(steps):
    """Not by when they became known: a channel may tell late."""
    client = Client()
    for step in steps:
        client.do(*step)
    said = [o.event.data for o in client.life.outputs if isinstance(o.event, facts.ContactCounted)]
    moves = [Move(CLIENT, use.task_id, use.change, use.method, use.at) for use in said]
    assert all(use.at is not None for use in said if use.change in ("spent", "outside"))
    touches = reached_by_client(move for move in moves if move.change != "outside")
    for cap in caps(the_catalogue().at(MONDAY_10).contact):
        assert busiest(touches.get(CLIENT, []), cap) <= cap.most, cap.id


@given(st.lists(STEPS, max_size=30))
def test_no_app_offer_is_proposed_outside_the_hours_and_every_marketing_task_carries_them(steps):
    client = Client()
    for step in steps:
        client.do(*step)
    for output in client.life.outputs:
        fact = output.event
        if isinstance(fact, facts.TaskChanged) and fact.data.marketing:
            window = fact.data.window
            assert (window.opens, window.closes) == (540, 1260)
            if fact.data.version == 1 and fact.data.desk is None:
                assert may_show(fact.data, fact.time)


@given(st.lists(STEPS, max_size=30))
def test_a_late_event_proposes_nothing(steps):
    client = Client()
    for deed, hours, which, _ in steps:
        client.do(deed, hours, which, is_late=False)
    client.said += 1
    old = Instant(client.now - 9 * DAY)
    client.life.wait(client.now)
    before = len(client.life.outputs)
    client.life.say("app.page_viewed", {"page": "redemption"}, at=old, received=client.now)
    said = [output.event for output in client.life.outputs[before:]]
    assert not any(isinstance(fact, facts.TaskChanged) and fact.data.version == 1 for fact in said)


@given(st.lists(STEPS, max_size=30))
def test_a_state_written_and_read_between_events_changes_nothing(steps):
    once, again = Client(), Client()
    for step in steps:
        once.do(*step)
        fold = again.life.fold
        again.life.state = fold.decode(fold.encode(again.life.state))
        again.do(*step)
    assert [o.event for o in once.life.outputs] == [o.event for o in again.life.outputs]
    assert once.life.fold.encode(once.life.state) == again.life.fold.encode(again.life.state)


@given(st.lists(STEPS, max_size=20))
def test_an_event_heard_twice_decides_the_same(steps):
    once, twice = Client(), Client()
    for step in steps:
        once.do(*step)
        twice.do(*step)
        repeated = twice.life.outputs and step[0] in ("inflow", "talk", "page", "complain")
        if repeated:
            twice.now = Instant(twice.now - step[1] * HOUR // 2)
            twice.said -= 1
            twice.do(*step)
    mine = [o.event for o in once.life.outputs if isinstance(o.event, facts.TaskChanged)]
    theirs = [o.event for o in twice.life.outputs if isinstance(o.event, facts.TaskChanged)]
    assert mine == theirs


@given(st.lists(STEPS, max_size=20))
def test_ticks_on_time_or_never_give_the_same_tasks(steps):
    """The same log with ticks and without: what a desk says of a task is in the log too."""
    punctual, idle = Client(), Life()
    for step in steps:
        punctual.life.wait(Instant(punctual.now + step[1] * HOUR // 2))
        punctual.do(*step)
    for kind, data, more in punctual.heard:
        idle.say(kind, data, **more)
    lives = (punctual.life, idle)
    for life in lives:
        life.wait(Instant(punctual.now + 20 * DAY))
    mine, theirs = ([o for o in life.outputs if _of_a_task(o)] for life in lives)
    assert {o.event.id: o.event.data for o in mine} == {o.event.id: o.event.data for o in theirs}


def _of_a_task(output):
    return isinstance(output.event, facts.TaskChanged)
