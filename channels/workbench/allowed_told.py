"""What a client does not allow of marketing, in sentences; who is control is told to nobody."""

from collections.abc import Iterator

from channels.workbench.wording import Words
from schemas.time import Instant
from streams.readmodel.allowance import Allowance


def off(words: Words, allowed: Allowance) -> str:
    """Why nothing at all is marketed to the client; empty if something may be."""
    why = words.say("; ").join(_off(words, allowed))
    return words.say("Marketing is off: %(why)s. Service contacts go on.", why=why) if why else ""


def ways_off(words: Words, allowed: Allowance, now: Instant) -> list[str]:
    """By which ways alone nothing is marketed."""
    return list(_ways_off(words, allowed, now))


def _off(words: Words, allowed: Allowance) -> Iterator[str]:
    marketing, profiling = allowed.marketing, allowed.profiling
    if marketing is None:
        yield words.say("no consent of the client to marketing is on record")
    elif not marketing.given:
        yield words.say(
            "the client does not consent to marketing, as of %(day)s", day=words.day(marketing.at)
        )
    elif profiling is None:
        yield words.say("no consent of the client to profiling is on record")
    elif not profiling.given:
        yield words.say(
            "the client does not consent to profiling, as of %(day)s", day=words.day(profiling.at)
        )
    if allowed.complaints:
        named = ", ".join(allowed.complaints)
        yield words.say("a complaint is open until it is closed (%(ids)s)", ids=named)


def _ways_off(words: Words, allowed: Allowance, now: Instant) -> Iterator[str]:
    if allowed.methods:
        yield words.say("the consent names %(ways)s alone", ways=_named(words, allowed.methods))
    if allowed.opted_out:
        yield words.say("opted out for good of %(ways)s", ways=_named(words, allowed.opted_out))
    if now < allowed.do_not_call_until:
        until = words.moment(allowed.do_not_call_until)
        yield words.say("do not call: no marketing calls until %(until)s", until=until)


def _named(words: Words, methods: tuple[str, ...]) -> str:
    comma = "、" if words.language == "zh" else ", "
    return comma.join(words.code("method", method) for method in methods)
