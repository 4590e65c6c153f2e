"""Values with units, and the tokens that a condition is made of."""

import re
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from journeys.errors import DefinitionError
from schemas.time import DAY, HOUR, MINUTE

Value = str | int | float | bool


class Unit(StrEnum):
    """What a word's value is measured in."""

    MONEY = "money"  # fen
    INSTANT = "instant"
    SPAN = "duration"  # microseconds
    NUMBER = "number"
    SHARE = "share"
    TEXT = "text"
    FLAG = "flag"


SAMPLES: Final[Mapping[Unit, str]] = {
    Unit.MONEY: "50_000 CNY",
    Unit.INSTANT: "'in 7d' or another instant",
    Unit.SPAN: "7d, 24h or 30min",
    Unit.NUMBER: "3",
    Unit.SHARE: "60%",
    Unit.TEXT: '"private"',
    Unit.FLAG: "true",
}


class Token(NamedTuple):
    """A piece of text: `digits` with their unit, `quoted`, `sign` or `word`; columns from 1."""

    text: str
    kind: str
    unit: str
    column: int


class Literal(NamedTuple):
    """A value, and how the house spells it."""

    value: Value
    text: str


_SPANS: Final = {"min": MINUTE, "h": HOUR, "d": DAY}
_TOKEN = re.compile(
    r"(?P<digits>\d[\d_]*(?:\.\d+)?)(?P<unit>%|[A-Za-z]+|\s+[A-Z]+\b)?"
    r"|(?P<quoted>\"[^\"]*\")|(?P<sign><=|>=|==|!=|<|>|\(|\)|,|×)|(?P<word>[a-z_][a-z0-9_.]*)"
)


def split(text: str) -> list[Token]:
    """Cut a condition into tokens.

    Raises:
        DefinitionError: a character that begins none.
    """
    tokens, at = [], 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise DefinitionError(
                f"column {at + 1}: cannot read '{text[at : at + 12]}'; conditions are words, "
                'values with units, "text", and, or, not, in and brackets'
            )
        kind = "digits" if found["digits"] else found.lastgroup
        tokens.append(Token(found[kind], kind, (found["unit"] or "").strip(), at + 1))
        at = found.end()
    return tokens


def read(token: Token, unit: Unit) -> Literal | None:
    """The token as a value in a unit, or `None` if it is none."""
    if token.kind == "digits":
        return _read_number(token, Fraction(token.text.replace("_", "")), unit)
    if token.kind == "quoted" and unit is Unit.TEXT:
        return Literal(token.text[1:-1], token.text)
    if token.text in {"true", "false"} and unit is Unit.FLAG:
        return Literal(token.text == "true", token.text)
    return None


def fen_of(text: str) -> int | None:
    """Money as conditions spell it, in fen; `None` if it is none.

    Example:
        >>> fen_of("50_000 CNY"), fen_of("50_000")
        (5000000, None)
    """
    try:
        tokens = split(text)
    except DefinitionError:
        return None
    found = read(tokens[0], Unit.MONEY) if len(tokens) == 1 else None
    return None if found is None else int(found.value)


def _read_number(token: Token, number: Fraction, unit: Unit) -> Literal | None:
    plain = token.text.replace("_", "")
    match unit, token.unit:
        case Unit.MONEY, "CNY" if (number * 100).denominator == 1:
            fen = int(number * 100)
            cents = f".{fen % 100:02}" if fen % 100 else ""
            return Literal(fen, f"{fen // 100:_}{cents} CNY")
        case Unit.SPAN, ("min" | "h" | "d") as each if number.denominator == 1:
            return Literal(int(number) * _SPANS[each], f"{int(number)}{each}")
        case Unit.SHARE, "%":
            return Literal(float(number / 100), f"{plain}%")
        case Unit.NUMBER, "":
            exact = int(number) if number.denominator == 1 else float(number)
            return Literal(exact, plain)
        case _:
            return None
