"""Lesson 04: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import LSTMLayer, ProjectedCell

# All different, and different from the notebook's own B, T, D, U, K = 2, 6, 3, 5, 1.
B, T, D, U, K = 4, 5, 2, 7, 3


TASKS = {  # task: (letter, what gives it away)
    "film review": ("B", "Here a whole review goes in, and one verdict on it comes out."),
    "word kinds": ("A", "Here every word gets a label of its own, as soon as it is read."),
    "translation": ("D", "Here a sentence is read to its end, and another one, of its own length, is written."),
    "caption": ("C", "Here the picture is one vector, and a sentence comes out."),
    "next hour": ("A", "Here a guess is due after every hour, not at the end."),
    "summary": ("D", "Here an article is read to its end, and a text of its own length is written."),
    "digit in rows": ("B", "Here all rows are read, and one digit is named."),
    "melody": ("C", "Here the mood is one vector, and many notes come out."),
}


@exercise(returns={"the letter": ""})
def shape_of(rng):
    return [Case(str(task), (str(task),)) for task in rng.permutation(list(TASKS))]


choice("last_output")


@exercise(returns={"shapes": ""})
def output_shapes(rng):
    def case(kind, return_sequences, return_state):
        group = "the output alone"
        if return_state:
            group = "with the two states of an LSTM" if kind == "LSTM" else "with the state of a SimpleRNN or a GRU"
        sizes = (int(n) for n in rng.choice(np.arange(7, 60), 3, replace=False))
        return Case(group, (kind, return_sequences, return_state, *sizes))

    return [
        case(kind, return_sequences, return_state)
        for return_state in (False, True)
        for return_sequences in (True, False)
        for kind in ("SimpleRNN", "GRU", "LSTM")
    ]


@exercise(returns={"outputs": "B T U", "h": "B U", "c": "B U"})
def run_in_two_calls(rng):
    def case(group, first, second):
        layer = LSTMLayer(draws(rng, D, 4 * U), draws(rng, U, 4 * U), draws(rng, 4 * U), max(first, second))
        return Case(group, (layer, draws(rng, B, first, D), draws(rng, B, second, D)))

    return [case("a longer first half", 4, 3), case("a longer second half", 2, 5)]


@exercise(returns={"outputs": "B T D"})
def generate(rng):
    by_hand = ProjectedCell(*(np.array(a, np.float32) for a in ([[0.5]], [[1.0]], [0.0], [[2.0]], [0.0])))

    def case(group, steps, initial_state):
        features, units = 2, initial_state.shape[1]
        sizes = ((features, units), (units, units), (units,), (units, features), (features,))
        step = ProjectedCell(*(draws(rng, *size) for size in sizes))
        return Case(group, (step, draws(rng, len(initial_state), features), initial_state, steps))

    return [
        Case("the example by hand", (by_hand, np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32), 3)),
        case("starting from zeros", 5, np.zeros((B, U), np.float32)),
        case("starting from a given state", 4, draws(rng, B, U)),
        case("any length", 8, draws(rng, 3, 5)),
        case("any length", 1, draws(rng, 3, 5)),
    ]


@exercise(returns={"step_by_step": "B T K", "at_once": "B T K"})
def project_two_ways(rng):
    def case(group, batch, steps, units, numbers):
        states = [draws(rng, batch, units) for _ in range(steps)]
        return Case(group, (states, draws(rng, units, numbers), draws(rng, numbers)))

    return [case("a small batch", B, T, U, K), case("other sizes", 3, 7, 4, 2)]


@exercise(returns={"outputs": "B T K"})
def per_step_model(rng):
    def case(group, batch, steps, features, units, numbers):
        shapes = ((features, 4 * units), (units, 4 * units), (4 * units,), (units, numbers), (numbers,))
        weights = [draws(rng, *shape) for shape in shapes]
        return Case(group, (features, units, numbers, draws(rng, batch, steps, features), weights))

    return [case("one length", B, T, D, U, K), case("another length, other sizes", 3, 7, 4, 6, 2)]
