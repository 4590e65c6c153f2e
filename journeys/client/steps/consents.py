"""What a client allows, complaints, and who serves them."""

from msgspec.structs import replace

from journeys.client.state import Served
from journeys.client.steps import handovers, journeys
from journeys.client.steps.draft import Draft
from schemas.facts import Effect
from schemas.signals import consent, corebank
from schemas.time import Instant
from schemas.wire import Method


def on_consent(draft: Draft, event: consent.ConsentChanged) -> None:
    """The newest word on a purpose counts; an older one is stale."""
    said, allowed = event.data, draft.allowed
    known = {
        consent.Purpose.MARKETING: allowed.marketing_at,
        consent.Purpose.PROFILING: allowed.profiling_at,
    }.get(said.purpose)
    if known is None or event.time < known:
        draft.set_aside(event, Effect.STALE, "older_than_known")
        return
    if said.purpose is consent.Purpose.MARKETING:
        draft.allowed = replace(
            allowed,
            marketing=said.given,
            marketing_at=event.time,
            methods=methods_of(said.methods),
        )
    else:
        draft.allowed = replace(allowed, profiling=said.given, profiling_at=event.time)
    draft.decide_on("consent")


def load(draft: Draft, said: corebank.Consents, at: Instant) -> None:
    """What was consented to on day 0; a newer word on a purpose stands, an opt-out for good."""
    allowed = draft.allowed
    if at > allowed.marketing_at:
        allowed = replace(
            allowed, marketing=said.marketing, marketing_at=at, methods=methods_of(said.methods)
        )
    if at > allowed.profiling_at:
        allowed = replace(allowed, profiling=said.profiling, profiling_at=at)
    draft.allowed = allowed


def on_opt_out(draft: Draft, event: consent.OptedOut) -> None:
    """Never again by this method."""
    methods = sorted({*draft.allowed.opted_out, str(event.data.method)})
    draft.allowed = replace(draft.allowed, opted_out=tuple(methods))
    draft.decide_on("consent")


def on_do_not_call(draft: Draft, event: consent.DoNotCallSet) -> None:
    """No calls until then; a shorter word does not shorten a longer one."""
    until = max(draft.allowed.do_not_call_until, event.data.until)
    draft.allowed = replace(draft.allowed, do_not_call_until=Instant(until))
    draft.decide_on("consent")


def on_complaint_opened(draft: Draft, event: consent.ComplaintOpened) -> None:
    """Marketing stops until it is closed, and somebody owns it from now on."""
    said = event.data
    draft.complaints = tuple(sorted({*draft.complaints, said.complaint}))
    draft.decide_on("complaint")
    journeys.trigger(
        draft,
        "complaint",
        {"complaint": said.complaint, "topic": said.topic, "opened": event.time},
        (draft.cause.mark,),
    )


def on_complaint_closed(draft: Draft, event: consent.ComplaintClosed) -> None:
    """One complaint less; whether the client agrees leads its run on."""
    said = event.data
    _drop(draft, said.complaint)
    name = "complaint_settled" if said.client_agrees else "complaint_disputed"
    journeys.trigger(draft, name, {"complaint": said.complaint}, (draft.cause.mark,))


def take_back_complaint(draft: Draft, mark: int) -> None:
    """It was never this client's: its run knows which it was. Without a run it stays open."""
    for run in draft.instances:
        if mark in run.causes and "complaint" in run.variables:
            _drop(draft, str(run.variables["complaint"]))


def _drop(draft: Draft, complaint: str) -> None:
    draft.complaints = tuple(c for c in draft.complaints if c != complaint)
    draft.decide_on("complaint")


def on_service(draft: Draft, event: corebank.ServiceAssigned) -> None:
    """Tier and desks, as of the newest word; a case waits at none that serves them no more."""
    if event.time < draft.served.as_of:
        draft.set_aside(event, Effect.STALE, "older_than_known")
        return
    serve(draft, event.data, event.time)


def serve(draft: Draft, said: corebank.Service, as_of: Instant) -> None:
    """These desks from now on, whoever says so; a case under way follows them."""
    before = draft.served
    draft.serve(_served(said, as_of))
    handovers.on_served(draft, before)


def _served(said: corebank.Service, as_of: Instant) -> Served:
    return Served(
        tier=said.tier,
        segment=said.segment,
        rm=said.rm,
        team=said.team,
        remote=said.remote,
        outlet=said.outlet,
        locale=said.locale,
        utc_offset_minutes=said.utc_offset_minutes,
        as_of=as_of,
    )


def methods_of(said: tuple[Method, ...]) -> tuple[str, ...]:
    """Methods as the state keeps them."""
    return tuple(str(method) for method in said)
