"""Requeue of a dead letter: one that a door refused is judged by the door again."""

from collections.abc import Sequence

from channels.ingress.judge import admit
from schemas.dead_letter import DeadLetter
from schemas.errors import ContractError
from schemas.time import Instant
from streams import dead_letters
from streams.ports import Outgoing
from streams.settings import ChannelRow
from streams.topics import channel_topic


def requeue(letter: DeadLetter, channels: Sequence[ChannelRow], *, now: Instant) -> Outgoing:
    """The record that makes a dead letter good; the event keeps its time.

    Args:
        letter: to be sent again.
        channels: who may say what, as ingress has it now.
        now: when the door takes it, for one that it had refused.

    Raises:
        ValueError: the door refuses it still; the message says why and what to do.
    """
    if letter.origin is None:
        return dead_letters.requeue(letter)
    name = dead_letters.name_of(letter)
    topic = letter.origin.split("/", 1)[0]
    row = next((row for row in channels if channel_topic(row.name) == topic), None)
    if row is None:
        raise ValueError(
            f"'{name}' came from {topic}, and no channel has that topic; add it to SUISHEN_CHANNELS"
        )
    try:
        message = admit(letter.raw, letter.raw_key, row, now=now)
    except ContractError as error:
        raise ValueError(
            f"'{name}': the cause still stands, {error}; mend it at {letter.origin} and let the "
            "channel send the event again, then close the hole: 'suishen dead-letters waive'"
        ) from None
    return dead_letters.requeue(letter, value=message.value)
