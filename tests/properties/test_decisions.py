"""What is withheld is not issued, what is recalled stays so, and nobody sways another."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from journeys.client.fold import ClientFold
from schemas import codec, facts
from schemas.reference import Stop
from schemas.tasks import OPEN_STATES, ClaimKind, TaskState
from schemas.time import DAY, Instant
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_baseline, an_event, the_reference
from tests.properties.acting import STEPS, Client

_STOPS = st.sampled_from(
    [
        (),
        (Stop(scope="all", reason="drill"),),
        (Stop(scope="channel", name="app", reason="drill"),),
        (Stop(scope="action", name="inflow_question", reason="drill"),),
    ]
)


def said(life, kind):
    return [each.event for each in life.outputs if isinstance(each.event, kind)]


@given(st.lists(st.tuples(STEPS, _STOPS), max_size=30))
def test_no_withheld_action_is_ever_issued(steps):
    client = Client()
    for step, stops in steps:
        client.life.reference = replace(client.life.reference, stops=stops)
        client.do(*step)
    decided = {fact.data.decision_id: fact.data for fact in said(client.life, facts.DecisionMade)}
    issued = {}
    for fact in said(client.life, facts.TaskChanged):
        if fact.data.version == 1:
            issued.setdefault(fact.data.decision_id, {})[fact.data.task_id] = fact.data.action
    assert issued.keys() <= decided.keys()
    for decision_id, decision in decided.items():
        tasks = issued.get(decision_id, {})
        chosen = sorted(each.action for each in decision.candidates if each.chosen)
        assert sorted(tasks.values()) == chosen
        assert set(tasks) == set(decision.task_ids)
        for each in decision.candidates:
            assert each.chosen == (each.reason is None)
            assert each.reason != "stopped" or each.action not in tasks.values()


@given(st.lists(STEPS, max_size=40))
def test_a_recalled_task_is_worked_no_more_and_what_crossed_is_flagged(steps):
    client = Client()
    for step in steps:
        client.do(*step)
    life = client.life
    for task_id in {fact.data.task_id for fact in said(life, facts.TaskChanged)}:
        versions = [f.data for f in said(life, facts.TaskChanged) if f.data.task_id == task_id]
        recalled = next((v.version for v in versions if v.state is TaskState.RECALLED), None)
        later = [] if recalled is None else [v for v in versions if v.version > recalled]
        assert all(v.state is TaskState.COMPLETED and v.crossed_recall for v in later)
        assert len(later) <= 1


@given(st.lists(STEPS, max_size=30))
def test_a_claim_after_a_recall_opens_nothing(steps):
    client = Client()
    for step in steps:
        client.do(*step)
    newest = {fact.data.task_id: fact.data for fact in said(client.life, facts.TaskChanged)}
    for task in newest.values():
        if task.state is TaskState.RECALLED and task.desk is not None:
            for kind in (ClaimKind.ACCEPTED, ClaimKind.STARTED, ClaimKind.RELEASED):
                client._claim(task, kind)
    after = {fact.data.task_id: fact.data for fact in said(client.life, facts.TaskChanged)}
    for task_id, task in newest.items():
        assert task.state in OPEN_STATES or after[task_id].state not in OPEN_STATES


@given(st.lists(STEPS, max_size=15), st.lists(STEPS, max_size=15), st.randoms())
def test_two_clients_never_sway_each_others_decisions(mine, theirs, chance):
    """Two logs mixed in any order say of each client what its own log says alone."""
    events = {CLIENT: _heard(mine), OTHER_CLIENT: _heard(theirs)}
    order = [key for key, heard in events.items() for _ in heard]
    chance.shuffle(order)
    fold, reference = ClientFold(), the_reference()
    states = {key: fold.begin(key) for key in events}
    waiting = {key: iter(_events(key, heard)) for key, heard in events.items()}
    mixed = {key: [] for key in events}
    for key in order:
        step = fold.apply(states[key], next(waiting[key]), reference)
        states[key] = step.state
        mixed[key] += [codec.encode(output.event) for output in step.outputs]
    for key, heard in events.items():
        alone = fold.begin(key)
        found = []
        for event in _events(key, heard):
            step = fold.apply(alone, event, reference)
            alone = step.state
            found += [codec.encode(output.event) for output in step.outputs]
        assert (fold.encode(alone), found) == (fold.encode(states[key]), mixed[key])


def _heard(steps):
    """What a life heard: who the client is, and then whatever happened."""
    client = Client()
    for step in steps:
        client.do(*step)
    born = {"at": Instant(MONDAY_10 - 30 * DAY), "event_id": "born"}
    return [("corebank.baseline_loaded", a_baseline(), born), *client.heard]


def _events(key, heard):
    return [an_event(kind, data, key=key, **more) for kind, data, more in heard]
