"""Lesson 13: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import LeakyCell

# All different, and different from the notebook's own sizes: no wrong shape looks right.
B, T = 3, 6


def array(values):
    return np.array(values, np.float32)


def draw_layer(rng, features, units):
    return tuple(draws(rng, *shape, scale=0.7) for shape in ((features, units), (units, units), (units,)))


def draw_cells(rng):
    def case(group, batch, features, units):
        inputs = [features, *units[:-1]]
        cells = [LeakyCell(*draw_layer(rng, d, u), keep=0.25) for d, u in zip(inputs, units, strict=True)]
        states = [draws(rng, batch, u) for u in units]
        return Case(group, (draws(rng, batch, features), states, cells))

    by_hand = [LeakyCell(array([[1]]), array([[1]]), array([-1])), LeakyCell(array([[2]]), array([[-1]]), array([0.1]))]
    return [
        Case("the example by hand", (array([[1]]), [array([[0.5]]), array([[0.8]])], by_hand)),
        case("layers of one size", 3, 5, (5, 5, 5)),
        case("layers of different sizes", 2, 3, (6, 4)),
        case("layers of different sizes", 3, 2, (4, 7, 5, 6)),
        case("a single layer", 4, 2, (5,)),
    ]


def draw_stacks(rng):
    def case(group, batch, steps, features, units):
        inputs = [features, *units[:-1]]
        weights = [draw_layer(rng, d, u) for d, u in zip(inputs, units, strict=True)]
        return Case(group, (draws(rng, batch, steps, features), weights, [draws(rng, batch, u) for u in units]))

    by_hand = [(array([[1]]), array([[1]]), array([-1])), (array([[2]]), array([[-1]]), array([0.1]))]
    return [
        Case("the example by hand", (array([[[1], [0]]]), by_hand, [array([[0.5]]), array([[0.8]])])),
        case("layers of one size", B, T, 4, (4, 4, 4)),
        case("layers of different sizes", 2, 5, 3, (6, 4)),
        case("layers of different sizes", 3, 4, 2, (4, 7, 5, 6)),
    ]


def stack_cost(features, layers, units):
    return units * (features + units + 1) + (layers - 1) * units * (2 * units + 1)


def largest(budget, count):
    units = 0
    while count(units + 1) <= budget:
        units += 1
    return units


def draw_depths(rng):
    """Sizes at which no known slip gives the right numbers, and one that meets the budget exactly."""

    def separates(features, layers, budget):
        units = largest(budget, lambda n: stack_cost(features, layers, n))
        share = largest(budget // layers, lambda n: n * (features + n + 1))
        single = largest(budget, lambda n: n * (features + n + 1))
        below = budget - stack_cost(features, layers, units)
        above = stack_cost(features, layers, units + 1) - budget
        return units not in (share, single // layers) and 0 < above < below

    sizes = [
        (features, layers, budget)
        for features in range(7, 70, 3)
        for layers in range(3, 7)
        for budget in range(400, 9_000, 300)
    ]
    chosen = rng.permutation([size for size in sizes if separates(*size)])[:4]
    triples = [tuple(int(number) for number in size) for size in chosen]
    exact = int(rng.integers(3, 40)), int(rng.integers(2, 6)), int(rng.integers(5, 30))
    budget = stack_cost(*exact)
    return [
        Case("the example by hand", (2, 3, 110)),
        *(Case("any sizes", triple) for triple in triples),
        Case("a budget met exactly", (exact[0], exact[1], budget)),
        Case("one layer", (int(rng.integers(3, 40)), 1, int(rng.integers(300, 5_000)))),
        Case("room for one unit", (int(rng.integers(8, 20)), 3, 30)),
    ]


def draw_joined(rng):
    def case(group, batch, *units):
        return Case(group, (draws(rng, batch, 2 * sum(units)), list(units)))

    return [
        Case("the example by hand", (array([[1, 2, 3, 4, 5, 6]]), [2, 1])),
        case("layers of one size", 4, 3, 3, 3),
        case("layers of different sizes", 3, 5, 2),
        case("layers of different sizes", 2, 2, 7, 4),
    ]


def draw_norms(rng):
    def case(group, batch, features, units, epsilon, scale=1.0):
        shapes = ((batch, features), (batch, units), (features, units), (units, units), (units,))
        x_t, h_prev, kernel, recurrent_kernel, bias = (draws(rng, *shape) for shape in shapes)
        small = [scale * weight for weight in (kernel, recurrent_kernel, bias)]
        small = [weight.astype(np.float32) for weight in small]
        return Case(group, (x_t, h_prev, *small, draws(rng, units), draws(rng, units), epsilon))

    by_hand = ([[1]], [[1, 2]], [[-1, 1]], [[1, 0], [0.5, 0.5]], [0, 1], [1, 2], [0, -1])
    return [
        Case("the example by hand", (*(array(values) for values in by_hand), 0.001)),
        case("several units", 3, 4, 6, 0.001),
        case("several units", 5, 2, 3, 0.02),
        case("sums that are nearly equal", 2, 3, 5, 0.01, scale=0.05),
    ]


def draw_residuals(rng):
    def case(group, batch, steps, features, layers, units):
        inputs = [features] + [units] * (layers - 1)
        weights = [draw_layer(rng, d, units) for d in inputs]
        return Case(group, (draws(rng, batch, steps, features), weights))

    by_hand = [(array([[1]]), array([[1]]), array([-1])), (array([[2]]), array([[-1]]), array([0.1]))]
    return [
        Case("the example by hand", (array([[[1.5], [0]]]), by_hand)),
        case("features as many as units", B, T, 4, 3, 4),
        case("other sizes", 2, 5, 3, 4, 6),
        case("other sizes", 4, 3, 5, 2, 2),
    ]


STACK_ALL_STEPS = "    for (kernel, recurrent_kernel, bias), h in zip(weights, initial_states):\n"
STEP = "h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)"
NEXT = "        outputs = tf.stack(hs, axis=1)\n"
CENTRED = "centred = z - tf.reduce_mean(z, axis=1, keepdims=True)"
VARIANCE = "variance = tf.reduce_mean(centred ** 2, axis=1, keepdims=True)"
ROOT = "centred / tf.sqrt(variance + epsilon)"
SUM = "outputs = new if layer == 0 else outputs + new"

EXERCISES = [
    Exercise(
        "stack_step",
        draw=draw_cells,
        returns={"top": "B U", "new_states": "B U"},
        reveal="What goes up is the output; what stays is the state. Every layer has a state of its own.",
        mistakes=[
            Mistake(
                "return in the loop",
                source="""
def stack_step(x_t, states, cells):
    layer_input, new_states = x_t, []
    for cell, state in zip(cells, states):
        output, new_state = cell(layer_input, state)
        new_states.append(new_state)
        layer_input = output
        return layer_input, new_states
