"""``cnlp train vectors``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import Result

pytest.importorskip("gensim")

import cnlp
from cnlp.vectors.vectors import Vectors

Shell = Callable[..., Result]
RAW = "南京市长江大桥建成通车。\n武汉长江大桥是长江上的第一座大桥。\n" * 5
RARE = "苏州河上有很多老桥，河边有很多老树和老房子\n" * 5


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Raw text in a folder."""
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "a.txt").write_text("\ufeff" + RAW, encoding="utf-8")
    (folder / "b.csv").write_text("label,text\n1," + RARE.replace("\n", "\n1,"), encoding="utf-8")
    return folder


def test_files_become_vectors_with_a_card(shell: Shell, raw: Path, tmp_path: Path) -> None:
    output = tmp_path / "v.safetensors"
    result = shell("train", "vectors", raw, "-o", output, "--size", 4, "--epochs", 2, "--seed", 7)
    assert result.code == 0
    assert "words: epoch 2" in result.err
    vectors = Vectors.load(output)
    assert "长江" in vectors.bigrams
    assert {"长江", "大桥"} <= set(vectors.words)
    assert "\ufeff" not in vectors.characters
    assert vectors.card["training_data"].startswith("a.txt (sha256 ")
    assert vectors.card["seed"] == "7"
    assert "size 4, window 5" in vectors.card["parameters"]
    assert vectors.card["training_size"] == "17 lines of 17"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "v.safetensors"]


@pytest.mark.parametrize("method", ["cbow", "glove", "simpler-glove"])
def test_every_method_makes_a_file_for_lookup(shell: Shell, raw: Path, tmp_path: Path, method: str) -> None:
    output, work = tmp_path / "v", tmp_path / "work"
    result = shell(
        "train", "vectors", raw, "-o", output, "--size", 4, "--epochs", 2, "--method", method, "--work-folder", work
    )
    assert result.code == 0
    assert ("loss" in result.err) is ("glove" in method)
    vectors = cnlp.Vectors.load(output)
    assert vectors.card["method"] == method
    assert len(vectors.most_similar("长江", 3)) == 3
    assert not work.exists()


