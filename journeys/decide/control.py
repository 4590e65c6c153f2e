"""Standing control groups: clients whom no marketing reaches, so that its effect can be told."""

from collections.abc import Mapping
from typing import Final

from journeys.identity import short_hash

_WHOLE: Final = 2**63


def group_of(client: str, controls: Mapping[str, float]) -> str | None:
    """The control group that a client belongs to; `None` for those who are treated.

    Membership follows from the client's token and the group's id alone: it needs no memory, stays
    as long as the group has that id, and grows with its share without sending anybody back.

    Args:
        client: the client's token.
        controls: the share of all clients, 0..1, by the group's id.

    Example:
        >>> group_of("ct_1", {"all": 1.0}), group_of("ct_1", {"none": 0.0})
        ('all', None)
    """
    return next(
        (name for name, share in controls.items() if short_hash(name, client) < share * _WHOLE),
        None,
    )