""",
                says="What you return is that of layer 0 alone. Does your `return` stand inside the loop?",
            ),
            Mistake(
                "top state for its output",
                source="""
def stack_step(x_t, states, cells):
    layer_input, new_states = x_t, []
    for cell, state in zip(cells, states):
        layer_input, new_state = cell(layer_input, state)
        new_states.append(new_state)
    return new_states[-1], new_states
""",
                says="The new states are right. What you return as the top is the state of the last layer; the "
                "top is its output.",
            ),
            Mistake(
                "pairs of output and state",
                source="""
def stack_step(x_t, states, cells):
    layer_input, new_states = x_t, []
    for cell, state in zip(cells, states):
        layer_input, new_state = cell(layer_input, state)
        new_states.append((layer_input, new_state))
    return layer_input, new_states
""",
                says="The top is right. Your list holds pairs of output and state: put the new state alone into it.",
            ),
            Mistake(
                "every layer reads the input",
                edits=[("        layer_input = output\n", ""), ("return layer_input,", "return output,")],
                says="Every layer of yours reads `x_t`. Only the lowest does; each of the others reads what the "
                "layer below gives out.",
            ),
            Mistake(
                "the state goes up",
                edits=[("layer_input = output", "layer_input = new_state")],
                says="You hand the new state up. What goes up is the cell's first result, its output; these cells, "
                "like an LSTM, show something other than they keep.",
            ),
            Mistake(
                "the state goes up, the output comes back",
                edits=[("layer_input = output", "layer_input = new_state"), ("return layer_input,", "return output,")],
                says="You hand the new state up from layer to layer, and only the top gives its output. Every layer "
                "hands up its output, the cell's first result.",
            ),
            Mistake(
                "the state of the layer below",
                source="""
def stack_step(x_t, states, cells):
    output, state, new_states = x_t, states[0], []
    for cell in cells:
        output, state = cell(output, state)
        new_states.append(state)
    return output, new_states
""",
                says="From the second layer on, a layer starts from the new state of the layer below. Its own old "
                "state stands at its own place in `states`.",
            ),
            Mistake(
                "the lowest layer's state for all",
                edits=[("cell(layer_input, state)", "cell(layer_input, states[0])")],
                says="All layers start from the state of the lowest one. Layer number l starts from `states[l]`.",
            ),
            Mistake(
                "starts from zeros",
                edits=[("cell(layer_input, state)", "cell(layer_input, tf.zeros_like(state))")],
                says="The states you are given are never used: every layer starts from zeros.",
            ),
            Mistake(
                "outputs in the place of states",
                edits=[("new_states.append(new_state)", "new_states.append(output)")],
                says="Your list of states holds the outputs. Keep each cell's second result.",
            ),
            Mistake(
                "old states returned",
                edits=[("return layer_input, new_states", "return layer_input, list(states)")],
                says="You return the states as they were before the step. The new ones belong in the list.",
            ),
            Mistake(
                "states from top to bottom",
                edits=[("return layer_input, new_states", "return layer_input, new_states[::-1]")],
                says="Your list of new states begins with the top layer. Its order should be that of `states`: "
                "the lowest layer first.",
            ),
            Mistake(
                "states taken from the other end",
                edits=[("zip(cells, states)", "zip(cells, states[::-1])")],
                says="The layers take their states in reverse order. `states[0]` belongs to `cells[0]`.",
            ),
            Mistake(
                "cells from top to bottom",
                edits=[("zip(cells, states)", "zip(cells[::-1], states[::-1])")],
                says="You go through the stack from the top. `cells[0]` is the lowest layer: it reads `x_t`.",
            ),
            Mistake(
                "only the top state",
                edits=[("return layer_input, new_states", "return layer_input, new_state")],
                says="You return the top layer's state alone. The next step needs the states of all layers, in a list.",
            ),
            Mistake(
                "all outputs",
                source="""
def stack_step(x_t, states, cells):
    layer_input, outputs, new_states = x_t, [], []
    for cell, state in zip(cells, states):
        layer_input, new_state = cell(layer_input, state)
        outputs.append(layer_input)
        new_states.append(new_state)
    return outputs, new_states
""",
                says="Your first result holds the outputs of all layers. Asked is the top layer's alone.",
            ),
            Mistake(
                "the lowest layer's output",
                source="""
def stack_step(x_t, states, cells):
    layer_input, outputs, new_states = x_t, [], []
    for cell, state in zip(cells, states):
        layer_input, new_state = cell(layer_input, state)
        outputs.append(layer_input)
        new_states.append(new_state)
    return outputs[0], new_states
""",
                says="Your first result is the output of the lowest layer. Asked is that of the top layer.",
            ),
            Mistake(
                "two layers only",
                edits=[("zip(cells, states)", "zip(cells[:2], states[:2])")],
                says="Your stack never has more than two layers. Go through all cells, however many there are.",
            ),
            Mistake(
                "the lowest cell everywhere",
                edits=[("cell(layer_input, state)", "cells[0](layer_input, state)")],
                says="Every layer uses the lowest cell. Layer number l uses `cells[l]`.",
            ),
            Mistake(
                "the top layer left out",
                edits=[("zip(cells, states)", "zip(cells[:-1], states)")],
                says="The last cell never runs. The top layer is a layer like the others.",
            ),
            Mistake(
                "the input comes back",
                edits=[("return layer_input,", "return x_t,")],
                says="Your first result is `x_t` itself, or what was never replaced by an output. Return the top "
                "layer's output.",
            ),
            Mistake(
                "states stacked",
                edits=[("return layer_input, new_states", "return layer_input, tf.stack(new_states)")],
                says="Your states are stacked to one tensor. Layers may differ in size: keep a list.",
            ),
        ],
        alternatives=[
            Alternative(
                "by number",
                source="""
def stack_step(x_t, states, cells):
    new_states = list(states)
    for i in range(len(cells)):
        x_t, new_states[i] = cells[i](x_t, states[i])
    return x_t, new_states
""",
            ),
            Alternative(
                "from the top, calling itself",
                source="""
def stack_step(x_t, states, cells):
    if not cells:
        return x_t, ()
    below, lower = stack_step(x_t, states[:-1], cells[:-1])
    top, state = cells[-1](below, states[-1])
    return top, (*lower, state)
""",
            ),
        ],
    ),
    Exercise(
        "run_stack",
        draw=draw_stacks,
        returns={"outputs": "B T U", "final_states": "B U"},
        reveal="Step by step or layer by layer: every box needs its left and its lower neighbour, and both orders "
        "keep to that. So the numbers are the same.",
        mistakes=[
            Mistake(
                "return in the loop over layers",
                source="""
