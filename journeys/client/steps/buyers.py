"""What an order of this client is judged on, told to the doors whenever it changes.

Orders are judged at a door, at once, by the same rows as proposals. The door has the client's part
of it from this fact: household, holdings and gaps, as the fold knows them. What changes the value
of a holding and nothing else is told only once it has moved the book by a step, so that a day's
prices and payments are no flood.
"""

from base64 import b64encode

from journeys.client.state import ClientState, Holding, Served, holding_of
from journeys.client.steps.draft import Draft
from journeys.client.stored.codec import encode
from schemas.envelope import Envelope
from schemas.facts import Buyer, BuyerStated
from schemas.signals.corebank import PositionReported

Held = tuple[Holding, ...]


def tell(draft: Draft, before: ClientState, event: Envelope | None, due: Held) -> None:
    """Say it if it has changed.

    Args:
        draft: with everything applied.
        before: the state that the event met.
        event: what was applied; `None` for a gap.
        due: the holdings after what was due before the event.
    """
    is_same = (
        draft.household is before.household
        and draft.holes is before.holes
        and (draft.served is before.served or _is_same_place(draft.served, before.served))
    )
    if is_same and not _have_moved(draft, before, event, due):
        return
    draft.stated_fen = draft.book.value_fen
    draft.conclude(BuyerStated, Buyer(as_of=draft.now, state=_encoded(draft)))


def _is_same_place(one: Served, other: Served) -> bool:
    return (one.utc_offset_minutes, one.outlet) == (other.utc_offset_minutes, other.outlet)


def _have_moved(draft: Draft, before: ClientState, event: Envelope | None, due: Held) -> bool:
    if draft.holdings is before.holdings:
        return False
    if due is not before.holdings or not isinstance(event, PositionReported):
        return True
    if not _is_value_alone(draft, before, event):
        return True
    step = draft.edition.suitability.told_step * draft.stated_fen
    return abs(draft.book.value_fen - draft.stated_fen) >= step


def _is_value_alone(draft: Draft, before: ClientState, event: PositionReported) -> bool:
    account, product = event.data.account, event.data.product
    old, new = (holding_of(held, account, product) for held in (before.holdings, draft.holdings))
    if old is None or new is None or old.lot is None or new.lot is None:
        return False
    is_same = old.lot.facts_version == new.lot.facts_version
    return is_same and old.lot.fee_class == new.lot.fee_class and old.doubt == new.doubt


def _encoded(draft: Draft) -> str:
    bare = ClientState(
        client=draft.client,
        served=Served(
            # A catalogue may be in force for the clients of some outlets alone.
            utc_offset_minutes=draft.served.utc_offset_minutes,
            outlet=draft.served.outlet,
        ),
        household=draft.household,
        holdings=draft.holdings,
        holes=draft.holes,
    )
    return b64encode(encode(bare)).decode()
