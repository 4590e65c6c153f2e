"""The ledger of an adviser's book: lines that are added and never edited."""

from typing import Annotated

from pydantic import Field

from schemas.time import WireDate, WireInstant
from schemas.wire import Name, ShortText, Wire, WireClient, WireEnum

Period = Annotated[str, Field(pattern=r"^[0-9]{4}(q[1-4]|h[12])?$")]
"""A year, a half or a quarter: `2026q4`."""
LineNumber = Annotated[int, Field(ge=1, le=10_000)]


class BookEntryKind(WireEnum):
    """What a line of a book's ledger says."""

    OPENED = "opened"
    TARGET_SET = "target_set"
    COUNTED = "counted"
    LOCKED = "locked"
    """Signed off: from here on only an appeal changes the figure."""
    APPEALED = "appealed"
    RESTATED = "restated"
    FLAGGED = "flagged"
    """An integrity check holds a client's credit."""
    CLEARED = "cleared"
    """A flag was reviewed and taken away."""
    PAID = "paid"


class Target(Wire):
    """A stage: organic points a client, and the share of the bonus that it pays."""

    name: Name
    points: float
    pays: Annotated[float, Field(ge=0, le=1)]


class BookEntry(Wire):
    """A line as it is asked for; the desk fold numbers it, or refuses it with a reason.

    `opened` needs `starts` and `ends`; `target_set` `targets`; `counted` `mean` and `cohort`;
    `appealed` `about` and `reason`; `restated` these and `mean`; `flagged` `client` and `flags`;
    `cleared` `about` and `reason`.
    """

    period: Period
    kind: BookEntryKind
    by: Annotated[str, Field(min_length=1, max_length=64)]
    """Who signs it."""
    starts: WireDate | None = None
    ends: WireDate | None = None
    targets: Annotated[tuple[Target, ...], Field(max_length=8)] = ()
    mean: float | None = None
    """Organic points a client, as counted."""
    cohort: Annotated[int, Field(ge=0)] | None = None
    """Clients that the mean rests on."""
    about: LineNumber | None = None
    """The line that an appeal, a restatement or a review is about."""
    client: WireClient | None = None
    flags: Annotated[tuple[Name, ...], Field(max_length=8)] = ()
    reason: ShortText = ""


class BookLine(Wire):
    """A line of the ledger as it stands for good."""

    number: LineNumber
    entered_at: WireInstant
    entry: BookEntry


class BookRefusal(Wire):
    """A line that the ledger did not take, and why."""

    entry: BookEntry
    reason: Name
    at: WireInstant
