"""What the book must know of a product, apart from any client."""

from enum import StrEnum

import msgspec

from schemas.reference import Product


class ProductKind(StrEnum):
    """How a product spreads its risk over debtors; it sets the concentration weight."""

    SINGLE = "SINGLE"
    """One debtor or one share: a stock, a bond, a trust."""
    FUND = "FUND"
    WMP = "WMP"
    INDEX = "INDEX"
    MMF = "MMF"
    DEPOSIT = "DEPOSIT"
    GOVT = "GOVT"


class ProductFacts(msgspec.Struct, frozen=True, array_like=True):
    """One version of a product's facts. A change is the removal of its lots and their return."""

    product: str
    """Concentration adds up by this id."""
    issuer: str
    """For a deposit, the bank."""
    kind: ProductKind
    level: int
    """Risk level 1 to 5, the higher of issuer's and seller's rating."""
    days_to_cash: int
    """The usual days; a lot may have its own."""
    fee_bp: int
    """A year; one-off loads count a third."""
    look_through: tuple[int, int, int, int, int]
    """Basis points over CASH, FIX, BOND, EQ, ALT; adds up to 10,000."""
    idiosyncratic_bp: int
    """Volatility a year that no class explains."""
    idle: bool
    """A current account or money fund."""


def facts_of(product: Product, fee_class: str | None = None) -> ProductFacts:
    """A product as the book reads it."""
    fee = product.fee_bp
    if fee_class is not None and product.fee_classes_bp is not None:
        fee = product.fee_classes_bp.get(fee_class, fee)
    return ProductFacts(
        product=product.product,
        issuer=product.issuer,
        kind=ProductKind(product.kind),
        level=level_of(product),
        days_to_cash=product.days_to_cash,
        fee_bp=fee,
        look_through=product.look_through_bp,
        idiosyncratic_bp=product.idiosyncratic_bp,
        idle=product.idle,
    )


def level_of(product: Product) -> int:
    """Its risk level: the higher of issuer's and seller's counts (S05)."""
    return max(product.issuer_level, product.seller_level)
