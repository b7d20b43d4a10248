"""Hidden Markov models of first and second order for tagging sequences.

The tags t form a Markov chain, and each emits one observation o (a character, a word):

    first order   P(t, o) = product of P(t_i | t_i-1) P(o_i | t_i)
    second order  P(t, o) = product of P(t_i | t_i-2, t_i-1) P(o_i | t_i)

Transitions are interpolated, P(c | a, b) = l1 f(c) + l2 f(c | b) + l3 f(c | a, b) with relative frequencies
f and weights from deleted interpolation; an edge tag precedes and follows every sequence. An emission is
smoothed with what a tag does to things seen once, P(o | t) = (n(t, o) + k P(t | new) / V) / (n(t) + k), with
V kinds of observations, so an unseen one goes to the tags that take new members. Source: Rabiner 1989;
Brants, TnT, 2000 (deleted interpolation).
Decoding is exact (Viterbi); cost: O(n T^2) in first order, O(n T^3) in second, for n observations and T tags.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, log
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.model.format import write_model
from cnlp.model.registry import open_model
from cnlp.segmentation.features import fold_classes
from cnlp.sequence.estimator import Estimator
from cnlp.sequence.schemes import tags_to_words, transition_mask, words_to_tags
from cnlp.text.normalise import normalise

if TYPE_CHECKING:
    from typing_extensions import Self

    from cnlp.model.registry import ModelLike

KIND = "hidden-markov-model"
_EDGE = "<edge>"  # the tag before and after a sequence
_SCHEME = "BMES"
_FORBIDDEN = -inf


@dataclass
class HMMCounts:
    """How often tags, pairs and triples of tags, and tags with observations occur."""

    one: Counter[str] = field(default_factory=Counter)
    two: Counter[tuple[str, str]] = field(default_factory=Counter)
    three: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    emitted: Counter[tuple[str, str]] = field(default_factory=Counter)
    sequences: int = 0

    def add(self, observations: Sequence[str], tags: Sequence[str]) -> None:
        """Count one sequence."""
        chain = [_EDGE, _EDGE, *tags, _EDGE]
        self.one.update(chain[2:])
        self.two.update(pairwise(chain[1:]))
        self.three.update(zip(chain, chain[1:], chain[2:], strict=False))
        self.emitted.update(zip(tags, observations, strict=True))
        self.sequences += 1


class HiddenMarkovModel(Estimator):
    """A tagger of sequences of strings.

    Args:
        order: 1 or 2, how many tags back a transition looks.
        scheme: forbids what it does not allow (``"BMES"``); ``None`` allows every order of tags.
        strength: the k of the formula, pseudo-observations per tag.

    Attributes:
        tags_: the tags, sorted.
        weights_: l1, l2, l3 of the interpolation; l3 is 0 in first order.

    >>> model = HiddenMarkovModel(order=1).fit([(["雨", "大"], ["n", "a"]), (["风", "大"], ["n", "a"])])
    >>> model.predict([["雪", "大"]])
    [['n', 'a']]
    """

    def __init__(self, *, order: int = 2, scheme: str | None = None, strength: float = 1.0) -> None:
        self.order = order
        self.scheme = scheme
        self.strength = strength

    def fit(self, sequences: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Self:
        """Count pairs of observations and their tags.

        Raises:
            ArgumentError: an order other than 1 or 2, sequences of unequal length, or nothing to learn from.
        """
        self._counts = HMMCounts()
        return self.partial_fit(sequences)

    def partial_fit(self, sequences: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Self:
        """Count more; the same as one ``fit`` to all sequences so far.

        Raises:
            ArgumentError: as in :meth:`fit`.
        """
        if self.order not in (1, 2):
            raise errors.unknown_choice("order", self.order, ("1", "2"))
        if not hasattr(self, "_counts"):
            self._counts = HMMCounts()
        for number, (observations, tags) in enumerate(sequences):
            if len(observations) != len(tags):
                raise errors.ArgumentError(
                    f"sequence {number} has {len(observations)} observations and {len(tags)} tags"
                )
            self._counts.add(observations, tags)
        self._estimate()
        return self

    def _estimate(self) -> None:
        counts = self._counts
        self.tags_ = sorted(tag for tag in counts.one if tag != _EDGE)
        if not self.tags_:
            raise errors.ArgumentError("no sequences to learn from")
        self.weights_ = _deleted_interpolation(counts.one, counts.two, counts.three, self.order)
        self._set_transitions(counts.one, counts.two, counts.three)
        self._set_emissions(counts.one, counts.emitted)

    def predict(self, sequences: Iterable[Sequence[str]]) -> list[list[str]]:
        """The most probable tags of each sequence of observations."""
        return [self._decode(observations) for observations in sequences]

    def score(self, sequences: Iterable[tuple[Sequence[str], Sequence[str]]]) -> float:
        """The share of observations whose tag is right, 0 to 1."""
        right = total = 0
        for observations, tags in sequences:
            found = self._decode(observations)
            right += sum(a == b for a, b in zip(found, tags, strict=True))
            total += len(tags)
        return right / total if total else 0.0

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the counts; :meth:`load` makes the same model of them, bit for bit.

        Raises:
            OSError: the file cannot be written.
        """
        counts = self._counts
        learnt = [
            sorted(counts.one.items()),
            sorted((*pair, count) for pair, count in counts.two.items()),
            sorted((*triple, count) for triple, count in counts.three.items()),
            sorted((*pair, count) for pair, count in counts.emitted.items()),
        ]
        data = json.dumps(learnt, separators=(",", ":")).encode()
        metadata = {
            "kind": KIND,
            "method": "HiddenMarkovModel",
            "parameters": json.dumps(self.get_params()),
            "sequences": str(counts.sequences),
        }
        write_model(path, {"counts": ("U8", data)}, metadata)

    @classmethod
    def load(cls, model: ModelLike) -> Self:
        """Read a file that :meth:`save` wrote.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, or holds something else.
        """
        file = open_model(model, KIND)
        counts = file.read_json("counts")
        with file.loading():
            loaded = cls(**json.loads(file.card["parameters"]))
            one, two, three, emitted = counts
            loaded._counts = HMMCounts(
                Counter(dict(one)),
                Counter({(b, c): count for b, c, count in two}),
                Counter({(a, b, c): count for a, b, c, count in three}),
                Counter({(tag, observation): count for tag, observation, count in emitted}),
                file.whole("sequences"),
            )
            loaded._estimate()
        return loaded

    def _set_transitions(
        self, one: Counter[str], two: Counter[tuple[str, str]], three: Counter[tuple[str, str, str]]
    ) -> None:
        """log P(c | a, b) for all states a, b (EDGE is the last) and tags c, and for the end."""
        names = [*self.tags_, _EDGE]
        total = sum(one.values())
        l1, l2, l3 = self.weights_
        before: Counter[str] = Counter()
        for (b, _), count in two.items():
            before[b] += count
        pair: Counter[tuple[str, str]] = Counter()
        for (a, b, _), count in three.items():
            pair[a, b] += count
        size = len(self.tags_)
        mask = transition_mask(self.tags_, self.scheme) if self.scheme else bytes([1]) * (size * (size + 2))
        self._moves: list[list[list[float]]] = []
        for a in names:
            rows = []
            for j, b in enumerate(names):
                row = []
                for k, c in enumerate(names):
                    p = l1 * one[c] / total
                    p += l2 * two[b, c] / before[b] if before[b] else 0.0
                    p += l3 * three[a, b, c] / pair[a, b] if pair[a, b] else 0.0
                    if j == size and k == size:
                        allowed = True
                    elif k == size:
                        allowed = bool(mask[size * (size + 1) + j])
                    else:
                        allowed = bool(mask[j * size + k])
                    row.append(log(p) if p > 0 and allowed else _FORBIDDEN)
                rows.append(row)
            self._moves.append(rows)

    def _set_emissions(self, one: Counter[str], emitted: Counter[tuple[str, str]]) -> None:
        seen: Counter[str] = Counter()
        for (_, observation), count in emitted.items():
            seen[observation] += count
        once = Counter(tag for (tag, observation) in emitted if seen[observation] == 1)
        singles = sum(once.values()) + len(self.tags_)
        unseen = {tag: (once[tag] + 1) / singles for tag in self.tags_}
        kinds = len(seen) + 1
        k = self.strength
        self._unseen = [log(k * unseen[tag] / kinds / (one[tag] + k)) for tag in self.tags_]
        self._emissions = {
            observation: [
                log((emitted[tag, observation] + k * unseen[tag] / kinds) / (one[tag] + k)) for tag in self.tags_
            ]
            for observation in seen
        }

    def _decode(self, observations: Sequence[str]) -> list[str]:
        if not observations:
            return []
        size = len(self.tags_)
        edge = size
        # A state is (tag before, tag here); in first order the tag before is always the edge.
        best: dict[tuple[int, int], float] = {(edge, edge): 0.0}
        history: list[dict[tuple[int, int], tuple[int, int]]] = []
        for observation in observations:
            scores = self._emissions.get(observation, self._unseen)
            reached: dict[tuple[int, int], float] = {}
            came: dict[tuple[int, int], tuple[int, int]] = {}
            for state, value in best.items():
                moves = self._moves[state[0]][state[1]]
                previous = state[1] if self.order == 2 else edge
                for tag in range(size):
                    total = value + moves[tag] + scores[tag]
                    key = (previous, tag)
                    if total > reached.get(key, _FORBIDDEN):
                        reached[key] = total
                        came[key] = state
            history.append(came)
            best = reached
        state = max(best, key=lambda s: best[s] + self._moves[s[0]][s[1]][edge])
        path = []
        for came in reversed(history):
            path.append(self.tags_[state[1]])
            state = came[state]
        return path[::-1]


