"""A story's words as events of the public contract, with the ticks that time brings."""

from collections.abc import Callable, Mapping, Sequence
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
from journeys.stories.missing import newest_fates, why_none
from journeys.stories.story import Happening, Story
from schemas import codec
from schemas.decisions import Candidate
from schemas.envelope import Envelope, schema_name, type_name
from schemas.errors import ContractError
from schemas.tasks import OPEN_STATES
from schemas.time import DAY, Instant, format_instant, local_day

_BANK: Final = 480
"""Minutes east of UTC: stories are told where the bank is."""
Data = Mapping[str, Any]
Said = tuple[str, str, Data]
"""Type, source and data."""


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
            DefinitionError: the story asks for what cannot be, such as an answer to no task.
        """
        try:
            return self._say(_TELL[happening.word](self, happening))
        except (DefinitionError, ContractError) as error:
            raise DefinitionError(f"{place}: '{happening.word}': {error}") from None

    @property
    def offset(self) -> int:
        """How far the reference has come."""
        return self._reference.offset

    def open_task(self, action: str | None) -> TaskRow:
        """The newest open task, of an action if one is named.

        Raises:
            DefinitionError: there is none.
        """
        for row in reversed(self.state.tasks):
            if row.state in OPEN_STATES and action in {None, row.action}:
                return row
        what = "no task is open" if action is None else f"no task '{action}' is open"
        raise DefinitionError(f"{what} at that time; {why_none(self._fates, action)}")

    def regrade(self, product: str, level: int) -> None:
        """The seller's level of a product changes.

        Raises:
            DefinitionError: there is no such product.
        """
        known = self._reference.product(product)
        if known is None:
            raise DefinitionError(f"no product '{product}' stands on the shelf")
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
            raise DefinitionError(f"{story.place}: the client: {error}") from None
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


def money(fen: int) -> dict[str, Any]:
    """Money as JSON data."""
    return {"amount_minor": fen, "currency": "CNY"}


def _inflow(told: Told, said: Happening) -> Said:
    own = said.more.get("own_account", False)
    return _flow(told, "in", said.value, "transfer", own_account=own)


def _position(told: Told, said: Happening) -> Said:
    amount = said.more.get("amount")
    if amount is None:
        raise DefinitionError('say how much stands there after: amount = "50_000 CNY"')
    cause = said.more.get("cause", "trade")
    found = told.position(said.value, amount, said.more.get("matures_in"), cause)
    return "corebank.position_reported", "/corebank/ledger", found


def _tested(told: Told, said: Happening) -> Said:
    taken = format_instant(told.now)
    test = {"risk_class": said.value, "taken_at": taken, "actor": "client", "device": "client"}
    return "corebank.risk_test_taken", "/corebank/profile", test


def _regraded(told: Told, said: Happening) -> Said:
    if "level" not in said.more:
        raise DefinitionError("say its new level: level = 3")
    told.regrade(said.value, said.more["level"])
    return "engine.recheck_asked", "/suishen/sweeper", {"offset": told.offset}


def _diagnoses(_told: Told, said: Happening) -> Said:
    return "app.diagnosis_taken", "/app/mobile", {"finished": True, "remedy": said.value}


def _diagnosis_held(told: Told, said: Happening) -> Said:
    """Shown, with a year's statement; what the flag says is whether a step was agreed and noted."""
    worth = told.state.book.value_fen
    statement = {
        "starts": (told.today() - timedelta(days=400)).isoformat(),
        "ends": told.today().isoformat(),
        "opening_fen": worth,
        "closing_fen": worth,
    }
    sitting = {
        "desk": told.state.served.rm or told.state.served.remote,
        "actor": "adviser",
        "shown": True,
        "step_agreed": said.value,
        "record_closed": said.value,
        "statement": statement,
    }
    return "desk.diagnosis_held", "/suishen/desk-fold", sitting


def _answers(told: Told, said: Happening) -> Said:
    row = told.open_task(said.more.get("task"))
    report = {
        "task_id": row.task_id,
        "task_version": row.version,
        "channel": row.channel,
        "outcome": said.value,
    }
    return "desk.task_outcome_reported", f"/{row.channel}/mobile", report


def _presented(told: Told, said: Happening) -> Said:
    row = told.open_task(said.value)
    report = {"task_id": row.task_id, "task_version": row.version, "channel": row.channel}
    return "desk.task_presented", f"/{row.channel}/mobile", report


