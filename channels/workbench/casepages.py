"""Pages of casework: a hand-over with its clock, and the forms that speak of a case."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from channels.workbench import casing
from channels.workbench.shell import Shell, said_in
from schemas.time import SECOND, Instant
from streams.ports import Outgoing

_BIT: Final = frozenset({"block", "suppress", "defer", "steps"})


class CasePages(Shell):
    """Hand-overs, and what an adviser says of a case."""

    def router(self) -> APIRouter:
        """The routes of these pages."""
        router = APIRouter(default_response_class=HTMLResponse)
        router.get("/handovers/{handover_id}")(self.handover)
        router.get("/handovers/{handover_id}/panel")(self.handover_panel)
        router.post("/handovers/{handover_id}/actions")(self.act)
        return router

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
            verdicts=_verdicts(found["decision"]),
            since=since,
        )


def left(row: Mapping[str, Any], now: Instant) -> int:
    """Whole seconds on a hand-over's clock; 0 once it stands at zero."""
    return int(max(0, (row["accept_by"] - now) // SECOND))


def _verdicts(decision: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The rows that bit in the client's newest decision, each once."""
    if decision is None:
        return []
    rows = {one["rule"]: one for one in decision["doc"]["verdicts"] if one["verdict"] in _BIT}
    return [rows[rule] for rule in sorted(rows)]
