"""Conditions: a small typed language over a closed vocabulary.

`maturity in 7d and balance >= 50_000 CNY`, `placed >= 80% of proceeds or agreed`. Words and units
are checked when a catalogue loads. A word without a value is *unknown*: it is never true, and
`not` unknown is unknown too (Kleene's three values).
"""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from typing import Final, NamedTuple, NoReturn

from journeys.condition import truth
from journeys.condition.literals import SAMPLES, Literal, Token, Unit, read, split
from journeys.condition.truth import Compare, Lookup, Test
from journeys.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, ready to run. Two are equal if they read the same in the house's spelling."""

    text: str
    """The house's spelling; parsing it gives this condition again."""
    words: frozenset[str] = field(compare=False)
    windows: frozenset[tuple[str, int]] = field(compare=False)
    """Instants with the span that `in` looks at, in microseconds."""
    opposed: frozenset[str] = field(compare=False)
    """Flags whose falling may make it true: under a `not`, or compared."""
    test: Test = field(compare=False, repr=False)

    def holds(self, lookup: Lookup) -> bool | None:
        """True, false, or `None` where a word that matters has no value."""
        return self.test(lookup)


def parse(text: str, vocabulary: Mapping[str, Unit]) -> Condition:
    """Read a condition.

    Raises:
        DefinitionError: a word outside the vocabulary, a unit that does not fit or broken syntax;
            the message names the column (from 1) and the nearest word or a value that would do.

    Example:
        >>> small = parse("balance >= 50000 CNY", {"balance": Unit.MONEY})
        >>> small.text, small.holds({"balance": 5_000_000}.get), small.holds({}.get)
        ('balance >= 50_000 CNY', True, None)
    """
    reader = _Reader(text, vocabulary)
    node = reader.whole()
    return Condition(
        text=node.text,
        words=frozenset(reader.words),
        windows=frozenset(reader.windows),
        opposed=frozenset(reader.opposed & reader.words),
        test=node.test,
    )


def near(word: str, known: Collection[str]) -> str:
    """A hint such as `; did you mean 'call'?`, or nothing.

    Example:
        >>> near("cal", ["call", "end"]), near("xyz", ["call"])
        ("; did you mean 'call'?", '')
    """
    found = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean '{found[0]}'?" if found else ""


