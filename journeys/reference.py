"""The reference as a fold sees it: a frozen view up to one marker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from journeys.catalogue.catalogue import Catalogue
from journeys.errors import DefinitionError
from journeys.identity import short_hash
from journeys.learning.model import Table, table_of
from schemas.reference import Activation, Model, Product, Stop, Stops

T = TypeVar("T")
_WHOLE: Final = 2**63
_BASIS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Staged:
    """A catalogue on its way into force, and how far it has come."""

    catalogue: Catalogue
    activation: Activation

    def concerns(self, client: str, outlet: str | None) -> bool:
        """Is it in force for this client?

        A share grows without sending anybody back: membership follows from the token and the
        catalogue's version alone.

        Args:
            client: the client's token.
            outlet: that serves the client, if any.
        """
        stage = self.activation.stage
        if stage == "outlets":
            return outlet in self.activation.outlets
        if stage == "share":
            drawn = short_hash("stage", self.catalogue.version, client)
            return drawn * _BASIS < (self.activation.share_bp or 0) * _WHOLE
        return False


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
    known: Mapping[str, Catalogue] = field(default_factory=dict)
    """Every catalogue released or drafted so far, by version, beside the first in force."""
    staged: Staged | None = None
    before: str | None = None
    """What was in force for all before this one, and a roll-back brings back; after one nothing."""
    changes: int = 1
    """How many catalogues came into force for all so far, this one included."""
    activations: int = 0
    """How many stages were set so far."""
    last: Activation | None = None
    """The newest stage set, unless another catalogue was released since."""
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
        """This reference under another catalogue; a stage of any other is over."""
        before = self.catalogue.version
        is_other = before != catalogue.version
        return replace(
            self.with_draft(catalogue, offset=offset),
            catalogue=catalogue,
            staged=None,
            before=before if is_other else self.before,
            changes=self.changes + is_other,
            last=None,
        )

    def with_draft(self, catalogue: Catalogue, *, offset: int) -> "Reference":
        """This reference with one more catalogue that stages may name."""
        standing = {self.catalogue.version: self.catalogue}
        known = {**self.known, **standing, catalogue.version: catalogue}
        return replace(self, offset=offset, known=known)

    def with_activation(self, asked: Activation, *, offset: int) -> "Reference":
        """This reference with a catalogue brought to other clients, to all, or to nobody.

        Back from a faulty catalogue, the faulty one is nothing that a roll-back brings back.

        Raises:
            DefinitionError: the log has no such catalogue.
        """
        catalogue = self.known.get(asked.catalogue)
        if catalogue is None:
            raise DefinitionError(f"a stage names catalogue '{asked.catalogue}', drafted nowhere")
        counted = replace(self, offset=offset, activations=self.activations + 1)
        if asked.stage == "all":
            brought = counted.with_catalogue(catalogue, offset=offset)
            is_back = asked.catalogue == self.before
            return replace(brought, last=asked, before=None if is_back else brought.before)
        staged = None if asked.stage == "none" else Staged(catalogue, asked)
        return replace(counted, staged=staged, last=asked)

    @property
    def rolled_back(self) -> Activation | None:
        """The newest stage set, if it was a roll-back."""
        last = self.last
        if last is None or (last.stage == "all" and self.before is not None):
            return None
        return last if last.stage in ("none", "all") else None

    def back(self, *, by: str, reason: str) -> Activation:
        """What takes back what is staged, or what is in force for all if nothing is.

        A roll-back that stands is given as it stands: its markers may be missing, and whoever
        repeats a command never means what was faulty.

        Raises:
            DefinitionError: there is nothing to go back to.
        """
        if self.rolled_back is not None:
            return self.rolled_back
        number = self.activations + 1
        if self.staged is not None:
            version = self.staged.catalogue.version
            return Activation(version=number, catalogue=version, stage="none", by=by, reason=reason)
        if self.before is None:
            raise DefinitionError("nothing is staged, and nothing was in force before")
        return Activation(version=number, catalogue=self.before, stage="all", by=by, reason=reason)

    def or_last(self, asked: Activation) -> Activation:
        """A stage to set, or the last one if it says the same: its markers may be missing."""
        if self.last is None:
            return asked
        own = {"version": asked.version, "by": asked.by, "reason": asked.reason}
        return self.last if self.last.model_copy(update=own) == asked else asked

    def catalogue_for(self, client: str, outlet: str | None) -> Catalogue:
        """The catalogue in force for one client, with what is narrower where they are served."""
        return self.staged_for(client, outlet).serving(outlet)

    def staged_for(self, client: str, outlet: str | None) -> Catalogue:
        """The catalogue that a stage has brought a client; what is narrower is left to its rows."""
        staged = self.staged
        if staged is None or not staged.concerns(client, outlet):
            return self.catalogue
        return staged.catalogue

    @property
    def shadow(self) -> Catalogue | None:
        """The catalogue that decides beside the one in force and issues nothing."""
        staged = self.staged
        in_shadow = staged is not None and staged.activation.stage == "shadow"
        return staged.catalogue if staged is not None and in_shadow else None

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
