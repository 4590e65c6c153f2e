"""Orders judged at the door: the same rows as of a proposal, at once, and never on a guess.

The client's part comes from the read model, products and policy from the reference log. If either
is away, or known to be older than policy allows, there is no answer, and no answer is not a yes.
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from journeys.catalogue.edition import Edition
from journeys.client.orders import Checked, check
from journeys.client.steps.decisions import ENGINE
from journeys.client.stored.codec import decode
from journeys.decide.verdict import Ruling
from journeys.reference import Reference
from schemas.orders import Order
from schemas.time import Instant, format_instant
from streams.errors import TransientError
from streams.ports import Clock


class Buyers(Protocol):
    """What the read model knows of clients."""

    def buyer(self, client: str) -> tuple[Instant, str] | None:
        """As of when, and the encoded state; `None` if nothing is known of them."""
        ...


class Released(Protocol):
    """Products and policy, followed on the reference log."""

    def refresh(self) -> None:
        """Read on to the end; `TransientError` while the log is away."""
        ...

    @property
    def reference(self) -> Reference:
        """As of the last refresh; `TransientError` before the first."""
        ...


class Fresh(Protocol):
    """How new the read model is known to be."""

    def refresh(self) -> None:
        """Look once more."""
        ...

    def as_of(self, client: str) -> Instant | None:
        """When a client's row was last known to be whole."""
        ...


class OrderDesk:
    """Judges orders. One thread refreshes, any thread asks."""

    def __init__(self, buyers: Buyers, released: Released, fresh: Fresh, clock: Clock) -> None:
        self._buyers, self._released, self._fresh, self._clock = buyers, released, fresh, clock
        self._read_at: Instant | None = None

    def refresh(self) -> None:
        """Read on: products and policy, and how new the tables are."""
        now = self._clock.now()
        self._released.refresh()
        self._fresh.refresh()
        self._read_at = now

    def check(self, order: Order) -> dict[str, Any]:
        """Judge an order now.

        Raises:
            TransientError: what it would be judged on cannot be read, or is too old.
        """
        now, reference = self._clock.now(), self._released.reference
        lag = reference.catalogue.at(now).suitability.order_lag
        if self._read_at is None or now - self._read_at > lag:
            raise TransientError("the reference log has not been read for too long")
        fresh = self._fresh.as_of(order.client)
        if fresh is None or now - fresh > lag:
            raise TransientError("the read model is behind the log")
        known = self._buyers.buyer(order.client)
        try:
            state = None if known is None else decode(b64decode(known[1]))
            found = check(order, state, reference, at=now)
            catalogue = reference.catalogue
            if state is not None:
                catalogue = reference.catalogue_for(state.client, state.served.outlet)
        except LookupError as error:
            raise TransientError(f"the reference log is behind the read model: {error}") from error
        except msgspec.DecodeError as error:
            raise TransientError(
                "the engine told the client in a form of another version"
            ) from error
        stated = None if known is None else known[0]
        edition = catalogue.at(now)
        return answer(found, order, reference, edition, now=now, as_of=fresh, stated=stated)


def answer(  # noqa: PLR0913 - what one answer rests on, named
    found: Checked,
    order: Order,
    reference: Reference,
    edition: Edition,
    *,
    now: Instant,
    as_of: Instant,
    stated: Instant | None,
) -> dict[str, Any]:
    """A verdict as JSON data, with every row and what it rests on."""
    reason = found.reason
    return {
        "verdict": found.verdict,
        "steps": list(found.steps),
        "reason": None if reason is None else _finding(reason),
        "findings": [_finding(one) for one in found.rulings],
        "gain_points": None if found.gain_points is None else round(found.gain_points, 4),
        "judged_at": format_instant(now),
        "as_of": format_instant(as_of),
        "client_stated_at": None if stated is None else format_instant(stated),
        "versions": {
            "engine": ENGINE,
            "catalogue": edition.version,
            "parameters": edition.wealth.id,
            "reference_offset": reference.offset,
            "product": reference.newest.get(order.product),
        },
    }


_MISSING: Final = "data_missing"


def _finding(ruling: Ruling) -> Mapping[str, Any]:
    """One row; a missing input is named and is no value."""
    is_missing = ruling.reason == _MISSING
    return {
        "rule": ruling.rule or None,
        "version": ruling.version or None,
        "verdict": ruling.verdict,
        "reason": None if ruling.reason is None else str(ruling.reason),
        "missing": ruling.value if is_missing else None,
        "value": None if is_missing else ruling.value,
        "limit": ruling.limit,
        "steps": list(ruling.steps),
    }
