"""The lexicon from TOML: patterns compiled at load, a bad one refused with its place."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.rows import Row
from journeys.lexicon.denial import Denying, denying
from journeys.lexicon.lexicon import Lexicon, WordClass
from journeys.lexicon.plain import Smoothing, smoothing

CLASSES: Final = ("GUARANTEE", "FORECAST", "LURE", "CONFUSE", "ENDORSE")
_RULES: Final = ("m01", "m02", "m03", "m04")
_WORDS: Final = (*("negations", "stress", "fillers", "promising", "forbidding", "turns", "joins"),)
_NEVER = re.compile(r"(?!)")


def lexicon(row: Row) -> list[Dated]:
    """The words of one stretch of time; every class must be in it, once."""
    smooth = _smoothing(row)
    words = {key: row.names(key) for key in _WORDS}
    for key in (key for key in _WORDS if not words[key]):
        row.fault(f"'{key}' names no word; write {key} = [\"…\"]", key)
    classes, promises = _classes(row)
    deny = _denying(row, words, promises)
    found = None
    if deny is not None and smooth is not None:
        found = Lexicon(row.shown("version"), smooth, deny, tuple(classes))
    return dated(row, "lexicon", ("lexicon",), found)


def _smoothing(row: Row) -> Smoothing | None:
    patterns = {key: row.text(key) for key in ("dropped", "between_han", "ends_clause")}
    forms = {key: row.text(key) for key in ("traditional", "simplified")}
    if len({len(each) for each in forms.values()}) > 1:
        row.fault("'traditional' and 'simplified' differ in length; one form each", "traditional")
        return None
    sound = [_compiled(row, key, each) is not _NEVER for key, each in patterns.items()]
    return smoothing(**patterns, **forms) if all(sound) else None


def _classes(row: Row) -> tuple[list[WordClass], list[str]]:
    """The classes, and the patterns of those that are promises."""
    classes: list[WordClass] = []
    promises: list[str] = []
    for each in row.rows("class"):
        found, patterns = _class(each)
        classes.append(found)
        promises += patterns if found.is_promise and found.pattern is not _NEVER else []
    names = [each.id for each in classes]
    for name in CLASSES:
        if names.count(name) != 1:
            row.fault(f"class '{name}' stands {names.count(name)} times; write it once")
    if not promises:
        row.fault("no class is a promise; write promise = true in GUARANTEE")
    return classes, promises


def _class(row: Row) -> tuple[WordClass, tuple[str, ...]]:
    patterns, spared = row.names("patterns"), row.names("spared")
    at_end = row.names("spared_at_end")
    if not patterns:
        row.fault("'patterns' names no word; write patterns = [\"…\"]", "patterns")
    found = WordClass(
        id=row.one_of("id", CLASSES),
        rule=row.one_of("rule", _RULES),
        pattern=_compiled(row, "patterns", "|".join(patterns)) if patterns else _NEVER,
        spared=tuple(_compiled(row, "spared", each) for each in spared),
        spared_at_end=_compiled(row, "spared_at_end", f"(?:{'|'.join(at_end)})$")
        if at_end
        else _NEVER,
        is_promise=row.flag("promise", default=False),
    )
    row.done()
    return found, patterns


def _denying(
    row: Row, words: Mapping[str, tuple[str, ...]], promises: Sequence[str]
) -> Denying | None:
    named = {key: each for key, each in words.items() if each}
    sound = [_compiled(row, key, "|".join(each)) is not _NEVER for key, each in named.items()]
    whole = all(sound) and len(named) == len(words) and promises
    return denying(dict(words), promises) if whole else None


def _compiled(row: Row, key: str, pattern: str) -> re.Pattern[str]:
    """A pattern; one that is none, or that finds nothing at all in any text, is a fault."""
    try:
        found = re.compile(pattern)
    except re.error as error:
        row.fault(f"'{key}' is no pattern: {error}; mend it", key)
        return _NEVER
    if found.match(""):
        row.fault(f"'{key}' matches the empty text; take the empty word out", key)
        return _NEVER
    return found
