"""Releases of a run besides those of its file: products re-graded, the catalogue made anew.

Nothing in them makes sense to a bank; each changes what folds see, so that a step repeated under
another reference would show.
"""

from collections.abc import Iterable
from typing import Final

from schemas import codec
from schemas.reference import CatalogueFiles, CatalogueReleased, Product, ProductReleased
from schemas.time import Instant
from schemas.wire import Wire
from streams import reference
from streams.catalogue_files import version_of
from streams.ports import Outgoing

_CATALOGUE_EVERY: Final = 5
"""Of so many releases one is a catalogue: every worker reads each of them after a restart."""
_GRADES: Final = 5


class Releases:
    """Makes up releases out of what a file has released."""

    def __init__(self, released: Iterable[Outgoing]) -> None:
        """Read the file's own.

        Args:
            released: records for the reference log.

        Raises:
            ContractError: one cannot be read.
        """
        self._products: dict[str, Product] = {}
        self._files: dict[str, str] = {}
        self._made = 0
        for message in released:
            event = codec.decode(message.value, codec.REFERENCE)
            if isinstance(event, CatalogueReleased):
                self._files = event.data.files
            elif isinstance(event, ProductReleased):
                known = self._products.get(event.data.product)
                if known is None or known.version < event.data.version:
                    self._products[event.data.product] = event.data

    def next(self) -> list[Outgoing]:
        """The records of one more release; none where the file has released nothing."""
        self._made += 1
        made = self._product() if self._products else None
        if self._files and (made is None or self._made % _CATALOGUE_EVERY == 0):
            made = self._catalogue()
        return [] if made is None else reference.releases([made], now=Instant(0))

    def _product(self) -> Wire:
        """A product of the file, graded otherwise, in a version that the file has not."""
        names = sorted(self._products)
        name = names[self._made % len(names)]
        old = self._products[name]
        level = max(old.issuer_level, old.seller_level % _GRADES + 1)
        new = old.model_copy(update={"version": old.version + 1, "seller_level": level})
        self._products[name] = new
        return new

    def _catalogue(self) -> Wire:
        """The same policies under another version."""
        name = min(self._files)
        files = self._files | {name: f"{self._files[name]}\n# release {self._made}\n"}
        return CatalogueFiles(version=version_of(files), files=files)
