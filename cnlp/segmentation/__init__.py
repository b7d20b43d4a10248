"""Word segmentation: maximum matching, unigram and bigram Viterbi over one word lattice; taggers."""

from __future__ import annotations

from cnlp.lexicon.lexicon import Lexicon as Lexicon
from cnlp.lexicon.lexicon import load_lexicon as load_lexicon
from cnlp.model.registry import SHIPPED
from cnlp.segmentation.algorithms import ALGORITHMS as ALGORITHMS
from cnlp.segmentation.algorithms import DEFAULT_ALGORITHM as DEFAULT_ALGORITHM
from cnlp.segmentation.algorithms import MODES as MODES
from cnlp.segmentation.segmenter import Segmenter as Segmenter
from cnlp.segmentation.shortcut import is_fixed, shortcut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar

    from cnlp.lexicon.lexicon import LexiconLike
    from cnlp.names import Algorithm, Mode, Standard, Tagset
    from cnlp.pos.tagger import TaggerLike
    from cnlp.segmentation.segmenter import SegmenterLike
    from cnlp.types import Token

    P = ParamSpec("P")
    R = TypeVar("R")

# One segmenter per choice of shipped models, made when first asked for and never changed.
_shared: dict[tuple[str, str | None, str | None, SegmenterLike | None], Segmenter] = {}


def segmenter_for(
    mode: Mode = "default",
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: SegmenterLike | None = None,
    argument: str = "model",
) -> Segmenter:
    """The segmenter of these choices, as :func:`segment` takes them; one of what is shipped is shared.

    ``argument`` is what the user calls the model.
    """
    is_shared = lexicon is None and (model is None or (isinstance(model, str) and model in SHIPPED))
    if is_shared:
        try:
            return _shared[mode, algorithm, standard, model]
        except (KeyError, TypeError):  # TypeError: a choice is not a name, which Segmenter refuses
            pass
    elif isinstance(model, Segmenter) and lexicon is algorithm is standard is None and mode == "default":
        return model
    elif model is not None and not isinstance(model, Segmenter):
        from cnlp.segmentation.opening import open_words

        model = open_words(model, argument)
    segmenter = Segmenter(lexicon, mode=mode, algorithm=algorithm, standard=standard, model=model)
    if is_shared:
        _shared[mode, algorithm, standard, model] = segmenter
    return segmenter


def shipped_segmenter() -> Segmenter:
    """The segmenter whose words the shipped models of later stages were trained on."""
    return segmenter_for(algorithm="perceptron")


def _at_once(method: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Lets calls with at most one choice, of what never changes, go to the segmenter's method without a detour."""

    def find(
        lexicon: LexiconLike | None = None, model: SegmenterLike | None = None, **choices: Any
    ) -> Callable[[str], Any] | None:
        never_changes = (lexicon is None or isinstance(lexicon, Lexicon)) and is_fixed(model, Segmenter)
        if not never_changes or not choices.keys() <= {"mode", "algorithm", "standard"}:
            return None
        called: Callable[[str], Any] = getattr(segmenter_for(lexicon=lexicon, model=model, **choices), method)
        return called

    return shortcut(find)


@_at_once("segment")
def segment(
    text: str,
    *,
    mode: Mode = "default",
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: SegmenterLike | None = None,
) -> list[str]:
    """Segment a text into words.

    Args:
        text: any str; in the default mode ``"".join`` of the words is the text again.
        mode: ``"default"``, ``"search"`` or ``"full"``; see :class:`Segmenter`.
        algorithm: one of ``ALGORITHMS``; the most accurate one by default.
        standard: segmentation standard, such as ``"pku"`` or ``"msr"``; ``"general"`` by default.
        lexicon: the words to know besides: ``["云原生"]``, the path of a file, or, for many calls,
            ``cnlp.Lexicon("my.tsv")``, which is read once.
        model: what segments instead of the shipped perceptron: a name of :func:`cnlp.models`, such as ``"crf"``, the
            path of a file, or, for many calls, what :func:`cnlp.load` made of it; see :class:`Segmenter`.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: there is no such mode, algorithm, standard or model, or they do not go together.
        OSError: a file cannot be read.
        ModelError: the model file is damaged, or models something else.

    >>> segment("南京市长江大桥")
    ['南京市', '长江', '大桥']
    """
    return segmenter_for(mode, algorithm, standard, lexicon, model).segment(text)


@_at_once("tokenize")
def tokenize(
    text: str,
    *,
    mode: Mode = "default",
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: SegmenterLike | None = None,
) -> list[Token]:
    """Segment a text into words with offsets; arguments and errors as in :func:`segment`.

    >>> [(token.text, token.start, token.end) for token in tokenize("南京市长")]
    [('南京', 0, 2), ('市长', 2, 4)]
    """
    return segmenter_for(mode, algorithm, standard, lexicon, model).tokenize(text)


def _find_tagging(
    lexicon: LexiconLike | None = None,
    model: TaggerLike | None = None,
    segmenter: SegmenterLike | None = None,
    **more: Any,
) -> Callable[[str], list[Token]] | None:
    """What tags a text by at most one choice, if that is of what never changes."""
    from cnlp.pos.tagger import PartOfSpeech

    never_changes = (
        (lexicon is None or isinstance(lexicon, Lexicon))
        and is_fixed(model, PartOfSpeech)
        and is_fixed(segmenter, Segmenter)
        and more.keys() <= {"algorithm", "standard", "tagset"}
    )
    return _tagging(lexicon=lexicon, model=model, segmenter=segmenter, **more) if never_changes else None


def _tagging(
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    tagset: Tagset = "pfr",
    model: TaggerLike | None = None,
    segmenter: SegmenterLike | None = None,
) -> Callable[[str], list[Token]]:
    """What tags a text by these choices of :func:`tag`."""
    from cnlp.pos.tagger import converting
    from cnlp.pos.tagsets import check_tagset

    check_tagset(tagset)
    chosen = segmenter_for("default", algorithm, standard, lexicon, segmenter, "segmenter")
    return converting(chosen.tag if model is None else chosen.tagging(model), tagset)


@shortcut(_find_tagging)
def tag(
    text: str,
    *,
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    tagset: Tagset = "pfr",
    model: TaggerLike | None = None,
    segmenter: SegmenterLike | None = None,
) -> list[Token]:
    """Segment a text into words with parts of speech.

    Args:
        text: any str; the words and their offsets are those of :func:`cnlp.tokenize`.
        algorithm, standard, lexicon: see :func:`cnlp.segment`. The lexicon's own tags are kept as
            they are.
        tagset: ``"pfr"``, ``"universal"`` (UPOS) or ``"ctb"``, see :mod:`cnlp.pos.tagsets`; where a tag of
            PFR has no equal in CTB, the token has ``None``.
        model: another tagger than the shipped ``"pos"``: the path of its file, or what :func:`cnlp.load` made of it.
        segmenter: what segments the text: what :func:`cnlp.segment` takes as its ``model``.

    Returns:
        Tokens with tags; white space is punctuation.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: there is no such algorithm, standard, model or tag set, or they do not go together.
        OSError: a file cannot be read.
        ModelError: a model file is damaged, or models something else.

    >>> [(token.text, token.tag) for token in tag("我爱北京。")]
    [('我', 'r'), ('爱', 'v'), ('北京', 'ns'), ('。', 'w')]
    >>> [token.tag for token in tag("我爱北京。", tagset="universal")]
    ['PRON', 'VERB', 'PROPN', 'PUNCT']
    """
    return _tagging(algorithm, standard, lexicon, tagset, model, segmenter)(text)