def _deleted_interpolation(
    one: Counter[str],
    two: Counter[tuple[str, str]],
    three: Counter[tuple[str, str, str]],
    order: int,
) -> tuple[float, float, float]:
    """Weights of the orders: each n-gram votes for the order that best predicts it without itself."""
    total = sum(one.values())
    before: Counter[str] = Counter()
    for (b, _), count in two.items():
        before[b] += count
    pair: Counter[tuple[str, str]] = Counter()
    for (a, b, _), count in three.items():
        pair[a, b] += count
    votes = [0.0, 0.0, 0.0]
    for (a, b, c), count in three.items():
        cases = [
            (one[c] - 1) / (total - 1) if total > 1 else 0.0,
            (two[b, c] - 1) / (before[b] - 1) if before[b] > 1 else 0.0,
            (count - 1) / (pair[a, b] - 1) if order == 2 and pair[a, b] > 1 else 0.0,
        ]
        votes[max(range(3), key=lambda i: (cases[i], -i))] += count
    whole = sum(votes)
    # The unigram keeps a little weight, so no transition that the scheme allows is impossible.
    shares = [max(vote / whole, 1e-4 if i == 0 else 0.0) for i, vote in enumerate(votes)]
    return shares[0] / sum(shares), shares[1] / sum(shares), shares[2] / sum(shares)


