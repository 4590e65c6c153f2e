"""A client's log and desks' logs lived together: what one says to another is heard by it."""

from typing import Any

from typing_extensions import override

from journeys.desk.fold import DeskFold
from journeys.step import Route
from schemas import codec, facts
from schemas.time import Instant
from tests.builders import an_event, the_reference
from tests.journeys.client.casework import Casework


class Bank(Casework):
    """A client and whichever desks are spoken to; messages between them arrive at once."""

    def __init__(self, **more: Any) -> None:
        self.desks: dict[str, Any] = {}
        self.desk_fold = DeskFold()
        self.desk_facts: list[Any] = []
        self._acts = 0
        super().__init__(**more)

    @override
    def hear(self, event: Any) -> list[Any]:
        step = self.fold.apply(self.state, event, self.reference)
        self.state = self.fold.decode(self.fold.encode(step.state))
        self.outputs.extend(step.outputs)
        for output in step.outputs:
            if output.route is Route.DESK_EVENTS:
                self._at_desk(output.key, output.event)
        return [output.event for output in step.outputs]

    def at_desk(self, desk: str, kind: str, data: dict[str, Any], *, at: Instant) -> list[Any]:
        """Something an adviser, or the bank, says on a desk's log; what the desk concluded."""
        self._acts += 1
        self.at = max(self.at, at)
        return self._at_desk(
            desk,
            an_event(
                kind, data, key=desk, at=at, event_id=f"act-{self._acts}", source="/desk/workbench"
            ),
        )

    def roster(self, desk: str, *, version: int = 1, at: Instant, **more: Any) -> None:
        self.at_desk(desk, "desk.roster_set", {"version": version, "shifts": []} | more, at=at)

    def _at_desk(self, desk: str, event: Any) -> list[Any]:
        state = self.desks.get(desk) or self.desk_fold.begin(desk)
        step = self.desk_fold.apply(state, event, the_reference())
        self.desks[desk] = self.desk_fold.decode(self.desk_fold.encode(step.state))
        said = [output.event for output in step.outputs if output.route is Route.DESK_FACTS]
        self.desk_facts.extend(said)
        for output in step.outputs:
            if output.route is Route.CLIENT_EVENTS:
                self.hear(codec.decode(codec.encode(output.event), codec.CLIENT_LOG))
        return said

    @property
    def handovers(self) -> list[Any]:
        return self.all_of(facts.HandoverAdvanced)

    @property
    def handover(self) -> Any:
        return self.handovers[-1]

    def hand_over(self, kind: str = "live", **more: Any) -> list[Any]:
        data = {
            "case_id": more.pop("case_id", None) or self.case.case_id,
            "kind": kind,
            "session": more.pop("session", "s1"),
            "channel": more.pop("channel", "ai"),
            "by": more.pop("by", "client"),
        }
        named = ("desk", "to", "want", "next_step")
        data |= {name: more.pop(name) for name in named if name in more}
        return self.tell("case.handover_asked", data, **more)

    def act(self, desk: str, action: str = "take", **more: Any) -> list[Any]:
        data = {
            "handover_id": more.pop("handover_id", None) or self.handover.handover_id,
            "version": more.pop("version", None) or self.handover.version,
            "action": action,
            "actor": more.pop("actor", desk),
        }
        return self.at_desk(desk, "desk.handover_acted", data, at=more.pop("at", self.at))
