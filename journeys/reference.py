"""The reference as a fold sees it: a frozen view up to one marker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from journeys.catalogue.catalogue import Catalogue
from journeys.errors import DefinitionError
from schemas.reference import Product, Stop, Stops

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reference:
    """Catalogue and products as of reference offset `offset` (exclusive)."""

    offset: int
    catalogue: Catalogue
    products: Mapping[tuple[str, int], Product] = field(default_factory=dict)
    """Every version by (product, version); a version is never dropped."""
    newest: Mapping[str, int] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    """Contacts that an operator has stopped."""
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def derived(self, make: Callable[["Reference"], T]) -> T:
        """What is made of the products alone, made when it is first asked for, and then kept.

        A release of a product starts anew; a catalogue and a stop leave it as it is.
        """
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    def product(self, product: str, version: int | None = None) -> Product | None:
        """A product at a version, or at its newest; `None` if it was never released."""
        wanted = self.newest.get(product) if version is None else version
        return None if wanted is None else self.products.get((product, wanted))

    def with_product(self, product: Product, *, offset: int) -> "Reference":
        """This reference with one more product version.

        Raises:
            DefinitionError: the version stands already with other facts.
        """
        key = (product.product, product.version)
        if key in self.products and self.products[key] != product:
            raise DefinitionError(
                f"product '{key[0]}' version {key[1]} is released already with other facts; "
                "release the next version instead"
            )
        newest = max(product.version, self.newest.get(product.product, 0))
        return replace(
            self,
            offset=offset,
            products={**self.products, key: product},
            newest={**self.newest, product.product: newest},
            _made={},
        )

    def with_catalogue(self, catalogue: Catalogue, *, offset: int) -> "Reference":
        """This reference under another catalogue."""
        return replace(self, offset=offset, catalogue=catalogue)

    def with_stops(self, stops: Stops, *, offset: int) -> "Reference":
        """This reference with other contacts stopped."""
        return replace(self, offset=offset, stops=stops.stops)
