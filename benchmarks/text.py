"""Train the text classifiers of lesson 15: on surnames and novels, and on request on IMDB and Chinese headlines.

    python benchmarks/text.py --header                    # names: every reader, all training data
    python benchmarks/text.py authors --sizes 110 330 875 # authors: every reader, growing with the training data
    python benchmarks/text.py leak                        # authors: split by book against split at random
    python benchmarks/text.py imdb                        # the notes' network of two cells; Keras downloads IMDB
    python benchmarks/text.py headlines --folder FOLDER   # the notes' ten-class network, on headlines of yours

Each prints rows of a Markdown table: test accuracy by seed. Smaller numbers of passages are the same for all seeds.
Words and letters get their ids from the training part alone. Where a reader trains for a number of epochs, it is the
same for all its rows.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from helpers import data

UNKNOWN, FIRST = 1, 2  # ids; 0 is padding
UNITS, BATCH = 64, 128
Tokens = Sequence[Sequence[str]]


def encode(train: Tokens, texts: Tokens, size: int, length: int) -> np.ndarray:
    """Return ids (N, length): the most frequent tokens of ``train`` from 2 on, 1 for others, 0 behind the end."""
    counts = collections.Counter(token for tokens in train for token in tokens)
    known = {token: place + FIRST for place, (token, _) in enumerate(counts.most_common(size - FIRST))}
    ids = np.zeros((len(texts), length), np.int32)
    for row, tokens in zip(ids, texts, strict=True):
        row[: min(len(tokens), length)] = [known.get(token, UNKNOWN) for token in tokens[:length]]
    return ids


def groups(tokens: Sequence[str], longest: int) -> list[str]:
    """Return all runs of 1 to ``longest`` neighbours; a name's two ends count as letters of their own."""
    ends = ["^", *tokens, "$"]
    return [" ".join(ends[i : i + n]) for n in range(1, longest + 1) for i in range(len(ends) - n + 1)]


def bag(ids: np.ndarray, size: int) -> np.ndarray:
    """Return how often each id occurs in each row, (N, size) float32, padding left out."""
    counts = np.zeros((len(ids), size), np.float32)
    np.add.at(counts, (np.arange(len(ids))[:, None], ids), 1)
    counts[:, 0] = 0
    return counts


def linear(classes: int, size: int) -> keras.Model:
    """Return logistic regression on counts (N, size)."""
    return keras.Sequential([keras.Input((size,)), keras.layers.Dense(classes)])


def averaged(classes: int, size: int) -> keras.Model:
    """Return a model that averages the embeddings of a text's tokens: ids (N, T) -> logits."""
    layers = [keras.layers.Embedding(size, UNITS, mask_zero=True), keras.layers.GlobalAveragePooling1D()]
    return keras.Sequential([keras.Input((None,), dtype="int32"), *layers, keras.layers.Dense(classes)])


def reader(layer: Callable[[], Any], dropped: float = 0.0) -> Callable[[int, int], keras.Model]:
    """Return a maker of models that read ids (N, T) in order, with this recurrent layer."""

    def make(classes: int, size: int) -> keras.Model:
        embedding = keras.layers.Embedding(size, UNITS, mask_zero=True)
        layers = [embedding, keras.layers.Dropout(dropped), layer(), keras.layers.Dense(classes)]
        return keras.Sequential([keras.Input((None,), dtype="int32"), *layers])

    return make


def ten_classes(kind: str, kept: float, units: int = 128) -> Callable[[int, int], keras.Model]:
    """Return the notes' ten-class network: two layers, the last states of both, dense, dropout, ReLU, logits."""

    def make(classes: int, size: int) -> keras.Model:
        ids = keras.Input((None,), dtype="int32")
        x, states = keras.layers.Embedding(size, UNITS, mask_zero=True)(ids), []
        for _ in range(2):
            layer = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}[kind]
            x, *last = layer(units, return_sequences=True, return_state=True)(x)
            states += last
            x = keras.layers.Dropout(1 - kept)(x)
        hidden = keras.layers.Dense(2 * units)(keras.layers.concatenate(states))
        hidden = keras.layers.ReLU()(keras.layers.Dropout(1 - kept)(hidden))
        return keras.Model(ids, keras.layers.Dense(classes)(hidden))

    return make


def train(model: keras.Model, x: np.ndarray, y: np.ndarray, epochs: int, rate: float, **options: Any) -> keras.Model:
    """Train on batches with Adam; return the model."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.fit(x, y, BATCH, epochs, verbose=0, **options)
    return model


def accuracy(model: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of right answers, over all of x."""
    answers = model.predict(x, batch_size=500, verbose=0).argmax(axis=1)
    return float(np.mean(answers == y))


