"""Numbers of the return measures; their values are policy (`diagnosis.toml`)."""

import msgspec


class ReturnRules(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds of the client value-return (specification, sections 10 and 12)."""

    large_flow: float
    """A flow of so much of the opening value is large: revalue and link."""
    least_days: int
    """Nothing shorter is annualised."""
    least_growth: float
    most_growth: float
    """Roots are looked for where 1 + rate lies between these."""
    scan_steps: int
    """Equal steps of its logarithm."""


class PromoterRules(msgspec.Struct, frozen=True, kw_only=True):
    """When a promoter score may be published, and how often a client may be asked."""

    publish_from: int
    """Answers."""
    ask_every: int
    """Microseconds from one question to the next."""
    ask_share: float
    """Of what is done for clients: so much of it is followed by the question."""
    ask_stands: int
    """So long a question may be put; microseconds."""
