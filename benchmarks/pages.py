"""Train the readers of lesson 16 on pages of novels: in two levels, flat, and as a bag of words.

    python benchmarks/pages.py --header
    python benchmarks/pages.py --only levels --seeds 1 2 3

Prints rows of a Markdown table: parameters, steps one after the other for a page, best epochs and test accuracy by
seed. All readers get the same words of the same pages, cut to SENTENCES sentences of WORDS words; ids come from the
training part alone. The last tenth of the training pages of every author, in an order drawn from the seed, decides
when to stop and which epoch to keep. With the same seed, all readers have the same parts.
"""

from __future__ import annotations

import argparse
import collections
import os
import sys
from collections.abc import Callable, Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from helpers import data

UNKNOWN, FIRST = 1, 2  # ids; 0 is padding
SIZE, SENTENCES, WORDS = 5_000, 40, 40  # ids, sentences of a page, words of a sentence
FEATURES, DROPPED = 32, 0.3
CLASSES = len(data.AUTHORS)
ops, layers = keras.ops, keras.layers
Pages = Sequence[Sequence[str]]


def encode(train: Pages, pages: Pages) -> np.ndarray:
    """Return ids (N, SENTENCES, WORDS): the most frequent words of ``train`` from 2 on, 1 for others, 0 for padding."""
    counts = collections.Counter(word for page in train for sentence in page for word in sentence.split())
    known = {word: place + FIRST for place, (word, _) in enumerate(counts.most_common(SIZE - FIRST))}
    ids = np.zeros((len(pages), SENTENCES, WORDS), np.int32)
    for page_ids, page in zip(ids, pages, strict=True):
        for row, sentence in zip(page_ids, page, strict=False):
            words = sentence.split()[:WORDS]
            row[: len(words)] = [known.get(word, UNKNOWN) for word in words]
    return ids


def flatten(ids: np.ndarray) -> np.ndarray:
    """Return the words of every page one after the other, padding behind them: (N, S, W) -> (N, T)."""
    pages = [page[page > 0] for page in ids]
    flat = np.zeros((len(pages), max(map(len, pages))), np.int32)
    for row, page in zip(flat, pages, strict=True):
        row[: len(page)] = page
    return flat


def count(ids: np.ndarray) -> np.ndarray:
    """Return the square roots of how often each id occurs in each page, padding left out: (N, SIZE)."""
    counts = np.zeros((len(ids), SIZE), np.float32)
    np.add.at(counts, (np.arange(len(ids))[:, None], ids.reshape(len(ids), -1)), 1)
    counts[:, 0] = 0
    return np.sqrt(counts)


class Levels(keras.Model):
    """Read ids (B, S, W): words into sentences, sentences into a page -> logits (B, CLASSES)."""

    def __init__(self, sentence: keras.layers.Layer, page: keras.layers.Layer) -> None:
        super().__init__()
        self.embedding, self.dropout = layers.Embedding(SIZE, FEATURES), layers.Dropout(DROPPED)
        self.sentence, self.page, self.answer = sentence, page, layers.Dense(CLASSES)

    def call(self, ids: np.ndarray, training: bool = False) -> keras.KerasTensor:
        real = ops.not_equal(ids, 0)
        words = ops.reshape(self.dropout(self.embedding(ids), training=training), (-1, WORDS, FEATURES))
        vectors = self.sentence(words, mask=ops.reshape(real, (-1, WORDS)))
        vectors = ops.reshape(vectors, (-1, SENTENCES, vectors.shape[-1]))
        return self.answer(self.page(vectors, mask=ops.any(real, axis=2)))


def flat(units: int) -> keras.Model:
    embedding = layers.Embedding(SIZE, FEATURES, mask_zero=True)
    reads = [embedding, layers.Dropout(DROPPED), layers.GRU(units), layers.Dense(CLASSES)]
    return keras.Sequential([keras.Input((None,), dtype="int32"), *reads])


def averaged(units: int) -> keras.Model:
    embedding = layers.Embedding(SIZE, units, mask_zero=True)
    reads = [embedding, layers.Dropout(DROPPED), layers.GlobalAveragePooling1D(), layers.Dense(CLASSES)]
    return keras.Sequential([keras.Input((None,), dtype="int32"), *reads])


Reader = tuple[Callable[[], keras.Model], Callable[[np.ndarray], np.ndarray], int, float]
READERS: dict[str, Reader] = {  # a model, what it reads of (N, S, W), steps one after the other, rate of learning
    "bag of words": (lambda: keras.Sequential([keras.Input((SIZE,)), layers.Dense(CLASSES)]), count, 0, 0.003),
    "averaged embeddings": (lambda: averaged(36), flatten, 0, 0.01),
    "two levels: GRU(40), GRU(40)": (
        lambda: Levels(layers.GRU(40), layers.GRU(40)),
        np.asarray,
        WORDS + SENTENCES,
        0.003,
    ),
    "two levels: GRU(61), mean": (
        lambda: Levels(layers.GRU(61), layers.GlobalAveragePooling1D()),
        np.asarray,
        WORDS,
        0.003,
    ),
    "flat: GRU(64)": (lambda: flat(64), flatten, SENTENCES * WORDS, 0.003),
}


def parts(y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the pages to learn from, mixed, and of a tenth of every author's, held back."""
    rng = np.random.default_rng(seed)
    order = [rng.permutation(np.flatnonzero(y == author)) for author in range(CLASSES)]
    cuts = [len(pages) * 9 // 10 for pages in order]
    learn = np.concatenate([pages[:cut] for pages, cut in zip(order, cuts, strict=True)])
    return rng.permutation(learn), np.concatenate([pages[cut:] for pages, cut in zip(order, cuts, strict=True)])


def trained(reader: Reader, x: np.ndarray, y: np.ndarray, seed: int, epochs: int) -> tuple[keras.Model, int]:
    """Return a model trained from a seed, with the weights of its best epoch, and the number of that epoch."""
    make, _, _, rate = reader
    learn, held = parts(y, seed)
    keras.utils.set_random_seed(seed)
    model = make()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)
    fit = model.fit(x[learn], y[learn], 32, epochs, verbose=0, validation_data=(x[held], y[held]), callbacks=[stop])
    return model, int(np.argmin(fit.history["val_loss"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--only", default="", help="readers whose name holds this text")
    parser.add_argument("--header", action="store_true", help="print the head of the table first")
    options = parser.parse_args()
    (pages, y), (test_pages, y_test) = data.load_book_pages()
    ids, test_ids = encode(pages, pages), encode(pages, test_pages)
    if options.header:
        print("| Reader | Parameters | Steps | Best epoch | Test accuracy |\n|---|---|---|---|---|")
    for name, reader in READERS.items():
        if options.only not in name:
            continue
        _, prepare, steps, _ = reader
        x, x_test = prepare(ids), prepare(test_ids)
        steps = x.shape[1] if name.startswith("flat") else steps
        epochs, shares = [], []
        for seed in options.seeds:
            model, best = trained(reader, x, y, seed, options.epochs)
            epochs.append(best)
            shares.append(float(np.mean(model.predict(x_test, batch_size=100, verbose=0).argmax(axis=1) == y_test)))
            parameters = model.count_params()
        print(
            f"| {name} | {parameters:,} | {steps:,} | {', '.join(map(str, epochs))} |"
            f" {', '.join(f'{share:.3f}' for share in shares)} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