# -- what is measured -----------------------------------------------------------------------

ORDERED = {
    "SimpleRNN(64)": (lambda: keras.layers.SimpleRNN(UNITS)),
    "GRU(64)": (lambda: keras.layers.GRU(UNITS)),
    "two-way GRU(64)": (lambda: keras.layers.Bidirectional(keras.layers.GRU(UNITS))),
}
Maker = Callable[[int, int], keras.Model]  # from the number of classes and that of ids


@dataclasses.dataclass
class Task:
    """Inputs and classes of a training and of a test part; how many classes and ids there are."""

    name: str
    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int
    size: int

    def counted(self, power: float = 1.0) -> Task:
        """Return the same task with counts, or a power of them, in the place of ids."""
        x, x_test = (bag(ids, self.size) ** power for ids in (self.x, self.x_test))
        return dataclasses.replace(self, x=x, x_test=x_test)

    def show(self, name: str, seeds: Sequence[int], make: Maker, epochs: int, rate: float, **options: Any) -> None:
        """Train a network of every seed and print the row."""
        shares = []
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            model = train(make(self.classes, self.size), self.x, self.y, epochs, rate, **options)
            shares.append(accuracy(model, self.x_test, self.y_test))
        print(f"| {self.name} | {name} | {', '.join(f'{share:.3f}' for share in shares)} |", flush=True)


def names(seeds: Sequence[int], epochs: int) -> None:
    """Print a row for every reader of surnames."""
    (train_names, y), (test_names, y_test) = data.load_surnames()
    classes = len(data.LANGUAGES)
    majority = np.mean(y_test == np.bincount(y).argmax())
    print(f"| surnames | one of the largest languages, always | {majority:.3f} |", flush=True)
    for longest, what in ((1, "letters"), (2, "letters and pairs"), (3, "letters, pairs and triples")):
        parts = [[groups(name, longest) for name in part] for part in (train_names, test_names)]
        size = min(len({token for tokens in parts[0] for token in tokens}) + FIRST, 10_000)
        longest_name = max(len(tokens) for tokens in parts[0])
        x, x_test = (encode(parts[0], part, size, longest_name) for part in parts)
        task = Task("surnames", x, y, x_test, y_test, classes, size).counted()
        task.show(f"bag of {what}, {size:,} ids", seeds, linear, 15, 0.01)
    size, length = 31, 16  # letters that occur at least ten times; the longest name for training
    x, x_test = (encode(train_names, part, size, length) for part in (train_names, test_names))
    for name, layer in ORDERED.items():
        Task("surnames", x, y, x_test, y_test, classes, size).show(name, seeds, reader(layer), epochs, 0.003)


WORDS, LENGTH = 5_000, 80
AUTHOR_READERS = {
    "averaged embeddings": (averaged, 12, 0.003),
    "GRU(64)": (reader(ORDERED["GRU(64)"], 0.3), 6, 0.003),
    "two-way GRU(64)": (reader(ORDERED["two-way GRU(64)"], 0.3), 6, 0.003),
}


def judged(name: str, seeds: Sequence[int], parts: Any, only: str) -> None:
    """Print a row for every reader of words, trained on the first of two parts and judged on the second."""
    (texts, y), (others, y_test) = parts
    tokens = [text.split() for text in texts]
    x, x_test = (encode(tokens, part, WORDS, LENGTH) for part in (tokens, [text.split() for text in others]))
    task = Task(name, x, y, x_test, y_test, len(data.AUTHORS), WORDS)
    if only in "bag of words":
        task.counted(0.5).show("bag of words", seeds, linear, 8, 0.003)
    for reader_name, (make, epochs, rate) in AUTHOR_READERS.items():
        if only in reader_name:
            task.show(reader_name, seeds, make, epochs, rate)


def some(part: Any, each: int, rng: np.random.Generator) -> Any:
    """Return ``each`` passages of every author, drawn at random, and their authors."""
    places = np.concatenate([rng.permutation(np.flatnonzero(part[1] == author))[:each] for author in range(10)])
    return [part[0][place] for place in places], part[1][places]


def authors(seeds: Sequence[int], sizes: Sequence[int], only: str) -> None:
    """Print rows for growing numbers of passages of every author."""
    train_part, test_part = data.load_passages(LENGTH)
    for each in sizes:
        part = some(train_part, each, np.random.default_rng(each))
        judged(f"novels, {each} passages an author", seeds, (part, test_part), only)


