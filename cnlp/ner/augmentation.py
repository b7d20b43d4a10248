"""More sentences from labelled ones: :func:`augment`.

    swap      an entity becomes one of its label (itself, where it is drawn), from its tenth of the corpus or a list
    synonyms  a word outside of entities becomes one of its synonyms
    drop      a character outside of entities is left out
    confuse   a character outside of entities becomes one that is typed or read in its place
    cut       the sentence ends, or begins, at one of its commas or sentence ends, outside of entities
    join      the sentence that comes next is put after it

Swapping and replacing words are the label-wise and synonym replacement of Dai and Adel, An Analysis of Simple Data
Augmentation for Named Entity Recognition, 2020. Spans stay exact: characters change only outside of entities or as a
whole entity.

A new sentence comes after the one that it is made from, joins its neighbour, and takes entities from its own tenth of
the corpus. The linear recognizer shows a tenth what the other nine say of its phrases (:mod:`cnlp.ner.encode`): what
is carried from one tenth to another would make it trust its lists more than new text bears out.
"""

from __future__ import annotations

import math
import os
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.corpus.entities import Sentence, check_overlap
from cnlp.lexicon.reading import read_lines_at_once
from cnlp.ner.base import check_sentences
from cnlp.segmentation import shipped_segmenter

if TYPE_CHECKING:
    from cnlp.evaluation.entities import EntitySpan
    from cnlp.ner.base import Labelled
    from cnlp.vectors.tables import VectorTable

    Edit = tuple[int, int, str]  # start, end and what replaces the characters between
    Choices = Mapping[str, Sequence[str]]

RATES: Mapping[str, float] = {"swap": 0.5, "synonyms": 0.2, "drop": 0.02, "confuse": 0.02, "cut": 0.3, "join": 0.3}
"""Probabilities for which no other was given: of an entity, a word, a character or a sentence."""

_STOPS = frozenset("，。！？；、,!?;")
_CODE = re.compile(r"[A-Z][a-z]\d\d[A-Z]\d\d([=#@])")  # of a line of Cilin; only = marks synonyms
_CONFUSED = (
    "的地得 在再 做作 坐座 他她它 那哪 已己 像象向 以已 和合 带戴 既即 必毕 帐账 份分 副付 度渡 是事 有又 里理 "
    "到道 这着 进近 们门 吗嘛 吧把 没每 会回 会汇 心新 形型 原元 需须 练炼 密秘 致至 查察 未末 土士 人入 千干 日曰 "
    "问间 午牛 大太 今令 折拆 候侯 待侍 拔拨 往住 王玉 免兔 历厉 仿访 清请 情晴 低底 辩辨 代待 常长 报抱 工公 化划"
)

TENTHS = 10  # of a corpus, as BLOCKS of cnlp.sequence.linear, which needs numpy
LEAST_TENTH = 10  # sentences
_WORDS_AT_ONCE = 64
NEAREST, LEAST_COSINE = 3, 0.7  # neighbours of a word among vectors, and how near they must be


def _groups(lines: Iterable[str]) -> dict[str, list[str]]:
    """Each member of a group, divided by blanks, with the others of all its groups."""
    found: dict[str, dict[str, None]] = {}
    for line in lines:
        members = line.split()
        for member in members:
            found.setdefault(member, {}).update(dict.fromkeys(other for other in members if other != member))
    return {member: list(others) for member, others in found.items() if others}


CONFUSIONS: Choices = _groups(" ".join(group) for group in _CONFUSED.split())
"""Characters that sound or look alike."""


