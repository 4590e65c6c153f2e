"""Clients of open-bank partners: what the stories do not say."""

from schemas.time import DAY, MINUTE, Instant
from tests.builders import MONDAY_10, Life, a_position, the_reference
from tests.journeys.client.living import ends


def enters(life, partner="travel", scene="rent", *, after=0):
    at = Instant(MONDAY_10 + after)
    data = {"partner": partner, "scene": scene, "consent": "cs-1"}
    return life.say(
        "partner.scene_entered", data, at=at, source=f"/partner/{partner}", event_id=f"in-{scene}"
    )


def leaves(life, how, partner="travel", scene="rent", *, after=MINUTE):
    at = Instant(MONDAY_10 + after)
    data = {"partner": partner, "scene": scene, "consent": "cs-1", "how": how}
    return life.say("partner.scene_ended", data, at=at, source=f"/partner/{partner}")


def steps(life):
    return {run.key: run.step for run in life.state.instances}


def test_a_consent_withdrawn_ends_all_that_the_partner_told_and_nothing_of_others():
    life = Life()
    enters(life)
    enters(life, scene="fees", after=MINUTE)
    enters(life, "shop", "pay", after=MINUTE)
    assert ends(leaves(life, "consent_withdrawn", after=2 * MINUTE)) == ["exit", "exit"]
    assert steps(life) == {"shop:pay": "scene"}


def test_a_scene_that_was_only_left_may_still_be_done():
    life = Life()
    enters(life)
    leaves(life, "left")
    leaves(life, "something_new", after=2 * MINUTE)
    assert steps(life) == {"travel:rent": "scene"}
    leaves(life, "done", after=DAY)
    assert steps(life) == {"travel:rent": "rest"}


def test_a_purchase_is_a_need_of_their_own_only_after_the_scene_is_done():
    life = Life()
    life.reference = the_reference()
    enters(life)
    bought = a_position("wmp1", 310_000, version=2)
    life.say("corebank.position_reported", bought, at=Instant(MONDAY_10 + 2 * MINUTE))
    assert steps(life) == {"travel:rent": "scene"}
    assert ends(leaves(life, "done", after=3 * MINUTE)) == ["goal"]


def test_who_comes_by_every_week_arrives_once():
    life = Life()
    enters(life)
    life.wait(Instant(MONDAY_10 + 8 * DAY))
    assert steps(life) == {}
    life.say(
        "partner.scene_entered",
        {"partner": "travel", "scene": "rent", "consent": "cs-1"},
        at=Instant(MONDAY_10 + 9 * DAY),
        source="/partner/travel",
    )
    assert steps(life) == {}