_COMPARE: Final[Mapping[str, Compare]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_ORDERED: Final = frozenset({Unit.MONEY, Unit.INSTANT, Unit.SPAN, Unit.NUMBER, Unit.SHARE})
_SCALED: Final = _ORDERED - {Unit.INSTANT}
_DEEPEST: Final = 32


class _Node(NamedTuple):
    """A part that was read; `binds` is 0 for or, 1 for and, 2 for what needs no brackets."""

    test: Test
    text: str
    binds: int


class _Reader:
    """Recursive descent: either > both > single > comparison."""

    def __init__(self, text: str, vocabulary: Mapping[str, Unit]) -> None:
        self._vocabulary = vocabulary
        self._tokens = split(text)
        self._end = len(text) + 1
        self._at = 0
        self._depth = 0
        self._is_negated = False
        self.words: set[str] = set()
        self.windows: set[tuple[str, int]] = set()
        self.opposed: set[str] = set()

    def whole(self) -> _Node:
        node = self._either()
        if self._at < len(self._tokens):
            self._fail("expected 'and', 'or' or nothing more")
        return node

    def _either(self) -> _Node:
        nodes = [self._both()]
        while self._take("or"):
            nodes.append(self._both())
        return nodes[0] if len(nodes) == 1 else _joined(nodes, " or ", truth.some, binds=0)

    def _both(self) -> _Node:
        nodes = [self._single()]
        while self._take("and"):
            nodes.append(self._single())
        return nodes[0] if len(nodes) == 1 else _joined(nodes, " and ", truth.every, binds=1)

    def _single(self) -> _Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(f"nested deeper than {_DEEPEST}; split the condition")
        if self._take("not"):
            self._is_negated = not self._is_negated
            inner = self._single()
            self._is_negated = not self._is_negated
            node = _Node(truth.opposite(inner.test), f"not {_bracketed(inner, 2)}", 2)
        elif self._take("("):
            node = self._either()
            self._want(")")
        else:
            node = self._comparison()
        self._depth -= 1
        return node

    def _comparison(self) -> _Node:
        word = self._word()
        unit = self._vocabulary[word]
        here = self._at
        node = self._tested(word, unit)
        is_alone = self._at == here
        if unit is Unit.FLAG and (self._is_negated or not is_alone):
            self.opposed |= {token.text for token in self._tokens[here - 1 : self._at]}
        return node

    def _tested(self, word: str, unit: Unit) -> _Node:
        if self._take("in"):
            return self._within(word) if unit is Unit.INSTANT else self._among(word, unit)
        sign = next((sign for sign in _COMPARE if self._take(sign)), None)
        if sign is not None:
            return self._compared(word, unit, sign)
        if unit is not Unit.FLAG:
            self._fail(f"'{word}' is {unit}: compare it, say with {SAMPLES[unit]}")
        return _Node(truth.flag(word), word, 2)

    def _within(self, word: str) -> _Node:
        span = self._literal(Unit.SPAN)
        self.words.add("now")
        self.windows.add((word, int(span.value)))
        return _Node(truth.within(word, int(span.value)), f"{word} in {span.text}", 2)

    def _among(self, word: str, unit: Unit) -> _Node:
        self._want("(")
        options = [self._literal(unit)]
        while self._take(","):
            options.append(self._literal(unit))
        self._want(")")
        listed = ", ".join(option.text for option in options)
        test = truth.among(word, frozenset(option.value for option in options))
        return _Node(test, f"{word} in ({listed})", 2)

    def _compared(self, word: str, unit: Unit, sign: str) -> _Node:
        if sign not in {"==", "!="} and unit not in _ORDERED:
            self._fail(f"'{word}' is {unit}: only '==' and '!=' compare it")
        compare = _COMPARE[sign]
        column, share = self._column(), self._share()
        if share is not None and unit not in _SCALED:
            self._fail(f"'{word}' is {unit} and has no multiples", column)
        if share is not None or self._next_is_word():
            other = self._same(unit)
            said, scale = (f"{share[0]} ", share[1]) if share else ("", Fraction(1))
            test = truth.against(word, compare, scale, other)
            return _Node(test, f"{word} {sign} {said}{other}", 2)
        limit = self._literal(unit)
        return _Node(truth.limited(word, compare, limit.value), f"{word} {sign} {limit.text}", 2)

    def _share(self) -> tuple[str, Fraction] | None:
        """`80% of` or `3 x` before a second word, as written and as a fraction."""
        token = self._peek()
        if token is None or token.kind != "digits":
            return None
        here, number = self._at, Fraction(token.text.replace("_", ""))
        self._at += 1
        if token.unit == "%" and self._take("of"):
            return f"{token.text}% of", number / 100
        if token.unit == "x" or (token.unit == "" and (self._take("x") or self._take("×"))):
            return f"{token.text} x", number
        self._at = here
        return None

    def _same(self, unit: Unit) -> str:
        column = self._column()
        word = self._word()
        if self._vocabulary[word] is not unit:
            raise DefinitionError(
                f"column {column}: '{word}' is {self._vocabulary[word]}, compared with {unit}; "
                "compare words of one unit"
            )
        return word

    def _word(self) -> str:
        token = self._peek()
        if token is None or token.kind != "word":
            self._fail("expected a word of the vocabulary")
        if token.text not in self._vocabulary:
            self._fail(f"unknown word '{token.text}'{near(token.text, self._vocabulary)}")
        self._at += 1
        self.words.add(token.text)
        return token.text

    def _literal(self, unit: Unit) -> Literal:
        token = self._peek()
        literal = None if token is None else read(token, unit)
        if literal is None:
            self._fail(f"expected a value in {unit}; write {SAMPLES[unit]}")
        self._at += 1
        return literal

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next_is_word(self) -> bool:
        token = self._peek()
        return token is not None and token.kind == "word" and token.text not in {"true", "false"}

    def _take(self, text: str) -> bool:
        token = self._peek()
        if token is None or token.text != text or token.kind not in {"word", "sign"}:
            return False
        self._at += 1
        return True

    def _want(self, text: str) -> None:
        if not self._take(text):
            self._fail(f"expected '{text}'")

    def _column(self) -> int:
        token = self._peek()
        return self._end if token is None else token.column

    def _fail(self, why: str, column: int | None = None) -> NoReturn:
        raise DefinitionError(f"column {column or self._column()}: {why}")


def _joined(
    nodes: list[_Node], word: str, join: Callable[[tuple[Test, ...]], Test], *, binds: int
) -> _Node:
    text = word.join(_bracketed(node, binds + 1) for node in nodes)
    return _Node(join(tuple(node.test for node in nodes)), text, binds)


def _bracketed(node: _Node, binds: int) -> str:
    return node.text if node.binds >= binds else f"({node.text})"
