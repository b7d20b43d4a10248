"""The web application: segment, tag, entities and keywords as JSON, and a page to try them.

Every answer is JSON; an error is ``{"error": …}`` and says what would be right. Texts are never logged. An
response depends on its request alone, which contains the user's words in ``lexicon``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import cnlp
from cnlp import errors
from cnlp._kernel.deadline import check

try:
    from fastapi import FastAPI, Request
    from fastapi.responses import HTMLResponse, Response
    from fastapi.routing import APIRoute
    from pydantic import BaseModel, ValidationError
    from starlette.exceptions import HTTPException
except ImportError:
    raise errors.missing_dependency("fastapi", "serve", "cnlp serve") from None

from cnlp.pos.tagger import convert_tokens
from cnlp.service import schema
from cnlp.service.answers import JSON, Parts, TooLargeError, Unsent, encode
from cnlp.service.limits import BUSY, Limits
from cnlp.service.settings import (
    LONG_THREADS,
    LONG_WAITING,
    MAX_ANSWER,
    MAX_EXPRESSIONS,
    MAX_MATCHES,
    MAX_UNSENT,
    SHORT_ANSWER,
    SHORT_BODY,
    SHORT_THREADS,
    SHORT_WAITING,
    Settings,
)
from cnlp.service.words import ServedWords
from cnlp.service.work import BusyError, Lane

_Result = TypeVar("_Result")
_PAGE = Path(__file__).with_name("page.html")
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": schema.Error, "description": "The body is not JSON, or not UTF-8; or the host is another one."},
    408: {"model": schema.Error, "description": "The body came too slowly."},
    409: {"model": schema.Error, "description": "The choices do not go together."},
    413: {"model": schema.Error, "description": "The body, its lexicon or the answer is too large."},
    415: {"model": schema.Error, "description": "The body has another Content-Type than application/json."},
    422: {"model": schema.Error, "description": "A field is missing, superfluous or of the wrong type."},
    503: {"model": schema.Error, "description": "Too much is waiting; try again later."},
    504: {"model": schema.Error, "description": "The work took longer than the deadline."},
}
_JSON = "application/json"
_MOST_FIELDS = 20  # of a request; what has more is not worth a look
_SECURITY = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, which any ASGI server can run; ``cnlp serve`` adds the limits of connections.

    Args:
        settings: the limits.
    """
    settings = settings or Settings()
    words = ServedWords(settings)
    work = _Work(settings.deadline, words)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop_watching = words.watch()
        yield
        stop_watching()
        work.close()

    app = FastAPI(
        title="cnlp",
        version=cnlp.__version__,
        description="Chinese words, parts of speech, entities and keywords.",
        lifespan=lifespan,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
    )
    app.router.route_class = work.route_class()
    app.add_middleware(Limits, settings=settings)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(errors.CnlpError, _conflicting)
    _add_routes(app, words)
    return app


class _Work:
    """The threads of an application, and how its requests get there."""

    def __init__(self, seconds: float, words: ServedWords) -> None:
        self.words = words
        self.short = Lane(SHORT_THREADS, SHORT_WAITING, seconds)
        self.long = Lane(LONG_THREADS, LONG_WAITING, seconds)
        self.seconds = seconds
        self.unsent = Unsent()

    def close(self) -> None:
        self.short.close()
        self.long.close()

    def route_class(self) -> type[APIRoute]:
        """Routes whose functions take a request of the schema, work in a thread, and return what is to be encoded."""

        class Route(APIRoute):
            def get_route_handler(route) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                if "POST" not in (route.methods or ()):
                    return super().get_route_handler()
                model = get_type_hints(route.endpoint)["request"]

                async def handle(request: Request) -> Response:
                    return await self.answer(request, model, route.endpoint)

                return handle

        return Route

    async def answer(self, request: Request, model: type[BaseModel], function: Callable[[Any], Any]) -> Response:
        """The answer to a request: a small one is parsed here, a large one in a thread."""
        sent = request.headers.get("content-type", _JSON)
        if sent.partition(";")[0].strip().lower() != _JSON:
            message = (
                f"send JSON with the header Content-Type: {_JSON}, or without one; this request has {sent[:100]!r}"
            )
            raise HTTPException(415, f"{message} (curl sends the right one with --json in place of -d)")
        body = await request.body()
        lane = self.short
        given: BaseModel | bytes = body
        if len(body) <= SHORT_BODY:
            given = _parse(body, model)
            if isinstance(given, schema.AnyRequest) and (given.expressions or (given.lexicon and self.words.are_many)):
                lane = self.long  # which take a while to compile
        else:
            lane = self.long

        def work() -> list[bytes]:
            return encode(function(given if isinstance(given, BaseModel) else _parse(given, model)))

        try:
            answer = Parts(await lane.run(work), self.unsent)
            if answer.size > SHORT_ANSWER and self.unsent.bytes > MAX_UNSENT:
                raise BusyError
            return answer
        except BusyError:
            raise HTTPException(503, BUSY, {"Retry-After": "1"}) from None
        except MemoryError:
            raise HTTPException(503, "there is not enough memory for this request; send the texts in parts") from None
        except TimeoutError:
            raise HTTPException(504, f"the work takes longer than {self.seconds:g} seconds") from None
        except TooLargeError:
            message = f"the answer would have more than {MAX_ANSWER:,} bytes; send the texts in parts"
            raise HTTPException(413, message) from None


