"""cnlp.jieba works where jieba is not installed, and in its place for packages that import jieba."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

import cnlp
from cnlp.jieba import data
from cnlp.model.format import ModelFile

ROOT = Path(cnlp.__file__).parent.parent


def output_of(code: str, *options: str, cwd: Path | None = None) -> list[str]:
    """The lines that a new process prints; the option ``-S`` hides all packages but cnlp from it."""
    done = subprocess.run(
        [sys.executable, *options, "-c", dedent(code)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_other_programs_import_it_where_jieba_is_not_installed() -> None:
    lines = output_of(
        """
        from importlib.util import find_spec
        assert find_spec("jieba") is None
        import cnlp.jieba
        cnlp.jieba.install()

        import jieba
        import jieba.analyse
        import jieba.finalseg as finalseg
        import jieba.posseg as pseg
        from jieba import Tokenizer
        from jieba.analyse import TFIDF, textrank
        from jieba.posseg import POSTokenizer, pair
        assert find_spec("jieba.posseg") and isinstance(pseg.lcut("我")[0], pair)

        jieba.setLogLevel(jieba.logging.INFO)
        print("/".join(jieba.cut("他来到了网易杭研大厦")))
        print("/".join(jieba.cut("我来到北京清华大学", cut_all=True)))
        print("/".join(jieba.cut_for_search("小明硕士毕业于中国科学院计算所，后在日本京都大学深造")))
        print("/".join(finalseg.cut("韩玉赏鉴，3.5%的人")))
        print(*pseg.cut("我爱北京天安门龘鱻"))
        jieba.add_word("石墨烯", tag="nz")
        print(*POSTokenizer(jieba.dt).lcut("石墨烯"), *jieba.lcut("石墨烯"))
        print(*jieba.tokenize("永和服装"))
        print(*jieba.analyse.extract_tags("线程是程序执行时的最小单位，线程之间共享进程的资源", topK=3))
        print(*textrank("线程与进程：线程是程序的一部分，进程是程序的执行", topK=2))
        print(Tokenizer().get_dict_file().readline())
        """,
        "-S",
        "-Werror",
    )
    assert lines == [
        "他/来到/了/网易/杭研/大厦",
        "我/来到/北京/清华/清华大学/华大/大学",
        "小明/硕士/毕业/于/中国/科学/学院/科学院/中国科学院/计算/计算所/，/后/在/日本/京都/大学/日本京都大学/深造",
        "韩玉赏/鉴/，/3.5%/的/人",
        "我/r 爱/v 北京/ns 天安门/ns 龘/x 鱻/zg",
        "石墨烯/nz 石墨烯",
        "('永和', 0, 2) ('服装', 2, 4)",
        "线程 程序执行 共享",
        "进程 程序",
        "b'AT&T 3 nz\\n'",
    ]


def test_its_data_are_those_of_jieba() -> None:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        pytest.skip("needs jieba")
    folder = Path(spec.origin).parent
    assert data.unpacked("dictionary") == (folder / "dict.txt").read_bytes()
    rows = (folder / "analyse" / "idf.txt").read_text("utf-8").split("\n")
    assert data.idf() == {word: float(value) for word, value in (row.split(" ") for row in rows if row)}


def test_its_data_carry_their_source_and_their_licence() -> None:
    file = ModelFile(data.PATH)
    file.verify()
    assert file.field("training_data") == "files of jieba 0.42.1"
    assert "MIT; Copyright (c) 2013 Sun Junyi" in file.field("licence")
    assert "Copyright (c) 2013 Sun Junyi" in Path(data.PATH).with_name("LICENSE").read_text("utf-8")


def test_it_opens_no_other_model() -> None:
    lines = output_of(
        """
        from cnlp.model.format import ModelFile
        opened, init = set(), ModelFile.__init__
        def note(self, path, content=None):
            opened.add(path)
            init(self, path, content)
        ModelFile.__init__ = note
        import cnlp.jieba.analyse
        import cnlp.jieba.posseg
        from cnlp.jieba.data import PATH
        cnlp.jieba.lcut("我来到北京"), cnlp.jieba.posseg.lcut("我来到北京龘鱻")
        cnlp.jieba.analyse.extract_tags("我来到北京"), cnlp.jieba.analyse.textrank("我来到北京")
        print(opened == {PATH})
        """
    )
    assert lines == ["True"]


def test_spacy_segments_with_it() -> None:
    pytest.importorskip("spacy")
    lines = output_of(
        """
        import cnlp.jieba
        cnlp.jieba.install()
        import spacy
        cnlp.jieba.add_word("杭研大厦")
        nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
        print(*nlp("他来到了网易杭研大厦"))
        """
    )
    assert lines == ["他 来到 了 网易 杭研大厦"]


def test_whoosh_finds_words_with_its_analyzer(tmp_path: Path) -> None:
    pytest.importorskip("whoosh")
    lines = output_of(
        """
        import cnlp.jieba
        cnlp.jieba.install()
        import os
        from jieba.analyse import ChineseAnalyzer
        from whoosh.fields import ID, TEXT, Schema
        from whoosh.index import create_in, open_dir
        from whoosh.qparser import QueryParser

        index = create_in(os.getcwd(), Schema(path=ID(stored=True), content=TEXT(analyzer=ChineseAnalyzer())))
        writer = index.writer()
        writer.add_document(path="/a", content="我来到北京清华大学")
        writer.add_document(path="/b", content="买水果然后来世博园，12 Miles")
        writer.commit()
        with open_dir(os.getcwd()).searcher() as searcher:
            parser = QueryParser("content", index.schema)
            for query in ("清华", "大学", "水果", "果然", "mile", "的"):
                print(query, *(hit["path"] for hit in searcher.search(parser.parse(query))))
        """,
        cwd=tmp_path,
    )
    assert lines == ["清华 /a", "大学 /a", "水果 /b", "果然", "mile /b", "的"]


def test_without_whoosh_the_analyzer_says_what_to_install() -> None:
    lines = output_of(
        """
        import cnlp.jieba.analyse
        try:
            cnlp.jieba.analyse.ChineseAnalyzer
        except ImportError as error:
            print(error)
        """,
        "-S",
    )
    assert lines[0].startswith("ChineseAnalyzer needs whoosh: pip install whoosh-reloaded")
