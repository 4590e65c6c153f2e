"""What an operator has stopped: the switch that holds contacts back at once."""

from collections.abc import Iterable

from journeys.decide.verdict import Withheld
from schemas.decisions import Stage, WithheldReason
from schemas.reference import Stop
from schemas.time import Instant


def stop_for(
    stops: Iterable[Stop], *, action: str, channel: str, outlet: str | None
) -> Stop | None:
    """The first stop that holds this contact back; `None` if none does.

    Example:
        >>> lunch = Stop(scope="channel", name="remote", reason="the lines are down")
        >>> stop_for([lunch], action="stay_talk", channel="remote", outlet=None) is lunch
        True
        >>> stop_for([lunch], action="stay_talk", channel="branch", outlet=None)
    """
    named = {"all": None, "channel": channel, "action": action, "outlet": outlet}
    return next((stop for stop in stops if named[stop.scope] == stop.name), None)


def judge(
    stops: Iterable[Stop], *, action: str, channel: str, outlet: str | None, ask_again: Instant
) -> Withheld | None:
    """A stop as a verdict: the contact waits, and is asked for again then."""
    stop = stop_for(stops, action=action, channel=channel, outlet=outlet)
    if stop is None:
        return None
    return Withheld(
        Stage.CONTACT_POLICY,
        WithheldReason.STOPPED,
        "stop",
        value=stop.name or "all",
        until=ask_again,
    )
