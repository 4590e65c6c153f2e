"""What an accepted event holds that its contract does not know: counted, never refused."""

from functools import cache
from typing import Any, get_args

from schemas.envelope import Envelope
from schemas.wire import OpenEnum, Wire


def surprises(event: Envelope) -> tuple[int, int]:
    """How many unknown fields and unknown enumeration values an accepted event carries."""
    counts = [0, 0]
    more = event.__pydantic_extra__  # as `model_extra`, which is a call
    if more:
        counts[_FIELDS] = len(more)
    _count_in(getattr(event, "data", None), counts)
    return counts[_FIELDS], counts[_VALUES]


_FIELDS, _VALUES = range(2)


def _count_in(found: Any, counts: list[int]) -> None:  # noqa: ANN401 - whatever a field holds
    """Every event passes here: what can hold nothing is not looked into."""
    kind: Any = type(found)
    if kind is tuple:
        for one in found:
            _count_in(one, counts)
        return
    suspects = _suspects(kind)
    if suspects is not None:
        _count_in_fields(found, suspects, counts)
    elif found == "unknown" and isinstance(found, OpenEnum):
        counts[_VALUES] += 1


_Suspects = tuple[tuple[str, ...], tuple[str, ...]]


def _count_in_fields(model: Wire, suspects: _Suspects, counts: list[int]) -> None:
    more = model.__pydantic_extra__
    if more:
        counts[_FIELDS] += len(more)
    words, others = suspects
    for name in words:
        if getattr(model, name) == "unknown":
            counts[_VALUES] += 1
    for name in others:
        _count_in(getattr(model, name), counts)


@cache
def _suspects(kind: type[object]) -> _Suspects | None:
    """The fields of a model in which something unknown may stand; `None` if it is no model.

    Most fields hold but text or numbers. Of the others the first are words, and need no more than
    a look; the second hold models, or several words.
    """
    if not issubclass(kind, Wire):
        return None
    fields = kind.model_fields.items()
    words = tuple(name for name, field in fields if _is_word(field.annotation))
    suspect = (name for name, field in fields if _is_suspect(field.annotation))
    return words, tuple(name for name in suspect if name not in words)


def _is_word(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, OpenEnum)


def _is_suspect(annotation: object) -> bool:
    """Is it a model or an open enumeration, or does it hold one?"""
    if isinstance(annotation, type):
        return issubclass(annotation, (Wire, OpenEnum))
    return any(map(_is_suspect, get_args(annotation)))
