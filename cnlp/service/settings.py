"""The application with the limits that the command line chose, for processes that import it by name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

BODY, SECONDS = "CNLP_SERVE_MAX_BODY", "CNLP_SERVE_TIMEOUT"


def app() -> FastAPI:
    """The application; the environment holds the limits."""
    from cnlp.service.app import MAX_BODY, TIMEOUT, create_app

    return create_app(max_body=int(os.environ.get(BODY, MAX_BODY)), timeout=float(os.environ.get(SECONDS, TIMEOUT)))
