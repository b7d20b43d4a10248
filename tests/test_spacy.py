"""cnlp in spaCy's pipelines: nothing is lost, what is saved comes back."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

spacy = pytest.importorskip("spacy")

import cnlp  # noqa: E402
from cnlp.errors import ArgumentError, CnlpError, EncodingError  # noqa: E402
from cnlp.lexicon import Entry  # noqa: E402
from cnlp.spacy import Tokenizer  # noqa: E402

TEXT = "她 在网易杭研大厦，见了王小川。\n  Color OS 3.5版 👨‍👩‍👧"
WITH_CNLP = {"nlp": {"tokenizer": {"@tokenizers": "cnlp.Tokenizer.v1"}}}


def pipeline(**settings: Any) -> Any:
    tokenizer = {"@tokenizers": "cnlp.Tokenizer.v1", **settings}
    return spacy.blank("zh", config={"nlp": {"tokenizer": tokenizer}})


def test_tokens_are_the_words_of_segment() -> None:
    doc = pipeline()(TEXT)
    assert doc.text == TEXT
    assert [token.text for token in doc if not token.is_space] == [w for w in cnlp.segment(TEXT) if not w.isspace()]
    assert all(TEXT[token.idx : token.idx + len(token)] == token.text for token in doc)


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.sampled_from("我爱北京 \n\t\u3000aB1."), st.characters(exclude_categories=["Cs"]))))
def test_no_text_is_altered(text: str) -> None:
    assert NLP(text).text == text


NLP = pipeline()


def test_lone_surrogate_is_named() -> None:
    with pytest.raises(EncodingError, match="lone surrogate"):
        NLP("我\ud800")


def test_settings_choose_the_standard() -> None:
    doc = pipeline(standard="pku")("王小川来了")
    assert [token.text for token in doc] == cnlp.segment("王小川来了", standard="pku")


def test_saved_pipeline_comes_back_with_its_words(tmp_path: Path) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("杭研大厦\nColor OS\t\t\tforce\n", encoding="utf-8")
    nlp = pipeline()
    nlp.tokenizer.lexicon = cnlp.Lexicon(words)
    nlp.add_pipe("cnlp_tagger")
    nlp.to_disk(tmp_path / "saved")
    words.unlink()
    again = spacy.load(tmp_path / "saved")
    expected = [(token.text, token.idx, token.tag_, token.pos_) for token in nlp(TEXT)]
    assert ("杭研大厦" in [text for text, *_ in expected]) and ("Color OS" in [text for text, *_ in expected])
    assert [(token.text, token.idx, token.tag_, token.pos_) for token in again(TEXT)] == expected
    assert [token.text for token in pickle.loads(pickle.dumps(nlp.tokenizer))(TEXT)] == [e[0] for e in expected]


def test_entries_of_every_mode_survive_bytes() -> None:
    split = Entry("南京市长", mode="split", pieces=("南京", "市长"))
    entries = [split, Entry("长江", mode="block"), Entry("江大桥", tag="nr")]
    lexicon = cnlp.Lexicon([*entries, Entry(r"[A-Z]\d+", mode="force", regex=True)])
    tokenizer = Tokenizer(NLP.vocab, lexicon=lexicon)
    again = Tokenizer(NLP.vocab).from_bytes(tokenizer.to_bytes())
    assert again.lexicon is not None and again.lexicon.entries == lexicon.entries
    text = "南京市长江大桥A380"
    assert [token.text for token in again(text)] == cnlp.segment(text, lexicon=lexicon)


def test_tags_are_those_of_tag() -> None:
    nlp = pipeline()
    nlp.add_pipe("cnlp_tagger")
    doc = nlp("我 爱北京。\n")
    assert [(token.text, token.tag_, token.pos_) for token in doc] == [
        ("我", "r", "PRON"),
        ("爱", "v", "VERB"),
        ("北京", "ns", "PROPN"),
        ("。", "w", "PUNCT"),
        ("\n", "SPACE", "SPACE"),
    ]


def test_processes_give_what_one_gives() -> None:
    nlp = pipeline()
    nlp.add_pipe("cnlp_tagger")
    texts = [TEXT, "南京市长江大桥", ""] * 3
    alone = [[(token.text, token.tag_) for token in doc] for doc in nlp.pipe(texts)]
    assert [[(token.text, token.tag_) for token in doc] for doc in nlp.pipe(texts, n_process=2)] == alone


def test_entities_are_those_of_entities() -> None:
    nlp = pipeline()
    nlp.add_pipe("cnlp_ner")
    doc = nlp(TEXT)
    assert doc.ents
    for entity in cnlp.entities(TEXT):
        assert any(span.start_char <= entity.start and entity.end <= span.end_char for span in doc.ents)


def test_models_are_those_of_every_model_argument(tmp_path: Path) -> None:
    nlp = pipeline(model="crf")
    nlp.add_pipe("cnlp_tagger", config={"model": "pos"})
    words = cnlp.segment("南京市长江大桥", model="crf")
    assert [token.text for token in nlp("南京市长江大桥")] == words
    nlp.to_disk(tmp_path / "saved")
    assert spacy.load(tmp_path / "saved").tokenizer.model == "crf"
    for config in ({"model": "nonsense"}, {"model": "ner"}):
        with pytest.raises(CnlpError, match=r"nonsense|entities"):
            spacy.blank("zh").add_pipe("cnlp_tagger", config=config)
    with pytest.raises(ArgumentError, match="nonsense"):
        pipeline(model="nonsense")
