"""May the client be contacted now, by this method: caps, hours, opt-outs, cool-downs.

Caps count slots: `used + held <= cap` after the grant, over rolling windows, at the only writer.
"""

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.edition import ContactPolicy
from journeys.client.contact import ledger as slots
from journeys.client.contact.ledger import Ledger, Touch
from journeys.client.state import Allowed, ClientState, Served
from journeys.decide.verdict import Withheld
from journeys.identity import short_hash
from schemas.decisions import Stage, WithheldReason
from schemas.tasks import SendWindow
from schemas.time import DAY, MINUTE, Instant
from schemas.wire import Method

LONGEST: Final = 7 * DAY
"""The longest window of a cap: who counts contacts looks no further back."""
CAPS = frozenset({WithheldReason.CAP_DAY, WithheldReason.CAP_WEEK, WithheldReason.CAP_CHANNEL})
"""What a cap says no with."""


def judge(
    action: Action,
    treatment: Treatment,
    state: ClientState,
    policy: ContactPolicy,
    *,
    now: Instant,
    in_hours_only: bool,
) -> Withheld | None:
    """The first row that says no, in the table's order; a service contact is exempt (CT05)."""
    return Asked(state, policy, now=now).judge(action, treatment, in_hours_only=in_hours_only)


class Row(NamedTuple):
    """One row of the table, asked."""

    name: str
    no: Withheld | None


class Asked:
    """The table asked of one client at one moment: what reads no action, once for each method."""

    def __init__(self, state: ClientState, policy: ContactPolicy, *, now: Instant) -> None:
        """Nothing is asked yet."""
        self._state, self._policy, self._now = state, policy, now
        self._persons: dict[Method, Withheld | None] = {}
        self._caps: dict[Method, Withheld | None] = {}

    def judge(
        self, action: Action, treatment: Treatment, *, in_hours_only: bool
    ) -> Withheld | None:
        """The first row that says no; see `judge`."""
        if not action.marketing:
            return None
        for _, ask in _TABLE if in_hours_only else _ANY_HOUR:
            no = ask(self, action, treatment.method)
            if no is not None:
                return no
        return None

    def rows(self, action: Action, treatment: Treatment, *, in_hours_only: bool) -> Iterator[Row]:
        """Every row in the table's order, asked as it is reached; none for a service contact."""
        if action.marketing:
            for name, ask in _TABLE if in_hours_only else _ANY_HOUR:
                yield Row(name, ask(self, action, treatment.method))

    def person(self, _action: Action, method: Method) -> Withheld | None:
        """What the client has said of such contacts, or complained of."""
        if method not in self._persons:
            self._persons[method] = _person(method, self._state, now=self._now)
        return self._persons[method]

    def rest(self, action: Action, _method: Method) -> Withheld | None:
        """Was it, or its like, declined not long ago?"""
        if not self._state.ledger.cool_downs:
            return None
        return _declined(action, self._state.ledger, now=self._now)

    def cap(self, _action: Action, method: Method) -> Withheld | None:
        """Is there a slot?"""
        if method not in self._caps:
            ledger, policy = self._state.ledger, self._policy
            self._caps[method] = cap(str(method), ledger, policy, now=self._now)
        return self._caps[method]

    def hours(self, _action: Action, _method: Method) -> Withheld | None:
        """May the client be contacted at this hour?"""
        return self._hours

    @cached_property
    def _hours(self) -> Withheld | None:
        return _hours(self._state, self._policy, now=self._now)


_Ask = Callable[[Asked, Action, Method], Withheld | None]
_ANY_HOUR: Final[tuple[tuple[str, _Ask], ...]] = (
    ("person", Asked.person),
    ("rest", Asked.rest),
    ("cap", Asked.cap),
)
_TABLE: Final[tuple[tuple[str, _Ask], ...]] = (*_ANY_HOUR, ("hours", Asked.hours))
"""In the order in which a no is told."""


def of_method(
    method: Method, state: ClientState, policy: ContactPolicy, *, now: Instant
) -> Withheld | None:
    """The same of marketing whose action or treatment no policy knows any more.

    All rows but the rests of its own, which nobody can tell.
    """
    return (
        _person(method, state, now=now)
        or cap(str(method), state.ledger, policy, now=now)
        or _hours(state, policy, now=now)
    )


def courtesy(
    method: Method, state: ClientState, policy: ContactPolicy, *, now: Instant
) -> Withheld | None:
    """May the client be asked something that sells nothing and is no service? It takes no slot."""
    return _person(method, state, now=now) or _hours(state, policy, now=now)


def cap(
    method: str,
    ledger: Ledger,
    policy: ContactPolicy,
    *,
    now: Instant,
    task: str | None = None,
    longer_than: int = 0,
) -> Withheld | None:
    """Would one more slot overshoot?

    Args:
        method: of the contact.
        ledger: touches and holds.
        policy: the caps.
        now: when it would be shown.
        task: left out of the slots held: it asks for its own.
        longer_than: only windows of more microseconds are looked at.
    """
    for reason, limit, window, kind in caps(policy, method):
        if window <= longer_than:
            continue
        waiting = slots.held(ledger, method=kind, but=task)
        used = slots.used_since(ledger, Instant(now - window), method=kind)
        if used + waiting + 1 > limit:
            until = slots.frees_at(ledger, cap=limit, window=window, method=kind)
            return _no(reason, "ct04", value=used + waiting, limit=limit, until=until)
    return None


