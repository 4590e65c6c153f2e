"""What real wires do to events: send twice, report late, use a word from the future."""

from typing import Final

from channels.simulator.client import Client
from channels.simulator.voice import Message, stamp
from channels.simulator.world import Said, World
from schemas.time import HOUR, MINUTE, Instant

_PAGE: Final = "org.suishen.app.page_viewed.v1"
_FLOW: Final = "org.suishen.corebank.flow_posted.v1"


class Wires:
    """Chance comes from the event's own id: a disturbance shifts nobody's stream."""

    def __init__(self, world: World) -> None:
        self._world = world
        share = world.mix["share"]
        self._twice, self._late, self._word = (
            share[name] for name in ("duplicate", "late", "future_word")
        )

    def carry(self, client: Client, message: Message, at: Instant) -> Message:
        """The event as it arrives; a second copy may follow within the half hour."""
        body = message.body
        first, second = (int(body["id"][at : at + 8], 16) / 2**32 for at in (0, 8))
        if first < self._twice:
            self._world.agenda.plan(at + int(second * 30) * MINUTE, client, "again", message)
        elif _may_be_late(message) and first < self._twice + self._late:
            then = Instant(at - (1 + int(second * 40)) * HOUR)
            message = message._replace(body=body | {"time": stamp(then)})
        elif body["type"] == _PAGE and first < self._twice + self._late + self._word:
            message = message._replace(body=body | {"data": {"page": "hologram", "depth": 3}})
        else:
            return message
        name = {"id": body["id"], "source": body["source"]}
        self._world.truth.note("wire", client, at, **name, twice=first < self._twice)
        return message

    @staticmethod
    def again(_client: Client, _at: Instant, message: Message) -> Said:
        """The same event, once more."""
        yield message


def _may_be_late(message: Message) -> bool:
    """Nothing else of the same hour rests on these."""
    kind = message.body["type"]
    return bool(kind == _PAGE or (kind == _FLOW and message.body["data"]["kind"] == "spending"))
