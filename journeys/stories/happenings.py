"""What happens in a story, as events of the public contract: a function for each word."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final, Protocol

from journeys.client.state import ClientState, TaskRow
from journeys.stories.story import Happening
from journeys.stories.stuck import StuckError
from schemas.time import Instant, format_instant

Data = Mapping[str, Any]
Said = tuple[str, str, Data]
"""Type, source and data."""


class Life(Protocol):
    """Of the life that a story tells, what a happening reads and moves on."""

    account: str
    state: ClientState
    now: Instant
    claims: int
    last: dict[str, Any]
    """What was said last: id, source, type and time, as a reversal names it."""

    @property
    def offset(self) -> int:
        """How far the reference has come."""
        ...

    def today(self) -> date:
        """The client's day."""
        ...

    def open_task(self, action: str | None) -> TaskRow:
        """The newest open task, of an action if one is named."""
        ...

    def regrade(self, product: str, level: int) -> None:
        """The seller's level of a product changes."""
        ...

    def position(
        self, product: str, fen: int, matures_in: int | None, cause: str = "trade"
    ) -> dict[str, Any]:
        """A position as it stands after a change."""
        ...


def said_of(told: Life, happening: Happening) -> Said:
    """The event that tells what happens now.

    Raises:
        StuckError: the story asks for what cannot be, such as an answer to no task.
    """
    return _TELL[happening.word](told, happening)


def money(fen: int) -> dict[str, Any]:
    """Money as JSON data."""
    return {"amount_minor": fen, "currency": "CNY"}


def _inflow(told: Life, said: Happening) -> Said:
    own = said.more.get("own_account", False)
    return _flow(told, "in", said.value, "transfer", own_account=own)


def _position(told: Life, said: Happening) -> Said:
    amount = said.more.get("amount")
    if amount is None:
        what = 'say how much stands there after: amount = "50_000 CNY"'
        raise StuckError("no_amount", what)
    cause = said.more.get("cause", "trade")
    found = told.position(said.value, amount, said.more.get("matures_in"), cause)
    return "corebank.position_reported", "/corebank/ledger", found


def _tested(told: Life, said: Happening) -> Said:
    taken = format_instant(told.now)
    test = {"risk_class": said.value, "taken_at": taken, "actor": "client", "device": "client"}
    return "corebank.risk_test_taken", "/corebank/profile", test


def _regraded(told: Life, said: Happening) -> Said:
    if "level" not in said.more:
        raise StuckError("no_level", "say its new level: level = 3")
    told.regrade(said.value, said.more["level"])
    return "engine.recheck_asked", "/suishen/sweeper", {"offset": told.offset}


def _diagnoses(_told: Life, said: Happening) -> Said:
    return "app.diagnosis_taken", "/app/mobile", {"finished": True, "remedy": said.value}


def _diagnosis_held(told: Life, said: Happening) -> Said:
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


def _answers(told: Life, said: Happening) -> Said:
    row = told.open_task(said.more.get("task"))
    report = {
        "task_id": row.task_id,
        "task_version": row.version,
        "channel": row.channel,
        "outcome": said.value,
    }
    return "desk.task_outcome_reported", f"/{row.channel}/mobile", report


def _presented(told: Life, said: Happening) -> Said:
    row = told.open_task(said.value)
    report = {"task_id": row.task_id, "task_version": row.version, "channel": row.channel}
    return "desk.task_presented", f"/{row.channel}/mobile", report


def _desk(told: Life, said: Happening) -> Said:
    row = told.open_task(said.more.get("task"))
    if row.desk is None:
        where = {"action": row.action, "channel": str(row.channel)}
        what = f"'{row.action}' is with no desk but with {row.channel}; use answers"
        raise StuckError("no_desk", what, **where)
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


def _complains(_told: Life, said: Happening) -> Said:
    complaint = {"complaint": "story", "topic": said.value}
    return "consent.complaint_opened", "/care/desk", complaint


def _complaint_closed(_told: Life, said: Happening) -> Said:
    closing = {"complaint": "story", "client_agrees": said.value}
    return "consent.complaint_closed", "/care/desk", closing


def _opts_out(_told: Life, said: Happening) -> Said:
    return "consent.opted_out", "/app/mobile", {"method": said.value}


def _allows(_told: Life, said: Happening) -> Said:
    consent = {"purpose": "marketing", "given": said.value}
    return "consent.consent_changed", "/app/mobile", consent


def _says(told: Life, said: Happening) -> Said:
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


def _looks_at(_told: Life, said: Happening) -> Said:
    return "app.page_viewed", "/app/mobile", {"page": said.value}


def _saves(_told: Life, said: Happening) -> Said:
    return "app.form_saved", "/app/mobile", _form(said)


def _sends(_told: Life, said: Happening) -> Said:
    return "app.form_sent", "/app/mobile", _form(said)


def _form(said: Happening) -> Data:
    return {"form": said.value, "attempt": "story", "failed": said.more.get("failed", False)}


def _enters(told: Life, said: Happening) -> Said:
    scene = _scene(said) | {"scene": said.value}
    if "consent_for" in said.more:
        scene["consent_until"] = format_instant(Instant(told.now + said.more["consent_for"]))
    return "partner.scene_entered", "/partner/story", scene


def _scene_ends(_told: Life, said: Happening) -> Said:
    scene = _scene(said) | {"scene": said.more.get("scene", "any"), "how": said.value}
    return "partner.scene_ended", "/partner/story", scene


def _scene(said: Happening) -> dict[str, Any]:
    return {"partner": said.more.get("partner", "travel"), "consent": "story"}


def _salary(told: Life, said: Happening) -> Said:
    return _flow(told, "in", said.value, "salary")


def _goes_out(told: Life, said: Happening) -> Said:
    return _flow(told, "out", said.value, "transfer")


def _flow(told: Life, direction: str, fen: int, kind: str, **more: bool) -> Said:
    flow = {
        "account": told.account,
        "flow": f"flow-{told.now}",
        "direction": direction,
        "amount": money(fen),
        "kind": kind,
    }
    return "corebank.flow_posted", "/corebank/ledger", flow | more


def _taken_back(told: Life, _said: Happening) -> Said:
    return "corebank.event_reversed", "/corebank/ledger", told.last | {"reason": "in_error"}


_TELL: Final[Mapping[str, Callable[[Life, Happening], Said]]] = {
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
