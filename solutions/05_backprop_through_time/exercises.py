"""Lesson 05: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import TanhStepBackward, WeightLoss

# All different, and different from the notebook's own B, T, D, U = 8, 12, 3, 5.
B, T, D, U = 3, 6, 2, 4


choice("which_inputs")


@exercise(returns={"dx": "B D", "dh_prev": "B U", "dkernel": "D U", "drecurrent": "U U", "dbias": "U"})
def step_backward(rng):
    def case(group, batch, features, units):
        states = (draws(rng, batch, units, scale=0.9) for _ in range(2))
        weights = draws(rng, features, units), draws(rng, units, units)
        return Case(group, (draws(rng, batch, units), draws(rng, batch, features), *states, *weights))

    return [case("a batch", B, D, U), case("a batch", 4, 7, 6), case("one instance", 1, D, U)]


def run_states(x, initial_state, kernel, recurrent_kernel, bias):
    """Return the states (B, T, U) of a plain recurrent network."""
    states, h = [], initial_state
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)
        states.append(h)
    return np.stack(states, axis=1).astype(np.float32)


@exercise(returns={"dkernel": "D U", "drecurrent": "U U", "dbias": "U", "dinitial_state": "B U"})
def sequence_backward(rng):
    def case(group, steps, initial_state, last_only=False):
        kernel, recurrent_kernel, x = draws(rng, D, U), draws(rng, U, U, scale=0.6), draws(rng, B, steps, D)
        hs = run_states(x, initial_state, kernel, recurrent_kernel, draws(rng, U, scale=0.3))
        dhs = draws(rng, B, steps, U)
        if last_only:
            dhs[:, :-1] = 0.0
        return Case(group, (TanhStepBackward(kernel, recurrent_kernel), x, hs, initial_state, dhs))

    zeros = np.zeros((B, U), np.float32)
    return [
        case("starting from a given state", T, draws(rng, B, U)),
        case("starting from zeros", T, zeros),
        case("loss on the last step only", T, zeros, last_only=True),
        case("any length", 7, draws(rng, B, U)),
        case("any length", 1, draws(rng, B, U)),
    ]


choice("find_the_bug")


PULL = 0.3  # of the loss on the states: small enough for losses near 1


@exercise(returns={"gradient": ""})
def numerical_gradient(rng):
    def case(group, of, eps):
        shapes = {"kernel": (D, U), "recurrent_kernel": (U, U), "bias": (U,)}
        # Between 0.5 and 1 a float32 cannot take a step of 1e-8, so that a nudge is lost altogether.
        weights = {name: (lambda d: np.sign(d) * (0.5 + 0.4 * abs(d)))(draws(rng, *shapes[name])) for name in shapes}
        weights = {name: weight.astype(np.float64) for name, weight in weights.items()}
        steps = 3
        f = WeightLoss(
            draws(rng, B, steps, D),
            draws(rng, B, U),
            **weights,
            dhs=draws(rng, B, steps, U, scale=PULL),
            of=of,
        )
        return Case(group, (f, weights[of], eps))

    return [
        case("a large nudge, on a matrix", "recurrent_kernel", 0.1),
        case("another shape", "bias", 0.05),
        case("a tiny nudge, in float64", "kernel", 1e-8),
    ]


@exercise(returns={"mask": "T"})
def gets_gradient(rng):
    steps, k = (int(n) for n in rng.integers((13, 3), (20, 6)))
    drawn = sorted(int(s) for s in rng.choice(steps, 2, replace=False))
    return [
        Case("nothing cut", (5, [2], 5)),
        Case("nothing cut", (9, [1, 6], 10)),
        Case("chunks", (6, [4], 3)),
        Case("chunks", (10, [3, 9], 4)),
        # Any two of the listed mistakes differ in most of the cases where one is wrong, thanks to these.
        Case("chunks", (13, [3, 8], 4)),
        Case("chunks", (12, [4, 10], 4)),
        Case("chunks", (steps, drawn, k)),
    ]


@exercise(returns={"drecurrent": "U U"})
def truncated_gradient(rng):
    def case(group, steps, k):
        weights = draws(rng, D, U), draws(rng, U, U, scale=0.6), draws(rng, U, scale=0.3)
        return Case(group, (draws(rng, B, steps, D), draws(rng, B, steps, U), draws(rng, B, U), *weights, k))

    return [
        case("a short last chunk", 7, 3),
        case("a short last chunk", 10, 4),  # of two steps: more than the last one
        case("chunks of one length", 8, 2),
        case("chunks of one length", 6, 6),
        case("chunks of one step", 5, 1),
    ]