def _parse(body: bytes, model: type[BaseModel]) -> BaseModel:
    """The request of a body.

    Raises:
        HTTPException: it is none.
    """
    try:
        content = json.loads(body.decode())
    except json.JSONDecodeError as error:
        raise HTTPException(400, f"the body is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body must be JSON in UTF-8") from None
    if isinstance(content, dict) and len(content) > _MOST_FIELDS:
        raise HTTPException(422, f"body: {len(content)} fields, at most {_MOST_FIELDS} are allowed")
    try:
        request = model.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise HTTPException(422, "; ".join(schema.explain_fault(dict(fault)) for fault in faults[:5])) from None
    if isinstance(request, schema.AnyRequest):
        if request.expressions > MAX_EXPRESSIONS:
            raise HTTPException(422, f"lexicon: at most {MAX_EXPRESSIONS} entries may be regular expressions")
        if request.matches > MAX_MATCHES:
            message = f"{request.matches:,} places for words of the lexicon, at most {MAX_MATCHES:,} are allowed"
            raise HTTPException(413, f"{message}; send the texts in parts")
    return request


def _add_routes(app: FastAPI, served: ServedWords) -> None:
    @app.post("/segment", response_model=schema.Words, responses=_REFUSALS, summary="Words")
    def segment(request: schema.SegmentRequest) -> Any:
        segment = served.segmenter(request.entries(), request.mode, request.algorithm, request.standard).segment
        return {"words": _each(request.text, segment)}

    @app.post("/tag", response_model=schema.Tokens, responses=_REFUSALS, summary="Words with parts of speech")
    def tag(request: schema.TagRequest) -> Any:
        segmenter = served.segmenter(request.entries(), "default", request.algorithm, request.standard)

        def tokens(text: str) -> list[dict[str, Any]]:
            found = convert_tokens(segmenter.tag(text, served.tagger), request.tagset)
            return [{"text": t.text, "start": t.start, "end": t.end, "tag": t.tag} for t in found]

        return {"tokens": _each(request.text, tokens)}

    @app.post("/entities", response_model=schema.Entities, responses=_REFUSALS, summary="Named entities")
    def entities(request: schema.EntitiesRequest) -> Any:
        find = served.finder(request.entries(), request.standard)

        def found(text: str) -> list[dict[str, Any]]:
            return [asdict(entity) for entity in find([text])[0]]

        return {"entities": _each(request.text, found)}

    @app.post("/keywords", response_model=schema.Keywords, responses=_REFUSALS, summary="Keywords")
    def keywords(request: schema.KeywordsRequest) -> Any:
        extractor = served.extractor(request.entries(), request.method, request.algorithm, request.standard)

        def found(text: str) -> list[dict[str, Any]]:
            return [asdict(keyword) for keyword in extractor.keywords(text, request.top_k)]

        return {"keywords": _each(request.text, found)}

    @app.post("/explain", response_model=schema.Explanation, responses=_REFUSALS, summary="The lattice of a text")
    def explain(request: schema.ExplainRequest) -> Any:
        explanation = served.segmenter(request.entries(), "default", request.algorithm, request.standard).explain(
            request.text
        )
        names = schema.Candidate.model_fields
        candidates = [{name: getattr(word, name) for name in names} for word in explanation.candidates]
        return {"words": explanation.words, "candidates": candidates}

    page = _PAGE.read_text(encoding="utf-8")

    # These two answer whatever is at work: they are not of the threads.

    @app.get("/health", response_model=schema.Health, summary="Is the service alive?")
    async def health() -> Any:
        return JSON({"status": "ok", "version": cnlp.__version__})

    @app.get("/", include_in_schema=False)
    async def show() -> HTMLResponse:
        return HTMLResponse(page, headers=_SECURITY)


def _each(text: str | list[str], function: Callable[[str], _Result]) -> _Result | list[_Result]:
    if isinstance(text, str):
        return function(text)
    found = []
    for one in text:
        check()
        found.append(function(one))
    return found


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSON({"error": str(error.detail)}, status_code=error.status_code, headers=dict(error.headers or {}))


def _conflicting(_: Request, error: Exception) -> Response:
    return JSON({"error": str(error)}, status_code=409)
