"""What clients say and decide: utterances, tests, consents."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from channels.simulator import voice
from channels.simulator.client import OFFSET, Client
from channels.simulator.products import CURRENT
from channels.simulator.voice import stamp, yuan
from channels.simulator.wishes import PAGES
from channels.simulator.world import Said, World
from schemas.time import DAY, HOUR, MINUTE, Instant

_WORDS: Final = tuple(PAGES)
_Told = tuple[str, Mapping[str, Any], str]
"""Kind, data and source of an event."""


class Words:
    """Each method is a deed of the agenda that says one thing, or nothing where it is void."""

    def __init__(self, world: World, serving: Any) -> None:
        self._world, self._serving = world, serving

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {name: self._saying(getattr(self, f"_{name}")) for name in _DEEDS}

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """What happens to be said today, at some waking minute."""
        rng, daily = client.rng, self._world.mix["daily"]
        for name in _DEEDS:
            if name in daily and rng.random() < daily[name]:
                at = morning + 8 * HOUR + rng.randrange(14 * 60) * MINUTE
                self._world.agenda.plan(at, client, name)

    def _saying(self, tell: Any) -> Callable[[Client, Instant, Any], Said]:
        def said(client: Client, at: Instant, extra: Any) -> Said:
            found = tell(client, at, extra)
            if found is not None:
                kind, data, source = found
                yield client.tell(kind, data, source=source, at=at)

        return said

    def _utterance(self, client: Client, at: Instant, wish: str | None) -> _Told:
        """Said to the AI channel; now and then the text model guesses wrong."""
        rng = client.rng
        clarity = 1.0 if client.is_obliging else self._world.mix["acts"]["understood"]
        is_understood = wish is not None and rng.random() < clarity
        p = round(rng.uniform(0.72 if is_understood else 0.4, 0.99), 3)
        guess = wish if is_understood else rng.choice(_WORDS)
        data = {
            "session": f"day-{at // DAY}",
            "turn": 1,
            "channel": "ai",
            "language": "zh",
            "reading": "accept" if p > 0.7 else "confirm",
            "guesses": [{"intent": guess, "p": p}],
            "margin": round(max(0.0, 2 * p - 1), 3),
            "model": "zh-1",
            "path": "tfidf",
        }
        return "conversation.utterance_understood", data, voice.AI

    def _inbound_contact(self, client: Client, _at: Instant, _: object) -> _Told:
        data = {"session": f"s{client.said}", "channel": client.rng.choice(("remote", "branch"))}
        return "conversation.contact_started", data, voice.AI

    def _profile_change(self, client: Client, _at: Instant, _: object) -> _Told:
        client.versions += 1
        spend = round(client.spend * client.rng.uniform(0.9, 1.15))
        fields = {"essential_spending_fen": spend, "dependants": client.rng.randrange(3)}
        data = {"version": client.versions, "fields": fields, "confirmed_by": "client"}
        return "corebank.profile_changed", data, voice.PROFILE

    def _risk_test(self, client: Client, at: Instant, _: object) -> _Told:
        client.risk_class = min(5, max(1, client.risk_class + client.rng.choice((-1, 0, 0, 1))))
        data = {
            "risk_class": client.risk_class,
            "taken_at": stamp(at),
            "actor": "client",
            "device": "client",
        }
        return "corebank.risk_test_taken", data, voice.PROFILE

    def _consent_back(self, client: Client, _at: Instant, _: object) -> _Told | None:
        return None if client.consents else self._consent(client, given=True)

    def _consent_withdrawn(self, client: Client, _at: Instant, _: object) -> _Told | None:
        return self._consent(client, given=False) if client.consents else None

    def _consent(self, client: Client, *, given: bool) -> _Told:
        client.consents = given
        return "consent.consent_changed", {"purpose": "marketing", "given": given}, voice.CONSENT

    def _opt_out(self, client: Client, _at: Instant, method: str) -> _Told | None:
        if client.opted_out:
            return None
        client.opted_out = True
        return "consent.opted_out", {"method": method}, voice.CONSENT

    def _no_calls(self, _client: Client, at: Instant, _: object) -> _Told:
        return "consent.do_not_call_set", {"until": stamp(Instant(at + 183 * DAY))}, voice.CONSENT

    def _stale_resend(self, client: Client, at: Instant, _: object) -> _Told | None:
        """The core system sends a position again that it has replaced since."""
        held = client.holdings[CURRENT]
        if held.version < 2:
            return None
        data = {
            "account": client.account,
            "product": CURRENT,
            "version": held.version - 1,
            "value": yuan(held.told_before),
            "as_of": stamp(at),
            "cause": "resync",
            "rolls_over": False,
        }
        return "corebank.position_reported", data, voice.LEDGER

    def _desks_changed(self, client: Client, _at: Instant, _: object) -> _Told:
        client.desks = self._serving(client.rng, client.tier)
        data = client.service() | {"utc_offset_minutes": OFFSET}
        return "corebank.service_assigned", data, voice.PROFILE


_DEEDS: Final = (
    "utterance",
    "inbound_contact",
    "profile_change",
    "risk_test",
    "consent_back",
    "consent_withdrawn",
    "opt_out",
    "no_calls",
    "stale_resend",
    "desks_changed",
)
