"""Who drafted and who released each catalogue, kept beside the read model, not made from any log.

The database itself refuses an author who releases, and a signature over another difference than the
draft's: no program, and nobody with a console, can bring one in by mistake.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Engine,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    select,
)
from sqlalchemy.exc import IntegrityError

from journeys.catalogue.signing import diff_digest, digest_of
from schemas.reference import Signed
from schemas.time import Instant

metadata = MetaData()
drafts = Table(
    "catalogue_drafts",
    metadata,
    Column("catalogue", String, primary_key=True),
    Column("diff", String, primary_key=True),
    Column("author", String, nullable=False),
    Column("author_at", BigInteger, nullable=False),
    UniqueConstraint("catalogue", "diff", "author", name="draft_of_author"),
)
releases = Table(
    "catalogue_releases",
    metadata,
    Column("catalogue", String, primary_key=True),
    Column("diff", String, primary_key=True),
    Column("author", String, nullable=False),
    Column("releaser", String, nullable=False),
    Column("releaser_at", BigInteger, nullable=False),
    CheckConstraint("releaser <> author", name="two_people"),
    ForeignKeyConstraint(
        ["catalogue", "diff", "author"],
        ["catalogue_drafts.catalogue", "catalogue_drafts.diff", "catalogue_drafts.author"],
        name="same_draft",
    ),
)
"""Apart from the tables of the read model: a rebuild empties those."""


class Change(NamedTuple):
    """A catalogue, and what it follows."""

    catalogue: str
    diff: str

    @classmethod
    def of(cls, old: Mapping[str, str], new: Mapping[str, str], changes: int) -> "Change":
        """From the texts of both, by file name, and how many catalogues came into force so far."""
        return cls(digest_of(new), diff_digest(old, new, changes))


class Signatures(NamedTuple):
    """A change as far as it is signed."""

    author: str
    author_at: Instant
    releaser: str | None
    releaser_at: Instant | None


class SignatureBook:
    """The signatures of one deployment."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sign(self, change: Change, *, by: str, now: Instant) -> Signatures:
        """The first to sign is the author, the second the releaser; a third adds nothing.

        Raises:
            ValueError: the author is to release it too.
        """
        found = self.find(change)
        if found is None:
            row = {**change._asdict(), "author": by, "author_at": now}
            with self._engine.begin() as connection:
                connection.execute(drafts.insert(), row)
            return Signatures(by, now, None, None)
        if found.releaser is None:
            self._release(change, author=found.author, by=by, now=now)
            return found._replace(releaser=by, releaser_at=now)
        return found

    def find(self, change: Change) -> Signatures | None:
        """How far a change is signed; `None` if nobody drafted it."""
        both = drafts.outerjoin(
            releases,
            (drafts.c.catalogue == releases.c.catalogue) & (drafts.c.diff == releases.c.diff),
        )
        mine = (drafts.c.catalogue == change.catalogue) & (drafts.c.diff == change.diff)
        wanted = (drafts.c.author, drafts.c.author_at, releases.c.releaser, releases.c.releaser_at)
        with self._engine.connect() as connection:
            row: Any = connection.execute(select(*wanted).select_from(both).where(mine)).first()
        return None if row is None else Signatures(*row)

    def signed(self, change: Change) -> Signed | None:
        """What travels with the released catalogue; `None` until two have signed."""
        found = self.find(change)
        if found is None or found.releaser is None or found.releaser_at is None:
            return None
        return Signed(
            **change._asdict(),
            author=found.author,
            author_at=found.author_at,
            releaser=found.releaser,
            releaser_at=found.releaser_at,
        )

    def _release(self, change: Change, *, author: str, by: str, now: Instant) -> None:
        row = {**change._asdict(), "author": author, "releaser": by, "releaser_at": now}
        try:
            with self._engine.begin() as connection:
                connection.execute(releases.insert(), row)
        except IntegrityError as error:
            raise ValueError(
                f"'{by}' drafted this catalogue; somebody else has to release it"
            ) from error