def augment(
    sentences: Sequence[Labelled],
    rates: Mapping[str, float] | None = None,
    *,
    copies: int = 1,
    names: Choices | None = None,
    synonyms: Choices | None = None,
    confusions: Choices = CONFUSIONS,
    seed: int = 1,
) -> list[Sentence]:
    """Each sentence, followed by what is made from it; the result is to be learnt from like any corpus.

    Args:
        sentences: texts with their spans ``(start, end, label)``, which do not overlap.
        rates: operations with their probabilities, all of which apply to each copy; by default :data:`RATES`,
            without synonyms if there are none.
        copies: how many sentences are made from each one; such as are in the result already are left out.
        names: further entities by their label.
        synonyms: words with what may replace them, such as :func:`read_synonyms` returns.
        confusions: characters with what may replace them; a str stands for its characters.
        seed: of all chance. A copy depends on it, on its sentence and on the number of that alone.

    Raises:
        ArgumentError: something is not a text with its spans, spans overlap or lie outside, there is no such
            operation, a rate is not from 0 to 1, ``copies`` is below 1, a name is empty, or there are no synonyms to
            replace words by.
        TextTypeError: names, synonyms or confusions are not lists of str.

    >>> corpus = [("王明去北京。", [(0, 2, "PER"), (3, 5, "LOC")]), ("李雷在上海。", [(0, 2, "PER"), (3, 5, "LOC")])]
    >>> for sentence in augment(corpus, {"swap": 1}, seed=3):
    ...     print(sentence.text, [sentence.text[start:end] for start, end, label in sentence.spans])
    王明去北京。 ['王明', '北京']
    王明去上海。 ['王明', '上海']
    李雷在上海。 ['李雷', '上海']
    李雷在北京。 ['李雷', '北京']
    """
    sentences = list(sentences)
    check_sentences(sentences, "sentences")
    errors.check_number("copies", copies)
    if copies < 1:
        raise errors.ArgumentError(f"copies must be 1 or more, got {copies}")
    for what, choices in (("names", names), ("synonyms", synonyms), ("confusions", confusions)):
        _check_choices(what, choices or {})
    originals = [_checked(text, spans) for text, spans in sentences]
    chosen = _check_rates(rates, synonyms)
    size = max(math.ceil(len(originals) / TENTHS), LEAST_TENTH)
    made: list[Sentence] = []
    known = set(originals)
    for number, original in enumerate(originals):
        if number % size == 0:
            pools = _entities(originals[number : number + size], names or {})
        given, following = sentences[number], originals[(number + 1) % len(originals)]
        made.append(given if isinstance(given, Sentence) else original)  # which may know its tokens
        for copy in range(copies):
            rng = random.Random(f"{seed} {copy} {number}")
            sentence = _changed(original, rng, chosen, pools, synonyms or {}, confusions)
            if rng.random() < chosen.get("cut", 0):
                sentence = _cut(sentence, rng)
            if rng.random() < chosen.get("join", 0):
                sentence = _joined(sentence, following)
            if sentence.text and sentence not in known:
                known.add(sentence)
                made.append(sentence)
    return made


def read_synonyms(path: str | os.PathLike[str], encoding: str | None = None) -> dict[str, list[str]]:
    """The words of a file with their synonyms: a group of them a line, between blanks.

    Of a line that begins with a code of the Cilin thesaurus (``Aa01A02=``) it is left out; only ``=`` marks synonyms.
    Words of one character have too many senses to be replaced, and numbers are no words.

    Args:
        path: the file.
        encoding: in any spelling; detected by default.

    Raises:
        OSError: the file cannot be read.
        EncodingError: it is not in the encoding, or that cannot be recognized.
        FormatError: no line has two synonyms.
    """
    groups = []
    for line in read_lines_at_once(path, encoding, errors.SAVE_AS_UTF8)[0]:
        code = _CODE.match(line)
        if code is None or code[1] == "=":
            words = line[code.end() if code else 0 :].split()
            groups.append(" ".join(word for word in words if len(word) > 1 and any(map(str.isalpha, word))))
    return _nonempty(_groups(groups), path, "expected synonyms between blanks, such as: 高兴 开心 快乐")


def read_confusions(path: str | os.PathLike[str], encoding: str | None = None) -> dict[str, list[str]]:
    """The characters of a file with those that may replace them, a character and these a line; errors as above."""
    found: dict[str, list[str]] = {}
    for line in read_lines_at_once(path, encoding, errors.SAVE_AS_UTF8)[0]:
        chars = "".join(line.split())
        found.setdefault(chars[:1], []).extend(char for char in chars[1:] if char != chars[0])
    found = {char: others for char, others in found.items() if others}
    return _nonempty(found, path, "expected a character and those that may replace it, such as: 的 地得")


