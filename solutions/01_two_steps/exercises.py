"""Lesson 01: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import TanhStep

B, D, U = 4, 3, 5  # all different, so that no wrong shape looks right


def weights(rng, features=D, units=U):
    """Draw kernel, recurrent kernel and bias, none of them near zero."""
    return draws(rng, features, units), draws(rng, units, units), draws(rng, units)


def draw_step(rng):
    kernel, recurrent_kernel, bias = weights(rng)
    wide = weights(rng, features=2, units=7)
    return [
        Case(
            "first step, state of zeros",
            (draws(rng, B, D), np.zeros((B, U), np.float32), kernel, recurrent_kernel, bias),
        ),
        Case("a state is passed on", (draws(rng, B, D), draws(rng, B, U), kernel, recurrent_kernel, bias)),
        Case("a state is passed on", (draws(rng, 3, 2), draws(rng, 3, 7), *wide)),
    ]


def draw_two_steps(rng):
    def case(group, initial_state):
        return Case(group, (TanhStep(*weights(rng)), draws(rng, B, D), draws(rng, B, D), initial_state))

    return [
        case("starting from zeros", np.zeros((B, U), np.float32)),
        case("starting from a given state", draws(rng, B, U)),
    ]


def draw_sizes(rng):
    features, units = (int(n) for n in rng.choice(np.arange(4, 60), 2, replace=False))
    return [Case("small sizes", (1, 2)), Case("small sizes", (3, 5)), Case("any sizes", (features, units))]


def draw_keras_cell(rng):
    return [
        Case("your numbers", (*weights(rng), draws(rng, B, D), draws(rng, B, U))),
        Case("other sizes", (*weights(rng, 2, 6), draws(rng, B, 2), draws(rng, B, 6))),
    ]


def draw_joint(rng):
    by_hand = (
        np.array([1, 2], np.float32),
        np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], np.float32),
        np.array([0.1, -0.1], np.float32),
        np.array([[1], [2]], np.float32),
        np.array([0.1], np.float32),
    )
    units = 4
    drawn = (draws(rng, 3), draws(rng, units + 1, units), draws(rng, units), draws(rng, units, 1), draws(rng, 1))
    return [Case("the example for paper", by_hand), Case("three steps, other weights", drawn)]


EXERCISES = [
    choice(
        "what_survives",
        right="C",
        wrong={
            "A": "`A` would be a dense layer, which sees the input alone. Here a second thing enters the step: "
            "the previous state, through `recurrent_kernel`.",
            "B": "`B` would copy the state. But every step multiplies the state by `recurrent_kernel`, "
            "adds the bias and takes `tanh`, whatever the input is.",
            "D": "`D` leaves out the previous state. It would be right at step 0, where that state is zeros. "
            "This is step 1.",
        },
        reveal="The input adds nothing, so `tanh(h_0 @ recurrent_kernel + bias)` is left: memory, changed a little.",
    ),
    Exercise(
        "one_step",
        draw=draw_step,
        returns={"h_t": "B U"},
        reveal="Row by row, every instance of the batch went through the same three weights.",
        mistakes=[
            Mistake(
                "recurrent kernel transposed",
                edits=[("h_prev @ recurrent_kernel", "h_prev @ tf.transpose(recurrent_kernel)")],
                says="The recurrent kernel is transposed. It is square, so the shapes fit either way: "
                "write `h_prev @ recurrent_kernel`.",
            ),
            Mistake(
                "previous state forgotten",
                edits=[(" + h_prev @ recurrent_kernel", "")],
                says="The previous state has no influence. Add `h_prev @ recurrent_kernel` inside the tanh; "
                "without it this is a dense layer.",
            ),
            Mistake(
                "bias after tanh",
                edits=[("recurrent_kernel + bias)", "recurrent_kernel) + bias")],
                says="The bias is added after `tanh`. It belongs inside: first add everything, then squeeze.",
            ),
            Mistake(
                "bias forgotten",
                edits=[(" + bias", "")],
                says="The bias is missing: add `bias` to the two products before `tanh`.",
            ),
            Mistake(
                "tanh forgotten",
                edits=[("tf.tanh(", "(")],
                says="The sum is right, but it is not squeezed: take `tf.tanh` of it.",
            ),
            Mistake(
                "sigmoid for tanh",
                edits=[("tf.tanh(", "tf.sigmoid(")],
                says="That is a sigmoid, which gives numbers from 0 to 1. This cell uses `tf.tanh`, from -1 to 1.",
            ),
            Mistake(
                "two tanh",
                edits=[
                    (
                        "x_t @ kernel + h_prev @ recurrent_kernel + bias",
                        "x_t @ kernel + bias) + tf.tanh(h_prev @ recurrent_kernel",
                    )
                ],
                says="`tanh` is taken of the two parts separately. Add the parts first and take one `tanh` of the sum.",
            ),
            Mistake(
                "weights drawn anew",
                source="""