def run_stack(x, weights, initial_states):
    outputs, final_states = x, []
    for (kernel, recurrent_kernel, bias), h in zip(weights, initial_states):
        hs = []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        outputs = tf.stack(hs, axis=1)
        final_states.append(h)
        return outputs, final_states
""",
                says="What you return is that of layer 0 alone. Does your `return` stand inside the loop over "
                "the layers?",
            ),
            Mistake(
                "one list for all layers",
                source="""
def run_stack(x, weights, initial_states):
    outputs, final_states, hs = x, [], []
    for (kernel, recurrent_kernel, bias), h in zip(weights, initial_states):
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        outputs = tf.stack(hs, axis=1)
        final_states.append(h)
    return outputs, final_states
""",
                says="Your list of outputs goes on from layer to layer, and holds more than T of them. Begin "
                "an empty one for each layer.",
            ),
            Mistake(
                "every layer collected",
                source="""
def run_stack(x, weights, initial_states):
    states, outputs = list(initial_states), []
    for x_t in tf.unstack(x, axis=1):
        layer_input = x_t
        for number, (kernel, recurrent_kernel, bias) in enumerate(weights):
            states[number] = tf.tanh(layer_input @ kernel + states[number] @ recurrent_kernel + bias)
            layer_input = states[number]
            outputs.append(layer_input)
    return tf.stack(outputs, axis=1), states
""",
                says="You collect the outputs of every layer. Asked are those of the top layer: one for each "
                "step, after the loop over layers.",
            ),
            Mistake(
                "return_sequences missing",
                edits=[(NEXT, "        outputs = h[:, None]\n")],
                says="A layer hands up the output of its last step alone, as a Keras layer without "
                "`return_sequences=True` does. The layer above needs the outputs of all steps.",
            ),
            Mistake(
                "the last state alone",
                edits=[(NEXT, "        outputs = h\n")],
                says="In the second layer a vector meets the kernel, where (B, U) belongs. Does the first layer hand "
                "up its last `h` alone? The next layer needs all steps: (B, T, U).",
            ),
            Mistake(
                "every layer reads the input",
                edits=[
                    ("tf.unstack(outputs, axis=1)", "tf.unstack(x, axis=1)"),
                ],
                says="Every layer of yours reads `x`. From the second layer on, a layer reads the outputs of the layer "
                "below.",
            ),
            Mistake(
                "the state runs on into the next layer",
                source="""
def run_stack(x, weights, initial_states):
    outputs, final_states, h = x, [], initial_states[0]
    for kernel, recurrent_kernel, bias in weights:
        hs = []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        outputs = tf.stack(hs, axis=1)
        final_states.append(h)
    return outputs, final_states
""",
                says="A layer starts from the state in which the layer below ended. Each layer starts from its own "
                "entry of `initial_states`.",
            ),
            Mistake(
                "one state for all layers at each step",
                source="""
def run_stack(x, weights, initial_states):
    tops, h = [], initial_states[0]
    for below in tf.unstack(x, axis=1):
        states = []
        for kernel, recurrent_kernel, bias in weights:
            h = tf.tanh(below @ kernel + h @ recurrent_kernel + bias)
            states.append(h)
            below = h
        tops.append(h)
    return tf.stack(tops, axis=1), states
""",
                says="One variable holds the state of all layers, so that each layer goes on from what was "
                "written to it last, whichever layer wrote it. Keep one state per layer, in a list.",
            ),
            Mistake(
                "the lowest layer's start for all",
                edits=[
                    (f"{STACK_ALL_STEPS}        hs = []\n", f"{STACK_ALL_STEPS}        hs, h = [], initial_states[0]\n")
                ],
                says="All layers start from `initial_states[0]`. Layer number l starts from `initial_states[l]`.",
            ),
            Mistake(
                "starts from zeros",
                edits=[(f"{STACK_ALL_STEPS}        hs = []\n", f"{STACK_ALL_STEPS}        hs, h = [], 0 * h\n")],
                says="You never use `initial_states`: your layers start from zeros.",
            ),
            Mistake(
                "the start anew at every step",
                edits=[
                    (f"            {STEP}\n", f"            h_t = {STEP[4:]}\n"),
                    ("hs.append(h)", "hs.append(h_t)"),
                    ("final_states.append(h)", "final_states.append(h_t)"),
                ],
                says="Each step starts from the initial state again. A step starts from the state that the step "
                "before left in the same layer.",
            ),
            Mistake(
                "through the batch",
                edits=[
                    ("tf.unstack(outputs, axis=1)", "tf.unstack(outputs)"),
                    (NEXT, "        outputs = tf.stack(hs)\n"),
                ],
                says="You go through the batch: your loop takes one sequence after the other, each with all its steps "
                "at once. Cut and stack along time, which is axis 1.",
            ),
            Mistake(
                "a step late",
                source="""
def run_stack(x, weights, initial_states):
    states, tops = list(initial_states), []
    for x_t in tf.unstack(x, axis=1):
        inputs = [x_t, *states[:-1]]
        states = [tf.tanh(below @ kernel + h @ recurrent_kernel + bias)
                  for below, h, (kernel, recurrent_kernel, bias) in zip(inputs, states, weights)]
        tops.append(states[-1])
    return tf.stack(tops, axis=1), states
""",
                says="An upper layer reads what the layer below gave out one step earlier. Within one time step, go "
                "upwards and use the new output.",
            ),
            Mistake(
                "time first",
                edits=[("return outputs,", "return tf.transpose(outputs, (1, 0, 2)),")],
                says="Your outputs have time first. They should be (B, T, U): batch, time, units.",
            ),
            Mistake(
                "only the last output",
                edits=[("return outputs,", "return outputs[:, -1],")],
                says="You return the top layer's last output. Asked are its outputs at all steps.",
            ),
            Mistake(
                "only the top state",
                edits=[("return outputs, final_states", "return outputs, h")],
                says="You return the top layer's last state alone. Asked is one per layer, in a list.",
            ),
            Mistake(
                "states from top to bottom",
                edits=[("return outputs, final_states", "return outputs, final_states[::-1]")],
                says="Your final states begin with the top layer. The lowest layer comes first.",
            ),
            Mistake(
                "starts from the other end",
                edits=[("zip(weights, initial_states)", "zip(weights, initial_states[::-1])")],
                says="The layers take their initial states in reverse order. The first belongs to the lowest layer.",
            ),
            Mistake(
                "the lowest weights everywhere",
                edits=[("zip(weights, initial_states)", "zip([weights[0]] * len(weights), initial_states)")],
                says="All layers use the weights of the lowest one. Each has three of its own.",
            ),
            Mistake(
                "outputs of all layers",
                source="""
