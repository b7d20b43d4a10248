"""The web service: answers as the package, errors that say what would be right, alive whatever comes."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi")
pytest.importorskip("httpx2")

from fastapi.testclient import TestClient

import cnlp
from cnlp.service.app import create_app
from cnlp.service.limits import Limits
from cnlp.service.settings import LOG_LINES, Settings
from cnlp.service.words import ServedWords

TEXT = "她在网易杭研大厦见了王小川。"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(max_body=20_000))) as client:
        yield client


def post(client: TestClient, path: str, **body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_words_are_those_of_segment(client: TestClient) -> None:
    assert post(client, "/segment", text=TEXT)["words"] == cnlp.segment(TEXT)
    assert post(client, "/segment", text=TEXT, standard="pku")["words"] == cnlp.segment(TEXT, standard="pku")
    found = post(client, "/segment", text="中国科学院", mode="search")
    assert found["words"] == cnlp.segment("中国科学院", mode="search")
    assert post(client, "/segment", text=["南京", "", TEXT])["words"] == [["南京"], [], cnlp.segment(TEXT)]


def test_tags_are_those_of_tag(client: TestClient) -> None:
    tokens = post(client, "/tag", text=TEXT, tagset="universal")["tokens"]
    expected = cnlp.tag(TEXT, tagset="universal")
    assert [(t["text"], t["start"], t["end"], t["tag"]) for t in tokens] == [
        (t.text, t.start, t.end, t.tag) for t in expected
    ]


def test_entities_are_those_of_entities(client: TestClient) -> None:
    found = post(client, "/entities", text=TEXT)["entities"]
    expected = cnlp.entities(TEXT)
    assert expected and [(e["text"], e["start"], e["end"], e["label"]) for e in found] == [
        (e.text, e.start, e.end, e.label) for e in expected
    ]


def test_keywords_are_those_of_keywords(client: TestClient) -> None:
    text = "支持向量机是一种分类方法。支持向量机在文本分类中很有效。"
    found = post(client, "/keywords", text=[text, ""], top_k=3)["keywords"]
    assert found[1] == []
    expected = cnlp.keywords(text, top_k=3)
    assert [(k["text"], k["count"], [tuple(span) for span in k["spans"]]) for k in found[0]] == [
        (k.text, k.count, list(k.spans)) for k in expected
    ]


def test_words_of_a_request_are_its_own(client: TestClient) -> None:
    lexicon = [
        "网易杭研",
        {"word": "王小", "mode": "force"},
        {"word": "大厦", "mode": "block"},
        {"mode": "split", "pieces": ["她", "在"]},
    ]
    words = post(client, "/segment", text=TEXT, lexicon=lexicon)["words"]
    assert words[:3] == ["她", "在", "网易杭研"] and "王小" in words and "大厦" not in words
    assert post(client, "/segment", text=TEXT)["words"] == cnlp.segment(TEXT)


def test_words_of_a_request_reach_entities_and_keywords_too(client: TestClient) -> None:
    text = "雷军在上海试驾了小米SU7，网友说小米SU7很好。"
    found = post(client, "/entities", text=text, lexicon=["小米SU7"])["entities"]
    assert [e["text"] for e in found] == [e.text for e in cnlp.entities(text, lexicon=["小米SU7"])]
    words = post(client, "/keywords", text=text, lexicon=["小米SU7"], method="tf", standard="pku", top_k=1)["keywords"]
    assert [(word["text"], word["count"]) for word in words] == [("小米SU7", 2)]
    words = post(client, "/keywords", text="研究生命起源", algorithm="forward", method="tf")["keywords"]
    assert "研究生" in {word["text"] for word in words}


def test_names_of_the_service_are_entities(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("网易杭研大厦\tLOC\tforce\t杭研\n", encoding="utf-8")
    with TestClient(create_app(Settings(gazetteers=(str(tmp_path / "names.tsv"),)))) as client:
        found = post(client, "/entities", text=TEXT)["entities"]
        assert ("网易杭研大厦", "LOC", "杭研") in [(e["text"], e["label"], e["name"]) for e in found]
        answer = client.post("/entities", json={"text": TEXT, "standard": "none"})
        assert answer.status_code == 409 and "standard" in answer.json()["error"]


def test_models_of_the_service_are_used(tmp_path: Path) -> None:
    texts = ["王小川去了北京", "网易在杭州"] * 5
    spans = [[(0, 3, "X")], [(0, 2, "X")]] * 5
    learnt = cnlp.EntityRecognizer(epochs=3, min_count=1).fit(list(zip(texts, spans, strict=True)))
    learnt.save(tmp_path / "x.safetensors")
    models = ("crf", "pos", str(tmp_path / "x.safetensors"), "keyphrases")
    with TestClient(create_app(Settings(models=models))) as client:
        assert post(client, "/segment", text=TEXT)["words"] == cnlp.segment(TEXT, model="crf")
        assert [t["text"] for t in post(client, "/tag", text=TEXT)["tokens"]] == cnlp.segment(TEXT, model="crf")
        assert {e["label"] for e in post(client, "/entities", text=texts)["entities"][0]} == {"X"}
        assert post(client, "/keywords", text=TEXT)["keywords"]
        answer = client.post("/segment", json={"text": TEXT, "standard": "none"})
        assert answer.status_code == 409
    for models, message in (
        (("crf", "hmm"), "crf and hmm are both models for words"),
        (("ner-resume-neural",), "no use"),
    ):
        with pytest.raises(cnlp.errors.ArgumentError, match=message):
            create_app(Settings(models=models))


def test_explanation_has_the_words_of_segment(client: TestClient) -> None:
    for options in ({}, {"standard": "pku"}, {"lexicon": ["见了王"]}, {"algorithm": "forward"}):
        found = post(client, "/explain", text=TEXT, **options)
        assert found["words"] == post(client, "/segment", text=TEXT, **options)["words"]
        assert [word["text"] for word in found["candidates"] if word["chosen"]] == found["words"]


def test_explanation_has_the_chosen_path(client: TestClient) -> None:
    found = post(client, "/explain", text="南京市长江大桥", algorithm="bigram")
    assert found["words"] == cnlp.segment("南京市长江大桥", algorithm="bigram")
    assert [word["text"] for word in found["candidates"] if word["chosen"]] == found["words"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{", 400, "the body is not JSON"),
        (b'{"text": "\xff"}', 400, "JSON in UTF-8"),
        (b"{}", 422, "text: field required"),
        (b"[]", 422, "body: input should be a valid dictionary"),
        (b'{"text": 5}', 422, "text.str: input should be a valid string"),
        (b'{"text": "a", "texts": []}', 422, "texts: extra inputs are not permitted"),
        (b'{"text": "a", "mode": "fast"}', 422, "mode: input should be 'default', 'search' or 'full'"),
        (b'{"text": "a", "lexicon": [{"word": "x", "mode": "block"}]}', 422, "at least 2 characters"),
        (b'{"text": "a", "algorithm": "forward", "standard": "pku"}', 409, "algorithm 'forward' has no standards"),
        (b'{"text": "a", "standard": "none"}', 409, "standard"),
        (b'{"text": "' + b"a" * 20_000 + b'"}', 413, "20,000 bytes"),
        (b"[" * 10_000, 400, "the body must be JSON"),
        (b'{"text": ' + b"1" * 5000 + b"}", 400, "the body must be JSON"),
        (b'{"text": "a", "standard": "\\ud800"}', 409, "standard"),
        (b'{"text": "a", "\\ud800": 1}', 422, "input should be a valid string"),
        (b"{" + b",".join(b'"%d": 1' % n for n in range(1000)) + b"}", 422, "1000 fields, at most 20 are allowed"),
        (b'{"text": "a", "lexicon": [{"word": "(?=a)", "regex": true}]}', 409, "cannot be matched in linear time"),
        (b'{"text": "a", "lexicon": [' + b",".join([b'{"word": "a", "regex": true}'] * 11) + b"]}", 422, "at most 10"),
    ],
)
def test_error_says_what_would_be_right(client: TestClient, body: bytes, status: int, message: str) -> None:
    answer = client.post("/segment", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert message in answer.json()["error"]


def test_json_may_come_without_a_content_type_and_other_types_are_refused(client: TestClient) -> None:
    answer = client.post("/segment", content=b'{"text": "a"}')
    assert "content-type" not in answer.request.headers and answer.json() == {"words": ["a"]}
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):  # what pages of other sites can send
        answer = client.post("/segment", content=b'{"text": "a"}', headers={"content-type": kind})
        assert answer.status_code == 415
        assert "the header Content-Type: application/json" in answer.json()["error"] and repr(kind) in answer.text


def test_expressions_are_those_of_lexicons(client: TestClient) -> None:
    lexicon = [{"word": "第.+?条", "mode": "force", "regex": True}, {"word": "(a+)+$", "regex": True}]
    assert post(client, "/segment", text="依第二十三条", lexicon=lexicon)["words"] == ["依", "第二十三条"]


@pytest.mark.parametrize("lexicon", [[], [{"word": "南京市", "tag": "城"}]])
def test_work_ends_at_the_deadline(lexicon: list[Any]) -> None:
    with TestClient(create_app(Settings(deadline=0.05))) as client:
        answer = client.post("/keywords", json={"text": "南京市长江大桥" * 90_000, "lexicon": lexicon})
        assert answer.status_code == 504 and "0.05 seconds" in answer.json()["error"]
        assert post(client, "/segment", text="南京")["words"] == ["南京"]


def test_large_answers_and_costly_lexicons_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("cnlp.service.answers.MAX_ANSWER", 100)
        answer = client.post("/tag", json={"text": "南京市长江大桥" * 10})
        assert answer.status_code == 413 and "send the texts in parts" in answer.json()["error"]
    monkeypatch.setattr("cnlp.service.app.MAX_MATCHES", 50)
    answer = client.post("/segment", json={"text": "中" * 30, "lexicon": ["中国", "中国人"]})
    assert answer.status_code == 413 and answer.json()["error"].startswith("60 places for words of the lexicon")


def test_more_work_than_may_wait_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnlp.service.app.SHORT_WAITING", 0)
    monkeypatch.setattr("cnlp.service.app.MAX_UNSENT", -1)
    with TestClient(create_app()) as client:
        for text in ("南京", "南京" * 30_000):
            answer = client.post("/segment", json={"text": text})
            assert answer.status_code == 503 and answer.headers["retry-after"] == "1"
            assert answer.json() == {"error": "too much is waiting; try again later"}
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("南京")])
def test_a_failure_is_json_and_does_not_show_the_text(
    client: TestClient, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ServedWords, "extractor", fail)
    answer = client.post("/keywords", json={"text": "南京"})
    assert answer.status_code in (500, 503) and answer.json()["error"]
    assert "南京" not in answer.text + caplog.text


def test_other_hosts_are_refused() -> None:
    with TestClient(create_app(Settings(hosts=("testserver",)))) as client:
        assert client.get("/health").status_code == 200
        for host in ("127.0.0.1:80", "[::1]", "localhost:8000", "TESTSERVER"):
            assert client.get("/health", headers={"host": host}).status_code == 200
        answer = client.get("/health", headers={"host": "rebound.example"})
        assert answer.status_code == 400 and "'rebound.example'" in answer.json()["error"]


def test_many_large_answers_arrive_whole() -> None:
    texts = ["南京市长江大桥" * 20, ""] * 60
    answer = CLIENT.post("/tag", json={"text": texts})
    assert int(answer.headers["content-length"]) == len(answer.content) > 100_000
    assert ["".join(token["text"] for token in each) for each in answer.json()["tokens"]] == texts


def test_the_log_is_bounded(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("uvicorn")
    from cnlp.service.server import BoundedLog

    bounded = BoundedLog()
    record = logging.LogRecord("x", logging.INFO, "", 0, "line", (), None)
    monkeypatch.setattr(time, "monotonic", lambda: 7.0)
    assert sum(bounded.filter(record) for _ in range(1000)) == LOG_LINES
    monkeypatch.setattr(time, "monotonic", lambda: 8.0)
    assert bounded.filter(record)
    assert f"{1000 - LOG_LINES} lines of the log were left out" in caplog.text


def test_unknown_path_and_method_are_json(client: TestClient) -> None:
    assert client.get("/nothing").json() == {"error": "Not Found"}
    assert client.get("/segment").status_code == 405


def test_lone_surrogate_comes_back(client: TestClient) -> None:
    answer = client.post("/segment", content=b'{"text": "a \\ud800"}', headers={"content-type": "application/json"})
    assert answer.status_code == 200 and "".join(answer.json()["words"]) == "a \ud800"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(), max_size=3))
def test_no_text_is_altered(texts: list[str]) -> None:
    found = post(CLIENT, "/segment", text=texts)["words"]
    assert ["".join(words) for words in found] == texts


CLIENT = TestClient(create_app())


def test_health_and_page(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "version": cnlp.__version__}
    page = client.get("/")
    assert page.status_code == 200 and "http://" not in page.text.replace("http://www.w3.org/2000/svg", "")
    assert "default-src 'self'" in page.headers["content-security-policy"]


def test_every_refusal_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    for path, methods in described.items():
        if "post" in methods:
            expected = {"200", "400", "408", "409", "413", "415", "422", "503", "504"}
            assert expected == set(methods["post"]["responses"]), path


def exchange(chunks: list[bytes], *, delay: float = 0, timeout: float = 0.05, max_body: int = 10) -> list[Any]:
    """What the middleware answers to a body that comes in chunks; the application answers with what it got."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": message["body"]})

    sent: list[Any] = []
    left = list(chunks)

    async def receive() -> Any:
        if not left:
            return {"type": "http.disconnect"}
        await asyncio.sleep(delay)
        return {"type": "http.request", "body": left.pop(0), "more_body": True} if left[1:] else last()

    def last() -> Any:
        return {"type": "http.request", "body": left.pop(0), "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    limits = Limits(app, Settings(max_body=max_body, timeout=timeout))
    asyncio.run(limits(scope, receive, send))
    assert limits.held == 0
    return sent


def test_body_in_chunks_arrives_whole() -> None:
    assert exchange([b"abc", b"def"])[1]["body"] == b"abcdef"


def test_body_without_length_is_limited() -> None:
    start, body = exchange([b"abcdef", b"ghijkl"])
    assert start["status"] == 413 and "10 bytes" in json.loads(body["body"])["error"]


def test_slow_body_is_refused() -> None:
    start, body = exchange([b"a", b"b", b"c"], delay=0.04)
    assert start["status"] == 408 and "0.05 seconds" in json.loads(body["body"])["error"]


def test_client_that_goes_away_gets_no_answer() -> None:
    assert exchange([]) == []