def one_step(x_t, h_prev, kernel, recurrent_kernel, bias):
    kernel = tf.random.normal(tf.shape(kernel))
    return tf.tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)
""",
                random=True,
                says="The weights are drawn anew at every call. A recurrent network uses the same ones at every step: "
                "take them from the arguments.",
            ),
        ],
        alternatives=[
            Alternative(
                "one joint product",
                source="""
def one_step(x_t, h_prev, kernel, recurrent_kernel, bias):
    joint = tf.concat([x_t, h_prev], axis=1) @ tf.concat([kernel, recurrent_kernel], axis=0)
    return tf.tanh(joint + bias)
""",
            ),
            Alternative(
                "einsum in float64",
                source="""
import numpy as np
def one_step(x, h, W, R, b):
    x, h, W, R, b = (np.asarray(a, np.float64) for a in (x, h, W, R, b))
    return np.tanh(np.einsum("bd,du->bu", x, W) + np.einsum("bv,vu->bu", h, R) + b)
""",
            ),
            Alternative(
                "Keras cell",
                source="""
def one_step(x_t, h_prev, kernel, recurrent_kernel, bias):
    cell = keras.layers.SimpleRNNCell(kernel.shape[1])
    cell.build((None, kernel.shape[0]))
    cell.set_weights([kernel, recurrent_kernel, bias])
    return cell(x_t, [h_prev])[0]
""",
            ),
        ],
    ),
    Exercise(
        "two_steps",
        draw=draw_two_steps,
        returns={"h_0": "B U", "h_1": "B U"},
        reveal="The state is the only thing that travels from step to step; the weights stay where they are.",
        mistakes=[
            Mistake(
                "first state forgotten",
                edits=[("step(x_1, h_0)", "step(x_1, initial_state)")],
                says="Step 1 starts from `initial_state` again, so it knows nothing of step 0. Give it `h_0`.",
            ),
            Mistake(
                "started from zeros",
                edits=[("step(x_0, initial_state)", "step(x_0, tf.zeros_like(initial_state))")],
                says="Step 0 starts from zeros, whatever it is given. Start it from `initial_state`.",
            ),
            Mistake(
                "the notebook's own weights",
                source="""
def two_steps(step, x_0, x_1, initial_state):
    h_0 = one_step(x_0, initial_state, kernel, recurrent_kernel, bias)
    return h_0, one_step(x_1, h_0, kernel, recurrent_kernel, bias)
""",
                says="These states come from the notebook's weights. The given `step` knows its own: call it.",
            ),
            Mistake(
                "state added to the input",
                edits=[("h_1 = step(x_1, h_0)", "h_1 = step(x_1, initial_state + h_0)")],
                says="Step 1 starts from a sum of two states. It starts from `h_0` alone, "
                "which already holds all that came before.",
            ),
            Mistake(
                "same input twice",
                edits=[("step(x_1, h_0)", "step(x_0, h_0)")],
                says="Both steps read `x_0`. Step 1 reads `x_1`.",
            ),
            Mistake(
                "steps in reverse",
                edits=[("step(x_0, initial_state)", "step(x_1, initial_state)"), ("step(x_1, h_0)", "step(x_0, h_0)")],
                says="The sequence is read backwards: `x_0` comes first, `x_1` second.",
            ),
            Mistake(
                "only the last state",
                edits=[("return h_0, h_1", "return h_1")],
                says="Only one state comes back. Return both, `h_0, h_1`.",
            ),
            Mistake(
                "states in the wrong order",
                edits=[("return h_0, h_1", "return h_1, h_0")],
                says="Both states are right, in the wrong order: return `h_0, h_1`.",
            ),
        ],
        alternatives=[
            Alternative(
                "a loop and a list",
                source="""