def run_stack(x, weights, initial_states):
    outputs, final_states, layers = x, [], []
    for (kernel, recurrent_kernel, bias), h in zip(weights, initial_states):
        hs = []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        outputs = tf.stack(hs, axis=1)
        layers.append(outputs)
        final_states.append(h)
    return layers, final_states
""",
                says="Your first result holds the outputs of every layer. Asked are those of the top layer.",
            ),
            Mistake(
                "no bias",
                edits=[(" + bias)", ")")],
                says="The bias is missing from your steps.",
            ),
            Mistake(
                "no tanh",
                edits=[(STEP, "h = x_t @ kernel + h @ recurrent_kernel + bias")],
                says="The `tanh` is missing from your steps.",
            ),
            Mistake(
                "kernels exchanged",
                edits=[("for (kernel, recurrent_kernel, bias), h", "for (recurrent_kernel, kernel, bias), h")],
                says="Kernel and recurrent kernel have changed places. Each layer's weights come as kernel, recurrent "
                "kernel, bias.",
            ),
            Mistake(
                "unstacked along the batch",
                edits=[("tf.unstack(outputs, axis=1)", "tf.unstack(outputs)")],
                says="`tf.unstack` cuts along axis 0 unless told otherwise, and that is the batch. Time is axis 1.",
            ),
            Mistake(
                "stacked along axis 0",
                edits=[(NEXT, "        outputs = tf.stack(hs)\n")],
                says="`tf.stack` makes its new axis at the front unless told otherwise. Time is axis 1, here and for "
                "the layer above.",
            ),
            Mistake(
                "the input comes back",
                edits=[("return outputs,", "return x,")],
                says="Your first result is `x` itself. Return the top layer's outputs.",
            ),
            Mistake(
                "states stacked",
                edits=[("return outputs, final_states", "return outputs, tf.stack(final_states)")],
                says="Your states are stacked to one tensor. Layers may differ in size: keep a list.",
            ),
        ],
        alternatives=[
            Alternative(
                "step by step",
                source="""
def run_stack(x, weights, initial_states):
    states, tops = list(initial_states), []
    for below in tf.unstack(x, axis=1):
        for l, (kernel, recurrent_kernel, bias) in enumerate(weights):
            below = states[l] = tf.tanh(below @ kernel + states[l] @ recurrent_kernel + bias)
        tops.append(below)
    return tf.stack(tops, axis=1), states
""",
            ),
            Alternative(
                "one Keras layer of cells",
                source="""
def run_stack(x, weights, initial_states):
    cells = [keras.layers.SimpleRNNCell(len(bias)) for _, _, bias in weights]
    layer = keras.layers.RNN(cells, return_sequences=True, return_state=True)
    layer.build(x.shape)
    layer.set_weights([weight for three in weights for weight in three])
    outputs, *states = layer(x, initial_state=[[state] for state in initial_states])
    return outputs, [state[0] for state in states]
""",
            ),
            Alternative(
                "Keras layers one by one",
                source="""
def run_stack(x, weights, initial_states):
    finals = []
    for three, h in zip(weights, initial_states):
        layer = keras.layers.SimpleRNN(len(three[2]), return_sequences=True, return_state=True)
        layer.build(x.shape)
        layer.set_weights(three)
        x, final = layer(x, initial_state=h)
        finals.append(final)
    return x, tuple(finals)
""",
            ),
        ],
    ),
    choice(
        "shared_cell",
        right="B",
        wrong={
            "A": "`A` would need three cells. `[cell] * 3` makes a list that holds the same object three times: how "
            "often does Keras make weights for one object?",
            "C": "`C` happens when features and units differ. Here both are 4, so the kernel fits in every layer.",
            "D": "`D` would need three cells with equal numbers in them. `[cell] * 3` copies nothing: there is one "
            "cell, and its weights are made once.",
        },
        reveal="One object in three places has one set of weights. Keras says nothing, and the shapes fit.",
    ),
    Exercise(
        "widest",
        draw=draw_depths,
        returns={"units": "", "parameters": ""},
        reveal="Each layer above the first costs about twice the square of its units. Depth is paid for in width.",
        mistakes=[
            Mistake(
                "swapped",
                source="""
def widest(D, L, budget):
    def cost(U):
        return U * (D + U + 1) + (L - 1) * U * (U + U + 1)
    units = 1
    while cost(units + 1) <= budget:
        units += 1
    return cost(units), units
""",
                says="Both numbers are right, in the wrong order: first the units, then what the stack costs.",
            ),
            Mistake(
                "projection counted",
                source="""
def widest(D, L, budget):
    def cost(U):
        return U * (D + U + 1) + (L - 1) * U * (U + U + 1) + U + 1
    units = 1
    while cost(units + 1) <= budget:
        units += 1
    return units, cost(units)
""",
                says="You count U + 1 parameters too many, those of a projection. Count the recurrent layers only.",
            ),
            Mistake(
                "every layer reads the features",
                edits=[("U * (D + U + 1) + (L - 1) * U * (U + U + 1)", "L * U * (D + U + 1)")],
                says="All your layers read D features. From the second on, a layer reads the U outputs of the layer "
                "below.",
            ),
            Mistake(
                "every layer reads units",
                edits=[("U * (D + U + 1) + (L - 1) * U * (U + U + 1)", "L * U * (U + U + 1)")],
                says="All your layers read U numbers. The lowest one reads the D features.",
            ),
            Mistake(
                "no bias at all",
                edits=[("U * (D + U + 1) + (L - 1) * U * (U + U + 1)", "U * (D + U) + (L - 1) * U * (U + U)")],
                says="The biases are missing from your count: U numbers in each layer.",
            ),
            Mistake(
                "bias in the lowest layer only",
                edits=[("(L - 1) * U * (U + U + 1)", "(L - 1) * U * (U + U)")],
                says="Only your lowest layer has a bias. Each layer has one, of U numbers.",
            ),
            Mistake(
                "no bias in the lowest layer",
                edits=[("U * (D + U + 1) +", "U * (D + U) +")],
                says="The bias of the lowest layer is missing from your count.",
            ),
            Mistake(
                "two biases",
                edits=[("U * (D + U + 1) + (L - 1) * U * (U + U + 1)", "U * (D + U + 2) + (L - 1) * U * (U + U + 2)")],
                says="Your layers have two biases. A plain layer has one; only Keras's GRU has two.",
            ),
            Mistake(
                "one layer too many",
                edits=[("(L - 1) * U", "L * U")],
                says="You count one layer too many: there is one lowest layer, and L - 1 above it.",
            ),
            Mistake(
                "one layer missing",
                edits=[("(L - 1) * U", "max(L - 2, 0) * U")],
                says="You count one layer too few: there is one lowest layer, and L - 1 above it.",
            ),
            Mistake(
                "recurrent kernel missing above",
                edits=[("(L - 1) * U * (U + U + 1)", "(L - 1) * U * (U + 1)")],
                says="Above the lowest layer, you count one matrix per layer. Each has a kernel and a recurrent "
                "kernel, both U*U there.",
            ),
            Mistake(
                "four blocks",
                edits=[
                    ("U * (D + U + 1) + (L - 1) * U * (U + U + 1)", "4 * (U * (D + U + 1) + (L - 1) * U * (U + U + 1))")
                ],
                says="Your layers have four blocks, as LSTMs do. A plain layer has one.",
            ),
            Mistake(
                "one shared cell",
                edits=[("U * (D + U + 1) + (L - 1) * U * (U + U + 1)", "U * (D + U + 1)")],
                says="Your count is that of a single layer. A stack has L, each with weights of its own.",
            ),
            Mistake(
                "one unit too many",
                edits=[("    return units, cost(units)", "    return units + 1, cost(units + 1)")],
                says="Your stack costs more than the budget. Stop before it is passed.",
            ),
            Mistake(
                "budget not met exactly",
                edits=[("<= budget", "< budget")],
                says="A stack may cost as much as the budget: at most, not less. Look at your comparison.",
            ),
            Mistake(
                "nearest to the budget",
                edits=[
                    (
                        "    return units, cost(units)",
                        "    units += cost(units + 1) - budget < budget - cost(units)\n    return units, cost(units)",
                    )
                ],
                says="You take the size nearest to the budget, which may cost more than it. At most that is allowed.",
            ),
            Mistake(
                "the budget shared out",
                source="""