class HMM(Estimator):
    """Segments by tagging characters with a hidden Markov model; tags B, M, E, S.

    Characters are folded as all taggers do (:func:`cnlp.segmentation.features.fold_classes`).

    Args:
        order: 1 or 2, how many tags back a transition looks; 2 is hardly better, and :meth:`predict` alone uses it.
        strength: of the smoothing of emissions, pseudo-observations per tag.

    Attributes:
        model_: the :class:`HiddenMarkovModel` of tags and characters.

    >>> HMM().fit([["中国", "人"], ["中国", "很", "大"]]).predict(["中国大"])
    [['中国', '大']]
    """

    def __init__(self, *, order: int = 1, strength: float = 1.0) -> None:
        self.order = order
        self.strength = strength

    def fit(self, sentences: Iterable[Sequence[str]]) -> Self:
        """Count the tags of the characters of the words.

        Raises:
            ArgumentError: an order other than 1 or 2, an empty word, or nothing to learn from.
        """
        self.model_ = HiddenMarkovModel(order=self.order, scheme=_SCHEME, strength=self.strength)
        return self.partial_fit(sentences)

    def partial_fit(self, sentences: Iterable[Sequence[str]]) -> Self:
        """Count more sentences; the same as one ``fit`` to all sentences so far.

        Raises:
            ArgumentError: as in :meth:`fit`.
        """
        if not hasattr(self, "model_"):
            return self.fit(sentences)
        self.model_.partial_fit((_folded("".join(words)), words_to_tags(words, _SCHEME)) for words in sentences)
        return self

    def predict(self, texts: Iterable[str]) -> list[list[str]]:
        """The words of each text; joined they are the text."""
        lines = list(texts)
        paths = self.model_.predict(map(_folded, lines))
        return [tags_to_words(line, path, _SCHEME) for line, path in zip(lines, paths, strict=True)]

    def score(self, sentences: Sequence[Sequence[str]]) -> float:
        """Word F1 on segmented sentences, 0 to 1."""
        from cnlp.evaluation.segmentation import evaluate_segmentation

        return evaluate_segmentation(sentences, self.predict("".join(words) for words in sentences)).f1

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model, which :meth:`load` and, of first order, ``cnlp.segment(text, model=path)`` read.

        Raises:
            OSError: the file cannot be written.
        """
        self.model_.save(path)

    @classmethod
    def load(cls, model: ModelLike) -> Self:
        """Read a file that :meth:`save` wrote; errors as in :meth:`HiddenMarkovModel.load`."""
        learnt = HiddenMarkovModel.load(model)
        if learnt.scheme != _SCHEME:
            file = open_model(model)
            raise errors.bad_model(
                file.path, "a HiddenMarkovModel of other tags than those of words; cnlp.load opens it"
            )
        loaded = cls(order=learnt.order, strength=learnt.strength)
        loaded.model_ = learnt
        return loaded


def _folded(text: str) -> str:
    return fold_classes(normalise(text))
