"""A core bank over HTTP: the port that calls one, and the door that a bank of ours stands behind.

`POST /v1/steps` takes a step request as JSON, with its key as `Idempotency-Key`; 200 brings
`{"done": true}` or `{"done": false, "reason": "…"}`. Whatever else comes back is no answer.
"""

from collections.abc import Callable
from typing import Final

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError
from typing_extensions import override

from channels.corebank.port import CoreBank, Done, NoAnswerError
from channels.gateway.problems import problem, refused
from schemas import codec
from schemas.cases import StepRequest
from schemas.errors import ContractError
from schemas.wire import Name, Wire

STEPS: Final = "/v1/steps"
_ANSWER_S: Final = 5.0
_MOST_BYTES: Final = 64 * 1024


class StepWord(Wire):
    """What a core bank says of a step, for good."""

    done: bool
    reason: Name | None = Field(default=None)


class HttpCoreBank(CoreBank):
    """Calls a core bank. For one thread."""

    def __init__(self, url: str, *, answer_s: float = _ANSWER_S) -> None:
        """Name it.

        Args:
            url: where its door is, such as `http://127.0.0.1:9000`.
            answer_s: after so long without a word there is no answer.
        """
        self._client = httpx.Client(base_url=url, timeout=answer_s)

    @override
    def carry_out(self, request: StepRequest) -> Done:
        headers = {"idempotency-key": request.key, "content-type": "application/json"}
        body = request.model_dump_json(exclude_none=True)
        try:
            answer = self._client.post(STEPS, content=body, headers=headers)
            if answer.status_code != httpx.codes.OK:
                raise NoAnswerError
            word = StepWord.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise NoAnswerError from error
        return Done(is_done=word.done, reason=word.reason)

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()


def create_app(carry_out: Callable[[StepRequest], Done]) -> FastAPI:
    """The door of a core bank; `carry_out` is called by one thread after the other."""
    app = FastAPI(title="core bank", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post(STEPS, response_model=None)
    async def step(request: Request) -> Response:
        raw = await request.body()
        if len(raw) > _MOST_BYTES:
            return problem("too-large", status=413)
        try:
            asked = codec.question(StepRequest, raw)
        except ContractError as error:
            return refused(error)
        try:
            done = carry_out(asked)
        except NoAnswerError:
            return problem("no-answer", status=504)
        return JSONResponse(StepWord(done=done.is_done, reason=done.reason).model_dump())

    return app