def widest(D, L, budget):
    units = 1
    while (units + 1) * (D + units + 2) <= budget // L:
        units += 1
    return units, units * (D + units + 1) + (L - 1) * units * (2 * units + 1)
""",
                says="You give each layer the same share of the budget, counted as a lowest layer. All layers have U "
                "units, but the upper ones cost a different sum: count the whole stack.",
            ),
            Mistake(
                "units shared out",
                source="""
def widest(D, L, budget):
    units = 1
    while (units + 1) * (D + units + 2) <= budget:
        units += 1
    units = max(units // L, 1)
    return units, units * (D + units + 1) + (L - 1) * units * (2 * units + 1)
""",
                says="You divide the units of a single layer by L. Parameters grow with the square of the units, so "
                "count the whole stack.",
            ),
            Mistake(
                "the budget returned",
                edits=[("return units, cost(units)", "return units, budget")],
                says="Your second number is the budget. Asked is what the stack costs, which is mostly a little less.",
            ),
            Mistake(
                "the next size's cost",
                edits=[("return units, cost(units)", "return units, cost(units + 1)")],
                says="Your second number is the cost of the next larger stack. Count the one that you return.",
            ),
            Mistake(
                "units alone",
                edits=[("    return units, cost(units)", "    return units")],
                says="You return the units alone. Return two numbers: the units of a layer, and what the whole stack "
                "costs then.",
            ),
            Mistake(
                "features and layers exchanged",
                edits=[("def widest(D, L, budget)", "def widest(L, D, budget)")],
                says="D and L have changed places: D is the number of features, L that of layers.",
            ),
        ],
        alternatives=[
            Alternative(
                "asking Keras",
                source="""
def widest(D, L, budget):
    def cost(U):
        layer = keras.layers.RNN([keras.layers.SimpleRNNCell(U) for _ in range(L)])
        layer.build((None, None, D))
        return layer.count_params()
    low, high = 1, budget
    while low < high:
        middle = (low + high + 1) // 2
        if middle * middle <= budget and cost(middle) <= budget:
            low = middle
        else:
            high = middle - 1
    return low, cost(low)
""",
            ),
            Alternative(
                "the root of a quadratic equation",
                source="""
def widest(D, L, budget):
    a, b = 2 * L - 1, D + L
    U = int((-b + (b * b + 4 * a * budget) ** 0.5) / (2 * a) + 1e-9)
    return [U, a * U * U + b * U]
""",
            ),
        ],
    ),
    Exercise(
        "from_joined",
        draw=draw_joined,
        returns={"states": "B U"},
        reveal="Layer by layer, and c before h in the old one: the order lived in the code, never in the numbers.",
        mistakes=[
            Mistake(
                "begin set, not moved",
                source="""
def from_joined(joined, units):
    states, begin = [], 0
    for U in units:
        states.append([joined[:, begin + U:begin + 2 * U], joined[:, begin:begin + U]])
        begin = 2 * U
    return states
""",
                says="From the third layer on you begin at a wrong column, or from the second if sizes differ: "
                "add to `begin` what a layer takes, with `+=`.",
            ),
            Mistake(
                "end counted from begin",
                source="""
def from_joined(joined, units):
    states, begin = [], 0
    for U in units:
        states.append([joined[:, begin + U:2 * U], joined[:, begin:begin + U]])
        begin += 2 * U
    return states
""",
                says="Every c is right, and h of layer 0. The other h are empty or too short: both ends of a slice "
                "count from column 0. Add `begin` to the end, too.",
            ),
            Mistake(
                "c first kept",
                edits=[("states.append([h, c])", "states.append([c, h])")],
                says="Your pairs hold c where Keras wants h. The old order is c, h; a pair for Keras is [h, c].",
            ),
            Mistake(
                "all c, then all h",
                source="""
def from_joined(joined, units):
    parts = tf.split(joined, [*units, *units], axis=1)
    return [[h, c] for c, h in zip(parts[:len(units)], parts[len(units):])]
""",
                says="You read the c of all layers first, and then all h. The old order goes layer by layer: "
                "c and h of the lowest, then c and h of the next.",
            ),
            Mistake(
                "equal shares",
                source="""
def from_joined(joined, units):
    share = joined.shape[1] // (2 * len(units))
    parts = [joined[:, i * share:(i + 1) * share] for i in range(2 * len(units))]
    return [[parts[2 * i + 1], parts[2 * i]] for i in range(len(units))]
""",
                says="You cut equal pieces. Layers may differ in size: `units` says how wide each one's pieces are.",
            ),
            Mistake(
                "top layer first",
                edits=[("return states", "return states[::-1]")],
                says="Your list begins with the top layer. The lowest comes first.",
            ),
            Mistake(
                "read from the top layer",
                edits=[("for U in units:", "for U in units[::-1]:")],
                says="You give the first numbers to the top layer. They are those of the lowest one, `units[0]`.",
            ),
            Mistake(
                "moves on by one state only",
                edits=[("begin += 2 * U", "begin += U")],
                says="Each layer of yours begins where the h of the layer below does. A layer takes `2 * U` columns: "
                "c and h.",
            ),
            Mistake(
                "its own size for those below",
                edits=[("    for U in units:\n", "    for i, U in enumerate(units):\n        begin = 2 * i * U\n")],
                says="You find a layer's first column from its own size, as if the layers below had the same. That "
                "fails where sizes differ: add up the sizes of the layers below, and take that twice.",
            ),
            Mistake(
                "never moves on",
                edits=[("        begin += 2 * U\n", "")],
                says="Every layer of yours begins at column 0. Move on by the columns that a layer has taken.",
            ),
            Mistake(
                "one flat list",
                edits=[("states.append([h, c])", "states.extend([h, c])")],
                says="Your list is flat: h and c of all layers in a row. Asked is one list [h, c] for every layer.",
            ),
            Mistake(
                "all h and all c",
                edits=[("return states", "return [list(kind) for kind in zip(*states)]")],
                says="You return the h of all layers, and then all c. Asked is one pair for every layer.",
            ),
            Mistake(
                "h alone",
                edits=[("states.append([h, c])", "states.append(h)")],
                says="You keep h and drop c. An LSTM goes on from both: one pair [h, c] for every layer.",
            ),
            Mistake(
                "columns in turns",
                source="""
def from_joined(joined, units):
    states, begin = [], 0
    for U in units:
        part = joined[:, begin:begin + 2 * U]
        states.append([part[:, 1::2], part[:, ::2]])
        begin += 2 * U
    return states
""",
                says="You take every other column. c and h stand as blocks: the first U columns of a layer are its c.",
            ),
            Mistake(
                "cut along the batch",
                source="""
def from_joined(joined, units):
    states, begin = [], 0
    for U in units:
        states.append([joined[begin + U:begin + 2 * U], joined[begin:begin + U]])
        begin += 2 * U
    return states
""",
                says="You cut along the batch. The states stand side by side: cut the columns, axis 1.",
            ),
            Mistake(
                "still joined",
                edits=[("states.append([h, c])", "states.append(tf.concat([h, c], axis=1))")],
                says="The two states of a layer are joined again. Asked is a pair of tensors [h, c] for every layer.",
            ),
            Mistake(
                "width for end",
                edits=[
                    (
                        "joined[:, begin:begin + U], joined[:, begin + U:begin + 2 * U]",
                        "joined[:, begin:U], joined[:, begin + U:2 * U]",
                    )
                ],
                says="From the second layer on, your pieces end too early. The second number of a slice is a place "
                "and not a width: count it from where the layer begins.",
            ),
        ],
        alternatives=[
            Alternative(
                "one split",
                source="""
def from_joined(joined, units):
    parts = tf.split(joined, np.repeat(units, 2), axis=1)
    return list(zip(parts[1::2], parts[::2]))
""",
            ),
            Alternative(
                "places by cumulative sum",
                source="""
def from_joined(joined, units):
    ends = 2 * np.cumsum(units)
    return tuple((joined[:, end - U:end], joined[:, end - 2 * U:end - U]) for end, U in zip(ends, units))
""",
            ),
        ],
    ),
    Exercise(
        "norm_step",
        draw=draw_norms,
        returns={"h_t": "B U"},
        reveal="Each row is brought to mean 0 and spread 1 by itself: no other sequence of the batch has a say.",
        mistakes=[
            Mistake(
                "output and state",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = x_t @ kernel + h_prev @ recurrent_kernel + bias
    centred = z - tf.reduce_mean(z, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2, axis=1, keepdims=True)
    h_t = tf.tanh(gamma * centred / tf.sqrt(variance + epsilon) + beta)
    return h_t, h_t
""",
                says="You return two things, as a cell does. Here h_t alone is asked.",
            ),
            Mistake(
                "bias after the division",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = x_t @ kernel + h_prev @ recurrent_kernel
    centred = z - tf.reduce_mean(z, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2, axis=1, keepdims=True)
    return tf.tanh(gamma * (centred / tf.sqrt(variance + epsilon) + bias) + beta)
""",
                says="The bias comes too late: it is a part of z, and so of what is normalised.",
            ),
            Mistake(
                "one variance for all",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = x_t @ kernel + h_prev @ recurrent_kernel + bias
    centred = z - tf.reduce_mean(z, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2)
    return tf.tanh(gamma * centred / tf.sqrt(variance + epsilon) + beta)
""",
                says="The mean is right. Your variance is one number for the whole batch: every sequence has "
                "its own, over its units.",
            ),
            Mistake(
                "variance over the batch",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = x_t @ kernel + h_prev @ recurrent_kernel + bias
    centred = z - tf.reduce_mean(z, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2, axis=0, keepdims=True)
    return tf.tanh(gamma * centred / tf.sqrt(variance + epsilon) + beta)
""",
                says="The mean is right. Your variance is taken over the batch, along axis 0. It belongs to "
                "each sequence, over its units.",
            ),
            Mistake(
                "over the batch",
                edits=[
                    (CENTRED, "centred = z - tf.reduce_mean(z, axis=0, keepdims=True)"),
                    (VARIANCE, "variance = tf.reduce_mean(centred ** 2, axis=0, keepdims=True)"),
                ],
                says="You take mean and variance over the batch. Each row is normalised by itself: over its units, "
                "axis 1.",
            ),
            Mistake(
                "over everything",
                edits=[
                    (CENTRED, "centred = z - tf.reduce_mean(z)"),
                    (VARIANCE, "variance = tf.reduce_mean(centred ** 2)"),
                ],
                says="You take one mean and one variance over the whole batch. Each row has its own: axis 1.",
            ),
            Mistake(
                "no epsilon",
                edits=[("variance + epsilon", "variance")],
                says="The epsilon is missing. It is added to the variance, and matters where a row's numbers are "
                "nearly equal.",
            ),
            Mistake(
                "epsilon outside of the root",
                edits=[("tf.sqrt(variance + epsilon)", "(tf.sqrt(variance) + epsilon)")],
                says="You add epsilon to the root. It belongs under the root, to the variance.",
            ),
            Mistake(
                "an epsilon of your own",
                edits=[("variance + epsilon", "variance + 0.001")],
                says="Your epsilon is 0.001 always. Use the one that comes as an argument.",
            ),
            Mistake(
                "gamma and beta exchanged",
                edits=[("gamma * normalised + beta", "beta * normalised + gamma")],
                says="gamma and beta have changed places: gamma multiplies, beta is added.",
            ),
            Mistake(
                "no gamma",
                edits=[("gamma * normalised + beta", "normalised + beta")],
                says="gamma is missing: it multiplies the normalised numbers, unit by unit.",
            ),
            Mistake(
                "no beta",
                edits=[("gamma * normalised + beta", "gamma * normalised")],
                says="beta is missing: it is added before the tanh.",
            ),
            Mistake(
                "gamma and beta missing",
                edits=[("gamma * normalised + beta", "normalised")],
                says="gamma and beta are missing: the normalised numbers are multiplied by gamma, and beta is added.",
            ),
            Mistake(
                "beta inside the brackets",
                edits=[("gamma * normalised + beta", "gamma * (normalised + beta)")],
                says="You add beta first and multiply by gamma afterwards. Multiply first, then add.",
            ),
            Mistake(
                "mean not taken away",
                edits=[(ROOT, "z / tf.sqrt(variance + epsilon)")],
                says="You divide by the spread, but the mean is still there. Take it away first.",
            ),
            Mistake(
                "squares without the mean taken away",
                edits=[(VARIANCE, "variance = tf.reduce_mean(z ** 2, axis=1, keepdims=True)")],
                says="Your variance is the mean of the squares of `z` itself. Take the mean away before you square.",
            ),
            Mistake(
                "never centred",
                edits=[(CENTRED, "centred = z")],
                says="The mean is never taken away: neither from the numbers, nor before squaring.",
            ),
            Mistake(
                "divided by the variance",
                edits=[(ROOT, "centred / (variance + epsilon)")],
                says="You divide by the variance. Divide by its square root.",
            ),
            Mistake(
                "sum for mean in the variance",
                edits=[(VARIANCE, "variance = tf.reduce_sum(centred ** 2, axis=1, keepdims=True)")],
                says="Your variance is the sum of the squares. It is their mean.",
            ),
            Mistake(
                "divided by one less",
                edits=[
                    (
                        VARIANCE,
                        "variance = tf.reduce_sum(centred ** 2, axis=1, keepdims=True) / (z.shape[1] - 1)",
                    )
                ],
                says="You divide the squares by U - 1, as for a sample. Layer normalisation divides by U.",
            ),
            Mistake(
                "after the tanh",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    h = tf.tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)
    centred = h - tf.reduce_mean(h, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2, axis=1, keepdims=True)
    return gamma * centred / tf.sqrt(variance + epsilon) + beta
""",
                says="You normalise after the tanh. Normalise the sum first; the tanh comes last.",
            ),
            Mistake(
                "no tanh",
                edits=[("return tf.tanh(gamma * normalised + beta)", "return gamma * normalised + beta")],
                says="The tanh is missing at the end.",
            ),
            Mistake(
                "bias after normalising",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = x_t @ kernel + h_prev @ recurrent_kernel
    centred = z - tf.reduce_mean(z, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2, axis=1, keepdims=True)
    return tf.tanh(gamma * centred / tf.sqrt(variance + epsilon) + beta + bias)
""",
                says="You add the bias after normalising. It is part of the sum that is normalised.",
            ),
            Mistake(
                "no bias",
                edits=[(" + bias\n", "\n")],
                says="The bias is missing from the sum.",
            ),
            Mistake(
                "only the input's part",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = x_t @ kernel
    centred = z - tf.reduce_mean(z, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2, axis=1, keepdims=True)
    normalised = gamma * centred / tf.sqrt(variance + epsilon) + beta
    return tf.tanh(normalised + h_prev @ recurrent_kernel + bias)
""",
                says="You normalise the input's part alone. What is normalised is the whole sum, the old state's part "
                "and the bias included.",
            ),
            Mistake(
                "the old state normalised",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    centred = h_prev - tf.reduce_mean(h_prev, axis=1, keepdims=True)
    variance = tf.reduce_mean(centred ** 2, axis=1, keepdims=True)
    normalised = gamma * centred / tf.sqrt(variance + epsilon) + beta
    return tf.tanh(x_t @ kernel + normalised @ recurrent_kernel + bias)
""",
                says="You normalise the old state. What is normalised is the sum before the tanh.",
            ),
            Mistake(
                "gamma and beta after the tanh",
                edits=[("tf.tanh(gamma * normalised + beta)", "gamma * tf.tanh(normalised) + beta")],
                says="gamma and beta come in after the tanh. They belong to what the tanh is applied to.",
            ),
            Mistake(
                "keepdims forgotten",
                edits=[
                    (CENTRED, "centred = z - tf.reduce_mean(z, axis=1)"),
                    (VARIANCE, "variance = tf.reduce_mean(centred ** 2, axis=1)"),
                ],
                says="A mean along axis 1 has the shape (B,) and does not fit under `z` (B, U). `keepdims=True` keeps "
                "it (B, 1).",
            ),
            Mistake(
                "keepdims forgotten in the variance",
                edits=[(VARIANCE, "variance = tf.reduce_mean(centred ** 2, axis=1)")],
                says="Your variance has the shape (B,) and does not fit under `z` (B, U). `keepdims=True` keeps it "
                "(B, 1).",
            ),
        ],
        alternatives=[
            Alternative(
                "Keras's layer",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    norm = keras.layers.LayerNormalization(epsilon=epsilon)
    norm.build((None, len(gamma)))
    norm.set_weights([gamma, beta])
    return tf.tanh(norm(x_t @ kernel + h_prev @ recurrent_kernel + bias))
""",
            ),
            Alternative(
                "moments",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = tf.concat([x_t, h_prev], 1) @ tf.concat([kernel, recurrent_kernel], 0) + bias
    mean, variance = tf.nn.moments(z, axes=[-1], keepdims=True)
    return tf.tanh(tf.nn.batch_normalization(z, mean, variance, beta, gamma, epsilon))
""",
            ),
            Alternative(
                "numpy",
                source="""
def norm_step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon):
    z = np.array(x_t @ kernel + h_prev @ recurrent_kernel + bias).T
    return np.tanh(((z - z.mean(0)) / (z.var(0) + epsilon) ** 0.5).T * gamma + beta)
