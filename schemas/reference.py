"""The reference log: products, catalogues, models. A version once written is never changed."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.envelope import Envelope
from schemas.time import WireInstant
from schemas.wire import Name, ProductId, Wire

Basis = Annotated[int, Field(ge=0, le=10_000)]


class Product(Wire):
    """Facts of one product (KYP), one version. Fees and look-through in basis points."""

    product: ProductId
    version: Annotated[int, Field(ge=1)]
    issuer: ProductId
    regime: Literal["NFRA", "CSRC", "INS", "DEP"]
    kind: Literal["SINGLE", "FUND", "WMP", "INDEX", "MMF", "DEPOSIT", "GOVT"]
    issuer_level: Annotated[int, Field(ge=1, le=5)]
    seller_level: Annotated[int, Field(ge=1, le=5)]
    days_to_cash: Annotated[int, Field(ge=0, le=36_500)]
    fee_bp: Basis
    look_through_bp: tuple[Basis, Basis, Basis, Basis, Basis]
    """CASH, FIX, BOND, EQ, ALT; adds up to 10,000."""
    idiosyncratic_bp: Basis
    idle: bool
    fee_classes_bp: dict[Name, Basis] | None = None
    """Yearly fee by share class, where holders pay different ones; `fee_bp` is the usual one."""
    name_zh: Annotated[str, Field(max_length=64)]
    name_en: Annotated[str, Field(max_length=64)]
    on_sale: bool = True
    """May it still be bought? What is closed stays with its holders."""
    term_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """From purchase to maturity; none for what never matures."""
    minimum_fen: Annotated[int, Field(ge=1, le=2**62)] = 1
    step_fen: Annotated[int, Field(ge=1, le=2**62)] = 1
    """It is sold in whole steps of so much."""
    entry_bp: Basis = 0
    """What buying costs, of the amount bought."""
    private: Literal["FI", "MIXED", "EQUITY"] | None = None
    """Placed privately, with qualified investors only, and by what it invests in (S16)."""


class ProductReleased(Envelope):
    """A product, new or re-graded."""

    type: Literal["org.suishen.reference.product_released.v1"]
    data: Product
    family: ClassVar[str] = "reference"


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Person = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,47}$")]
"""Who signs or decides at the bank, by the name that its directory gives; no client."""


class Signed(Wire):
    """Two people stand for a catalogue: its author, and somebody else who released it."""

    catalogue: Digest
    """Of the files, each by its name."""
    diff: Digest
    """Of every difference from the catalogue in force when it was signed, and of its number: how
    many had come into force for all by then. So a signature serves once."""
    author: Person
    author_at: WireInstant
    releaser: Person
    releaser_at: WireInstant


class CatalogueFiles(Wire):
    """A whole catalogue: its TOML files by name, and the version that names them."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    files: dict[str, str]
    signed: Signed | None = None
    """Not said of a log's first catalogue where a deployment asks nobody."""


class CatalogueReleased(Envelope):
    """A catalogue, whole; it replaces the one before at the next marker."""

    type: Literal["org.suishen.reference.catalogue_released.v1"]
    data: CatalogueFiles
    family: ClassVar[str] = "reference"


class CatalogueDraft(Wire):
    """A whole catalogue that may be brought into force in stages; by itself it changes nothing."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    files: dict[str, str]
    signed: Signed


class CatalogueDrafted(Envelope):
    """A catalogue that stages may name."""

    type: Literal["org.suishen.reference.catalogue_drafted.v1"]
    data: CatalogueDraft
    family: ClassVar[str] = "reference"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class Activation(Wire):
    """For whom a catalogue on the log is in force from the next marker on."""

    version: Annotated[int, Field(ge=1)]
    """One more each time."""
    catalogue: Annotated[str, Field(min_length=1, max_length=64)]
    stage: Literal["shadow", "outlets", "share", "all", "none"]
    """`shadow`: it decides beside the one in force, and issues nothing. `none`: taken back."""
    outlets: tuple[Name, ...] = ()
    """Of stage `outlets`: whose clients it is for."""
    share_bp: Basis | None = None
    """Of stage `share`: the share of all clients, by a hash of their token."""
    by: Person
    reason: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class CatalogueActivated(Envelope):
    """A stage of a catalogue, or its roll-back."""

    type: Literal["org.suishen.reference.catalogue_activated.v1"]
    data: Activation
    family: ClassVar[str] = "reference"
    status: ClassVar[Literal["released", "draft"]] = "draft"


Counts = tuple[tuple[Annotated[float, Field(ge=0)], ...], ...]
"""By predictor and bin."""


class ModelQuality(Wire):
    """How well a model did, predicting in order of time before it learned."""

    n: Annotated[int, Field(ge=1)]
    positives: Annotated[int, Field(ge=0)]
    log_loss: Annotated[float, Field(ge=0)]
    average_log_loss: Annotated[float, Field(ge=0)]
    """Of the moving average of the same outcomes, which it has to be better than."""
    auc: Annotated[float, Field(ge=0, le=1)] | None = None
    """The mean inside blocks of contacts that lie close together."""
    ece: Annotated[float, Field(ge=0, le=1)]


class Model(Wire):
    """A propensity model: counts of outcomes by bin, and the chance that each score stands for."""

    model: Annotated[
        str,
        Field(
            pattern=r"^(all|(action|group)/[a-z][a-z0-9_]{0,47})/(app|ai|remote|branch|partner)$"
        ),
    ]
    """What it speaks of: one action, a group of actions, or all, in one channel."""
    sequence: Annotated[int, Field(ge=1)]
    """One more with each release; the newest is in force."""
    predictors: Annotated[tuple[Name, ...], Field(max_length=20)]
    stamp: Annotated[str, Field(pattern=r"^[0-9a-f]{1,16}$")]
    """Of what each bin means: under a catalogue that cuts them otherwise it is not asked."""
    no: Counts
    """Outcomes that missed the goal, faded, by predictor and bin."""
    yes: Counts
    totals: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]
    """All of no and of yes, faded."""
    bands: Annotated[tuple[float, ...], Field(max_length=31)]
    """Where scores are cut, ascending."""
    rates: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(max_length=32)]
    """The chance by band, never falling."""
    labels: Annotated[int, Field(ge=0)]
    positives: Annotated[int, Field(ge=0)]
    """Of all labels: from some hundred on a model needs no parent's word."""
    quality: ModelQuality
    learned_until: WireInstant
    withdrawn: bool = False
    """Nobody asks it any more, until the next sequence."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Of everything else that it says."""


class ModelReleased(Envelope):
    """A model, in force from the next marker on."""

    type: Literal["org.suishen.reference.model_released.v1"]
    data: Model
    family: ClassVar[str] = "reference"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class Stop(Wire):
    """Contacts that an operator has stopped: all, or those of a channel, an action or an outlet."""

    scope: Literal["all", "channel", "action", "outlet"]
    name: Name | None = None
    """Of the channel, action or outlet; none for `all`."""
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Stops(Wire):
    """Every stop in force, whole; it replaces the one before at the next marker."""

    version: Annotated[int, Field(ge=1)]
    """One more each time: the same stops set again are another version."""
    stops: tuple[Stop, ...] = ()


class StopsReleased(Envelope):
    """What is stopped from the next marker on; decisions withhold it, doors have heard already."""

    type: Literal["org.suishen.reference.stops_released.v1"]
    data: Stops
    family: ClassVar[str] = "reference"
    status: ClassVar[Literal["released", "draft"]] = "draft"
