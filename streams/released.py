"""The released catalogue, followed on the reference log by doors that show its words."""

from msgspec.structs import replace

from journeys.catalogue.edition import Edition
from journeys.catalogue.written import Written
from journeys.reference import Reference
from schemas.reference import Product
from schemas.time import Instant
from streams.errors import TransientError
from streams.ports import LogReader
from streams.reference import ReferenceLog
from streams.topics import REFERENCE


class ReleasedCatalogue:
    """The newest catalogue as of the last refresh. One thread refreshes, any thread asks."""

    def __init__(self, reader: LogReader) -> None:
        self._reader, self._log = reader, ReferenceLog(reader)
        self._end = 0
        self._reference: Reference | None = None

    def refresh(self) -> None:
        """Read on to the end of the log.

        Raises:
            TransientError: the log is away, or nothing is released yet.
            WorkerStopError: the log cannot be read by this version.
        """
        end = self._reader.end(REFERENCE, 0)
        if end == 0:
            raise TransientError("no catalogue is released; 'suishen catalogue release'")
        if end > self._end:
            self._end, self._reference = end, self._log.at(end)

    @property
    def reference(self) -> Reference:
        """Products and policy as of the last refresh.

        Raises:
            TransientError: nothing has been read yet.
        """
        if self._reference is None:
            raise TransientError("no catalogue has been read yet")
        return self._reference

    @property
    def rows(self) -> tuple[Written, ...]:
        """Every row of the catalogue in force for all, as it was written.

        Raises:
            TransientError: nothing has been read yet.
        """
        return self.reference.catalogue.rows

    def product(self, product: str) -> Product | None:
        """A product at its newest version; `None` if it was never released.

        Raises:
            TransientError: nothing has been read yet.
        """
        return self.reference.product(product)

    def at(self, moment: Instant) -> Edition:
        """The edition in force at a moment, with the words of one that is staged beside it.

        What both name says what the one in force says.

        Raises:
            TransientError: nothing has been read yet.
        """
        mine, staged = self.reference.catalogue.at(moment), self.reference.staged
        if staged is None:
            return mine
        return _beside(mine, staged.catalogue.at(moment))

    def under(self, version: str, moment: Instant) -> Edition:
        """The edition whose words belong to a decision taken under a catalogue's version.

        A staged one speaks for its own decisions. What was in force before speaks no more: a text
        that was withdrawn is not shown again.

        Raises:
            TransientError: nothing has been read yet.
        """
        staged = self.reference.staged
        if staged is None or staged.catalogue.version != version:
            return self.at(moment)
        return _beside(staged.catalogue.at(moment), self.reference.catalogue.at(moment))


def _beside(mine: Edition, other: Edition) -> Edition:
    """With the names that only the other knows."""
    return replace(
        mine,
        actions={**other.actions, **mine.actions},
        treatments={**other.treatments, **mine.treatments},
        journeys={**other.journeys, **mine.journeys},
    )
