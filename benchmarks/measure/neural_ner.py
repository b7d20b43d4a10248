"""How good and how fast are the neural taggers? Writes ``benchmarks/results/neural_ner.json`` and a picture.

A corpus (Resume, Weibo, MSRA), a model (BiLSTM-CRF, Lattice LSTM, FLAT), vectors, the lexicon or none, what is added
and a seed are a separate run and process, and a record in ``--folder``. A run that is done is skipped, one that was
killed resumes after its last epoch, and several commands may share a folder; so the same command makes what is
missing, in the order of the plan. A record made with other settings than today's defaults, or other vectors, is made
anew. ``--gather`` trains nothing.

    vectors  random; "own", a file of 'cnlp train vectors'; foolnltk's (Apache-2.0), and random bigrams; both joined
    added    nothing; "encoder", the shipped one; "augmented", made sentences in the training
             part; "teacher", what the FLATs of the same vectors and all seeds say of it and of 3,000 sentences of
             plain text; or both

    scores   strict spans on dev, which chooses the epoch, and on test; Weibo also on names (NAM), on nominal mentions
             (NOM), and without the test sentences that its training part has word for word
    epoch    processor seconds of an epoch, dev part included, one thread
    rate     test sentences a processor second
    memory   peak of the process, which has the vectors, the vocabulary and the corpus in memory
"""

from __future__ import annotations

import argparse
import fcntl
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import record as records
from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.evaluation.entities import evaluate_entities
from cnlp.model.registry import open_model
from cnlp.ner.augmentation import augment
from recipes.ner import MSRA_TEST, MSRA_TRAIN, msra

RESUME = "ner/resume/{}.char.bmes"
WEIBO = "ner/weibo/weiboNER_2nd_conll.{}"
PARTS = ("train", "dev", "test")
FILES = {
    "resume": [RESUME.format(part) for part in PARTS],
    "weibo": [WEIBO.format(part) for part in PARTS],
    "msra": [MSRA_TRAIN, MSRA_TEST],
}
MODELS = ("flat", "lattice-lstm", "bilstm-crf")
WITHOUT_WORDS = ("bilstm-crf", "encoder-crf")  # models that have no place for them
VECTORS = ("own", "foolnltk", "both", "random")
ADDED = ("", "encoder", "augmented", "teacher", "encoder+teacher")
ROUNDS: tuple[tuple[str, bool, str, tuple[str, ...]], ...] = (  # vectors, lexicon, added, models
    *((vectors, True, "", MODELS) for vectors in ("both", "own", "foolnltk", "random")),
    ("own", False, "", MODELS),
    ("foolnltk", True, "encoder", ("flat", "bilstm-crf", "encoder-crf")),
    ("foolnltk", True, "augmented", ("flat", "bilstm-crf")),
    ("foolnltk", True, "teacher", ("bilstm-crf",)),
    ("own", True, "teacher", ("flat",)),
    ("both", True, "encoder", ("flat",)),
    ("own", True, "encoder", ("flat", "lattice-lstm")),
    ("own", True, "encoder+teacher", ("flat",)),
    ("random", True, "encoder", ("flat", "bilstm-crf")),
)
LARGE = "msra"  # takes hours, so of all that is added it has only
LARGE_ADDED = ("own", "encoder", "flat")  # this: vectors, added, model
TAUGHT = 3000  # sentences
ENCODER = "small"  # the shipped one
ENCODER_VALUES: dict[str, Any] = {"encoder": ENCODER, "encoder_bfloat16": True}
ALL_MODELS = (*MODELS, "encoder-crf")
KINDS = (".NAM", ".NOM")  # of Weibo's labels: names and nominal mentions
SEEDS = {"resume": 5, "weibo": 5, "msra": 1}
RUNS = Path("build/neural_ner")


@dataclass(frozen=True)
class Run:
    """One training run.

    Attributes:
        corpus: ``"resume"``, ``"weibo"`` or ``"msra"``.
        model: one of ``ALL_MODELS``.
        vectors: one of ``VECTORS``.
        lexicon: whether the encoder gets the lexicon's words.
        added: one of ``ADDED``.
        seed: of all chance.
    """

    corpus: str
    model: str
    vectors: str
    lexicon: bool
    added: str
    seed: int

    @property
    def name(self) -> str:
        """As files and commands call it.

        >>> Run("resume", "flat", "own", True, "", 1).name
        'resume.flat.own.lexicon.1'
        """
        words = "lexicon" if self.lexicon else "no-lexicon"
        parts = (self.corpus, self.model, self.vectors, words, self.added, str(self.seed))
        return ".".join(part for part in parts if part)


