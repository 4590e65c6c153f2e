"""The policies: every row in force now, where it comes from, and what dates to come change."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from channels.workbench.naming import Naming
from channels.workbench.shell import Shell
from journeys.catalogue.written import Change, Written, changes
from schemas.time import Instant

_GROUPS: Final = {
    "contact": ("contact",),
    "levers": ("lever",),
    "guards": ("guard",),
    "conduct": ("rule", "lexicon"),
    "gate": ("limits", "advice"),
    "thresholds": ("triggers", "salary"),
    "arbitration": ("context", "base_rate", "control"),
    "lateness": ("lateness", "correction"),
    "offers": ("action", "withdrawn", "tag"),
    "journeys": ("journey",),
    "cases": ("casework", "case_type", "operation", "handover"),
    "desks": ("desk", "book", "stage"),
    "diagnosis": ("returns", "promoters", "plan"),
    "measures": ("measure", "check"),
    "learning": ("predictor", "learning"),
    "models": ("wealth", "intents"),
    "outlets": ("branch",),
}
"""What readers look for, and the kinds of rows that it is made of. All kinds stand in one."""
_FIRST: Final = frozenset({"contact", "levers", "guards", "thresholds"})
"""Shown before anybody chooses: short, and asked for most."""
_ALL: Final = "all"
_GROUP_OF: Final = {kind: group for group, kinds in _GROUPS.items() for kind in kinds}
_NAMES: Final = frozenset({"name_zh", "name_en", "name"})


class Section(NamedTuple):
    """The rows of one group that are in force."""

    group: str
    rows: Sequence[Written]


class PolicyPages(Shell):
    """Read only: a policy is changed by a signed release."""

    def router(self) -> APIRouter:
        """The routes of these pages."""
        router = APIRouter(default_response_class=HTMLResponse)
        router.get("/policies")(self.policies)
        return router

    def policies(self, request: Request, kind: str = "") -> Response:
        """What is asked for most, one kind or all that is in force; and what changes next."""
        if kind not in ("", _ALL, *_GROUPS):
            return self._missing(request)
        wanted = {"": _FIRST, _ALL: _GROUPS.keys()}.get(kind, {kind})
        now, rows = self._pages.clock.now(), self._pages.catalogue.rows
        counted = sections(rows, now)
        return self._page(
            request,
            "policies.html",
            kind=kind,
            version=self._pages.catalogue.at(now).version,
            counted=counted,
            shown=[each for each in counted if each.group in wanted],
            coming=[one for one in changes(rows, now) if kind == "" or _group(_row(one)) in wanted],
            said=said,
            rows=rows,
            naming=Naming,
        )


def sections(rows: Iterable[Written], now: Instant) -> list[Section]:
    """What is in force by group, the groups in the order in which readers ask for them.

    Before the first row begins the first edition holds, and its rows are shown.
    """
    every = list(rows)
    moment = max(now, min((row.starts for row in every), default=now))
    found: dict[str, list[Written]] = {group: [] for group in _GROUPS}
    for row in every:
        if row.holds_at(moment):
            found[_group(row)].append(row)
    return [Section(group, mine) for group, mine in found.items()]


def said(row: Written, language: str) -> list[tuple[str, str]]:
    """What a row says in a language, key by key; its name is shown apart."""
    other = "_en" if language == "zh" else "_zh"
    return [
        (key.removesuffix(f"_{language}"), text)
        for key, text in row.said.items()
        if key not in _NAMES and not key.endswith(other)
    ]


def _group(row: Written) -> str:
    if row.kind == "rule" and row.file.startswith("suitability"):
        return "gate"
    return _GROUP_OF[row.kind]


def _row(change: Change) -> Written:
    """The row that a change is about: the new one, or the one that ends."""
    found = change.new or change.old
    if found is None:
        raise AssertionError("a change has a row")
    return found