def two_steps(step, x_0, x_1, initial_state):
    h, states = initial_state, []
    for x in (x_0, x_1):
        h = step(x, h)
        states.append(h)
    return states
""",
            ),
        ],
    ),
    Exercise(
        "count_parameters",
        draw=draw_sizes,
        returns={"the number": ""},
        reveal="For this lesson's network, D = 3 and U = 5: 15 + 25 + 5 = 45. T appears nowhere.",
        mistakes=[
            Mistake(
                "recurrent kernel forgotten",
                edits=[(" + U * U", "")],
                says="That counts a dense layer. The state feeds back through `recurrent_kernel`: U times U more.",
            ),
            Mistake(
                "bias forgotten", edits=[("U * U + U", "U * U")], says="The bias is missing: one number for every unit."
            ),
            Mistake(
                "two biases",
                edits=[("U * U + U", "U * U + 2 * U")],
                says="That counts two biases. One is enough, since they would only be added to each other.",
            ),
            Mistake(
                "one set per step",
                edits=[("D * U + U * U + U", "2 * (D * U + U * U + U)")],
                says="That is twice the right number: one set for each of two steps. Both steps use the same set.",
            ),
            Mistake(
                "recurrent kernel of the wrong size",
                edits=[("U * U", "D * D")],
                says="The recurrent kernel goes from state to state: it is U by U, not D by D.",
            ),
        ],
        alternatives=[
            Alternative("factored", edits=[("D * U + U * U + U", "U * (D + U + 1)")]),
            Alternative(
                "asking Keras",
                source="""
def count_parameters(D, U):
    cell = keras.layers.SimpleRNNCell(U)
    cell.build((None, D))
    return cell.count_params()
""",
            ),
        ],
    ),
    Exercise(
        "keras_cell",
        draw=draw_keras_cell,
        returns={"cell": "", "h_t": "B U"},
        reveal="Your numbers, out of Keras: its cell is the equation you wrote.",
        mistakes=[
            Mistake(
                "weights not set",
                edits=[("    cell.set_weights([kernel, recurrent_kernel, bias])\n", "")],
                random=True,
                says="The cell still has the weights Keras drew for it. Give it yours with `cell.set_weights([...])`.",
            ),
            Mistake(
                "recurrent kernel transposed",
                edits=[("[kernel, recurrent_kernel, bias]", "[kernel, tf.transpose(recurrent_kernel), bias]")],
                says="The recurrent kernel is transposed. Keras uses the course's convention: hand it over as it is.",
            ),
            Mistake(
                "not built",
                edits=[("    cell.build((None, D))\n", "")],
                says="The cell has no weights to set yet, since it was not built. First call `cell.build((None, D))`.",
            ),
            Mistake(
                "built for U features",
                edits=[("cell.build((None, D))", "cell.build((None, U))")],
                says="The cell is built for inputs of U features. Its inputs have D: `cell.build((None, D))`.",
            ),
            Mistake(
                "D and U mixed up",
                edits=[("D, U = kernel.shape", "U, D = kernel.shape")],
                says="D and U are mixed up: the kernel's shape is (D, U), in this order.",
            ),
            Mistake(
                "weights in the wrong order",
                edits=[("[kernel, recurrent_kernel, bias]", "[recurrent_kernel, kernel, bias]")],
                says="The weights are in another order than Keras keeps them: kernel, recurrent kernel, bias.",
            ),
            Mistake(
                "two weights only",
                edits=[("recurrent_kernel, bias])", "recurrent_kernel])")],
                says="The cell has three weights, and you hand over two. The bias is missing.",
            ),
            Mistake(
                "the layer for the cell",
                edits=[("SimpleRNNCell(U)", "SimpleRNN(U)"), ("(None, D)", "(None, None, D)")],
                says="`SimpleRNN` is the layer, which runs a whole sequence. One step is a cell: `SimpleRNNCell`.",
            ),
            Mistake(
                "another activation",
                edits=[("SimpleRNNCell(U)", 'SimpleRNNCell(U, activation="relu")')],
                says="The weights are right, but the cell does not use `tanh`, its default activation.",
            ),
            Mistake(
                "a dense layer",
                source="""