def has(run: Run, name: str) -> bool:
    """Is ``name`` among what is added?"""
    return name in run.added.split("+")


def plan() -> Iterator[Run]:
    """All runs, the most informative first."""
    for vectors, lexicon, added, models in ROUNDS:
        for corpus, seeds in SEEDS.items():
            for model in models:
                if corpus == LARGE and added and (vectors, added, model) != LARGE_ADDED:
                    continue
                has_words = lexicon and model not in WITHOUT_WORDS
                if model in WITHOUT_WORDS and not lexicon:
                    continue  # it was in another round
                for seed in range(1, seeds + 1):
                    yield Run(corpus, model, vectors, has_words, added, seed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    if options.run:
        run = next(run for run in plan() if run.name == options.run)
        make(run, options.folder / run.name, options)
        return 0
    failed = 0
    if not options.gather:
        failed = make_missing(options, wanted(options))
    gather(words, options)
    return int(failed > 0)


def wanted(options: argparse.Namespace) -> list[Run]:
    """The runs of the plan that the options leave."""
    return [
        run
        for run in plan()
        if run.corpus in options.corpora
        and run.model in options.models
        and run.vectors in options.kinds
        and run.added in options.added
        and (options.lexicon is None or run.lexicon == options.lexicon)
        and (options.seeds is None or run.seed in options.seeds)
    ]


def make_missing(options: argparse.Namespace, runs: Iterable[Run]) -> int:
    """Make each run that is neither done nor being made by another command; how many failed."""
    failed = 0
    for run in runs:
        folder = options.folder / run.name
        folder.mkdir(parents=True, exist_ok=True)
        with _claim(folder / "lock") as free:
            if not free or is_done(run, folder, options):
                continue
            print(run.name, flush=True)
            command = [sys.executable, "-m", "benchmarks.measure.neural_ner", "--run", run.name]
            for name in ("folder", "vectors"):
                command += [f"--{name}", str(getattr(options, name))]
            code = subprocess.run(command, cwd=records.ROOT, check=False).returncode
            failed += code != 0
            gather(sys.argv[1:], options)
    return failed


def is_done(run: Run, folder: Path, options: argparse.Namespace) -> bool:
    """Is there a record, made with the settings that are the defaults today, and with these vectors?"""
    path = folder / "record.json"
    if not path.exists():
        return False
    record = records.load(path)
    old, new = record["settings"], settings_of(run, options).as_dict()
    widths = {f"{name}_size" for name in ("character", "bigram", "word")}  # the vectors decide
    same = all(old.get(name, value) == value for name, value in new.items() if name not in widths)
    return same and record["vectors_sha256"] == (file_sha256(options.vectors) if uses_file(run) else None)


def uses_file(run: Run) -> bool:
    """Does the run depend on the file of ``--vectors``?"""
    return run.vectors in ("own", "both")


def settings_of(run: Run, options: argparse.Namespace) -> Any:
    """The defaults for the corpus."""
    from cnlp.ner.neural.settings import defaults

    values: dict[str, Any] = {"lexicon": run.lexicon, "seed": run.seed}
    if has(run, "encoder"):
        values |= ENCODER_VALUES
    return defaults(run.model, run.corpus).with_values(values)


def vectors_of(run: Run, path: Path) -> Any:
    """The vectors of a run; ``None``: random ones."""
    from cnlp.vectors.vectors import Vectors
    from recipes.neural_ner import foolnltk

    own = Vectors.load(path) if uses_file(run) else None
    others = foolnltk() if run.vectors in ("foolnltk", "both") else None
    return own.join(others) if own and others else own or others


def make(run: Run, folder: Path, arguments: argparse.Namespace) -> None:
    """Train, measure, write the record; the weights go to ``model.safetensors``."""
    from cnlp.ner.neural.model import predict
    from cnlp.ner.neural.recognizer import NeuralRecognizer
    from cnlp.ner.neural.trainer import train_neural

    parts = read(run.corpus)
    train = augment(parts["train"], seed=run.seed) if has(run, "augmented") else parts["train"]
    settings = settings_of(run, arguments)
    state = folder / "state"
    log = folder / "seconds.json"
    seconds: dict[str, float] = json.loads(log.read_text()) if log.exists() else {}
    last = time.process_time()

    def on_epoch(epoch: Any) -> None:
        nonlocal last
        now = time.process_time()
        seconds[str(epoch.number)] = now - last
        log.write_text(json.dumps(seconds))
        print(run.name, epoch.number, f"loss {epoch.loss:.3f} dev {epoch.dev:.4f} {now - last:.1f} s", flush=True)
        last = time.process_time()

    vectors = vectors_of(run, arguments.vectors)
    options: dict[str, Any] = {"out_dir": state, "resume": (state / "checkpoint.pt").exists(), "on_epoch": on_epoch}
    if has(run, "teacher"):
        options["distillation"] = lesson(run, arguments.folder)
    try:
        trained = train_neural(settings, train, parts["dev"], vectors=vectors, **options)
    except ValueError:  # the folder holds a run with other settings or vectors
        for path in [*state.glob("*"), log]:
            path.unlink()
        seconds.clear()
        trained = train_neural(settings, train, parts["dev"], vectors=vectors, **{**options, "resume": False})
    found: dict[str, list[list[tuple[int, int, str]]]] = {}
    for part in ("dev", "test"):
        start = time.process_time()
        entities = predict(trained.model, trained.vocabulary, [text for text, _ in parts[part]], trained.settings)
        spent = time.process_time() - start
        found[part] = [[entity[:3] for entity in some] for some in entities]
    record = {
        **asdict(run),
        "settings": trained.settings.as_dict(),
        "vectors_sha256": file_sha256(arguments.vectors) if uses_file(run) else None,
        "commit": records.commit(),
        "cpu": records.machine()["cpu"],
        "epochs": len(trained.log),
        "best_epoch": trained.best,
        "dev_by_epoch": [epoch.dev and round(epoch.dev, 4) for epoch in trained.log],
        "scores": scores(parts, found),
        "epoch_s": round(median(seconds.values()), 2),
        "sentences_per_s": round(len(parts["test"]) / spent),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    NeuralRecognizer(settings).take(trained).save(folder / "model.safetensors")
    records.save(record, folder / "record.json")
    for path in (state / "checkpoint.pt", log):
        path.unlink(missing_ok=True)
    print(run.name, {name: cell["f1"] for name, cell in record["scores"].items()}, flush=True)


def lesson(run: Run, folder: Path) -> Any:
    """Plain text, and the FLATs of the same vectors and encoder as one teacher: labels and probabilities.

    Raises:
        FileNotFoundError: one of them is not made yet.
    """
    from benchmarks.measure.distillation import texts
    from cnlp.ner.distillation import Distillation, Teacher
    from cnlp.ner.neural.recognizer import NeuralRecognizer

    others, _, _ = run.added.rpartition("+")
    flat = replace(run, model="flat", lexicon=True, added=others)
    flats = [replace(flat, seed=seed) for seed in range(1, SEEDS[run.corpus] + 1)]
    models = [NeuralRecognizer.load(folder / flat.name / "model.safetensors") for flat in flats]
    return Distillation(Teacher(models), texts()[:TAUGHT])


def read(corpus: str) -> dict[str, list[Sentence]]:
    """Train, dev and test."""
    if corpus == "msra":
        return dict(zip(PARTS, msra(), strict=True))
    options: dict[str, Any] = {"scheme": "BIO", "positions": True, "repair": "begin"}
    if corpus == "resume":
        options = {"scheme": "BMES", "repair": "drop"}
    paths = zip(PARTS, FILES[corpus], strict=True)
    return {part: list(read_columns(data_folder() / name, **options)) for part, name in paths}


def scores(parts: dict[str, list[Sentence]], found: dict[str, Any]) -> dict[str, Any]:
    """Strict scores by the name of the part; of Weibo also those of kinds and of unseen sentences."""
    seen = {sentence.text for sentence in parts["train"]}
    kinds = KINDS if any(span[2].endswith(KINDS) for _, spans in parts["test"] for span in spans) else ()
    cells = {"dev": _score(parts["dev"], found["dev"])}
    pairs = list(zip(parts["test"], found["test"], strict=True))
    new = [pair for pair in pairs if pair[0].text not in seen]
    for name, some in (("test", pairs), ("test, unseen sentences", new)):
        if name == "test" or len(new) < len(pairs):
            for kind in ("", *kinds):
                cells[name + kind] = _score([gold for gold, _ in some], [spans for _, spans in some], kind)
    return cells


def _score(gold: Sequence[Sentence], found: Sequence[Sequence[tuple[int, int, str]]], kind: str = "") -> dict[str, Any]:
    sides = ([sentence.spans for sentence in gold], found)
    marked = [[[span for span in spans if span[2].endswith(kind)] for spans in side] for side in sides]
    report = evaluate_entities([sentence.text for sentence in gold], *marked)
    overall = report.overall
    figures = {"precision": overall.precision, "recall": overall.recall, "f1": overall.f1}
    return {
        **{name: round(value, 4) for name, value in figures.items()},
        "by_label": {label: round(score.f1, 4) for label, score in sorted(report.by_label.items())},
    }


def gather(words: Sequence[str], options: argparse.Namespace) -> None:
    """All records of the folder and of the last result in one."""
    old = records.load(options.output)["results"] if options.output.exists() else {}
    runs = {_key(run): run for run in old.get("runs", ())}
    settings = old.get("settings", {})
    for path in sorted(options.folder.glob("*/record.json")):
        run = records.load(path)
        chosen = run.pop("settings")
        if not run["added"]:
            settings[f"{run['corpus']}, {run['model']}"] = {**chosen, "seed": None, "lexicon": None}
        runs[_key(run)] = run
    record = records.new_record("neural_ner", words, packages=("torch", "gensim"))
    corpora = dict.fromkeys(run["corpus"] for run in runs.values())
    record["machine"]["cpu"] = " and ".join(dict.fromkeys(run["cpu"] for run in runs.values()))
    record["data"] = {name: file_sha256(data_folder() / name) for corpus in corpora for name in FILES[corpus]}
    order = {run.name: place for place, run in enumerate(plan())}
    listed = [runs[name] for name in sorted(runs, key=lambda name: order.get(name, len(order)))]
    linear = records.load(records.RESULTS / "ner.json")["results"]
    covered = old.get("coverage", {})
    if options.gather and options.vectors.exists():
        covered = {corpus: coverage(corpus, options.vectors) for corpus in SEEDS}
    record["results"] = {
        "coverage": covered,
        "encoder": encoder_card(),
        "settings": settings,
        "runs": listed,
        "plan": [asdict(run) for run in plan()],
        "linear": {
            "resume": linear["resume"]["test"]["f1"],
            "weibo": linear["weibo"]["test"]["f1"],
            "msra": linear["shipped"]["MSRA test"]["f1"],
        },
    }
    records.save(record, options.output)


def encoder_card() -> dict[str, str]:
    """What the encoder's file says of its training."""
    card = open_model(ENCODER).card
    return {name: card[name] for name in ("sha256", "parameters", "training_size", "scores")}


def coverage(corpus: str, vectors_path: Path) -> dict[str, tuple[float, float]]:
    """The share of the test part's characters, bigrams and words that have vectors: of all, and of distinct ones."""
    from cnlp.ner.neural.data import lattice_lexicon
    from cnlp.vectors.tables import bigrams, fold, matches
    from cnlp.vectors.vectors import TABLES, Vectors

    vectors, lexicon = Vectors.load(vectors_path), lattice_lexicon()
    found: dict[str, list[str]] = {name: [] for name in TABLES}
    for text, _ in read(corpus)["test"]:
        folded = fold(text)
        words = [folded[start:end] for start, end, _ in matches(lexicon, folded)]
        for name, items in zip(TABLES, (folded, bigrams(folded), words), strict=True):
            found[name] += items
    shares = {}
    for name, items in found.items():
        table = getattr(vectors, name)
        of_all, of_distinct = (sum(item in table for item in some) / len(some) for some in (items, set(items)))
        shares[name] = round(of_all, 4), round(of_distinct, 4)
    return shares


def _key(run: dict[str, Any]) -> str:
    return Run(**{field.name: run[field.name] for field in fields(Run)}).name


@contextmanager
def _claim(path: Path) -> Iterator[bool]:
    """Whether no other process has the run; the lock goes with the process, however it ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


_OUTPUT = records.RESULTS / "neural_ner.json"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.neural_ner", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--vectors", type=Path, default=Path("vectors.safetensors"), help="of 'cnlp train vectors'")
    parser.add_argument("--folder", type=Path, default=RUNS, help=f"of the runs; default: {RUNS}")
    parser.add_argument("--corpora", nargs="+", choices=tuple(SEEDS), default=tuple(SEEDS))
    parser.add_argument("--models", nargs="+", choices=ALL_MODELS, default=ALL_MODELS)
    parser.add_argument("--kinds", nargs="+", choices=VECTORS, default=VECTORS, help="of vectors")
    parser.add_argument("--added", nargs="+", choices=ADDED, default=ADDED, help="to vectors and lexicon")
    parser.add_argument("--lexicon", action=argparse.BooleanOptionalAction, help="only with, or without; default: both")
    parser.add_argument("--seeds", nargs="+", type=int, help="default: 1 to 5; MSRA: 1")
    parser.add_argument("--gather", action="store_true", help="only collect the records that are there")
    parser.add_argument("--run", metavar="NAME", help="make this one here and now")
    parser.add_argument("--output", type=Path, default=_OUTPUT)
    return parser


if __name__ == "__main__":
    sys.exit(main())