""",
            ),
        ],
    ),
    Exercise(
        "residual_stack",
        draw=draw_residuals,
        returns={"outputs": "B T U"},
        reveal="The sum goes up, the state stays what the cell made of it: along time nothing has changed.",
        mistakes=[
            Mistake(
                "return in the loop over layers",
                source="""
def residual_stack(x, weights):
    outputs = x
    for layer, (kernel, recurrent_kernel, bias) in enumerate(weights):
        h, hs = tf.zeros((x.shape[0], len(bias))), []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        new = tf.stack(hs, axis=1)
        outputs = new if layer == 0 else outputs + new
        return outputs
""",
                says="What you return is that of layer 0 alone. Does your `return` stand inside the loop over "
                "the layers?",
            ),
            Mistake(
                "added to itself",
                source="""
def residual_stack(x, weights):
    outputs = x
    for layer, (kernel, recurrent_kernel, bias) in enumerate(weights):
        h, hs = tf.zeros((x.shape[0], len(bias))), []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        outputs = tf.stack(hs, axis=1)
        if layer:
            outputs = outputs + outputs
    return outputs
""",
                says="You add what a layer gives to itself: what it has read was overwritten before the sum. "
                "Keep it under another name.",
            ),
            Mistake(
                "no sum",
                edits=[(SUM, "outputs = new")],
                says="Nothing is added. From the second layer on, the input of the layer is added to its output.",
            ),
            Mistake(
                "also at the lowest layer",
                edits=[(SUM, "outputs = outputs + new")],
                says="You add at the lowest layer too. There features and units need not be equally many; the sums "
                "begin at the second layer.",
            ),
            Mistake(
                "only from the third layer on",
                edits=[("layer == 0", "layer <= 1")],
                says="Your second layer does not add its input. The sums begin at the layer with number 1.",
            ),
            Mistake(
                "only at the top",
                edits=[("layer == 0", "layer < len(weights) - 1")],
                says="You add at the top layer alone. Every layer but the lowest adds its input to its output.",
            ),
            Mistake(
                "not at the top",
                edits=[("layer == 0", "layer in (0, len(weights) - 1)")],
                says="Your top layer does not add its input. It is a layer like the others.",
            ),
            Mistake(
                "added to the state",
                edits=[
                    ("hs.append(h)", "h = h if layer == 0 else h + x_t\n            hs.append(h)"),
                    (SUM, "outputs = new"),
                ],
                says="You add to the state, so that the next step starts from the sum. The sum goes up only; the "
                "state stays as the cell made it.",
            ),
            Mistake(
                "added before the tanh",
                edits=[
                    (STEP, "h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias + (x_t if layer else 0.0))"),
                    (SUM, "outputs = new"),
                ],
                says="You add before the tanh. The input is added to the output of the layer, after the tanh.",
            ),
            Mistake(
                "the first layer's outputs everywhere",
                source="""
