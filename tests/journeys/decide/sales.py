"""A client with idle money, a shelf to place it on, and what suitability says of them."""

from typing import Any

from msgspec.structs import replace

from journeys.client.steps import decisions
from journeys.client.steps.draft import Draft, cause
from journeys.decide import suitability
from journeys.reference import Reference
from schemas import facts
from schemas.time import DAY, Instant, format_instant
from tests.builders import (
    CURRENT,
    MONDAY_10,
    TERM,
    Life,
    a_baseline,
    a_position,
    a_product,
    the_catalogue,
)

NOTE = a_product(
    "note", regime="NFRA", kind="WMP", issuer="PAWM", days_to_cash=90, term_days=90, fee_bp=30,
    look_through_bp=(0, 3000, 7000, 0, 0),
)  # fmt: skip
FUND = a_product(
    "bond", regime="CSRC", kind="FUND", issuer="fm", days_to_cash=3, fee_bp=50,
    look_through_bp=(0, 0, 10000, 0, 0),
)  # fmt: skip
FIELDS: dict[str, Any] = {
    "birth": "1984-05-06",
    "annual_income_fen": 40_000_000,
    "essential_spending_fen": 1_500_000,
    "horizon_years": 10,
    "debt_fen": 0,
    "debt_service_fen": 0,
}


def a_shelf(*products: Any) -> Reference:
    """The shipped catalogue with a current account and these products."""
    reference = Reference(offset=0, catalogue=the_catalogue())
    for at, product in enumerate((CURRENT, *products), start=1):
        reference = reference.with_product(product, offset=at)
    return reference


def a_life(
    *products: Any, fields: Any = FIELDS, tested: int = 90, test: Any = None, **baseline: Any
) -> Life:
    """Half a million idle on the current account, and nothing else."""
    life = Life(known=False)
    life.reference = a_shelf(*(products or (NOTE, FUND, TERM)))
    taken = format_instant(Instant(MONDAY_10 - tested * DAY))
    risk = {"risk_class": 3, "taken_at": taken, "actor": "client", "device": "client"}
    said = {"fields": fields, "risk_test": risk | (test or {})}
    said["positions"] = [a_position("cur", 500_000)]
    born = Instant(MONDAY_10 - 30 * DAY)
    life.say("corebank.baseline_loaded", a_baseline(**said | baseline), at=born)
    life.was_diagnosed()
    return life


def situation(life: Life, at: Instant = MONDAY_10) -> Any:
    """What a decision would look at now."""
    draft = Draft(life.state, life.reference)
    draft.begin(cause("asked", "/test", at=at, kind="asked"), now=at)
    return decisions.situation(draft, draft.state(), "asked")


def sold(life: Life, at: Instant = MONDAY_10, **sells: Any) -> Any:
    """What suitability says of the shipped selling action, perhaps selling something else."""
    asked = situation(life, at)
    action = asked.edition.actions["place_idle"]
    return suitability.judge(replace(action, sells=replace(action.sells, **sells)), asked)


def with_product(life: Life, product: Any) -> None:
    """Another version of a product is released."""
    life.reference = life.reference.with_product(product, offset=life.reference.offset + 1)


SERVICE = {
    "tier": "private",
    "segment": "family",
    "rm": "rm-li",
    "team": "team-east",
    "remote": "remote-1",
}
WISH = {
    "session": "s",
    "turn": 1,
    "channel": "ai",
    "language": "zh",
    "reading": "accept",
    "guesses": [{"intent": "invest_idle", "p": 0.95}],
    "margin": 0.5,
    "model": "m",
    "path": "p",
}
"""The client says that money lies idle."""


def an_open_sale(*products: Any, at: Instant = MONDAY_10, **more: Any) -> tuple[Life, Any]:
    """A client to whom a sale was just proposed, and its task row."""
    life = a_life(*(products or (NOTE,)), **{"service": SERVICE} | more)
    life.say("conversation.utterance_understood", WISH, at=at)
    (row,) = [row for row in life.state.tasks if row.action == "place_idle"]
    return life, row


def the_sale(life: Life) -> Any:
    """The decision that proposed a sale."""
    made = (o.event.data for o in life.outputs if isinstance(o.event, facts.DecisionMade))
    return next(
        one for one in made if any(c.chosen and c.action == "place_idle" for c in one.candidates)
    )
