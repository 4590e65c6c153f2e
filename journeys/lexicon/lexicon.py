"""The screen: which classes of banned words a text hits. A screen, not proof of lawfulness."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

import msgspec

from journeys.lexicon.denial import Denying, Span, denied
from journeys.lexicon.plain import Plain, Smoothing, plain


class WordClass(msgspec.Struct, frozen=True):
    """One class of banned words."""

    id: str
    rule: str
    """The row that it breaks, such as `m01`."""
    pattern: re.Pattern[str]
    spared: tuple[re.Pattern[str], ...]
    """What looks like it and is clean: `无风险利率`. One by one, for they may overlap."""
    spared_at_end: re.Pattern[str]
    """Clean where a clause ends with it: in `符合预期。收益` the word is cut by a stop."""
    is_promise: bool
    """May be said if it is denied."""


class Lexicon(msgspec.Struct, frozen=True):
    """The words in force at one moment."""

    version: str
    smoothing: Smoothing
    denying: Denying
    classes: tuple[WordClass, ...]


def screen(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The classes that a text hits, sorted; empty if it is clean. Time is linear in the text.

    Raises:
        Nothing: any text has an answer.
    """
    said = plain(text, lexicon.smoothing)
    denials = list(denied(said, lexicon.denying))
    return tuple(sorted(each.id for each in lexicon.classes if _hits(each, said, denials)))


def _hits(words: WordClass, said: Plain, denials: Sequence[Span]) -> bool:
    found = [each.span() for each in words.pattern.finditer(said.text)]
    if not found:
        return False
    clean = list(denials) if words.is_promise else []
    clean += (span.span() for each in words.spared for span in each.finditer(said.text))
    spans, ends = _merged(clean), _merged(_at_ends(words, said))
    return any(
        not _lies_in(span, spans) and not _lies_in((span[0], span[0] + 1), ends) for span in found
    )


def _at_ends(words: WordClass, said: Plain) -> Iterator[Span]:
    """What is clean at the end of its clause; a word that begins there is cut by a stop."""
    for start, end in said.clauses:
        found = words.spared_at_end.search(said.text, start, end)
        if found is not None:
            yield found.span()


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order of start; one that lies in another is left out."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def _lies_in(span: Span, spans: Sequence[Span]) -> bool:
    """Is it inside one of the spans? Ends rise with starts: the last to start reaches farthest."""
    at = bisect_right(spans, span[0], key=itemgetter(0)) - 1
    return at >= 0 and span[1] <= spans[at][1]