def residual_stack(x, weights):
    outputs, first = x, None
    for layer, (kernel, recurrent_kernel, bias) in enumerate(weights):
        h, hs = tf.zeros((x.shape[0], len(bias))), []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        outputs = tf.stack(hs, axis=1)
        first = outputs if layer == 0 else first
        outputs = outputs if layer == 0 else outputs + first
    return outputs
""",
                says="Every layer of yours adds the outputs of the lowest layer. Each one adds its own input.",
            ),
            Mistake(
                "the tanh of the layer below",
                source="""
def residual_stack(x, weights):
    outputs, below = x, 0.0
    for kernel, recurrent_kernel, bias in weights:
        h, hs = tf.zeros((x.shape[0], len(bias))), []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        new = tf.stack(hs, axis=1)
        outputs, below = new + below, new
    return outputs
""",
                says="You add what the layer below made, without what that layer had added. Add the whole input of the "
                "layer: what it reads.",
            ),
            Mistake(
                "all at the end",
                source="""
def residual_stack(x, weights):
    outputs, total = x, 0.0
    for kernel, recurrent_kernel, bias in weights:
        h, hs = tf.zeros((x.shape[0], len(bias))), []
        for x_t in tf.unstack(outputs, axis=1):
            h = tf.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
            hs.append(h)
        outputs = tf.stack(hs, axis=1)
        total = total + outputs
    return total
