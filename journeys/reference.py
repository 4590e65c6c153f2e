"""The reference as a fold sees it: a frozen view up to one marker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from journeys.catalogue.catalogue import Catalogue
from journeys.errors import DefinitionError
from journeys.learning.model import Table, table_of
from schemas.reference import Model, Product, Stop, Stops

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
    models: Mapping[str, Table] = field(default_factory=dict)
    """The newest of each name; those withdrawn are left out."""
    sequences: Mapping[str, int] = field(default_factory=dict)
    """The newest sequence of each model ever released, withdrawn or not."""
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

    def with_model(self, model: Model, *, offset: int) -> "Reference":
        """This reference with a model at its next sequence, or without it if it is withdrawn.

        Raises:
            DefinitionError: the sequence stands already, or the model contradicts itself.
        """
        before = self.sequences.get(model.model, 0)
        if model.sequence <= before:
            raise DefinitionError(
                f"model '{model.model}' stands at sequence {before} already; "
                f"release it as {before + 1}: fit it again"
            )
        models = {name: one for name, one in self.models.items() if name != model.model}
        table = table_of(model)
        return replace(
            self,
            offset=offset,
            models=models if model.withdrawn else {**models, model.model: table},
            sequences={**self.sequences, model.model: model.sequence},
        )

    def with_stops(self, stops: Stops, *, offset: int) -> "Reference":
        """This reference with other contacts stopped."""
        return replace(self, offset=offset, stops=stops.stops)
