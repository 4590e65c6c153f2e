"""Notices of what changed, pushed to every browser that stands on a page."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from channels.workbench.shell import Pages


class Stream:
    """Notices name what changed; a page fetches it again."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def router(self) -> APIRouter:
        """The route of the stream."""
        router = APIRouter()
        router.get("/stream")(self.stream)
        return router

    async def stream(
        self, request: Request, desk: str | None = None, since: int | None = None
    ) -> Response:
        """Notices of what changed, for one browser: since its page was made, or since a break."""
        last = request.headers.get("last-event-id", "")
        start = int(last) if last.isdigit() else since
        if start is None:
            start = await asyncio.to_thread(self._pages.views.last_change)
        return StreamingResponse(
            self._notices(request, start, desk),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},
        )

    async def _notices(self, request: Request, start: int, desk: str | None) -> AsyncIterator[str]:
        self._pages.listening(1)
        try:
            async for line in self._heard(request, start, desk):
                yield line
        finally:
            self._pages.listening(-1)

    async def _heard(self, request: Request, start: int, desk: str | None) -> AsyncIterator[str]:
        sequence, quiet = start, 0.0
        yield "retry: 2000\n\n"
        while not (self._pages.is_ending() or await request.is_disconnected()):
            found = await asyncio.to_thread(self._pages.views.changes_since, sequence, desk)
            for notice in found:
                sequence = notice["sequence"]
                data = {name: notice[name] for name in ("kind", "subject", "version", "client")}
                yield f"id: {sequence}\nevent: notice\ndata: {json.dumps(data)}\n\n"
            quiet = 0.0 if found else quiet + self._pages.poll_s
            if quiet >= self._pages.heartbeat_s:
                quiet = 0.0
                yield ": still here\n\n"
            await asyncio.sleep(self._pages.poll_s)
