"""A catalogue: the editions of policy by date, and every version of every journey."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from journeys.catalogue.casework import OperationType
from journeys.catalogue.definitions import Journey
from journeys.catalogue.edition import Edition
from journeys.catalogue.written import Written
from schemas.time import Instant


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Policy through time. Built by `journeys.catalogue.load`."""

    version: str
    starts: tuple[Instant, ...]
    """When each edition comes into force, ascending; the first also holds before."""
    editions: tuple[Edition, ...]
    journeys: Mapping[tuple[str, int], Journey] = field(default_factory=dict)
    """Every version, for instances that entered under it."""
    operations: Mapping[tuple[str, int], OperationType] = field(default_factory=dict)
    """Every version, for operations that were offered under it."""
    rows: tuple[Written, ...] = ()
    """Every row as it was written, for people."""
    outlets: Mapping[str, "Catalogue"] = field(default_factory=dict)
    """This catalogue as it binds an outlet's clients, where any row is narrower than the bank."""

    def serving(self, outlet: str | None) -> "Catalogue":
        """The catalogue that binds clients of an outlet; of an unknown one the bank's."""
        return self if outlet is None else self.outlets.get(outlet, self)

    def pinned(self, moment: Instant) -> "Catalogue":
        """The edition of one moment throughout, for every outlet."""
        return replace(
            self,
            starts=(Instant(0),),
            editions=(self.at(moment),),
            outlets={name: each.pinned(moment) for name, each in self.outlets.items()},
        )

    def at(self, moment: Instant) -> Edition:
        """The edition in force at a moment."""
        return self.editions[max(bisect_right(self.starts, moment) - 1, 0)]

    def under(self, _version: str, moment: Instant) -> Edition:
        """The edition whose words belong to a decision; where nothing is staged, the one in force.

        Args:
            _version: of the catalogue that the decision was taken under.
            moment: at which the words are shown.
        """
        return self.at(moment)

    def journey(self, journey: str, version: int) -> Journey | None:
        """A journey as it was at a version."""
        return self.journeys.get((journey, version))

    def operation(self, operation: str, version: int) -> OperationType | None:
        """An operation as it was at a version."""
        return self.operations.get((operation, version))
