"""Decisions written down: of hundreds of candidates most fell as they fell in those before."""

from typing import Any, Final

from schemas.decisions import Candidate
from schemas.facts import DecisionMade, DecisionShadowed


def once(candidate: Candidate) -> Candidate:
    """A candidate that many decisions will name as it is, written now for all of them.

    It is kept for good: for the few that differ by action and reason alone.
    """
    _WRITTEN[id(candidate)] = candidate, _candidate(candidate)
    return candidate


_WRITTEN: Final[dict[int, tuple[Candidate, bytes]]] = {}
"""By identity, which is no other's while the candidate is kept."""
_WITHOUT: Final[Any] = {"data": {"candidates"}}
_AFTER: Final = b',"versions":'
"""What follows the candidates. Inside a text its quotes would be escaped: the first is the key."""


def decided(event: DecisionMade | DecisionShadowed) -> bytes:
    """A decision as `codec.encode` writes any event."""
    rest = event.__pydantic_serializer__.to_json(event, exclude_none=True, exclude=_WITHOUT)
    written = [
        found[1] if (found := _WRITTEN.get(id(one))) is not None else _candidate(one)
        for one in event.data.candidates
    ]
    before, after, more = rest.partition(_AFTER)
    return b"".join((before, b',"candidates":[', b",".join(written), b"]", after, more))


def _candidate(one: Candidate) -> bytes:
    return one.__pydantic_serializer__.to_json(one, exclude_none=True)