def leak(seeds: Sequence[int], only: str) -> None:
    """Print rows for a split by book and one at random, of equal sizes."""
    train_part, test_part = data.load_passages(LENGTH)
    rng = np.random.default_rng(15)
    texts, y = train_part[0] + test_part[0], np.concatenate([train_part[1], test_part[1]])
    order = np.stack([rng.permutation(np.flatnonzero(y == author)) for author in range(10)])
    each = len(train_part[0]) // 10
    halves = [rows.ravel() for rows in (order[:, :each], order[:, each:])]
    judged("novels, split by book", seeds, (train_part, test_part), only)
    judged("novels, split at random", seeds, [([texts[i] for i in half], y[half]) for half in halves], only)


REVIEW_WORDS, REVIEW_LENGTH, REVIEW_FEATURES, REVIEW_EPOCHS = 10_000, 80, 100, 4  # as in the notes


def two_cells(classes: int, size: int) -> keras.Model:
    """Return the notes' network for film reviews, without their bugs: ids (N, T) -> logits."""
    cells = [keras.layers.SimpleRNNCell(UNITS, dropout=0.2) for _ in range(2)]
    layers = [keras.layers.Embedding(size, REVIEW_FEATURES), keras.layers.RNN(cells), keras.layers.Dense(classes)]
    return keras.Sequential([keras.Input((None,), dtype="int32"), *layers])


def imdb(seeds: Sequence[int]) -> None:
    """Print rows for film reviews: the last 80 words, padded in front as in the notes; all test reviews are judged."""
    (reviews, y), (others, y_test) = data.load_imdb(REVIEW_WORDS)
    x, x_test = (keras.utils.pad_sequences(part, REVIEW_LENGTH) for part in (reviews, others))
    task = Task("IMDB, 80 words", x, y, x_test, y_test, 2, REVIEW_WORDS)
    task.counted().show("bag of words", seeds, linear, REVIEW_EPOCHS, 0.003)
    task.show("the notes' two cells, 2 x 64", seeds, two_cells, REVIEW_EPOCHS, 0.001)


CHARACTERS, HEADLINE_LENGTH = 5_000, 30  # most headlines are shorter
HELD_BACK, PATIENCE, MOST_EPOCHS = 1_000, 2, 20


def headlines(seeds: Sequence[int], folder: str | None) -> None:
    """Print rows for headlines of ten topics: trained until the loss on 1,000 held back no longer falls."""
    (texts, y), (others, y_test) = data.load_headlines(folder)
    order = np.random.default_rng(15).permutation(len(texts))
    tokens, y = [list(texts[i]) for i in order], y[order]
    parts = tokens, [list(text) for text in others]
    x, x_test = (encode(tokens[HELD_BACK:], part, CHARACTERS, HEADLINE_LENGTH) for part in parts)
    whole = Task("headlines, 9,000 to learn from", x, y, x_test, y_test, 10, CHARACTERS)

    def until_best(task: Task, name: str, make: Maker, rate: float) -> None:
        held_back = task.x[:HELD_BACK], task.y[:HELD_BACK]
        rest = dataclasses.replace(task, x=task.x[HELD_BACK:], y=task.y[HELD_BACK:])
        stop = keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True)
        rest.show(name, seeds, make, MOST_EPOCHS, rate, validation_data=held_back, callbacks=[stop])

    until_best(whole.counted(), "bag of characters", linear, 0.003)
    for kind in ("gru", "lstm"):
        name = f"the notes' ten-class network, {kind.upper()} 2 x 128"
        until_best(whole, name, ten_classes(kind, kept=0.8), 0.001)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="names", choices=("names", "authors", "leak", "imdb", "headlines"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--sizes", type=int, nargs="+", default=[55, 110, 220, 440, 875])
    parser.add_argument("--only", default="", help="readers whose name holds this")
    parser.add_argument("--folder", help="where the headlines are (see helpers.data.load_headlines)")
    parser.add_argument("--header", action="store_true", help="print the head of the table, too")
    options = parser.parse_args()
    if options.header:
        print("| Data | Reader | Test accuracy by seed |\n|---|---|---|", flush=True)
    if options.what == "names":
        names(options.seeds, options.epochs)
    elif options.what == "authors":
        authors(options.seeds, options.sizes, options.only)
    elif options.what == "leak":
        leak(options.seeds, options.only)
    elif options.what == "imdb":
        imdb(options.seeds)
    else:
        headlines(options.seeds, options.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
