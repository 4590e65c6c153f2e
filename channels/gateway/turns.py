"""The AI channel's door: a turn goes on the client's log, and what follows comes back at once.

The door decides nothing: it waits for what the turn has caused, and reads out how the client's
cases, operations and offers stand then.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from channels.gateway import standing
from channels.gateway.door import Accepted, accept
from channels.masking import mask
from journeys.catalogue.edition import Edition
from schemas.envelope import schema_name, type_name
from schemas.time import MINUTE, Instant, format_instant
from schemas.turns import Turn
from streams.ports import Clock, Publisher

SOURCE: Final = "/conversation/ai"
CORE: Final = "/corebank/operations"
_POLL_S: Final = 0.02
_LOOKS_AFTER: Final = 3
"""So often it is looked again once the fold has applied a turn that seems to cause nothing."""
_EXPIRES: Final = 5 * MINUTE
"""How long an answer may be shown: then the channel asks again."""
_NOT_SPOKEN: Final = frozenset({"corebank.step_answered", "app.page_viewed"})
"""Types without session and channel."""
_TEXTS: Final = ("text", "want", "next_step")


class TurnViews(Protocol):
    """What the read model knows."""

    def story(self, event_id: str, source: str | None) -> Mapping[str, Any] | None:
        """What became of an event."""
        ...

    def cases(self, client: str) -> list[dict[str, Any]]:
        """A client's newest cases with their lines."""
        ...

    def offers(self, client: str, channel: str) -> list[dict[str, Any]]:
        """The open tasks of a client in a channel without desks."""
        ...

    def decided_by(self, event_id: str, source: str) -> str | None:
        """The decision that an event caused, if any."""
        ...


class Editions(Protocol):
    """The catalogue in force."""

    def at(self, moment: Instant) -> Edition:
        """The edition in force at an instant; `TransientError` before one is known."""
        ...


class Answer(NamedTuple):
    """What the door says; `is_whole` is false while the turn's effect is not known yet."""

    is_whole: bool
    body: dict[str, Any]


class TurnDesk:
    """Takes turns."""

    def __init__(
        self, publisher: Publisher, views: TurnViews, clock: Clock, editions: Editions
    ) -> None:
        """Take turns.

        Args:
            publisher: to the log.
            views: asked until the turn has had its effect.
            clock: stamps.
            editions: the policy whose texts are said.
        """
        self._publisher, self._views, self._clock = publisher, views, clock
        self._editions = editions

    async def take(self, turn: Turn) -> Answer:
        """Put a turn on the log and answer.

        Raises:
            ContractError: the turn's data breaks its contract.
            TransientError: the log is away.
        """
        source = CORE if turn.type == "corebank.step_answered" else SOURCE
        taken = accepted(turn, source, now=self._clock.now())
        await self._publisher.publish([taken.message])
        story = await self._settled(turn, source)
        return await run_in_threadpool(self._answer, turn, source, story)

    async def _settled(self, turn: Turn, source: str) -> Mapping[str, Any] | None:
        """The turn's story once it has had its effect; `None` if that takes too long."""
        until, looks = time.perf_counter() + turn.wait_ms / 1000, 0
        while True:
            story = await run_in_threadpool(self._views.story, turn.turn_id, source)
            if story is not None and story.get("state") != "logged":
                looks += 1
                if story["caused"] or looks >= _LOOKS_AFTER:
                    return story
            if time.perf_counter() >= until:
                return None
            await asyncio.sleep(_POLL_S)

    def _answer(self, turn: Turn, source: str, story: Mapping[str, Any] | None) -> Answer:
        now = self._clock.now()
        body: dict[str, Any] = {"turn_id": turn.turn_id, "as_of": format_instant(now)}
        if story is None:
            return Answer(is_whole=False, body=body)
        cases = self._views.cases(turn.client_ref)
        offers = self._views.offers(turn.client_ref, "ai")
        edition = self._editions.at(now)
        said = standing.next_of(cases, offers, turn, edition, now=now)
        body |= {
            "decision_id": self._views.decided_by(turn.turn_id, source),
            "case_id": said.case_id,
            "expires_at": format_instant(Instant(now + _EXPIRES)),
            "next": said.next,
            "must_show": said.must_show,
            "versions": {"catalogue": edition.version},
        }
        if story.get("state") not in ("applied", None):
            body["refused"] = {"state": story["state"], "reason": story.get("reason")}
        return Answer(is_whole=True, body=body)


def accepted(turn: Turn, source: str, *, now: Instant) -> Accepted:
    """The turn as an event, with personal numbers masked, checked as any event is."""
    spoken = {} if turn.type in _NOT_SPOKEN else {"session": turn.session_id, "channel": "ai"}
    wire_type = type_name(f"{turn.type}.v1")
    document = {
        "specversion": "1.0",
        "id": turn.turn_id,
        "source": source,
        "type": wire_type,
        "subject": turn.client_ref,
        "time": format_instant(now),
        "dataschema": schema_name(wire_type),
        "partitionkey": turn.client_ref,
        "data": masked({**turn.data, **spoken}),
    }
    return accept(to_json(document), now=now)


def masked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Free text without long numbers.

    Example:
        >>> masked({"want": "call 138 0000 0000", "note": {"text": "6222021234567890"}})
        {'want': 'call ***', 'note': {'text': '***'}}
    """
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            found[name] = masked(value)
        elif name in _TEXTS and isinstance(value, str):
            found[name] = mask(value)
        else:
            found[name] = value
    return found
