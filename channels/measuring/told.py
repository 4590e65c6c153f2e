"""Figures as lines of a table, in words; and as JSON data."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from channels.workbench.wording import Words
from journeys.measures.rules import Measure
from schemas.time import format_instant
from streams.readmodel.measuring.checks import Checked
from streams.readmodel.measuring.figure import Figure, Side
from streams.readmodel.measuring.measures import Measured

_TIERS: Final = frozenset({"private", "wealth", "mass"})
NONE: Final = "–"
_INDENT: Final = "\u2003"


class Line(NamedTuple):
    """A figure as it reads: text, `–` where nothing is to be said."""

    title: str
    """The measure, or indented below it the part."""
    measure: str
    value: str
    interval: str
    treated: str
    control: str
    difference: str
    difference_interval: str
    n: int
    remark: str
    definition: str
    is_good: bool | None
    id: str


def lines(found: Measured, words: Words) -> Iterator[Line]:
    """Every figure, in order."""
    whole = {figure.measure for figure in found.figures if figure.part is None}
    for figure in found.figures:
        yield _line(figure, found.asked.edition.measures[figure.measure], words, whole)


def _line(figure: Figure, rule: Measure, words: Words, whole: Collection[str]) -> Line:
    zh = words.language == "zh"
    name, lift = rule.name_zh if zh else rule.name_en, figure.lift
    return Line(
        title=_title(name, figure, words, is_below=rule.id in whole),
        measure=name,
        value=written(figure.value, rule, words),
        interval=interval(figure.low, figure.high, rule, words),
        treated=_side(figure.treated, rule, words),
        control=_side(figure.control, rule, words),
        difference=NONE if lift is None else _signed(lift.difference, rule, words),
        difference_interval=interval(*_ends(figure), rule, words, is_signed=True),
        n=figure.n,
        remark=_remark(figure, rule, words),
        definition=rule.says_zh if zh else rule.says_en,
        is_good=figure.is_good,
        id=figure.measure,
    )


def _ends(figure: Figure) -> tuple[float | None, float | None]:
    return (None, None) if figure.lift is None else (figure.lift.low, figure.lift.high)


def _title(name: str, figure: Figure, words: Words, *, is_below: bool) -> str:
    if figure.part is None:
        return name
    part = _part(figure.part, words)
    return f"{_INDENT}{part}" if is_below else f"{name} · {part}"


def _part(part: str, words: Words) -> str:
    if part in _TIERS:
        return words.code("tier", part)
    named = words.code("cap", part)
    return words.journey(part) if named == part.replace("_", " ") else named


def written(value: float | None, rule: Measure, words: Words) -> str:
    """A value in its unit."""
    if value is None:
        return NONE
    if rule.unit == "money":
        return words.money(round(value))
    return {
        "share": f"{value:.1%}",
        "points": f"{value:+.2f}" if rule.id != "promoters" else f"{value:+.0f}",
        "number": f"{value:,.1f}",
        "rate": f"{value:.3f}",
        "count": f"{value:,.0f}",
    }[rule.unit]


def _signed(value: float, rule: Measure, words: Words) -> str:
    """A difference; of shares in percentage points."""
    if rule.unit == "share":
        return f"{100 * value:+.1f}"
    if rule.id == "promoters":
        return f"{value:+.0f}"
    return f"{value:+.2f}" if rule.unit != "money" else words.money(round(value))


def interval(
    low: float | None, high: float | None, rule: Measure, words: Words, *, is_signed: bool = False
) -> str:
    """An interval in its unit."""
    if low is None or high is None:
        return NONE
    ends = (_signed if is_signed else written)(low, rule, words)
    return f"[{ends}, {(_signed if is_signed else written)(high, rule, words)}]"


def _side(side: Side | None, rule: Measure, words: Words) -> str:
    if side is None:
        return NONE
    if side.value is None:
        return words.say("n = %(n)s", n=side.n)
    return written(side.value, rule, words)


def _remark(figure: Figure, rule: Measure, words: Words) -> str:
    """What a reader must know beside the figure."""
    if figure.status == "not_measured":
        return words.say("not measured: %(lacks)s", lacks=words.code("lacks", figure.lacks))
    said = []
    if figure.status == "few":
        said.append(too_few(figure, rule, words))
    elif figure.lift is None and figure.treated is not None and figure.control is not None:
        n = min(figure.treated.n, figure.control.n)
        said.append(
            words.say("control n = %(n)s, shown from %(least)s", n=n, least=rule.shown_from)
        )
    elif figure.measure == "model_auc" and (figure.value or 0) > (rule.good_most or 1):
        said.append(words.say("look for a leak"))
    if figure.measure == "conversion":  # nobody in control is shown what sells
        said.append(words.say("against control: journey goals"))
    said += [
        words.say("%(what)s %(n)s", what=words.code("beside", name), n=f"{count:,}")
        for name, count in figure.beside.items()
        if count or name in _ALWAYS
    ]
    return words.say("; ").join(said)


_ALWAYS: Final = frozenset({"most", "cap", "by_model"})


def too_few(figure: Figure, rule: Measure, words: Words) -> str:
    """Why a figure is not shown yet."""
    if figure.n < rule.shown_from:
        return words.say("n = %(n)s, shown from %(least)s", n=figure.n, least=rule.shown_from)
    return words.say("shown from %(least)s of each, reached and missed", least=_least(rule))


def _least(rule: Measure) -> int:
    return rule.numbers.get("least_of_each", rule.shown_from)


class CheckLine(NamedTuple):
    """An integrity check as it reads."""

    id: str
    name: str
    definition: str
    looked_at: int
    found: int
    where: str


def check_lines(found: Measured, words: Words) -> list[CheckLine]:
    """Every check with what it found, the fullest first."""
    told = [_check(one, found, words) for one in found.checks]
    return sorted(told, key=lambda line: (-line.found, line.id))


def _check(one: Checked, found: Measured, words: Words) -> CheckLine:
    rule, zh = found.asked.edition.checks[one.check], words.language == "zh"
    where = [f"{words.code('method', flag.where)} {flag.many}" for flag in one.flags[:_WHERE]]
    more = [words.say("and %(n)s more", n=len(one.flags) - _WHERE)] if one.flags[_WHERE:] else []
    return CheckLine(
        id=one.check,
        name=rule.name_zh if zh else rule.name_en,
        definition=rule.says_zh if zh else rule.says_en,
        looked_at=one.looked_at,
        found=sum(flag.many for flag in one.flags),
        where=words.say(", ").join([*where, *more]),
    )


_WHERE: Final = 5
"""Places that a line names; the JSON names all."""


def document(found: Measured) -> dict[str, Any]:
    """Everything as JSON data. Shares are 0..1, money is fen."""
    asked = found.asked
    return {
        "starts": format_instant(asked.starts),
        "ends": format_instant(asked.ends),
        "outlet": asked.outlet,
        "journey": asked.journey,
        "catalogue": asked.edition.version,
        "clients": found.clients,
        "measures": [_figure(figure) for figure in found.figures],
        "funnel": None if found.funnel is None else found.funnel._asdict(),
        "withheld": [each._asdict() for each in found.withheld],
        "checks": [
            {
                "check": one.check,
                "looked_at": one.looked_at,
                "found": [{"where": each.where, "many": each.many} for each in one.flags],
            }
            for one in found.checks
        ],
    }


def _figure(figure: Figure) -> Mapping[str, Any]:
    lift = None if figure.lift is None else figure.lift._asdict()
    return {**asdict(figure), "lift": lift}
