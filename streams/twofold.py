"""One log under two policies, folded once where policy cannot tell them apart.

A step of the fold depends on state, event and what it reads of the policy. While a client's two
states are one, the step is taken under the old policy, which is watched: if it read no part in
which the new policy differs, the new step would be the same to the last bit, and is not taken.
"""

from dataclasses import replace
from typing import Any, Final, NamedTuple, cast

import msgspec
from typing_extensions import override

from journeys.catalogue.casework import OperationType
from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.definitions import Journey
from journeys.catalogue.edition import Edition
from journeys.client.fold import ClientFold
from journeys.reference import Reference, Staged
from journeys.step import Output
from schemas.time import Instant
from streams.plain import Decode, PlainFold, References
from streams.ports import Record

_GROWTH: Final = 8
"""No event adds more to a state than so many times its own bytes: a task proposed after a page of
350 bytes adds some 700."""


class Both(NamedTuple):
    """What a record led to under either policy; one object if they could not differ."""

    old: tuple[Output, ...]
    new: tuple[Output, ...]


class TwoFold:
    """A log's partition under two policies."""

    def __init__(
        self, references: References, old: Catalogue | None, new: Catalogue, *, decode: Decode
    ) -> None:
        """Prepare both.

        Args:
            references: of the log; both sides read the same.
            old: `None`: as the log's own markers say.
            new: throughout.
            decode: reads an event.
        """
        self._watch = _Watch()
        self._old = _Side(_Under(references, old, watched=(new, self._watch)), decode=decode)
        self._new = _Side(_Under(references, new), decode=decode)

    @property
    def states(self) -> dict[str, Any]:
        """Every client's state under the new policy."""
        return self._new.states

    def step(self, record: Record) -> Both:
        """Apply one record under both."""
        key = "" if record.key is None else record.key.decode("utf-8", "replace")
        old, new = self._old.states, self._new.states
        are_one = bool(key) and old.get(key) is new.get(key)
        self._watch.is_told = False
        was = self._old.step(record)
        if are_one and not self._watch.is_told:
            if key in old:
                new[key] = old[key]
                if key in self._old.at_most:  # a gap alone sets a state and asks nothing
                    self._new.at_most[key] = self._old.at_most[key]
            return Both(was, was)
        now = self._new.step(record)
        if are_one and key in old and old[key] == new.get(key):
            new[key] = old[key]
        return Both(was, now)


class _Watch:
    """Was anything read that tells the policies apart?"""

    __slots__ = ("is_told",)

    def __init__(self) -> None:
        self.is_told = False


class _Watched:
    """An edition that tells when a part is read in which another edition differs.

    What is the same in both stands in the object itself; anything else has to be looked for.
    """

    def __init__(self, edition: Edition, other: Edition, watch: _Watch) -> None:
        self._edition, self._watch = edition, watch
        for part in msgspec.structs.fields(edition):
            mine = getattr(edition, part.name)
            if mine == getattr(other, part.name):
                setattr(self, part.name, mine)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any part of an edition
        self._watch.is_told = True
        return getattr(self._edition, name)


class _WatchedCatalogue:
    """A catalogue whose editions are watched against another's."""

    def __init__(self, catalogue: Catalogue, other: Catalogue, watch: _Watch) -> None:
        self._catalogue, self._other, self._watch = catalogue, other, watch
        self._editions: dict[tuple[int, int], Edition] = {}
        self._serving: dict[tuple[int, int], _WatchedCatalogue] = {}

    def serving(self, outlet: str | None) -> "_WatchedCatalogue":
        """What binds clients of an outlet under each; where no row is narrower, these two."""
        mine, other = self._catalogue.serving(outlet), self._other.serving(outlet)
        if mine is self._catalogue and other is self._other:
            return self
        pair = (id(mine), id(other))
        if pair not in self._serving:
            self._serving[pair] = _WatchedCatalogue(mine, other, self._watch)
        return self._serving[pair]

    @property
    def version(self) -> str:
        self._watch.is_told = True
        return self._catalogue.version

    def at(self, moment: Instant) -> Edition:
        mine, other = self._catalogue.at(moment), self._other.at(moment)
        pair = (id(mine), id(other))
        if pair not in self._editions:
            self._editions[pair] = cast("Edition", _Watched(mine, other, self._watch))
        return self._editions[pair]

    def journey(self, journey: str, version: int) -> Journey | None:
        found = self._catalogue.journey(journey, version)
        self._watch.is_told |= found != self._other.journey(journey, version)
        return found

    def operation(self, operation: str, version: int) -> OperationType | None:
        found = self._catalogue.operation(operation, version)
        self._watch.is_told |= found != self._other.operation(operation, version)
        return found


class _Under:
    """The reference with another catalogue in place of every one released, perhaps watched."""

    def __init__(
        self,
        references: References,
        catalogue: Catalogue | None,
        *,
        watched: tuple[Catalogue, _Watch] | None = None,
    ) -> None:
        self._references = references
        self._catalogue, self._watched = catalogue, watched
        self._replaced: dict[int, Reference] = {}
        self._wrapped: dict[int, _WatchedCatalogue] = {}

    def at(self, offset: int) -> Reference:
        """The reference up to an offset, under the catalogue in question."""
        if offset not in self._replaced:
            found = self._references.at(offset)
            catalogue = found.catalogue if self._catalogue is None else self._catalogue
            self._replaced[offset] = replace(
                found, catalogue=self._seen(catalogue), staged=self._staged(found)
            )
        return self._replaced[offset]

    def _staged(self, found: Reference) -> Staged | None:
        """A stage that the log sets counts only where its own policies are folded."""
        staged = found.staged
        if staged is None or self._catalogue is not None or found.shadow is not None:
            return None
        return replace(staged, catalogue=self._seen(staged.catalogue))

    def _seen(self, catalogue: Catalogue) -> Catalogue:
        if self._watched is None:
            return catalogue
        other, watch = self._watched
        wrapped = self._wrapped.get(id(catalogue))
        if wrapped is None:
            wrapped = self._wrapped[id(catalogue)] = _WatchedCatalogue(catalogue, other, watch)
        return cast("Catalogue", wrapped)


class _Side(PlainFold):
    """Encodes a state only where what was added since may have made it too large, as hosts do."""

    def __init__(self, references: References, *, decode: Decode) -> None:
        super().__init__(ClientFold(), references, decode=decode)
        self.at_most: dict[str, int] = {}
        """By key: how large the state may have become."""

    @override
    def _is_too_large(self, record: Record, state: Any) -> bool:
        key, most = (record.key or b"").decode("utf-8", "replace"), self._fold.max_state_bytes
        at_most = self.at_most.get(key, most) + _GROWTH * len(record.value)
        if at_most > most:
            at_most = len(self._fold.encode(state))
        self.at_most[key] = at_most
        return at_most > most
