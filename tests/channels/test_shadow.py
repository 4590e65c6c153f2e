"""`suishen catalogue shadow`: what the catalogue in shadow would have done, from a folder's log."""

import json

import pytest

from schemas.reference import Activation, CatalogueDraft
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10, a_release
from tests.journeys.catalogue.shipped import changed, files
from tests.journeys.client.living import INFLOW
from tests.streams.running import Running

CLIENTS = [f"ct_{number:032x}" for number in range(1, 7)]
NONE = changed("contact.toml", "marketing_per_day = 1", "marketing_per_day = 0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six clients with a large inflow; the catalogue in shadow would contact nobody."""
    place = tmp_path_factory.mktemp("shadow")
    running = Running(place)
    running.release()
    draft = CatalogueDraft(**dict(a_release(NONE, over=files(), version="two")))
    running.engine.release([draft])
    for client in CLIENTS:
        running.known(client)
    running.live()
    stage = Activation(version=1, catalogue="two", stage="shadow", by="bo")
    running.engine.release([stage])
    running.clock.moment = Instant(MONDAY_10 + HOUR)
    for client in CLIENTS:
        running.say("corebank.flow_posted", INFLOW, key=client, event_id=f"flow-{client}")
    running.live()
    while (due := running.engine.next_due()) is not None and due <= MONDAY_10 + 5 * DAY:
        running.clock.moment = Instant(due)
        running.engine.fire_timers(due)
        running.live()
    running.engine.close()
    return place


def test_it_tells_what_the_shadow_would_not_have_done_and_why(folder, suishen):
    code, out, _ = suishen("catalogue", "shadow", "--data", folder, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["catalogue"] == "two"
    assert found["other"] >= len(CLIENTS)
    assert found["actions"]["inflow_question"] == {"both": 0, "life": 6, "shadow": 0}
    (why,) = [row for row in found["withheld"] if row["action"] == "inflow_question"]
    assert why["times"] == 6
    assert "cap_day" in why["why"]


def test_an_example_can_be_explained(folder, suishen):
    found = json.loads(suishen("catalogue", "shadow", "--data", folder, "--json")[1])
    named = next(one["decision"] for one in found["examples"] if one["decision"])
    code, out, _ = suishen("explain", named, "--data", folder)
    assert code == 0
    assert "inflow_question" in out or "资金" in out


@pytest.mark.parametrize(("lang", "word"), [("zh", "仅现行"), ("en", "life only")])
def test_it_is_told_in_both_languages(folder, suishen, lang, word):
    code, out, _ = suishen("catalogue", "shadow", "--data", folder, "--lang", lang)
    assert code == 0
    assert word in out
    assert "inflow_question" in out


def test_a_version_that_was_never_in_shadow_has_decided_nothing(folder, suishen):
    code, out, _ = suishen("catalogue", "shadow", "three", "--data", folder, "--lang", "en")
    assert (code, "three has not decided in shadow yet: once in its" in out) == (0, True)


def test_where_nothing_is_staged_it_says_what_to_do(tmp_path, suishen):
    running = Running(tmp_path)
    running.release()
    running.engine.close()
    code, _, err = suishen("catalogue", "shadow", "--data", tmp_path)
    assert code == 2
    assert "--to shadow" in err