def _desk(told: Told, said: Happening) -> Said:
    row = told.open_task(said.more.get("task"))
    if row.desk is None:
        raise DefinitionError(f"'{row.action}' is with no desk but with {row.channel}; use answers")
    told.claims += 1
    claim = {
        "task_id": row.task_id,
        "task_version": row.version,
        "number": told.claims,
        "desk": row.desk,
        "kind": said.value,
        "at": format_instant(told.now),
    }
    claim |= {key: said.more[key] for key in ("outcome", "reason") if key in said.more}
    return "desk.task_claimed", "/suishen/desk-fold", claim


def _complains(_told: Told, said: Happening) -> Said:
    complaint = {"complaint": "story", "topic": said.value}
    return "consent.complaint_opened", "/care/desk", complaint


def _complaint_closed(_told: Told, said: Happening) -> Said:
    closing = {"complaint": "story", "client_agrees": said.value}
    return "consent.complaint_closed", "/care/desk", closing


def _opts_out(_told: Told, said: Happening) -> Said:
    return "consent.opted_out", "/app/mobile", {"method": said.value}


def _allows(_told: Told, said: Happening) -> Said:
    consent = {"purpose": "marketing", "given": said.value}
    return "consent.consent_changed", "/app/mobile", consent


def _says(told: Told, said: Happening) -> Said:
    understood = {
        "session": "story",
        "turn": told.claims,
        "channel": "ai",
        "language": "zh",
        "reading": "accept",
        "guesses": [{"intent": said.value, "p": 0.95}],
        "margin": 0.9,
        "model": "story",
        "path": "story",
    }
    return "conversation.utterance_understood", "/ai/chat", understood


def _looks_at(_told: Told, said: Happening) -> Said:
    return "app.page_viewed", "/app/mobile", {"page": said.value}


def _saves(_told: Told, said: Happening) -> Said:
    return "app.form_saved", "/app/mobile", _form(said)


def _sends(_told: Told, said: Happening) -> Said:
    return "app.form_sent", "/app/mobile", _form(said)


def _form(said: Happening) -> Data:
    return {"form": said.value, "attempt": "story", "failed": said.more.get("failed", False)}


def _enters(told: Told, said: Happening) -> Said:
    scene = _scene(said) | {"scene": said.value}
    if "consent_for" in said.more:
        scene["consent_until"] = format_instant(Instant(told.now + said.more["consent_for"]))
    return "partner.scene_entered", "/partner/story", scene


def _scene_ends(_told: Told, said: Happening) -> Said:
    scene = _scene(said) | {"scene": said.more.get("scene", "any"), "how": said.value}
    return "partner.scene_ended", "/partner/story", scene


def _scene(said: Happening) -> dict[str, Any]:
    return {"partner": said.more.get("partner", "travel"), "consent": "story"}


def _salary(told: Told, said: Happening) -> Said:
    return _flow(told, "in", said.value, "salary")


def _goes_out(told: Told, said: Happening) -> Said:
    return _flow(told, "out", said.value, "transfer")


def _flow(told: Told, direction: str, fen: int, kind: str, **more: bool) -> Said:
    flow = {
        "account": told.account,
        "flow": f"flow-{told.now}",
        "direction": direction,
        "amount": money(fen),
        "kind": kind,
    }
    return "corebank.flow_posted", "/corebank/ledger", flow | more


def _taken_back(told: Told, _said: Happening) -> Said:
    return "corebank.event_reversed", "/corebank/ledger", told.last | {"reason": "in_error"}


_TELL: Final[Mapping[str, Callable[[Told, Happening], Said]]] = {
    "inflow": _inflow,
    "position": _position,
    "answers": _answers,
    "tested": _tested,
    "regraded": _regraded,
    "diagnoses": _diagnoses,
    "diagnosis_held": _diagnosis_held,
    "presented": _presented,
    "desk": _desk,
    "complains": _complains,
    "complaint_closed": _complaint_closed,
    "opts_out": _opts_out,
    "allows_marketing": _allows,
    "says": _says,
    "looks_at": _looks_at,
    "saves": _saves,
    "sends": _sends,
    "enters": _enters,
    "scene_ends": _scene_ends,
    "salary": _salary,
    "goes_out": _goes_out,
    "taken_back": _taken_back,
}