class HeldFor(NamedTuple):
    """A slot kept for a task that has not been shown yet."""

    task: str
    action: str
    until: Instant


class Slots(NamedTuple):
    """What has a cap's slots at a moment: contacts made, and contacts only held for a task."""

    cap: WithheldReason
    limit: int
    made: tuple[Touch, ...]
    held: tuple[HeldFor, ...]


def taken(
    method: str, state: ClientState, policy: ContactPolicy, *, now: Instant
) -> tuple[Slots, ...]:
    """Of each cap that a contact by this method meets, what has its slots."""
    actions = {row.task_id: row.action for row in state.tasks}
    return tuple(
        Slots(
            reason,
            limit,
            tuple(slots.made_since(state.ledger, Instant(now - span), method=kind)),
            tuple(
                HeldFor(one.task, actions.get(one.task, ""), one.until)
                for one in state.ledger.holds
                if kind in (None, one.method)
            ),
        )
        for reason, limit, span, kind in caps(policy, method)
    )


def window(state: ClientState, policy: ContactPolicy) -> SendWindow:
    """The client's contact hours, for the door that shows the task."""
    return window_at(state.served, policy)


def window_at(served: Served, policy: ContactPolicy) -> SendWindow:
    """The same of whom the client is served by, and where."""
    return _window(policy.opens, policy.closes, served.utc_offset_minutes)


@lru_cache(maxsize=256)
def _window(opens: int, closes: int, offset: int) -> SendWindow:
    """There are as many as policies and zones: a contract's record is never changed."""
    return SendWindow(opens=opens, closes=closes, utc_offset_minutes=offset)


def is_open(hours: SendWindow, moment: Instant) -> bool:
    """Does the window let a contact happen at this moment?

    Example:
        >>> is_open(SendWindow(opens=540, closes=1260, utc_offset_minutes=480), Instant(0))
        False
    """
    return hours.opens <= _minute(hours, moment) < hours.closes


def opens_at(hours: SendWindow, moment: Instant) -> Instant:
    """The next opening, strictly after a moment at which the window is closed."""
    minute = _minute(hours, moment)
    midnight = moment - minute * MINUTE - moment % MINUTE
    day = midnight if minute < hours.opens else midnight + DAY
    return Instant(day + hours.opens * MINUTE)


def _person(method: Method, state: ClientState, *, now: Instant) -> Withheld | None:
    allowed = state.allowed
    if state.complaints:
        return _no(WithheldReason.COMPLAINT_OPEN, "ct04")
    if method in allowed.opted_out or not _consents(method, allowed):
        return _no(WithheldReason.OPTED_OUT, "ct02", value=str(method))
    if method is Method.CALL and now < allowed.do_not_call_until:
        return _no(WithheldReason.DO_NOT_CALL, "ct03", until=allowed.do_not_call_until)
    return None


def _consents(method: Method, allowed: Allowed) -> bool:
    return not allowed.methods or method in allowed.methods


def _declined(action: Action, ledger: Ledger, *, now: Instant) -> Withheld | None:
    subjects = (f"action:{action.id}", f"group:{action.group}")
    rests = [slots.silent_until(ledger, subject, now=now) for subject in subjects]
    until = max((rest for rest in rests if rest is not None), default=None)
    return None if until is None else _no(WithheldReason.COOL_DOWN, "decline", until=until)


def _hours(state: ClientState, policy: ContactPolicy, *, now: Instant) -> Withheld | None:
    hours = window(state, policy)
    if is_open(hours, now):
        return None
    # Spread by client, so that the opening is not a herd.
    spread = short_hash("opening", state.client) % max(policy.opening_spread, 1)
    return _no(WithheldReason.QUIET_HOURS, "ct03", until=Instant(opens_at(hours, now) + spread))


def caps(
    policy: ContactPolicy, method: str
) -> Iterator[tuple[WithheldReason, int, int, str | None]]:
    """Of each cap that a contact meets: its reason, limit, window, and the one method it counts."""
    yield WithheldReason.CAP_DAY, policy.marketing_per_day, DAY, None
    yield WithheldReason.CAP_WEEK, policy.marketing_per_week, LONGEST, None
    if method == Method.CALL:
        yield WithheldReason.CAP_CHANNEL, policy.calls_per_week, LONGEST, method


def _minute(hours: SendWindow, moment: Instant) -> int:
    return (moment // MINUTE + hours.utc_offset_minutes) % 1440


def _no(
    reason: WithheldReason,
    rule: str,
    *,
    value: str | int | None = None,
    limit: int | None = None,
    until: Instant | None = None,
) -> Withheld:
    return Withheld(Stage.CONTACT_POLICY, reason, rule, value, limit, until)
