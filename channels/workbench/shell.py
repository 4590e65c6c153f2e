"""What every page stands in: words, the form's own mark, a log to send to, and how a no is said."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from channels.workbench.acts import Refused
from channels.workbench.barring import Bar
from channels.workbench.readings import Readings
from channels.workbench.room_told import barred
from channels.workbench.wording import LANGUAGES, Products, Words
from journeys.catalogue.edition import Edition
from journeys.catalogue.written import Written
from schemas import codec
from schemas.time import Instant
from streams.errors import TransientError
from streams.ports import Clock, Outgoing, Publisher
from streams.readmodel.queries import Views
from streams.topics import CLIENT_EVENTS

HERE: Final = Path(__file__).parent


class Editions(Protocol):
    """The catalogue whose words the pages use."""

    @property
    def rows(self) -> tuple[Written, ...]:
        """Every row as it was written."""
        ...

    def at(self, moment: Instant) -> Edition:
        """The edition in force at an instant."""
        ...

    def under(self, version: str, moment: Instant) -> Edition:
        """The one whose words belong to a decision taken under a catalogue's version."""
        ...


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages need."""

    views: Views
    publisher: Publisher
    clock: Clock
    catalogue: Editions
    products: Products = lambda _: None
    """What is known of a product by its id."""
    heartbeat_s: float = 15.0
    poll_s: float = 0.25
    listening: Callable[[int], object] = lambda _: None
    """Told of one browser more (1) or less (-1) that listens for changes."""
    is_ending: Callable[[], bool] = lambda: False
    """Does the server end? An open stream would hold it up."""
    yours: str | None = None
    """In a demonstration the desk that nobody else works at."""
    keep_measures_s: float = 60.0
    """So long a scoreboard that was read is shown again, with the time of its reading."""
    failed: Callable[[str, Exception], object] = lambda _id, _error: None
    """Told of the id that a page shows and of what went wrong."""


class Shell:
    """Makes pages and sends what their forms say."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def _send(self, request: Request, made: Callable[[], Outgoing]) -> Response:
        """Put a signal on the log, or say why it was not."""
        try:
            message = made()
            await self._pages.publisher.publish([message])
        except Refused as no:
            return self._notice(request, no.reason, status=409, rules=no.rules, bar=no.bar)
        except TransientError:
            return self._notice(request, "log_away", status=503)
        told = codec.name_of(message.value)[0] if message.topic == CLIENT_EVENTS else None
        return self._notice(request, "sent", status=202, event_id=told)

    def _missing(self, request: Request) -> Response:
        """Nothing by this name, or not yet: the page asks again when something comes."""
        if request.headers.get("Awaits"):
            # A page that stands and waits: no fault, and no line in the browser's list of them.
            return Response(status_code=204)
        return self._not_found(request, may_come=True)

    def _not_found(self, request: Request, *, may_come: bool) -> Response:
        since = self._pages.views.last_change()
        answer = self._page(request, "missing.html", since=since, may_come=may_come)
        answer.status_code = 404
        return answer

    def _notice(
        self,
        request: Request,
        what: str,
        *,
        status: int,
        rules: tuple[str, ...] = (),
        bar: Bar | None = None,
        event_id: str | None = None,
    ) -> Response:
        """A line in answer to a form; `event_id` leads to what becomes of what was sent."""
        answer = self._page(
            request,
            "_notice.html",
            what=what,
            broken=rules,
            event_id=event_id,
            bar=bar,
            barred=barred,
        )
        answer.status_code = status
        return answer

    def _page(
        self,
        request: Request,
        template: str,
        *,
        under: str = "",
        **values: Any,  # noqa: ANN401
    ) -> Response:
        now = self._pages.clock.now()
        words = Words(
            language_of(request),
            self._pages.catalogue.under(under, now),
            self._pages.products,
        )
        token = request.cookies.get("token") or secrets.token_hex(16)
        body = self._jinja.get_template(template).render(
            w=words,
            read=Readings(words),
            _=words.say,
            now=now,
            token=token,
            nonce=secrets.token_hex(16),
            path=_place(request),
            stops=self._pages.views.stops(),
            **values,
        )
        answer = HTMLResponse(body)
        answer.set_cookie("token", token, samesite="strict", httponly=True)
        return answer


def language_of(request: Request) -> str:
    """What a reader chose; on a first visit what the browser asks for, else Chinese."""
    chosen = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    wanted = sorted(_wanted(request.headers.get("accept-language", "")), reverse=True)
    return next((name for _, name in wanted if name in LANGUAGES), LANGUAGES[0])


def _wanted(header: str) -> Iterator[tuple[float, str]]:
    """Languages with their weights; what is unreadable or refused (weight 0) is left out."""
    for part in header.split(","):
        name, _, more = part.strip().partition(";")
        try:
            weight = float(more.strip().removeprefix("q=")) if more else 1.0
        except ValueError:
            continue
        if weight > 0:
            yield weight, name.partition("-")[0].lower()


async def said_in(request: Request) -> dict[str, str] | None:
    """The fields of a form that came from a page of ours; else `None`."""
    said = {name: str(value) for name, value in (await request.form()).items()}
    own = request.cookies.get("token", "-")
    return said if secrets.compare_digest(said.get("token", ""), own) else None


def _place(request: Request) -> str:
    """Where a reader stands: a change of language leads back to the same desk and period."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
