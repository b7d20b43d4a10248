"""A service under attack answers the honest: the short form of ``python tests/long/service_soak.py``."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from service_soak import soak


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory and signals as Linux has them")
def test_honest_clients_are_answered_while_others_attack() -> None:
    results = soak(8)
    assert not results["honest errors"]
    assert results["honest requests"] > 20
    assert results["MB at most"] < 3000
    assert results["log bytes"] < 1_000_000
    assert results["seconds to end"] <= 10
