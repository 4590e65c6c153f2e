"""A file of stories, read: who the client is, line by line what happens, and what should follow.

```toml
[[story]]
name_zh = "大额入账一天后，在应用里询问用途"
name_en = "A large inflow is asked about a day later, in the app"
start = 2026-11-23T10:00:00+08:00
client = { tier = "private", rm = "rm-li", risk_class = 3, spending = "15_000 CNY" }

[[story.line]]
after = "0h"
inflow = "300_000 CNY"
then = [{ journey = "large_inflow", step = "settle" }, { no_task = true }]

[[story.line]]
after = "24h"
then = [{ task = "inflow_question", by = "app" }]
```
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from journeys.catalogue.rows import Row
from journeys.catalogue.source import Faults, read
from journeys.errors import DefinitionError
from schemas.signals.app import Form
from schemas.signals.corebank import PositionCause
from schemas.signals.partner import SceneEnd
from schemas.tasks import ClaimKind, DeclineReason, Outcome
from schemas.time import Instant


class Happening(NamedTuple):
    """What happens at a line's time."""

    word: str
    value: Any
    more: Mapping[str, Any]


class Wish(NamedTuple):
    """What should follow, with the place that says so."""

    word: str
    value: Any
    more: Mapping[str, Any]
    place: str


class Line(NamedTuple):
    """Time passes, perhaps something happens, and something should follow."""

    after: int
    """Microseconds since the line before."""
    happens: Happening | None
    wishes: tuple[Wish, ...]
    place: str


class Story(NamedTuple):
    """One story."""

    name_zh: str
    name_en: str
    start: Instant
    client: Mapping[str, Any]
    holds: tuple[Mapping[str, Any], ...]
    lines: tuple[Line, ...]
    place: str


def read_stories(name: str, text: str) -> tuple[Story, ...]:
    """The stories of one file.

    Raises:
        DefinitionError: every fault with file, line and remedy, one a line.
    """
    faults = Faults()
    source = read(name, text, faults)
    stories: list[Story] = []
    if source is not None:
        whole = Row(source.tables, source.whole(), faults)
        stories = [_story(row) for row in whole.rows("story")]
        whole.done()
        if not stories and not faults.notes:
            faults.note(f"{name}:1", "no story; write [[story]]")
    if faults.notes:
        raise DefinitionError("\n".join(faults.notes))
    return tuple(stories)


def _story(row: Row) -> Story:
    start = row.moment("start")
    if start is None:
        row.fault("missing key 'start'; write start = 2026-11-23T10:00:00+08:00")
    client = next(iter(row.rows("client")), None)
    story = Story(
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        start=start or Instant(0),
        client={} if client is None else _client(client),
        holds=tuple(_holding(one) for one in row.rows("holds")),
        lines=tuple(_line(one) for one in row.rows("line")),
        place=row.place(),
    )
    if not story.lines:
        row.fault("nothing happens; write [[story.line]]")
    row.done()
    return story


_SERVICE: Final = ("tier", "segment", "rm", "team", "remote", "outlet", "locale")


def _client(row: Row) -> dict[str, Any]:
    """What is known of the client on the day before the start."""
    found: dict[str, Any] = {key: row.text(key) for key in _SERVICE if row.has(key)}
    for key in ("marketing", "profiling"):
        found[key] = row.flag(key, default=True)
    if row.has("risk_class"):
        found["risk_class"] = row.count("risk_class", least=1, most=5)
    if row.has("born"):
        found["born"] = row.shown("born")
    for key in ("spending", "income"):
        if row.has(key):
            found[key] = row.money(key)
    if row.has("horizon"):
        found["horizon"] = row.count("horizon", most=80)
    if row.has("bears"):
        found["bears"] = row.share("bears")
    row.done()
    return found


def _holding(row: Row) -> dict[str, Any]:
    found = {"product": row.text("product"), "fen": row.money("amount"), "matures_in": None}
    if row.has("matures_in"):
        found["matures_in"] = row.span("matures_in")
    row.done()
    return found


def _line(row: Row) -> Line:
    after = row.span("after")
    said = [word for word in _HAPPENS if row.has(word)]
    if len(said) > 1:
        row.fault(f"{' and '.join(said)} at once; write a line for each", said[1])
    happens = _happening(row, said[0]) if said else None
    wishes = tuple(_wish(one) for one in row.rows("then"))
    row.done()
    return Line(after, happens, wishes, row.place())


def _happening(row: Row, word: str) -> Happening:
    read_value, others = _HAPPENS[word]
    more = {key: reader(row, key) for key, reader in others.items() if row.has(key)}
    return Happening(word, read_value(row, word), more)


def _wish(row: Row) -> Wish:
    said = [word for word in _WISHES if row.has(word)]
    if len(said) != 1:
        row.fault(f"write one of {', '.join(_WISHES)} in each {{ }}")
        return Wish("no_task", 0, {}, row.place())
    word = said[0]
    reader, others = _WISHES[word]
    more = {key: each(row, key) for key, each in others.items() if row.has(key)}
    wish = Wish(word, reader(row, word), more, row.place())
    row.done()
    return wish


Reader = Callable[[Row, str], Any]
_Word = tuple[Reader, Mapping[str, Reader]]


def _text(row: Row, key: str) -> str:
    return row.text(key)


def _flag(row: Row, key: str) -> bool:
    return row.flag(key)


def _fen(row: Row, key: str) -> int:
    return row.money(key)


def _span(row: Row, key: str) -> int:
    return row.span(key)


def _level(row: Row, key: str) -> int:
    return row.count(key, least=1, most=5)


def _of(known: Any) -> Reader:  # noqa: ANN401 - any enumeration
    values = frozenset(str(one) for one in known)
    return lambda row, key: row.one_of(key, values)


_HAPPENS: Final[Mapping[str, _Word]] = {
    "inflow": (_fen, {"own_account": _flag}),
    "position": (
        _text,
        {"amount": _fen, "matures_in": _span, "cause": _of(PositionCause)},
    ),
    "tested": (_level, {}),
    "regraded": (_text, {"level": _level}),
    "diagnoses": (_text, {}),
    "diagnosis_held": (_flag, {}),
    "answers": (_of(Outcome), {"task": _text}),
    "desk": (
        _of(ClaimKind),
        {"task": _text, "outcome": _of(Outcome), "reason": _of(DeclineReason)},
    ),
    "presented": (_text, {}),
    "complains": (_text, {}),
    "complaint_closed": (_flag, {}),
    "opts_out": (_text, {}),
    "allows_marketing": (_flag, {}),
    "says": (_text, {}),
    "looks_at": (_text, {}),
    "saves": (_of(Form), {"failed": _flag}),
    "sends": (_of(Form), {"failed": _flag}),
    "enters": (_text, {"partner": _text, "consent_for": _span}),
    "scene_ends": (_of(SceneEnd), {"partner": _text, "scene": _text}),
    "salary": (_fen, {}),
    "goes_out": (_fen, {}),
    "taken_back": (_flag, {}),
}
"""What may happen, how its value is read, and what may stand beside it."""
_WISHES: Final[Mapping[str, _Word]] = {
    "task": (_text, {"by": _text, "desk": _text}),
    "no_task": (_flag, {}),
    "recalled": (_text, {"because": _text}),
    "journey": (_text, {"step": _text}),
    "ended": (_text, {"by": _of(("goal", "timeout", "exit", "recall")), "because": _text}),
    "withheld": (_text, {"because": _text}),
    "intent": (_text, {"on": _flag}),
}
"""What may be wished for."""
