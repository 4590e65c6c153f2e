"""What stands between a change of policy and the reference log, on both hosts."""

from collections.abc import Callable, Iterable, Mapping

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.signing import why_unsigned
from journeys.catalogue.succession import edited, touches_running
from journeys.client.impact import impact
from journeys.client.state import ClientState
from journeys.errors import DefinitionError
from journeys.reference import Reference
from schemas.reference import Activation, CatalogueDraft, CatalogueFiles
from schemas.time import Instant

States = Callable[[], Iterable[ClientState]]
"""Gives every client's state."""
Signable = CatalogueFiles | CatalogueDraft


def check_signed(new: Signable, files: Mapping[str, Signable], view: Reference | None) -> None:
    """Two people signed it over what is in force, and its version names no other files.

    A log's first catalogue may go without: who starts an engine is who answers for it.

    Args:
        new: the catalogue.
        files: every catalogue of the log by version.
        view: what is in force; `None` before the first.

    Raises:
        DefinitionError: they did not, or it does.
    """
    known = files.get(new.version)
    if known is not None and known.files != new.files:
        raise DefinitionError(
            f"catalogue '{new.version}' stands on the log with other files; name a version after "
            "its files, as 'suishen catalogue' does"
        )
    standing = None if view is None else files[view.catalogue.version]
    if new == standing or (standing is None and new.signed is None):
        return
    old, changes = ({}, 0) if view is None or standing is None else (standing.files, view.changes)
    reason = why_unsigned(new.signed, old, new.files, changes)
    if reason is not None:
        raise DefinitionError(f"catalogue '{new.version}': {reason}")


def check_succession(view: Reference, new: Catalogue, states: States, now: Instant) -> None:
    """It edits nothing that runs may name, and leaves nothing that runs without a way on.

    Raises:
        DefinitionError: every fault, one a line.
    """
    found = list(edited(view.catalogue, new))
    if not found and touches_running(view.catalogue, new):
        found = impact(states(), view, new, now).faults
    if found:
        raise DefinitionError("\n".join(found))


def check_activation(view: Reference, asked: Activation) -> None:
    """The stage follows from where things stand.

    Raises:
        DefinitionError: it does not, with what would.
    """
    if asked.version != view.activations + 1:
        raise DefinitionError(
            f"stage number {asked.version} follows {view.activations}; somebody else set a stage "
            "meanwhile: look again, and repeat"
        )
    if asked.catalogue not in view.known:
        raise DefinitionError(f"no catalogue '{asked.catalogue}' on the log; draft it first")
    staged = view.staged
    if asked.stage == "none" and staged is None:
        raise DefinitionError("nothing is staged, so there is nothing to take back")
    if staged is not None and staged.catalogue.version != asked.catalogue:
        raise DefinitionError(
            f"catalogue '{staged.catalogue.version}' is staged already; bring it to all, or take "
            "it back with 'suishen catalogue rollback', before another begins"
        )
    if asked.stage not in ("none", "shadow") and asked.catalogue == view.catalogue.version:
        raise DefinitionError(f"catalogue '{asked.catalogue}' is in force for all clients already")
