"""A story's words as events of the public contract, with the ticks that time brings."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any, Final

from pydantic_core import to_json

from journeys.client.fold import ClientFold
from journeys.client.state import ClientState, TaskRow
from journeys.decide.control import group_of
from journeys.errors import DefinitionError
from journeys.identity import derive
from journeys.reference import Reference
from journeys.stories.happenings import Said, money, said_of
from journeys.stories.missing import newest_fates, why_none, withheld
from journeys.stories.story import Happening, Story
from journeys.stories.stuck import StuckError
from schemas import codec
from schemas.decisions import Candidate
from schemas.envelope import Envelope, schema_name, type_name
from schemas.errors import ContractError
from schemas.tasks import OPEN_STATES
from schemas.time import DAY, Instant, format_instant, local_day

_BANK: Final = 480
"""Minutes east of UTC: stories are told where the bank is."""


class Told:
    """One client, lived through the fold word by word."""

    def __init__(self, story: Story, reference: Reference) -> None:
        self._fold, self._reference, self._story = ClientFold(), reference, story
        self.client = _somebody(story, reference)
        self.account = "ac_" + derive("account", story.name_en)[:16]
        self.state: ClientState = self._fold.begin(self.client)
        self.now = story.start
        self.versions: dict[str, int] = {}
        self.claims = 0
        self.last: dict[str, Any] = {}
        """What was said last: id, source, type and time, as a reversal names it."""
        self._count = 0
        self._fates: Sequence[Candidate] = ()
        """Of the newest decision."""
        self._begin()

    def let_pass(self, span: int) -> list[Envelope]:
        """Time passes, and what falls due is done in its order; what was concluded."""
        until = Instant(self.now + span)
        said: list[Envelope] = []
        while (due := self._fold.next_due(self.state)) is not None and due <= until:
            self.now = max(self.now, due)
            tick = {"due": format_instant(due)}
            said += self._say(("engine.ticked", "/suishen/timers", tick), at=due)
        self.now = until
        return said

    def happen(self, happening: Happening, place: str) -> list[Envelope]:
        """Something happens now; what was concluded.

        Raises:
            StuckError: the story asks for what cannot be, such as an answer to no task.
        """
        try:
            return self._say(said_of(self, happening))
        except StuckError as error:
            raise error.at(place, happening.word) from None
        except (DefinitionError, ContractError) as error:
            raise _refused(error).at(place, happening.word) from None

    @property
    def offset(self) -> int:
        """How far the reference has come."""
        return self._reference.offset

    def open_task(self, action: str | None) -> TaskRow:
        """The newest open task, of an action if one is named.

        Raises:
            StuckError: there is none.
        """
        for row in reversed(self.state.tasks):
            if row.state in OPEN_STATES and action in {None, row.action}:
                return row
        what = "no task is open" if action is None else f"no task '{action}' is open"
        kept = withheld(self._fates, action)
        message = f"{what} at that time; {why_none(kept)}"
        raise StuckError("no_task", message, action=action, withheld=kept)

    def regrade(self, product: str, level: int) -> None:
        """The seller's level of a product changes.

        Raises:
            StuckError: there is no such product.
        """
        known = self._reference.product(product)
        if known is None:
            what = f"no product '{product}' stands on the shelf"
            raise StuckError("no_product", what, product=product)
        newer = {"version": known.version + 1, "issuer_level": level, "seller_level": level}
        offset = self._reference.offset + 1
        graded = known.model_copy(update=newer)
        self._reference = self._reference.with_product(graded, offset=offset)

    def position(
        self, product: str, fen: int, matures_in: int | None, cause: str = "trade"
    ) -> dict[str, Any]:
        """A position as it stands after a change."""
        self.versions[product] = self.versions.get(product, 0) + 1
        found = {
            "account": self.account,
            "product": product,
            "version": self.versions[product],
            "value": money(fen),
            "as_of": format_instant(self.now),
            "cause": cause,
        }
        if matures_in is not None:
            found["maturity"] = (self.today() + timedelta(days=matures_in // DAY)).isoformat()
        return found

    def today(self) -> date:
        """The client's day."""
        return local_day(self.now, utc_offset_minutes=_BANK)

    def _begin(self) -> None:
        """The day before: what core systems know of the client."""
        story = self._story
        known = story.client
        self.now = Instant(story.start - DAY)
        served = {key: known[key] for key in _SERVED if key in known}
        fields = {wire: known[key] for key, wire in _FIELDS.items() if key in known}
        baseline: dict[str, Any] = {
            "service": {"tier": "mass", "segment": "unknown"} | served,
            "consents": {
                "marketing": known.get("marketing", True),
                "profiling": known.get("profiling", True),
            },
            "fields": fields,
            "positions": [
                self.position(
                    one["product"], one["fen"], one["matures_in"] and one["matures_in"] + DAY
                )
                for one in story.holds
            ],
        }
        if "risk_class" in known:
            baseline["risk_test"] = {
                "risk_class": known["risk_class"],
                "taken_at": format_instant(Instant(story.start - 90 * DAY)),
                "actor": "client",
                "device": "client",
            }
        try:
            self._say(("corebank.baseline_loaded", "/corebank/load", baseline))
        except ContractError as error:
            raise _refused(error).at(story.place) from None
        self.let_pass(DAY)

    def _say(self, said: Said, *, at: Instant | None = None) -> list[Envelope]:
        kind, source, data = said
        at = self.now if at is None else at
        self._count += 1
        wire_type = type_name(f"{kind}.v1")
        document = {
            "specversion": "1.0",
            "id": f"story-{self._count}",
            "source": source,
            "type": wire_type,
            "subject": self.client,
            "time": format_instant(at),
            "dataschema": schema_name(wire_type),
            "partitionkey": self.client,
            "receivedat": format_instant(at),
            "data": data,
        }
        if kind != "engine.ticked":
            self.last = {key: document[key] for key in ("id", "source", "type", "time")}
        event = codec.decode(to_json(document), codec.CLIENT_LOG, key=self.client)
        step = self._fold.apply(self.state, event, self._reference)
        self.state = step.state
        concluded = [output.event for output in step.outputs]
        self._fates = newest_fates(concluded, self._fates)
        return concluded


def _refused(error: Exception) -> StuckError:
    return StuckError("refused", str(error), fault=str(error))


def _somebody(story: Story, reference: Reference) -> str:
    """A client whom no control group holds back: stories are of those who are treated."""
    controls = reference.catalogue.at(story.start).arbitration.controls
    tokens = ("ct_" + derive("story", story.name_en, *"+" * nth) for nth in count())
    return next(token for token in tokens if group_of(token, controls) is None)


_SERVED: Final = ("tier", "segment", "rm", "team", "remote", "outlet", "locale")
_FIELDS: Final = {
    "born": "birth",
    "spending": "essential_spending_fen",
    "income": "annual_income_fen",
    "horizon": "horizon_years",
    "bears": "tolerable_loss",
}
