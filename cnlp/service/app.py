"""The web application: segment, tag, entities and keywords as JSON, and a page to try them.

Every answer is JSON; an error is ``{"error": …}`` and says what would be right. Texts are never logged. An
response depends on its request alone, which contains the user's words in ``lexicon``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import cnlp
from cnlp import errors

try:
    from fastapi import FastAPI, Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import HTMLResponse, JSONResponse, Response
    from starlette.exceptions import HTTPException
except ImportError:
    raise errors.missing_dependency("fastapi", "serve", "cnlp serve") from None

from cnlp.lexicon import Entry, Lexicon
from cnlp.segmentation import Segmenter, segmenter_for
from cnlp.service import schema
from cnlp.service.limits import Limits

_Result = TypeVar("_Result")
MAX_BODY = 2_000_000  # bytes
TIMEOUT = 10.0  # seconds
_PAGE = Path(__file__).with_name("page.html")
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": schema.Error, "description": "The body is not JSON, or not UTF-8."},
    408: {"model": schema.Error, "description": "The body came too slowly."},
    409: {"model": schema.Error, "description": "The choices do not go together."},
    413: {"model": schema.Error, "description": "The body is too large."},
    422: {"model": schema.Error, "description": "A field is missing, superfluous or of the wrong type."},
}
_SECURITY = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
}


class JSON(JSONResponse):
    """JSON in UTF-8; escaped where a text has a lone surrogate, which UTF-8 cannot have."""

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        try:
            return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:
            return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def create_app(*, max_body: int = MAX_BODY, timeout: float = TIMEOUT) -> FastAPI:
    """The application.

    Args:
        max_body: bytes that a request may have.
        timeout: seconds that a body may take to come.
    """
    app = FastAPI(
        title="cnlp",
        version=cnlp.__version__,
        description="Chinese words, parts of speech, entities and keywords.",
        default_response_class=JSON,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
    )
    app.add_middleware(Limits, max_body=max_body, timeout=timeout)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(errors.CnlpError, _conflicting)
    _add_routes(app)
    return app


def _add_routes(app: FastAPI) -> None:
    @app.post("/segment", response_model=schema.Words, responses=_REFUSALS, summary="Words")
    def segment(request: schema.SegmentRequest) -> Any:
        segment = segmenter_of(request, request.mode).segment
        return JSON({"words": _each(request.text, segment)})

    @app.post("/tag", response_model=schema.Tokens, responses=_REFUSALS, summary="Words with parts of speech")
    def tag(request: schema.TagRequest) -> Any:
        lexicon = lexicon_of(request.entries())

        def tokens(text: str) -> list[dict[str, Any]]:
            found = cnlp.tag(
                text,
                algorithm=request.algorithm,
                standard=request.standard,
                lexicon=lexicon,
                tagset=request.tagset,
            )
            return [{"text": t.text, "start": t.start, "end": t.end, "tag": t.tag} for t in found]

        return JSON({"tokens": _each(request.text, tokens)})

    @app.post("/entities", response_model=schema.Entities, responses=_REFUSALS, summary="Named entities")
    def entities(request: schema.EntitiesRequest) -> Any:
        model = None if request.model == "msra" else request.model

        def found(text: str) -> list[dict[str, Any]]:
            return [asdict(entity) for entity in cnlp.entities(text, model=model)]

        return JSON({"entities": _each(request.text, found)})

    @app.post("/keywords", response_model=schema.Keywords, responses=_REFUSALS, summary="Keywords")
    def keywords(request: schema.KeywordsRequest) -> Any:
        def found(text: str) -> list[dict[str, Any]]:
            return [asdict(keyword) for keyword in cnlp.keywords(text, top_k=request.top_k, method=request.method)]

        return JSON({"keywords": _each(request.text, found)})

    @app.post("/explain", response_model=schema.Explanation, responses=_REFUSALS, summary="The lattice of a text")
    def explain(request: schema.ExplainRequest) -> Any:
        explanation = segmenter_for("default", request.algorithm).explain(request.text)
        names = schema.Candidate.model_fields
        candidates = [{name: getattr(word, name) for name in names} for word in explanation.candidates]
        return JSON({"words": explanation.words, "candidates": candidates})

    @app.get("/health", response_model=schema.Health, summary="Is the service alive?")
    def health() -> Any:
        return JSON({"status": "ok", "version": cnlp.__version__})

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(_PAGE.read_text(encoding="utf-8"), headers=_SECURITY)


def _each(text: str | list[str], function: Callable[[str], _Result]) -> _Result | list[_Result]:
    return function(text) if isinstance(text, str) else [function(one) for one in text]


@lru_cache(maxsize=16)
def lexicon_of(entries: tuple[Entry | str, ...]) -> Lexicon | None:
    """The lexicon of a request; those of the last ones are kept, for clients that send the same again."""
    return Lexicon(entries) if entries else None


def segmenter_of(request: schema.Segmentation, mode: str) -> Segmenter:
    """The segmenter that a request asks for."""
    return segmenter_for(mode, request.algorithm, request.standard, lexicon_of(request.entries()))


def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return JSON({"error": f"the body is not JSON: {faults[0]['ctx']['error']}"}, status_code=400)
    return JSON({"error": "; ".join(map(schema.explain_fault, faults[:5]))}, status_code=422)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = str(error.detail)
    if error.status_code == 400:
        message = "the body must be JSON in UTF-8"
    return JSON({"error": message}, status_code=error.status_code, headers=error.headers)


def _conflicting(_: Request, error: Exception) -> Response:
    return JSON({"error": str(error)}, status_code=409)