""",
                says="You add up all layers at the end. The sum of one layer is what the next one reads.",
            ),
            Mistake(
                "subtracted",
                edits=[("outputs + new", "new - outputs")],
                says="You subtract the input. It is added.",
            ),
            Mistake(
                "multiplied",
                edits=[("outputs + new", "outputs * new")],
                says="You multiply by the input. It is added.",
            ),
            Mistake(
                "mean for sum",
                edits=[("outputs + new", "(outputs + new) / 2")],
                says="You take the mean of input and output. It is their sum that goes up.",
            ),
            Mistake(
                "joined for added",
                edits=[("outputs + new", "tf.concat([outputs, new], axis=-1)")],
                says="You put input and output side by side. They are added, unit by unit, so the size stays.",
            ),
            Mistake(
                "state runs on into the next layer",
                edits=[
                    ("    outputs = x\n", "    outputs, h = x, tf.zeros((x.shape[0], len(weights[0][2])))\n"),
                    ("        h, hs = tf.zeros((x.shape[0], len(bias))), []\n", "        hs = []\n"),
                ],
                says="A layer starts from the state in which the layer below ended. Here every layer starts from "
                "zeros.",
            ),
            Mistake(
                "only the last output",
                edits=[("    return outputs", "    return outputs[:, -1]")],
                says="You return the top layer's last output. Asked are its outputs at all steps.",
            ),
            Mistake(
                "time first",
                edits=[("    return outputs", "    return tf.transpose(outputs, (1, 0, 2))")],
                says="Your outputs have time first. They should be (B, T, U): batch, time, units.",
            ),
            Mistake(
                "return_sequences missing",
                edits=[("new = tf.stack(hs, axis=1)", "new = h[:, None]")],
                says="A layer hands up the output of its last step alone. The layer above needs those of all steps.",
            ),
            Mistake(
                "no bias",
                edits=[(" + bias)", ")")],
                says="The bias is missing from your steps.",
            ),
            Mistake(
                "the first input added",
                edits=[("outputs + new", "x + new")],
                says="You add `x`, the input of the whole stack. Each layer adds what it has read itself.",
            ),
            Mistake(
                "only at the lowest layer",
                edits=[("layer == 0", "layer != 0")],
                says="You add at the lowest layer, and nowhere else. It is the other way round: all layers but the "
                "lowest add.",
            ),
            Mistake(
                "every layer reads the input",
                edits=[("tf.unstack(outputs, axis=1)", "tf.unstack(x, axis=1)")],
                says="Every layer of yours reads `x`. From the second on, a layer reads what the layer below handed "
                "up.",
            ),
            Mistake(
                "stacked along axis 0",
                edits=[("new = tf.stack(hs, axis=1)", "new = tf.stack(hs)")],
                says="`tf.stack` makes its new axis at the front unless told otherwise. Time is axis 1.",
            ),
        ],
        alternatives=[
            Alternative(
                "step by step",
                source="""
def residual_stack(x, weights):
    states = [tf.zeros((len(x), len(bias))) for _, _, bias in weights]
    tops = []
    for below in tf.unstack(x, axis=1):
        for l, (W, R, b) in enumerate(weights):
            states[l] = tf.tanh(below @ W + states[l] @ R + b)
            below = states[l] + below if l else states[l]
        tops.append(below)
    return tf.stack(tops, 1)
""",
            ),
            Alternative(
                "Keras layers",
                source="""
def residual_stack(x, weights):
    outputs = x
    for l, three in enumerate(weights):
        layer = keras.layers.SimpleRNN(len(three[2]), return_sequences=True)
        layer.build(outputs.shape)
        layer.set_weights(three)
        outputs = layer(outputs) if l == 0 else keras.layers.add([outputs, layer(outputs)])
    return outputs
""",
            ),
        ],
    ),
]
