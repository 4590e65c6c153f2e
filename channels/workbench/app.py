"""The workbench's pages. They show projections and turn acts into signals; they decide nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from channels.workbench import (
    allowed_told,
    diagnosing,
    event_page,
    room_told,
    waterfall,
)
from channels.workbench.acts import message_of
from channels.workbench.barring import Bar, Barring
from channels.workbench.bookpages import BookPages, has_book
from channels.workbench.casepages import CasePages, left
from channels.workbench.policies import PolicyPages
from channels.workbench.room import Room, rooms
from channels.workbench.scoreboard import Scoreboard, worded
from channels.workbench.shell import HERE, Pages, Shell, said_in
from channels.workbench.starting import Starting
from channels.workbench.streaming import Stream
from channels.workbench.wording import LANGUAGES
from journeys.client.wealth.document.plan import Plan
from journeys.decide.contact_policy import LONGEST
from schemas.tasks import DeclineReason
from schemas.time import DAY, Instant
from streams.ports import Outgoing

HOSTS: Final = ["127.0.0.1", "localhost", "[::1]", "testserver"]
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


_YEAR: Final = "year"
_PERIODS: Final = {"30d": 30 * DAY, "90d": 90 * DAY, _YEAR: 365 * DAY, "all": None}
"""For which a score's movement is explained; `None`: since the first score."""