def near_words(table: VectorTable, words: Iterable[str]) -> dict[str, list[str]]:
    """Words with those whose vectors are nearest by their cosine, to be used as synonyms.

    Args:
        table: vectors of words.
        words: to look for; those without a vector and those of one character are left out.
    """
    import numpy as np

    items = [item for item in table.items if len(item) > 1 and "0" not in item]
    if not items:
        return {}
    matrix = np.stack([np.asarray(table[item], np.float32) for item in items])
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    row_of = {item: row for row, item in enumerate(items)}
    rows = [row_of[word] for word in dict.fromkeys(words) if word in row_of]
    found = {}
    for start in range(0, len(rows), _WORDS_AT_ONCE):
        chosen = rows[start : start + _WORDS_AT_ONCE]
        cosines = matrix[chosen] @ matrix.T
        nearest = np.argpartition(-cosines, min(NEAREST, len(items) - 1), axis=1)[:, : NEAREST + 1]
        for row, near, values in zip(chosen, nearest.tolist(), cosines, strict=True):
            found[items[row]] = sorted(items[k] for k in near if k != row and values[k] >= LEAST_COSINE)
    return {word: others for word, others in found.items() if others}


def words_outside(sentence: Labelled) -> Iterator[tuple[int, int]]:
    """Where the words are that have two characters or more and touch no entity, by the shipped segmenter."""
    text, spans = sentence
    start = 0
    for end, _ in shipped_segmenter().kernel.words(text, None):
        if end - start > 1 and not any(first < end and start < last for first, last, _ in spans):
            yield start, end
        start = end


# ---- checks ----


def _checked(text: str, spans: Sequence[EntitySpan]) -> Sentence:
    sentence = Sentence(text, tuple(sorted((start, end, label) for start, end, label in spans)))
    for start, end, label in sentence.spans:
        if not isinstance(label, str):
            raise errors.not_text(label, f"the label of entity ({start}, {end})")
        if not 0 <= start < end <= len(text):
            raise errors.ArgumentError(f"entity ({start}, {end}, {label}) is outside 0..{len(text)} of {text!r}")
    check_overlap(text, sentence.spans)
    return sentence


def check_rate(name: str, rate: float) -> None:
    """Refuse what is not an operation with its probability.

    Raises:
        ArgumentError: there is no such operation, or the rate is not from 0 to 1.
    """
    errors.check_choice("operation", name, RATES)
    errors.check_number(f"rate of {name}", rate, whole=False)
    if not 0 <= rate <= 1:
        raise errors.ArgumentError(f"rate of {name} must be from 0 to 1, got {rate}")


def _check_choices(what: str, choices: Choices) -> None:
    if not isinstance(choices, Mapping):
        raise errors.ArgumentError(f"{what} must be lists of str by what they are for, not {type(choices).__name__}")
    for key, values in choices.items():
        if what == "confusions" and isinstance(values, str):
            continue  # its characters
        if not all(errors.check_strings(f"{what}[{key!r}]", values)):
            raise errors.ArgumentError(f"{what}[{key!r}] has an empty str")


def _check_rates(rates: Mapping[str, float] | None, synonyms: Choices | None) -> dict[str, float]:
    if rates is None:
        return {name: rate for name, rate in RATES.items() if name != "synonyms" or synonyms}
    if not isinstance(rates, Mapping):
        raise errors.ArgumentError(f"rates must be probabilities by operations, not {type(rates).__name__}")
    for name, rate in rates.items():
        check_rate(name, rate)
    if rates.get("synonyms") and not synonyms:
        raise errors.ArgumentError("synonyms need a list of them: --synonyms FILE (synonyms= in Python)")
    return dict(rates)


def _nonempty(found: dict[str, list[str]], path: str | os.PathLike[str], what: str) -> dict[str, list[str]]:
    if not found:
        raise errors.bad_line(path, 1, what)
    return found


