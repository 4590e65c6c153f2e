from journeys.client.contact import ledger as slots
from journeys.client.contact.ledger import EMPTY, CoolDown, Hold, Touch
from schemas.time import DAY, HOUR, Instant

NOW = Instant(100 * DAY)


def a_touch(ago: int, *, marketing: bool = True, method: str = "call", task: str | None = None):
    return Touch(Instant(NOW - ago), method, marketing, task)


def noted(*touches: Touch):
    ledger = EMPTY
    for touch in touches:
        ledger = slots.note(ledger, touch, forget_before=Instant(NOW - 30 * DAY))
    return ledger


def test_only_marketing_counts_against_a_cap():
    ledger = noted(a_touch(HOUR), a_touch(2 * HOUR, marketing=False))
    assert slots.used_since(ledger, Instant(NOW - DAY)) == 1


def test_a_touch_exactly_a_week_old_has_left_the_week():
    ledger = noted(a_touch(7 * DAY))
    assert slots.used_since(ledger, Instant(NOW - 7 * DAY)) == 0


def test_a_method_is_counted_alone_when_asked_for():
    ledger = noted(a_touch(HOUR, method="call"), a_touch(HOUR, method="app_push"))
    assert slots.used_since(ledger, Instant(NOW - DAY), method="call") == 1


def test_a_held_slot_counts_until_it_is_given_back():
    ledger = slots.hold(EMPTY, Hold("t_1", "app_push", NOW))
    assert (slots.held(ledger), slots.is_held(ledger, "t_1")) == (1, True)
    assert slots.held(ledger, but="t_1") == 0
    assert slots.release(ledger, "t_1") == EMPTY
    assert slots.release(EMPTY, "t_1") is EMPTY


def test_a_second_hold_of_one_task_replaces_the_first():
    ledger = slots.hold(EMPTY, Hold("t_1", "app_push", NOW))
    later = slots.hold(ledger, Hold("t_1", "app_push", Instant(NOW + DAY)))
    assert [hold.until for hold in later.holds] == [NOW + DAY]


def test_a_touch_spends_the_hold_of_its_task():
    ledger = slots.hold(EMPTY, Hold("t_1", "app_push", NOW))
    spent = slots.note(ledger, a_touch(0, task="t_1"), forget_before=Instant(0))
    assert (spent.holds, len(spent.touches)) == ((), 1)


def test_a_touch_that_did_not_reach_the_client_is_taken_back():
    assert slots.unnote(noted(a_touch(HOUR, task="t_1")), "t_1") == EMPTY


def test_old_touches_are_forgotten():
    assert len(noted(a_touch(40 * DAY), a_touch(HOUR)).touches) == 1


def test_the_next_slot_frees_when_the_oldest_of_the_window_leaves_it():
    ledger = noted(a_touch(6 * DAY), a_touch(2 * DAY))
    assert slots.frees_at(ledger, cap=2, window=7 * DAY) == NOW + DAY


def test_no_time_frees_a_slot_that_holds_fill():
    ledger = slots.hold(EMPTY, Hold("t_1", "call", NOW))
    assert slots.frees_at(ledger, cap=1, window=DAY) is None


def test_a_ledger_below_its_cap_has_no_time_to_name():
    assert slots.frees_at(EMPTY, cap=1, window=DAY) is None


def test_a_cool_down_is_never_shortened():
    ledger = slots.cool_down(EMPTY, CoolDown("action:x", Instant(NOW + 9 * DAY)), now=NOW)
    again = slots.cool_down(ledger, CoolDown("action:x", Instant(NOW + DAY)), now=NOW)
    assert slots.silent_until(again, "action:x", now=NOW) == NOW + 9 * DAY


def test_a_cool_down_that_is_over_is_forgotten():
    ledger = slots.cool_down(EMPTY, CoolDown("action:x", Instant(NOW + DAY)), now=NOW)
    later = Instant(NOW + 2 * DAY)
    other = slots.cool_down(ledger, CoolDown("action:y", Instant(later + DAY)), now=later)
    assert [rest.subject for rest in other.cool_downs] == ["action:y"]
    assert slots.silent_until(ledger, "action:x", now=later) is None
