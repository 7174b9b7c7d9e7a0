"""Lesson 07: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import RowClassifier, StepMaker

# All different, and different from the notebook's own 28 steps, 28 pixels, 150 units and 10 classes.
B, T, D, U, C = 7, 4, 2, 5, 6


@exercise(
    returns={
        "batch sizes": "",
        "complete epochs": "",
        "labels fit": "",
        "what is mixed": "",
        "epochs differ": "",
    }
)
def pipeline(rng):
    def case(group, examples, batch_size, epochs):
        return Case(group, (draws(rng, examples, 3, 2), rng.permutation(examples), batch_size, epochs))

    return [case("a smaller last batch", 200, 36, 3), case("batches of one size", 210, 42, 2)]


def weights(rng, features=D, units=U, classes=C):
    """Draw the five weights of a classifier: kernel, recurrent kernel, bias, output kernel and bias."""
    return [
        draws(rng, features, units),
        draws(rng, units, units, scale=0.5),
        draws(rng, units),
        draws(rng, units, classes),
        draws(rng, classes),
    ]


def labels(rng, size, classes=C):
    return rng.integers(0, classes, size)


@exercise(returns={"losses": "", "new weights": ""})
def train_step(rng):
    def case(group, optimizer, sizes):
        batches = [(draws(rng, size, T, D), labels(rng, size)) for size in sizes]
        return Case(group, (weights(rng), optimizer, batches))

    return [
        case("one step, plain gradient descent", "sgd", [B]),
        case("two steps with Adam, which remembers the first", "adam", [B, 3]),
    ]


@exercise(returns={"ways": "", "losses": "way batch"})
def three_ways(rng):
    features, units, classes, steps, size = 2, 3, 4, 2, 5
    batches = [(draws(rng, size, steps, features), labels(rng, size, classes)) for _ in range(3)]
    make_step = StepMaker(weights(rng, features, units, classes), 0.1, "SGD", steps)
    return [Case("three ways, three batches", (make_step, batches))]


def logits_of(model, x):
    """Return what a RowClassifier answers, computed with NumPy."""
    state = np.zeros((len(x), U))
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ model.kernel + state @ model.recurrent_kernel + model.bias)
    return state @ model.out_kernel + model.out_bias


@exercise(returns={"the share": ""})
def accuracy(rng):
    model = RowClassifier(*weights(rng))

    def batch(size, right):
        x = draws(rng, size, T, D)
        answers = logits_of(model, x).argmax(axis=1)
        wrong = rng.permutation(size)[right:]
        y = answers.copy()
        y[wrong] = (answers[wrong] + rng.integers(1, C, len(wrong))) % C
        return x, y.astype(np.int64)

    # Right answers per batch are chosen so that no wrong way of averaging hits the right share. In the
    # first test set a batch holds as many images as there are classes: there, a wrong axis raises no
    # error. It is drawn until the wrong axis gives a share that no other mistake gives.
    while True:
        alike = [batch(C, 5), batch(C, 2)]
        if sum(int((logits_of(model, x).argmax(axis=0) == y).sum()) for x, y in alike) in (1, 3):
            break
    return [
        Case("batches of one size", (model, alike)),
        Case("a smaller last batch", (model, [batch(B, 6), batch(B, 3), batch(3, 1)])),
    ]


choice("best_epoch")


@exercise(returns={"the matrix": "true predicted"})
def confusion(rng):
    def case(group, size, classes, answered, true):
        """Only the first ``answered`` classes occur as answers, and the first ``true`` ones as labels."""
        logits = draws(rng, size, classes)
        predicted = labels(rng, size, answered)
        y = labels(rng, size, true)
        predicted[:3], y[:3] = 1, 0  # one error three times
        predicted[3:5], y[3:5] = 1, 1
        predicted[5], y[5] = answered - 1, true - 1
        logits[np.arange(size), predicted] = 1.5 + rng.uniform(0.0, 0.4, size)
        return Case(group, (logits.astype(np.float32), y))

    return [
        case("all classes occur", 14, 4, answered=4, true=4),
        case("classes that do not occur", 11, 6, answered=4, true=2),
    ]


@exercise(returns={"the floor": ""})
def loss_floor(rng):
    return [
        Case("the example by hand", (2,)),
        Case("the ten digits", (10,)),
        Case("other numbers of classes", (int(rng.integers(3, 9)),)),
        Case("other numbers of classes", (int(rng.integers(50, 1000)),)),
    ]