def keras_cell(kernel, recurrent_kernel, bias):
    layer = keras.layers.Dense(kernel.shape[1], activation="tanh")
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel, bias])
    layer.call = lambda x, states, call=layer.call: (call(x), states)
    return layer
""",
                says="That is a dense layer: it has no recurrent kernel. Use `keras.layers.SimpleRNNCell`.",
            ),
            Mistake(
                "bias left at zero",
                edits=[("recurrent_kernel, bias])", "recurrent_kernel, tf.zeros_like(bias)])")],
                says="The cell's bias is still zero. Hand over all three: kernel, recurrent kernel, bias.",
            ),
        ],
        alternatives=[
            Alternative(
                "built by calling it, then assigned",
                source="""
def keras_cell(kernel, recurrent_kernel, bias):
    cell = keras.layers.SimpleRNNCell(len(bias))
    cell(tf.zeros((1, kernel.shape[0])), [tf.zeros((1, len(bias)))])
    cell.kernel.assign(kernel)
    cell.recurrent_kernel.assign(recurrent_kernel)
    cell.bias.assign(bias)
    return cell
""",
            ),
        ],
    ),
    Exercise(
        "joint_outputs",
        draw=draw_joint,
        returns={"outputs": "T"},
        reveal="1.56128 and 2.72707: the second output is larger not only because its input is. "
        "Step 1 also starts from h_0.",
        mistakes=[
            Mistake(
                "[x, h] for [h, x]",
                edits=[("[h, tf.reshape(x, (1, 1))]", "[tf.reshape(x, (1, 1)), h]")],
                says="The input stands before the state. `W1` wants `[h, x]`: its first U rows meet the state.",
            ),
            Mistake(
                "state not kept",
                edits=[("        h = tf.tanh(", "        h_t = tf.tanh("), ("(h @ W2 + b2)", "(h_t @ W2 + b2)")],
                says="Every step starts from zeros again. Keep the new state in `h` so that the next step finds it.",
            ),
            Mistake(
                "output before the step",
                edits=[
                    (
                        "        h = tf.tanh(h_and_x @ W1 + b1)\n        outputs.append((h @ W2 + b2)[0, 0])",
                        "        outputs.append((h @ W2 + b2)[0, 0])\n        h = tf.tanh(h_and_x @ W1 + b1)",
                    )
                ],
                says="Each output is read before its step is taken, so it is one step late. Compute the new `h` first.",
            ),
            Mistake(
                "tanh on the output",
                edits=[("(h @ W2 + b2)[0, 0]", "tf.tanh(h @ W2 + b2)[0, 0]")],
                says="The output is squeezed as well. Only the state goes through `tanh`; the output is `h @ W2 + b2`.",
            ),
            Mistake(
                "output bias forgotten",
                edits=[("h @ W2 + b2", "h @ W2")],
                says="The output's own bias `b2` is missing.",
            ),
            Mistake(
                "bias after tanh",
                edits=[("tf.tanh(h_and_x @ W1 + b1)", "tf.tanh(h_and_x @ W1) + b1")],
                says="`b1` is added after `tanh`. It belongs inside.",
            ),
        ],
        alternatives=[
            Alternative(
                "two matrices cut from the joint one",
                source="""
def joint_outputs(xs, W1, b1, W2, b2):
    U = b1.shape[0]
    recurrent_kernel, kernel = W1[:U], W1[U:]
    h, outputs = tf.zeros((1, U)), []
    for t in range(xs.shape[0]):
        h = tf.tanh(xs[t] * kernel + h @ recurrent_kernel + b1)
        outputs.append(float((h @ W2 + b2)[0, 0]))
    return outputs
""",
            ),
        ],
    ),
]
