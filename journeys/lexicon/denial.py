"""Where a promise is denied: 不承诺保本, 非保本, 不得宣传本产品保本; never across a clause.

A chain of negations denies if their number is odd: 并非不保本 promises again. A denied word of
promising (不承诺…) denies to the end of its clause or to a turn (但…); a bare negation denies only
the promises that follow it at once.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from journeys.lexicon.plain import Plain

Span = tuple[int, int]
_FARTHEST = 10
"""Characters between a ban and the word of promising that it bans."""


class Denying(msgspec.Struct, frozen=True):
    """The patterns of denial, compiled for the promises of one lexicon."""

    start: re.Pattern[str]
    """Groups: `chain` with `verb` or a promise ahead, or a `ban`."""
    negation: re.Pattern[str]
    promises: re.Pattern[str]
    """One promise after the other, joined."""
    turn: re.Pattern[str]


def denying(words: dict[str, Sequence[str]], promises: Sequence[str]) -> Denying:
    """Compile the words of denial.

    Args:
        words: `negations`, `stress`, `fillers`, `promising`, `forbidding`, `turns` and `joins`.
        promises: patterns of what may be denied, at least one.

    Raises:
        re.error: a word is no pattern.
    """
    said = {key: _any(sorted(each, key=len, reverse=True)) for key, each in words.items()}
    promise, verb, filler = _any(promises), said["promising"], f"{said['fillers']}{{0,4}}"
    # A promise may itself begin with a negation (无风险, 不会亏): that one belongs to the promise.
    one = f"(?!{promise}){said['stress']}?{said['negations']}"
    link = f"{one}{filler}(?:{verb}{filler}(?={one}))?"
    ban = f"{said['forbidding']}(?!{said['negations']}).{{0,{_FARTHEST}}}?{verb}"
    return Denying(
        start=re.compile(
            f"(?P<chain>(?:{link}){{1,4}})(?:(?P<verb>{verb})|(?={promise}))|(?:{ban})"
        ),
        negation=re.compile(f"{one}"),
        promises=re.compile(f"(?:{promise}{said['joins']}?)+"),
        turn=re.compile(said["turns"]),
    )


def denied(said: Plain, rules: Denying) -> Iterator[Span]:
    """The spans in which a promise is denied, ascending."""
    for start, end in said.clauses:
        yield from _in_clause(said.text, (start, end), rules)


def _in_clause(text: str, clause: Span, rules: Denying) -> Iterator[Span]:
    at, end = clause
    while (found := rules.start.search(text, at, end)) is not None:
        at = found.end()
        chain = found["chain"]
        if chain is not None and len(rules.negation.findall(chain)) % 2 == 0:
            continue
        if chain is not None and found["verb"] is None:
            promises = rules.promises.match(text, at, end)
            at = at if promises is None else promises.end()
        else:
            turn = rules.turn.search(text, at, end)
            at = end if turn is None else turn.start()
        yield found.start(), at


def _any(words: Sequence[str]) -> str:
    return f"(?:{'|'.join(words)})"
