"""Lesson 08: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import FreeRun, SequenceModel


@exercise(returns={"inputs": "B T D", "targets": "B T D"})
def make_windows(rng):
    return [
        Case("one step after the other", (np.arange(1, 9, dtype=np.float32), 3)),
        Case("one step after the other", (draws(rng, 27), 6)),
        Case("a single window", (draws(rng, 5), 4)),
    ]


def cut(series, steps):
    """Return inputs (B, T, 1) and targets (B, T, 1), shifted by one."""
    windows = np.lib.stride_tricks.sliding_window_view(series, steps + 1)[..., None]
    return windows[:, :-1].copy(), windows[:, 1:].copy()


@exercise(returns={"copy_last": "N", "linear": "N"}, rtol=1e-3, atol=1e-4)
def baselines(rng):
    def case(group, level, steps, old, new):
        inputs, targets = cut(level + draws(rng, old + steps), steps)
        return Case(group, (inputs, targets, cut(level + draws(rng, new + steps), steps)[0]))

    return [case("a series around zero", 0.0, 5, 40, 7), case("a series around another level", 2.0, 3, 25, 6)]


@exercise(returns={"predictions": "B T K", "n_weights": ""})
def project(rng):
    def case(group, instances, steps, units, numbers):
        return Case(group, (draws(rng, instances, steps, units), draws(rng, units, numbers), draws(rng, numbers)))

    by_hand = (np.array([[[1, 2], [3, 4]]]), np.array([[1], [10]]), np.array([0.5]))
    return [
        case("one number per step", 3, 5, 4, 1),
        Case("one number per step", tuple(array.astype(np.float32) for array in by_hand)),
        case("several numbers per step", 4, 3, 6, 2),
    ]


def model_weights(rng, units):
    """Draw what ``SimpleRNN(units)`` and ``Dense(1)`` hold, for one feature."""
    shapes = ((1, units), (units, units), (units,), (units, 1), (1,))
    return [draws(rng, *shape, scale=0.7) for shape in shapes]


@exercise(returns={"predictions": "B T K", "a file was written": ""})
def save_and_restore(rng):
    return [
        Case("the same predictions", (model_weights(rng, 4), draws(rng, 3, 6, 1))),
        Case("the same predictions", (model_weights(rng, 7), draws(rng, 2, 5, 1))),
    ]


choice("where_it_starts")


@exercise(returns={"forecasts": "B steps"})
def free_run(rng):
    def case(group, instances, steps, ahead, scale=1.0):
        predict = SequenceModel(*model_weights(rng, 6))
        return Case(group, (predict, draws(rng, instances, steps, 1, scale=scale), ahead))

    return [
        case("one step", 3, 4, 1),
        case("on and on", 2, 5, 3),
        case("on and on", 3, 4, 7),
        case("from zeros", 1, 6, 4, scale=0.0),
    ]


@exercise(returns={"errors": "horizon"})
def honest_errors(rng):
    def case(group, first, second, n_train, n_steps, horizon, standard=False):
        train, test = draws(rng, n_train), second[0] + second[1] * draws(rng, 9)
        train = (train - train.mean()) / train.std() if standard else first[0] + first[1] * train
        series = np.concatenate([train, test]).astype(np.float32)
        forecast = FreeRun(SequenceModel(*model_weights(rng, 5)))
        return Case(group, (forecast, series, n_train, n_steps, horizon))

    return [
        case("training part of mean 0 and deviation 1", None, (0.5, 1.5), 15, 4, 3, standard=True),
        case("any training part", (3.0, 2.0), (6.0, 4.0), 14, 5, 3),
        case("one step ahead", (-5.0, 0.5), (2.0, 3.0), 12, 3, 1),
    ]


@exercise(returns={"losses": "Q"})
def pinball_loss(rng):
    def case(group, instances, horizon, levels):
        truth, off = draws(rng, instances, horizon), draws(rng, instances, horizon, len(levels))
        return Case(group, (truth, truth[..., None] + off, np.array(levels, np.float32)))

    by_hand = (
        np.array([[10.0], [10.0]]),
        np.array([[[8.0, 8.0, 8.0]], [[12.0, 12.0, 12.0]]]),
        np.array([0.9, 0.5, 0.2]),
    )
    return [
        Case("one horizon", tuple(array.astype(np.float32) for array in by_hand)),
        case("several horizons", 5, 4, (0.1, 0.5, 0.9)),
        case("several horizons", 3, 6, (0.05, 0.3)),
        case("one instance", 1, 3, (0.75, 0.4)),
    ]
