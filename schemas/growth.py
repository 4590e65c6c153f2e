"""How much an event may add to what is kept of its key: a bound that costs no encoding."""

from functools import cache
from typing import Final

from schemas.envelope import Envelope
from schemas.facts import BuyerStated, DecisionMade, DecisionShadowed
from schemas.wire import Wire


def new_in(event: Envelope, size: int) -> int:
    """Of an event's bytes, how many may say what its key's state does not know yet.

    That leaves out the names of fields, type and schema, the key that it is about, and a state that
    a fact carries. Of a decision a state keeps its hash and when to ask again, which is less than
    its names: what it weighed is kept nowhere, and what follows from it is told in facts of their
    own.
    """
    # By type, not by `isinstance`: of a model that is a call for each class asked about.
    if type(event) is DecisionMade or type(event) is DecisionShadowed:
        return len(event.id) + len(event.data.decision_id)
    known = len(event.type) + len(event.dataschema) + len(event.subject) + len(event.partitionkey)
    if type(event) is BuyerStated:
        known += len(event.data.state or "")
    return size - known - _names_in(type(event))


_SIGNS: Final = len('"":,')


@cache
def _names_in(kind: type[Wire]) -> int:
    """Characters of the names, each with its signs, that no event of a kind can do without."""
    size = 0
    for name, field in kind.model_fields.items():
        if field.is_required():
            size += len(name) + _SIGNS
            part = field.annotation
            if isinstance(part, type) and issubclass(part, Wire):
                size += _names_in(part)
    return size
