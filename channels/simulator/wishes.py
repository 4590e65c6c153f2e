"""What clients want and the engine has to find out: wishes that begin, speak and fade."""

from typing import Final

from channels.simulator.client import Client
from channels.simulator.products import CURRENT, TERMS
from channels.simulator.voice import stamp
from channels.simulator.world import World
from schemas.tasks import Task
from schemas.time import DAY, HOUR, MINUTE, Instant

PAGES: Final = {
    "renew": ("maturity", "maturity", "product"),
    "invest_idle": ("product", "product_detail"),
    "first_wealth": ("product_detail", "education"),
    "leave": ("redemption", "redemption", "holdings"),
    "worry": ("holdings", "holdings", "redemption"),
    "borrow": ("calculator",),
    "protect": ("insurance",),
    "complain": ("other",),
}
"""The pages to which a wish leads."""
_MEETS: Final = {
    "maturity_notice": "renew",
    "maturity_talk": "renew",
    "inflow_question": "invest_idle",
    "inflow_talk": "invest_idle",
    "idle_cash_view": "invest_idle",
    "worry_reassure": "worry",
    "stay_talk": "leave",
    "drawdown_call": "worry",
    "first_purchase_view": "first_wealth",
    "first_purchase_chat": "first_wealth",
    "first_purchase_talk": "first_wealth",
    "complaint_follow_up": "complain",
}
_PLACING: Final = ("renew", "invest_idle")


def begin(world: World, client: Client, wish: str, at: Instant, *, cause: str) -> None:
    """A wish comes up, for two to nine days."""
    if wish in client.wishes:
        return
    until = Instant(at + client.rng.randrange(2, 10) * DAY)
    client.wishes[wish] = until
    world.truth.note("wish", client, at, wish=wish, until=stamp(until), cause=cause)


def settle(world: World, client: Client, wish: str, at: Instant) -> None:
    """The client has what they wanted."""
    if client.wishes.pop(wish, None) is not None:
        world.truth.note("settled", client, at, wish=wish)


def is_met(client: Client, task: Task) -> bool:
    """Does the task speak of what the client wants?"""
    wish = _MEETS.get(task.action)
    if wish in _PLACING:
        return client.needs_placing
    return wish is None or wish in client.wishes


def live_a_day(world: World, client: Client, morning: Instant) -> None:
    """Wishes that begin by themselves today, and what those alive make the client do."""
    rng = client.rng
    for wish, chance in world.mix["wishes"].items():
        if rng.random() < chance and (wish != "first_wealth" or _owns_no_fund(client)):
            begin(world, client, wish, morning, cause="itself")
    acts = world.mix["acts"]
    for wish in client.wishes:
        if rng.random() < acts["utterance"]:
            world.agenda.plan(_waking(client, morning), client, "utterance", wish)
        for act, (name, what) in _ACTS.get(wish, {}).items():
            if rng.random() < acts[act]:
                world.agenda.plan(_waking(client, morning), client, name, what)


_ACTS: Final[dict[str, dict[str, tuple[str, str | None]]]] = {
    "borrow": {"borrow_form": ("form_saved", "loan")},
    "first_wealth": {"first_wealth_test": ("risk_test", None)},
    "protect": {"protect_form": ("form_saved", "insurance")},
    "leave": {"leave_transfer": ("transfer_out", None)},
    "complain": {"complain_complaint": ("complaint", None)},
}


def _waking(client: Client, morning: Instant) -> Instant:
    return Instant(morning + 8 * HOUR + client.rng.randrange(14 * 60) * MINUTE)


def _owns_no_fund(client: Client) -> bool:
    deposits = (CURRENT, *TERMS)
    return all(name in deposits or held.value == 0 for name, held in client.holdings.items())
