"""An order to be judged before it is taken: the question of an order system, and no event."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.money import Money
from schemas.time import WireDate
from schemas.wire import Channel, ProductId, Wire, WireClient


class CnyAmount(Money):
    """A positive amount of the currency that books are kept in."""

    amount_minor: Annotated[int, Field(ge=1, le=2**62)]
    currency: Literal["CNY"]


class Licence(Wire):
    """Of the adviser who wants the order: without it an adviser's order is blocked (S20)."""

    licence_until: WireDate
    authorised_products: Annotated[tuple[ProductId, ...], Field(max_length=1000)]
    authorisation_until: WireDate


class Order(Wire):
    """A purchase that somebody wants to place."""

    client: WireClient
    product: ProductId
    amount: CnyAmount
    initiator: Literal["client", "rm"]
    """Who wants it: what an adviser proposes is judged more strictly (S02, S03, S20)."""
    channel: Channel
    licence: Licence | None = None
    on_objective: bool | None = None
    """Does it serve the client's stated objective? An adviser's order of a fund must say (S02)."""