# ---- operations ----


def _entities(sentences: Iterable[Sentence], names: Choices) -> dict[str, list[str]]:
    """All different entities by their label, those of lists among them."""
    found = {label: set(some) for label, some in names.items()}
    for text, spans in sentences:
        for start, end, label in spans:
            found.setdefault(label, set()).add(text[start:end])
    return {label: sorted(some) for label, some in found.items()}


def _changed(
    sentence: Sentence,
    rng: random.Random,
    rates: Mapping[str, float],
    pools: Choices,
    synonyms: Choices,
    confusions: Choices,
) -> Sentence:
    """The sentence with other entities, words and characters."""
    for name, edits, choices in (
        ("swap", _swap, pools),
        ("synonyms", _replace_words, synonyms),
        ("drop", _drop, {}),
        ("confuse", _confuse, confusions),
    ):
        if rates.get(name):
            sentence = _edited(sentence, edits(sentence, rng, rates[name], choices))
    return sentence


def _swap(sentence: Sentence, rng: random.Random, rate: float, pools: Choices) -> Iterator[Edit]:
    for start, end, label in sentence.spans:
        if rng.random() < rate:
            yield start, end, rng.choice(pools[label])


def _replace_words(sentence: Sentence, rng: random.Random, rate: float, synonyms: Choices) -> Iterator[Edit]:
    for start, end in words_outside(sentence):
        others = synonyms.get(sentence.text[start:end])
        if others and rng.random() < rate:
            yield start, end, rng.choice(others)


def _drop(sentence: Sentence, rng: random.Random, rate: float, _: Choices) -> Iterator[Edit]:
    return ((at, at + 1, "") for at in _outside(sentence) if rng.random() < rate)


def _confuse(sentence: Sentence, rng: random.Random, rate: float, confusions: Choices) -> Iterator[Edit]:
    for at in _outside(sentence):
        others = confusions.get(sentence.text[at])
        if others and rng.random() < rate:
            yield at, at + 1, rng.choice(others)


def _cut(sentence: Sentence, rng: random.Random) -> Sentence:
    """What is before or after a comma or a sentence end, which stays with what is before it."""
    text, spans = sentence
    outside = _outside(sentence)
    places = [at + 1 for at in outside if text[at] in _STOPS and at + 1 < len(text)]
    if not places:
        return sentence
    place = rng.choice(places)
    start, end = rng.choice([(0, place), (place, len(text))])
    return Sentence(text[start:end], tuple((a - start, b - start, label) for a, b, label in spans if start <= a < end))


def _joined(one: Sentence, other: Sentence) -> Sentence:
    """Both in one, with a comma between them if there was no stop."""
    text = one.text if one.text[-1:] in _STOPS else one.text + "，"
    moved = ((start + len(text), end + len(text), label) for start, end, label in other.spans)
    return Sentence(text + other.text, (*one.spans, *moved))


def _outside(sentence: Sentence) -> list[int]:
    """The positions outside of entities."""
    inside = {at for start, end, _ in sentence.spans for at in range(start, end)}
    return [at for at in range(len(sentence.text)) if at not in inside]


def _edited(sentence: Sentence, edits: Iterable[Edit]) -> Sentence:
    """The sentence after edits in order, each of a whole entity or outside of entities.

    >>> _edited(Sentence("他去北京了", ((2, 4, "LOC"),)), [(0, 1, "我们"), (2, 4, "上海市"), (4, 5, "")])
    Sentence(text='我们去上海市', spans=((3, 6, 'LOC'),))
    """
    text, spans = sentence
    parts, grown, reached = [], [0] * (len(text) + 1), 0
    for start, end, new in edits:
        parts += [text[reached:start], new]
        grown[end] += len(new) - (end - start)
        reached = end
    moved = [place + shift for place, shift in enumerate(accumulate(grown))]
    kept = tuple((moved[start], moved[end], label) for start, end, label in spans)
    return Sentence("".join(parts) + text[reached:], kept)
