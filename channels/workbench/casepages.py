"""Pages of casework: a hand-over with its clock, and the forms that speak of a case."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from channels.workbench import casing, diagnosing
from channels.workbench.casing import Desked
from channels.workbench.shell import Shell, said_in
from journeys.catalogue.casework import CaseType
from schemas.cases import CaseLife, NoteKind
from schemas.handovers import HandoverKind
from schemas.time import SECOND, Instant
from streams.ports import Outgoing

_OVER: Final = frozenset({CaseLife.RESOLVED.value, CaseLife.CLOSED.value})


class CasePages(Shell):
    """Hand-overs, and what an adviser says of a case."""

    def router(self) -> APIRouter:
        """The routes of these pages."""
        router = APIRouter(default_response_class=HTMLResponse)
        router.get("/handovers")(self.handovers)
        router.get("/handovers/rows")(self.handover_rows)
        router.get("/handovers/{handover_id}")(self.handover)
        router.get("/handovers/{handover_id}/panel")(self.handover_panel)
        router.post("/handovers/{handover_id}/actions")(self.act)
        router.get("/cases/{case_id}")(self.case)
        router.get("/cases/{case_id}/panel")(self.case_panel)
        router.post("/cases/{case_id}/words")(self.say)
        router.get("/clients/{token}/needs/{case_type}")(self.need)
        router.post("/clients/{token}/needs/{case_type}")(self.raise_need)
        return router

    def case(self, request: Request, case_id: str, desk: str | None = None) -> Response:
        """One case: how it stands, and what may be said of it."""
        return self._case_page(request, "case.html", case_id, desk)

    def case_panel(self, request: Request, case_id: str, desk: str | None = None) -> Response:
        """The part of it that changes by itself."""
        return self._case_page(request, "_case.html", case_id, desk)

    async def say(self, request: Request, case_id: str) -> Response:
        """What an adviser says of a case, as a signal; the client fold has the last word."""
        said = await said_in(request)
        if said is None:
            return self._notice(request, "stale_form", status=403)
        desked = await asyncio.to_thread(self._desked, case_id)
        if desked is None:
            return self._missing(request)

        def made() -> Outgoing:
            return casing.message_of(desked, said, now=self._pages.clock.now())

        return await self._send(request, made)

    def need(self, request: Request, token: str, case_type: str) -> Response:
        """What a client needs solved: the form."""
        kind, desks = self._need(token, case_type)
        if kind is None or not desks:
            return self._missing(request)
        recent, others = self._actions(token)
        return self._page(
            request,
            "need.html",
            client=token,
            kind=kind,
            desks=desks,
            kind_of=self._kind_of(kind),
            recent=recent,
            others=others,
        )

    def _actions(self, token: str) -> tuple[list[str], list[str]]:
        """Actions of the client's last tasks, the newest first, and all others."""
        tasks = (self._pages.views.client(token) or {"tasks": ()})["tasks"]
        recent = list(dict.fromkeys(task["doc"]["action"] for task in tasks))
        every = self._pages.catalogue.at(self._pages.clock.now()).actions
        return recent, [action for action in every if action not in recent]

    async def raise_need(self, request: Request, token: str, case_type: str) -> Response:
        """Raise it, as a signal."""
        said = await said_in(request)
        if said is None:
            return self._notice(request, "stale_form", status=403)
        kind, desks = await asyncio.to_thread(self._need, token, case_type)
        if kind is None or not desks:
            return self._missing(request)

        def made() -> Outgoing:
            now = self._pages.clock.now()
            edition = self._pages.catalogue.at(now)
            return casing.need_of(token, kind, desks, said, edition=edition, now=now)

        return await self._send(request, made)

    def _need(self, token: str, case_type: str) -> tuple[CaseType | None, tuple[str, ...]]:
        edition = self._pages.catalogue.at(self._pages.clock.now())
        kind = edition.casework.types.get(case_type)
        if kind is None or not kind.requests:
            return None, ()
        return kind, diagnosing.desks_of(self._pages.views.service(token))

    def _desked(self, case_id: str) -> Desked | None:
        found = self._pages.views.case(case_id)
        edition = self._pages.catalogue.at(self._pages.clock.now())
        kind = None if found is None else edition.casework.types.get(found["case_type"])
        if found is None or kind is None:
            return None
        serving = diagnosing.desks_of(self._pages.views.service(found["client"]))
        own = (found["owner"],) if self._pages.views.is_desk(found["owner"]) else ()
        return Desked(found, kind, edition, tuple(dict.fromkeys((*own, *serving))))

    def _case_page(
        self, request: Request, template: str, case_id: str, desk: str | None
    ) -> Response:
        since, now = self._pages.views.last_change(), self._pages.clock.now()
        desked = self._desked(case_id)
        if desked is None:
            return self._missing(request)
        case, work = desked.case, desked.edition.casework
        mine = desk if desk in desked.desks else next(iter(desked.desks), None)
        return self._page(
            request,
            template,
            each=case,
            since=since,
            desks=desked.desks,
            desk=mine,
            is_open=case["life"] not in _OVER,
            offered=_offered(case),
            stuck=_stuck(case),
            waits=_waits(case),
            sessions=[] if mine is None else casing.sessions_of(case, mine, now),
            kinds=[kind.value for kind in NoteKind],
            handovers=[kind.value for kind in HandoverKind],
            record=desked.kind.record,
            operations=[work.operations[name] for name in desked.kind.operations],
            kind_of=self._kind_of(desked.kind),
        )

    def _kind_of(self, kind: CaseType) -> dict[str, str]:
        """Of each field of a record, what it is."""
        edition = self._pages.catalogue.at(self._pages.clock.now())
        return {field: casing.parameter_of(field, kind, edition) for field in kind.record}

    def handovers(self, request: Request) -> Response:
        """For whoever leads desks: what waits, and what nobody took in time."""
        return self._handovers_page(request, "handovers.html")

    def handover_rows(self, request: Request) -> Response:
        """The same without the page around it."""
        return self._handovers_page(request, "_handovers.html")

    def _handovers_page(self, request: Request, template: str) -> Response:
        since, now = self._pages.views.last_change(), self._pages.clock.now()
        rows = [{**row, "left": left(row, now)} for row in self._pages.views.unowned()]
        waits = [row for row in rows if row["state"] in casing.WAITS]
        return self._page(
            request,
            template,
            since=since,
            waiting=sorted(waits, key=lambda row: (row["left"], row["handover_id"])),
            lapsed=[row for row in rows if row["state"] not in casing.WAITS],
        )

    def handover(self, request: Request, handover_id: str, desk: str | None = None) -> Response:
        """One hand-over, its clock first."""
        return self._handover_page(request, "handover.html", handover_id, desk)

    def handover_panel(
        self, request: Request, handover_id: str, desk: str | None = None
    ) -> Response:
        """The same without the page around it."""
        return self._handover_page(request, "_handover.html", handover_id, desk)

    async def act(self, request: Request, handover_id: str) -> Response:
        """Take a hand-over, or pass it on; the desk fold has the last word."""
        said = await said_in(request)
        if said is None:
            return self._notice(request, "stale_form", status=403)
        found = await asyncio.to_thread(self._pages.views.handover, handover_id)
        if found is None:
            return self._missing(request)

        def made() -> Outgoing:
            return casing.act_on(found, said, now=self._pages.clock.now())

        return await self._send(request, made)

    def _handover_page(
        self, request: Request, template: str, handover_id: str, desk: str | None
    ) -> Response:
        since, now = self._pages.views.last_change(), self._pages.clock.now()
        found = self._pages.views.handover(handover_id)
        if found is None:
            return self._missing(request)
        return self._page(
            request,
            template,
            waits=found,
            packet=found["doc"]["packet"],
            is_open=found["state"] in casing.WAITS,
            seconds=left(found, now),
            desk=desk or found["desk"],
            refusal=self._pages.views.refusal(handover_id),
            held_back=_held_back(found["decision"]),
            since=since,
        )


def _newest(case: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    found = [line["doc"] for line in case["lines"] if line["kind"] == kind]
    return found[-1] if found else None


def _offered(case: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The operation that waits for the client's yes."""
    newest = _newest(case, "operation")
    return newest if newest is not None and newest["state"] == "offered" else None


def _stuck(case: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The operation that a person has to look into, while nobody has said that all is well."""
    newest = _newest(case, "operation")
    is_left = newest is not None and newest["state"] == "stuck" and case["life"] not in _OVER
    return newest if is_left else None


def _waits(case: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The hand-over that waits to be taken."""
    newest = _newest(case, "handover")
    return newest if newest is not None and newest["state"] in casing.WAITS else None


def left(row: Mapping[str, Any], now: Instant) -> int:
    """Whole seconds on a hand-over's clock; 0 once it stands at zero."""
    return int(max(0, (row["accept_by"] - now) // SECOND))


def _held_back(decision: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The rules that held something back in the client's newest decision, each once."""
    candidates = () if decision is None else decision["doc"]["candidates"]
    rows = {one["rule"]: one for one in candidates if one.get("rule") and not one["chosen"]}
    return [rows[rule] for rule in sorted(rows)]
