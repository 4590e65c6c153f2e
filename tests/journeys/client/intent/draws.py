"""Evidence drawn at random."""

from hypothesis import strategies as st

from journeys.client.intent.evidence import Item
from journeys.client.intent.policy import INTENTS
from schemas.time import DAY, SECOND, Instant
from tests.journeys.client.intent.builders import NOON, a_policy, a_row, shipped

NAMES = tuple(sorted(shipped().rules))
COUNTED = frozenset(rule.evidence for rule in shipped().counted)
MIXED = a_policy(
    a_row("for_fast", "renew", 3.0, "1h"),
    a_row("for_slow", "renew", 2.0, "30d"),
    a_row("for_slow", "leave", 1.0, "7d"),
    a_row("against_fast", "renew", -3.0, "1h"),
    a_row("against_slow", "renew", -1.0, "7d"),
    a_row("held", "renew", 2.5, "1d", until_due=True),
    a_row("held_against", "renew", -1.5, "1d", until_due=True),
    a_row("said", "renew", 5.0, "7d", explicit=True),
    bias=-2.0,
)
"""A policy in which evidence speaks against, too."""

intents = st.sampled_from(INTENTS)


def moments(days=20):
    """Whole seconds, or all alike: ties matter."""
    return st.one_of(
        st.integers(0, days * DAY // SECOND).map(lambda s: Instant(NOON + s * SECOND)),
        st.sampled_from((NOON, Instant(NOON + DAY))),
    )


def items(names=NAMES, days=20):
    """One piece of evidence from three numbers: lists of many are drawn a thousand times over."""
    seconds = days * DAY // SECOND

    def made(moment, which, due):
        at = (NOON, NOON + DAY, NOON + moment // 4 * SECOND)[min(moment % 4, 2)]
        event, name = divmod(which, len(names))
        until = None if due % 2 else Instant(at + due // 2 - DAY)
        return Item(Instant(at), event, names[name], until)

    return st.builds(
        made,
        st.integers(0, 4 * seconds + 3),
        st.integers(0, 201 * len(names) - 1),
        st.integers(0, 16 * DAY),
    )


def place(item):
    return (item.at, item.event, item.name)


def many(least=0, most=32, names=NAMES, days=20):
    return st.lists(items(names, days), min_size=least, max_size=most, unique_by=place)
