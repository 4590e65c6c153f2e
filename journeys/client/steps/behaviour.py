"""What a client does and says, as evidence of what they want."""

from collections.abc import Collection

from journeys.client.intent import ceiling, weighing
from journeys.client.intent.evidence import Item, absorb, reset, retract
from journeys.client.intent.weighing import EVERY_INTENT
from journeys.client.steps.draft import Draft
from schemas.facts import IntentChange, IntentChanged
from schemas.signals.app import FormSaved, FormSent, Page, PageViewed
from schemas.signals.conversation import ContactStarted, Reading, UtteranceUnderstood
from schemas.tasks import Reason
from schemas.time import Instant

_PAGES = {
    Page.MATURITY: "maturity_page",
    Page.PRODUCT: "product_view",
    Page.PRODUCT_DETAIL: "product_detail",
    Page.REDEMPTION: "redemption_page",
    Page.HOLDINGS: "holdings_page",
    Page.CALCULATOR: "calculator",
    Page.INSURANCE: "insurance_page",
}


def on_page(draft: Draft, event: PageViewed) -> None:
    """A page that carries intent is evidence; any other changes nothing."""
    name = _PAGES.get(event.data.page)
    if name is not None:
        note(draft, name)


def on_form(draft: Draft, event: FormSaved | FormSent) -> None:
    """A form saved is evidence; one that failed is too, for a complaint."""
    if event.data.failed:
        note(draft, "form_failed")
    elif isinstance(event, FormSaved):
        note(draft, "form_saved")


def on_utterance(draft: Draft, event: UtteranceUnderstood) -> None:
    """An utterance read with confidence is explicit evidence of its intent."""
    said = event.data
    if said.reading is Reading.ACCEPT and said.guesses:
        note(draft, f"utterance_{said.guesses[0].intent}")
    draft.decide_on("inbound")


def on_contact(draft: Draft, _event: ContactStarted) -> None:
    """The client came to us: decide what to say."""
    draft.decide_on("inbound")


def note(draft: Draft, name: str, *, due: Instant | None = None) -> None:
    """Add the cause to the evidence under a name that the policy knows; else nothing."""
    policy = draft.edition.intents
    if name in policy.rules:
        item = Item(draft.cause.at, draft.cause.mark, name, due)
        before = draft.evidence
        draft.evidence = absorb(before, item, policy)
        may = ceiling.may_turn(draft.client, before, draft.evidence, item, draft.now, policy)
        # Nothing else can have come on, and what goes off does so by its timer.
        has_turned = may and _turn(draft, policy.spoken_of[name])
        # What speaks for an intent only puts its fall off: a timer that is set may fire early,
        # and is then set anew. To look for the fall at every page would be dear.
        if has_turned or draft.intent_off_at is None or name not in policy.raising:
            _await_fall(draft)


def forget(draft: Draft, mark: int) -> None:
    """Take an event's evidence back."""
    draft.evidence = retract(draft.evidence, mark, draft.edition.intents)
    review(draft)


def settle_need(draft: Draft, intent: str) -> None:
    """The need is met: what spoke for it before now counts no more."""
    draft.evidence = reset(draft.evidence, intent, draft.now, draft.edition.intents)
    review(draft)


def review(draft: Draft) -> None:
    """Turn intents on and off, and set the timer for the next one to fade."""
    _turn(draft)
    _await_fall(draft)


def fade(draft: Draft) -> None:
    """Time alone has passed: what is on may have gone off."""
    may_turn = draft.edition.intents.contested | {i for i, on in enumerate(draft.evidence.on) if on}
    _turn(draft, sorted(may_turn))
    _await_fall(draft)


def _await_fall(draft: Draft) -> None:
    draft.intent_off_at = weighing.next_off(draft.evidence, draft.now, draft.edition.intents)


def _turn(draft: Draft, which: Collection[int] = EVERY_INTENT) -> bool:
    """Has any of some intents come on or gone off?"""
    policy = draft.edition.intents
    draft.evidence, changes = weighing.review(draft.evidence, draft.now, policy, which)
    for change in changes:
        reasons = tuple(
            Reason(code=weighed.name, values={"share": round(weighed.share, 6)})
            for weighed in change.reasons
        )
        draft.conclude(
            IntentChanged,
            IntentChange(intent=change.intent, on=change.on, p=change.p, reasons=reasons),
        )
        if (change.intent, change.on) in draft.edition.turns_heard:
            draft.decide_on("intent")
    return bool(changes)