def create_app(pages: Pages) -> FastAPI:
    """The workbench. It has no login: bind it to loopback only."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    attach(app, pages)
    return app


def attach(app: FastAPI, pages: Pages) -> None:
    """Add the workbench to an application."""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.include_router(_Workbench(pages).router())
    app.include_router(Stream(pages).router())
    app.include_router(BookPages(pages).router())
    app.include_router(CasePages(pages).router())
    app.include_router(PolicyPages(pages).router())
    app.include_router(_Nowhere(pages).router())  # the last: it answers for every other address

    @app.middleware("http")
    async def guard(request: Request, call: Any) -> Response:  # noqa: ANN401 - Starlette's
        answer: Response = await call(request)
        answer.headers["content-security-policy"] = POLICY
        answer.headers["x-content-type-options"] = "nosniff"
        answer.headers["referrer-policy"] = "no-referrer"
        if not request.url.path.startswith("/static"):
            answer.headers["cache-control"] = "no-store"
        return answer


class _Nowhere(Shell):
    """What nobody else answers for."""

    def router(self) -> APIRouter:
        router = APIRouter(default_response_class=HTMLResponse)
        router.get("/{address:path}")(self.missing)
        return router

    def missing(self, request: Request, address: str) -> Response:
        """A page that says so; what programs ask of a gateway beside us is answered as before."""
        if address.startswith("v1/"):
            raise HTTPException(404)
        return self._not_found(request, may_come=False)


class _Workbench(Shell):
    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self._scores = Scoreboard(pages.views, pages.catalogue, keep_s=pages.keep_measures_s)

    def router(self) -> APIRouter:
        router = APIRouter(default_response_class=HTMLResponse)
        router.get("/")(self.desks)
        router.get("/language/{language}")(self.choose_language)
        router.get("/desks/{desk}")(self.inbox)
        router.get("/desks/{desk}/rows")(self.rows)
        router.get("/tasks/{task_id}")(self.task)
        router.get("/tasks/{task_id}/panel")(self.task_panel)
        router.post("/tasks/{task_id}/actions")(self.act)
        router.get("/clients/{token}")(self.client)
        router.get("/clients/{token}/panel")(self.client_panel)
        router.post("/clients/{token}/diagnoses")(self.diagnose)
        router.get("/diagnoses/{diagnosis_id}")(self.diagnosis)
        router.get("/decisions/{decision_id}")(self.decision)
        router.get("/scoreboard")(self.scoreboard)
        router.get("/events")(self.event)
        router.get("/events/{event_id}")(self.event_by_path)
        return router

    def desks(self, request: Request) -> Response:
        """Who are you today? A picker for the demonstration, not a login."""
        return self._page(
            request, "desks.html", desks=self._pages.views.desks(), yours=self._pages.yours
        )

    def choose_language(self, request: Request, language: str) -> Response:
        """Keep the language in a cookie and go back."""
        back = request.query_params.get("back", "/")
        safe = back if back.startswith("/") and not back.startswith("//") else "/"
        answer = RedirectResponse(safe, status_code=303)
        if language in LANGUAGES:
            answer.set_cookie("language", language, samesite="strict", httponly=True)
        return answer

    def inbox(self, request: Request, desk: str) -> Response:
        """A desk's tasks, ranked."""
        found = self._inbox(desk)
        answer = self._page(request, "inbox.html", **found)
        answer.status_code = 200 if found["is_known"] else 404
        return answer

    def rows(self, request: Request, desk: str) -> Response:
        """The same without the page around it."""
        return self._page(request, "_rows.html", **self._inbox(desk))

    def task(self, request: Request, task_id: str, desk: str | None = None) -> Response:
        """One task with its reasons and what may be done."""
        return self._task_page(request, "task.html", task_id, desk)

    def task_panel(self, request: Request, task_id: str, desk: str | None = None) -> Response:
        """The same without the page around it."""
        return self._task_page(request, "_task.html", task_id, desk)

    def client(self, request: Request, token: str, period: str = _YEAR) -> Response:
        """Intents, score and why it moved, journeys, tasks and contact room of a client."""
        return self._client_page(request, "client.html", token, period)

    def client_panel(self, request: Request, token: str, period: str = _YEAR) -> Response:
        """The same without the page around it."""
        return self._client_page(request, "_client.html", token, period)

    def diagnosis(self, request: Request, diagnosis_id: str) -> Response:
        """A diagnosis as a document."""
        found = self._pages.views.diagnosis(diagnosis_id)
        if found is None:
            return self._missing(request)
        return self._page(request, "diagnosis.html", made=found, doc=found["doc"])

    async def diagnose(self, request: Request, token: str) -> Response:
        """Say that a diagnosis was held; the client fold concludes what was found."""
        said = await said_in(request)
        if said is None:
            return self._notice(request, "stale_form", status=403)
        page = await asyncio.to_thread(self._pages.views.client, token)
        if page is None:
            return self._missing(request)
        desks = diagnosing.desks_of(page["service"])

        def made() -> Outgoing:
            return diagnosing.message_of(token, said, desks, now=self._pages.clock.now())

        return await self._send(request, made)

    def decision(self, request: Request, decision_id: str) -> Response:
        """Every candidate of a decision and where it fell."""
        found = self._pages.views.decision(decision_id)
        if found is None:
            return self._missing(request)
        under = str(found["versions"]["catalogue"])
        return self._page(request, "decision.html", under=under, decision=found)

    def scoreboard(self, request: Request, period: str = "", outlet: str = "") -> Response:
        """The measures of a period, treated against control."""
        now, failed = self._pages.clock.now(), self._pages.failed
        board = self._scores.board(period, outlet, now=now, failed=failed)
        if board is None:
            return self._missing(request)
        answer = self._page(request, "scoreboard.html", board=board, worded=worded)
        answer.status_code = 200 if board.found is not None else 503
        return answer

    def event(self, request: Request, event_id: str = "", source: str = "") -> Response:
        """What became of an event."""
        asked = event_id.strip()
        story = self._pages.views.story(asked, source.strip() or None) if asked else None
        effects = None if story is None else self._pages.views.effects(story)
        return self._page(
            request,
            "event.html",
            asked=asked,
            source=source,
            story=story,
            effects=effects,
            told=event_page.told,
        )

    def event_by_path(self, event_id: str) -> Response:
        """The page of an event, where someone guessed its address."""
        return RedirectResponse(f"/events?{urlencode({'event_id': event_id})}", status_code=303)

    async def act(self, request: Request, task_id: str) -> Response:
        """Turn an adviser's act into a signal; the desk fold has the last word."""
        said = await said_in(request)
        if said is None:
            return self._notice(request, "stale_form", status=403)
        task = await asyncio.to_thread(self._pages.views.task, task_id)
        if task is None:
            return self._missing(request)

        bar = await asyncio.to_thread(self._bar, task)

        def made() -> Outgoing:
            return message_of(task, said, now=self._pages.clock.now(), bar=bar)

        return await self._send(request, made)

    def _inbox(self, desk: str) -> dict[str, Any]:
        since, now = self._pages.views.last_change(), self._pages.clock.now()
        tasks = self._pages.views.inbox(desk)
        barring = self._barring(tasks)
        return {
            "desk": desk,
            "tasks": [{**task, "bar": barring.of(task)} for task in tasks],
            "barred": room_told.barred,
            "waiting": [{**row, "left": left(row, now)} for row in self._pages.views.waiting(desk)],
            "cases": self._pages.views.owned_cases(desk),
            "is_known": self._pages.views.is_desk(desk),
            "has_book": has_book(desk),
            "since": since,
        }

    def _barring(self, tasks: Sequence[Mapping[str, Any]]) -> Barring:
        now = self._pages.clock.now()
        return Barring(self._pages.views, tasks, self._pages.catalogue.at(now).contact, now=now)

    def _bar(self, task: Mapping[str, Any]) -> Bar | None:
        return self._barring([task]).of(task, self._pages.views.stop_for(task))

    def _starting(self) -> Starting:
        now = self._pages.clock.now()
        return Starting(self._pages.views, self._pages.catalogue.at(now).contact, now=now)

    def _task_page(
        self, request: Request, template: str, task_id: str, desk: str | None
    ) -> Response:
        since = self._pages.views.last_change()
        found = self._pages.views.task(task_id)
        if found is None:
            return self._missing(request)
        views, stop = self._pages.views, self._pages.views.stop_for(found)
        barring, start = self._barring([found]), self._starting()
        return self._page(
            request,
            template,
            task=found,
            under=self._version_of(found["decision_id"]),
            stop=stop,
            since=since,
            desk=desk or found["desk"],
            refusal=views.refusal(task_id),
            bar=barring.of(found, stop),
            barred=room_told.barred,
            refused_start=start.refused(
                found, wait=barring.wait_of(found), is_stopped=stop is not None
            ),
            declines=[reason.value for reason in DeclineReason],
        )

    def _version_of(self, decision_id: str) -> str:
        """The catalogue that a task was proposed under; empty while its decision is not here."""
        made = self._pages.views.decision(decision_id)
        return "" if made is None else str(made["versions"]["catalogue"])

    def _client_page(self, request: Request, template: str, token: str, period: str) -> Response:
        since = self._pages.views.last_change()
        known = period if period in _PERIODS else _YEAR
        length = _PERIODS[known]
        begins = None if length is None else Instant(self._pages.clock.now() - length)
        found = self._pages.views.client(token, since=begins)
        if found is None:
            return self._missing(request)
        return self._page(
            request,
            template,
            page=found,
            since=since,
            allowed=self._pages.views.allowance(token),
            marketing_off=allowed_told.off,
            ways_off=allowed_told.ways_off,
            period=known,
            periods=tuple(_PERIODS),
            lines=waterfall.lines,
            bars=waterfall.bars,
            desks=diagnosing.desks_of(found["service"]),
            plan=self._plan(found),
            room=self._room(token),
            room_left=room_told.left,
            needs=self._needs(),
            today=diagnosing.today(self._pages.clock.now()),
        )

    def _room(self, token: str) -> list[Room]:
        now = self._pages.clock.now()
        found = self._pages.views.slots([token], since=Instant(now - LONGEST))
        return rooms(found, self._pages.catalogue.at(now).contact, now=now)

    def _needs(self) -> list[str]:
        """The case types that somebody may ask for."""
        types = self._pages.catalogue.at(self._pages.clock.now()).casework.types
        return [name for name, kind in types.items() if kind.requests]

    def _plan(self, page: Mapping[str, Any]) -> Plan | None:
        service = page["service"]
        tier = None if service is None else service["tier"]
        complete = [each for each in page["diagnoses"] if each["is_complete"]]
        now = self._pages.clock.now()
        return diagnosing.year_plan(tier, complete, self._pages.catalogue.at(now).plan, now=now)
