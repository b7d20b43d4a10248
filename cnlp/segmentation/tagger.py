"""Segmentation by tagging characters: the model file, and what a text's words score.

A tagger gives every character of a text a score for each of the tags B, M, E, S (begin, middle, end of a
word; a word of one character), and the best sequence of tags is the segmentation (Xue 2003; Ng and Low
2004). The features are in :mod:`cnlp.segmentation.features`, the layout of the file in
``cnlp/segmentation/FORMAT.md``, and how the sequence is found in ``cnlp/_kernel/core/tagger.c``.
"""

from __future__ import annotations

from cnlp import errors
from cnlp._kernel import kernel
from cnlp._kernel.layout import IS_ATOMIC, IS_DECISIVE, IS_ISOLATED, IS_WHOLE, LONGEST_MATCH, N_MARKS
from cnlp.model.registry import SHIPPED, open_model
from cnlp.segmentation.algorithms import TAGGERS
from cnlp.text.patterns import DECISIVE_STANDARDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.model.format import ModelFile
    from cnlp.model.registry import ModelLike
    from cnlp.names import Algorithm

KIND = "segmenter"
DEFAULT_STANDARD = "general"
TEMPERATURE = 4.0  # of a perceptron, if the model does not say; chosen by benchmarks/measure/calibration.py
_LAYER_ARRAYS = (
    "unigram",
    "bigram",
    "char_cover",
    "types",
    "repetition",
    "cover",
    *(f"match{length}" for length in range(2, LONGEST_MATCH + 1)),
)

_loaded: dict[tuple[str, str | None], TaggerModel] = {}  # shipped, by name and standard; never changed


class TaggerModel:
    """One standard of a model file.

    Attributes:
        tagger: the kernel's view of it.
        unit: one step of a score as a raw weight.
        temperature: what raw weights are divided by before they make probabilities (Guo et al. 2017).
        standard, standards: the one, and all standards of the file, of which the first is its default.
        method: by which it was learnt, one of ``TAGGERS``; ``None`` if the file does not say so.
    """

    def __init__(self, file: ModelFile, standard: str | None = None) -> None:
        self.file = file
        self.standards = tuple(file.field("standards").split(","))
        standard = self.standards[0] if standard is None else standard
        errors.check_choice("standard", standard, self.standards)
        self.standard = standard
        method = file.field("method", "").partition(";")[0]  # templates follow
        self.method: Algorithm | None = next((name for name in TAGGERS if name == method), None)
        self.unit = file.number("unit")
        self.temperature = file.number("temperature", str(TEMPERATURE))
        names = ["pages", "codes", "units", "class_fold", "types", "transitions", f"{standard}.profile"]
        for layer in dict.fromkeys((DEFAULT_STANDARD, standard)):
            names += (f"{layer}.{name}" for name in _LAYER_ARRAYS if file.has(f"{layer}.{name}"))
        with file.loading():
            ranges = file.ranges(*names)
            classes = file.whole("classes")
            mark = max(self.standards.index(standard) - 1, 0) % N_MARKS  # as layout.marks_of numbers them
            binding = IS_ISOLATED | IS_WHOLE | IS_DECISIVE * (standard in DECISIVE_STANDARDS)
            binding |= IS_ATOMIC * (standard == DEFAULT_STANDARD)
            nat = max(1, round(self.temperature / self.unit))
            self.tagger = kernel.Tagger(file.source, ranges, standard, classes, nat, mark, binding)


def load_tagger(model: ModelLike = "segmenter", standard: str | None = None) -> TaggerModel:
    """The tagger of a model file, or a shipped one by its name.

    Raises:
        ArgumentError: the file has no such standard.
        OSError: the file cannot be read.
        ModelError: it is damaged, foreign, or holds no tagger.
    """
    if not (isinstance(model, str) and model in SHIPPED and (standard is None or isinstance(standard, str))):
        return TaggerModel(open_model(model, KIND), standard)
    if (model, standard) not in _loaded:
        _loaded[model, standard] = TaggerModel(open_model(model, KIND), standard)
    return _loaded[model, standard]