def test_a_work_folder_of_other_settings_is_refused(
    shell: Shell, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    learn = ("train", "vectors", raw, "-o", tmp_path / "v", "--work-folder", work, "--method")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cnlp.vectors.glove.GloVe.learn", interrupt)
        assert shell(*learn, "glove").code == 130
    assert (work / "characters.pairs").exists()
    other = shell(*learn, "cbow")
    assert (other.code, "holds the work of other inputs or settings" in other.err) == (2, True)
    assert shell(*learn, "glove").code == 0


def test_lines_that_a_test_file_has_are_left_out(shell: Shell, raw: Path, tmp_path: Path) -> None:
    gold, plain = tmp_path / "test.bmes", tmp_path / "test.txt"
    gold.write_text("".join(f"{char} O\n" for char in "他说苏州河上有很多老桥，河边有很多人"), encoding="utf-8")
    plain.write_text("他说苏州河上有很多老桥，河边有很多人\n", encoding="utf-8")
    for without in (gold, plain):
        output = tmp_path / f"{without.name}.safetensors"
        assert shell("train", "vectors", raw, "-o", output, "--size", 4, "--without", without).code == 0
        vectors = Vectors.load(output)
        assert "苏" not in vectors.characters
        assert vectors.card["training_size"] == "12 lines of 17"
        assert without.name in vectors.card["without"]


def test_every_file_is_in_the_encoding_that_is_named(shell: Shell, raw: Path, tmp_path: Path) -> None:
    old, gold, plain = tmp_path / "old.txt", tmp_path / "test.bmes", tmp_path / "test.txt"
    old.write_text(RAW + RARE, encoding="gb18030")
    gold.write_text("".join(f"{char} O\n" for char in RARE.split("\n")[0]), encoding="gb18030")
    plain.write_text("南京", encoding="gb18030")
    for without, kept_for in ((gold, plain), (plain, gold)):
        output = tmp_path / f"{without.name}.safetensors"
        options = ("--without", without, "--only-for", kept_for, "--encoding", "gbk")
        assert shell("train", "vectors", old, "-o", output, "--size", 4, *options).code == 0
        assert ("南" in Vectors.load(output).characters) is (kept_for is plain)


def test_words_of_ones_own_get_vectors(shell: Shell, raw: Path, tmp_path: Path) -> None:
    words, output = tmp_path / "words.txt", tmp_path / "v"
    words.write_text("老房子\n长江上\n", encoding="utf-8")
    assert shell("train", "vectors", raw, "-o", output, "-l", words, "--size", 4, "--longest").code == 0
    assert {"老房子", "长江上"} <= set(Vectors.load(output).words)


def test_word2vec_files_are_taken_and_pruned(shell: Shell, raw: Path, tmp_path: Path) -> None:
    words, output = tmp_path / "words.vec", tmp_path / "v"
    words.write_text("3 2\n桥梁 1 2\n長江 3 4\n大桥 5 6\n", encoding="utf-8")
    taken = shell("train", "vectors", "-o", output, "--words", words, "--only-for", raw)
    assert taken.code == 0
    assert Vectors.load(output).words.items == ["长江", "大桥"]
    assert len(Vectors.load(output).bigrams) == 0
    assert shell("train", "vectors", "-o", output, "--force", "--words", words, "--top", 1).code == 0
    assert Vectors.load(output).words.items == ["桥梁"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "nothing to learn from"),
        (("-",), 2, "standard input cannot be read here"),
        (("missing",), 1, "missing: No such file"),
        (("latin1.txt",), 1, "latin1.txt: not utf-8 at byte 3"),
        (("empty.txt",), 2, "nothing learnt: no characters occur 1 times or more"),
        (("--words", "bad.vec"), 1, "bad.vec:2: the fields after '河' are not a vector of numbers"),
        (("raw", "--without", "missing"), 1, "missing: No such file"),
        (("raw", "-o", "raw/a.txt"), 2, "is also an input"),
        (("raw", "-o", "no/v"), 1, "no/v: No such file"),
        (("raw", "--method", "golve"), 2, "golve"),
        (("raw", "--method", "glove", "--negative", 3), 2, "--negative is not for the method glove"),
        (("raw", "--method", "glove", "--workers", 2), 2, "--workers is not for the method glove"),
        (("raw", "--memory", 9), 2, "--memory is not for the method skipgram"),
        (("--words", "good.vec", "--lexicon", "missing"), 2, "--lexicon is for learning from RAW files: name some"),
        (("--words", "good.vec", "--epochs", 3), 2, "--epochs is for learning from RAW files: name some"),
        (("raw", "--only-for", "missing"), 1, "missing: No such file"),
        (("raw", "--only-for", "latin1.txt"), 1, "latin1.txt: not utf-8 at byte 3"),
        (("raw", "--without", "raw", "--shared", 2), 2, "nothing is left to learn from: all"),
        (("raw", "--seed", -1), 2, "-1 is not in the range"),
        (("raw", "missing"), 1, "missing: No such file"),
        (("raw", "--work-folder", "raw"), 2, "raw: holds other files; choose an empty folder"),
    ],
)
def test_errors_are_one_line_and_leave_no_file(
    shell: Shell,
    raw: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin1.txt").write_bytes(b"abc\xe9\n")
    Path("empty.txt").write_bytes(b" \n")
    Path("bad.vec").write_text("江 1 2\n河 1 x\n", encoding="utf-8")
    Path("good.vec").write_text("江 1 2\n河 1 3\n", encoding="utf-8")
    before = sorted(Path().rglob("*"))
    output = () if "-o" in arguments else ("-o", "v")
    result = shell("train", "vectors", *arguments, *output)
    assert (result.code, result.err.count("\n")) == (code, 1)
    assert result.err.startswith("cnlp: error:")
    assert message in result.err
    assert sorted(Path().rglob("*")) == before
