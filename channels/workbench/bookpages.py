"""Pages of advisers' books, and the lines that are asked for on them."""

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from channels.workbench import booking, diagnosing
from channels.workbench.shell import Shell, said_in


def has_book(desk: str) -> bool:
    """Has a desk a book? An adviser's has; what teams and remote desks do is their queue.

    Example:
        >>> has_book("rm-li"), has_book("remote-1")
        (True, False)
    """
    return desk.startswith("rm-")


class BookPages(Shell):
    """Whose book, and how it stands over a period."""

    def router(self) -> APIRouter:
        """The routes of these pages."""
        router = APIRouter(default_response_class=HTMLResponse)
        router.get("/book")(self.book)
        router.get("/book/panel")(self.book_panel)
        router.post("/book/{desk}/{period}/lines")(self.enter)
        return router

    def book(self, request: Request, desk: str = "", period: str = "") -> Response:
        """An adviser's book over a period; without a desk, whose?"""
        return self._book_page(request, "book.html", desk, period)

    def book_panel(self, request: Request, desk: str = "", period: str = "") -> Response:
        """The same without the page around it."""
        return self._book_page(request, "_book.html", desk, period)

    async def enter(self, request: Request, desk: str, period: str) -> Response:
        """Ask for a line in a book's ledger; the desk fold adds or refuses it."""
        said = await said_in(request)
        if said is None:
            return self._notice(request, "stale_form", status=403)
        span, views = booking.span_of(period), self._pages.views
        if span is None or not await asyncio.to_thread(views.is_desk, desk):
            return self._missing(request)
        now = self._pages.clock.now()
        policy = self._pages.catalogue.at(now)
        book = await asyncio.to_thread(booking.book_of, views, desk, span, policy, now=now)
        return await self._send(request, lambda: booking.message_of(book, said, now=now))

    def _book_page(self, request: Request, template: str, desk: str, period: str) -> Response:
        since, now = self._pages.views.last_change(), self._pages.clock.now()
        if not desk:
            known = [each["desk"] for each in self._pages.views.desks()]
            return self._page(request, "books.html", desks=filter(has_book, known))
        span = booking.span_of(period or booking.bank_period(now))
        if span is None or not self._pages.views.is_desk(desk):
            return self._missing(request)
        if not has_book(desk):
            return self._page(request, "bookless.html", desk=desk)
        policy = self._pages.catalogue.at(now)
        book = booking.book_of(self._pages.views, desk, span, policy, now=now)
        return self._page(
            request,
            template,
            book=book,
            since=since,
            today=diagnosing.today(now),
            integrity=booking.FLAGS,
            least=f"{policy.book.coverage:.0%}",
        )
