"""Lesson 09: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws


def step_inputs(rng, instances, features, units):
    """Draw x_t, h_prev, c_prev, kernel, recurrent kernel and bias of one step."""
    return (
        draws(rng, instances, features),
        draws(rng, instances, units, scale=0.8),
        draws(rng, instances, units, scale=1.6),
        draws(rng, features, 4 * units),
        draws(rng, units, 4 * units, scale=0.7),
        draws(rng, 4 * units),
    )


BY_HAND = tuple(
    np.array(numbers, np.float32)
    for numbers in ([[1.0]], [[0.5]], [[2.0]], [[1, 2, 1, 0]], [[-2, 0, 1, 2]], [0, -1, -1, -2])
)


def draw_steps(rng):
    return [
        Case("the example by hand", BY_HAND),
        Case("several units", step_inputs(rng, 3, 2, 5)),
        Case("several units", step_inputs(rng, 2, 7, 3)),
    ]


def draw_behaviours(rng):
    def case(behaviour, instances, units):
        return Case(behaviour, (behaviour, units, draws(rng, instances, units), draws(rng, instances, units, scale=2)))

    return [
        case("remember", 2, 3),
        case("remember", 3, 1),
        case("add", 3, 5),
        case("erase", 3, 2),
        case("overwrite", 2, 4),
        case("overwrite", 2, 6),
    ]


def draw_shares(rng):
    drawn = [
        (round(float(share), 3), int(steps))
        for share, steps in zip(rng.uniform(0.1, 0.8, 3), rng.integers(5, 60, 3), strict=True)
    ]
    return [
        Case("the example by hand", (0.5, 2)),
        *(Case("any share", pair) for pair in drawn),
        Case("one step", (0.3, 1)),
    ]


def draw_peepholes(rng):
    by_hand = (*BY_HAND, np.array([[1.0], [-0.5], [2.0]], np.float32))
    return [
        Case("the example by hand", by_hand),
        Case("several units", (*step_inputs(rng, 4, 2, 5), draws(rng, 3, 5))),
        Case("several units", (*step_inputs(rng, 2, 4, 7), draws(rng, 3, 7, scale=0.8))),
    ]


def draw_old_weights(rng):
    def case(group, features, units, forget_bias):
        matrix, bias = draws(rng, features + units, 4 * units), draws(rng, 4 * units)
        return Case(group, (matrix, bias, features, forget_bias))

    by_hand = (np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32), np.array([0.1, 0.2, 0.3, 0.4], np.float32), 1, 1.0)
    return [
        Case("the example by hand", by_hand),
        case("any size", 2, 5, 1.0),
        case("any size", 7, 3, 1.0),
        case("another forget bias", 4, 2, 0.0),
        case("another forget bias", 3, 4, 2.5),
    ]


EXERCISES = [
    Exercise(
        "lstm_step",
        draw=draw_steps,
        returns={"h_t": "B U", "c_t": "B U"},
        reveal="Two products for all four parts at once, three gates between 0 and 1, and one addition that carries "
        "the memory.",
        mistakes=[
            Mistake(
                "forget gate turned round",
                edits=[("f * c_prev", "(1 - f) * c_prev")],
                says="You keep `1 - f` of the old cell state. In spite of its name an open forget gate keeps: "
                "`f` itself.",
            ),
            Mistake(
                "order i, f, o, c",
                edits=[("z_i, z_f, z_c, z_o = tf", "z_i, z_f, z_o, z_c = tf")],
                says="The last two blocks are exchanged. The order here is Keras's: i, f, c, o. Some other libraries "
                "put the candidate last.",
            ),
            Mistake(
                "order of the old cells",
                edits=[("z_i, z_f, z_c, z_o = tf", "z_i, z_c, z_f, z_o = tf")],
                says="You cut the blocks in the order i, c, f, o, that of the old cells in TensorFlow 1. Here it is "
                "i, f, c, o.",
            ),
            Mistake(
                "i and f swapped",
                edits=[("f * c_prev + i * candidate", "i * c_prev + f * candidate")],
                says="Input and forget gate have changed places. The forget gate multiplies what was, the input gate "
                "what is new.",
            ),
            Mistake(
                "sigmoid candidate",
                edits=[("tf.tanh(z_c)", "tf.sigmoid(z_c)")],
                says="The candidate goes through `tanh`, not through the sigmoid: it has to be able to lower `c`, "
                "so it needs both signs.",
            ),
            Mistake(
                "tanh for the gates",
                edits=[
                    ("tf.sigmoid(z_i), tf.sigmoid(z_f), tf.sigmoid(z_o)", "tf.tanh(z_i), tf.tanh(z_f), tf.tanh(z_o)")
                ],
                says="Your gates go through `tanh`. A gate is a share between 0 and 1: use `tf.sigmoid` for i, f and "
                "o.",
            ),
            Mistake(
                "gates without the sigmoid",
                edits=[("tf.sigmoid(z_i), tf.sigmoid(z_f), tf.sigmoid(z_o)", "z_i, z_f, z_o")],
                says="The gates are used as they come out of the product. Send i, f and o through `tf.sigmoid` first.",
            ),
            Mistake(
                "hard sigmoid",
                edits=[
                    (
                        "tf.sigmoid(z_i), tf.sigmoid(z_f), tf.sigmoid(z_o)",
                        "[keras.activations.hard_sigmoid(z) for z in (z_i, z_f, z_o)]",
                    )
                ],
                says="These gates are made with the hard sigmoid, three straight lines, which old versions of Keras "
                "used. Take `tf.sigmoid`.",
            ),
            Mistake(
                "tanh(c) left out",
                edits=[("o * tf.tanh(c_t)", "o * c_t")],
                says="`c_t` is right. What the output gate multiplies is the `tanh` of it: without that, `h_t` could "
                "grow with `c_t`.",
            ),
            Mistake(
                "candidate without tanh",
                edits=[("candidate = tf.tanh(z_c)", "candidate = z_c")],
                says="The candidate is used as it comes out of the sum. It has a function too: send it through `tanh`.",
            ),
            Mistake(
                "tanh before the split",
                edits=[
                    (
                        "z = x_t @ kernel + h_prev @ recurrent_kernel + bias",
                        "z = tf.tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)",
                    )
                ],
                says="The whole sum has been through `tanh` before it is cut, as in lesson 01. Here each part gets "
                "its own function, and only that.",
            ),
            Mistake(
                "tanh around the product",
                edits=[("o * tf.tanh(c_t)", "tf.tanh(o * c_t)")],
                says="`h_t` is the tanh of the product. First take the `tanh` of `c_t`, then multiply by the output "
                "gate.",
            ),
            Mistake(
                "tanh kept in c",
                edits=[
                    ("c_t = f * c_prev + i * candidate", "c_t = tf.tanh(f * c_prev + i * candidate)"),
                    ("o * tf.tanh(c_t)", "o * c_t"),
                ],
                says="`h_t` is right, but the `c_t` you return has been through `tanh`. The memory is passed on as it "
                "is; only what is shown is squeezed.",
            ),
            Mistake(
                "h of the old c",
                edits=[("o * tf.tanh(c_t)", "o * tf.tanh(c_prev)")],
                says="`h_t` shows the old cell state. Take the `tanh` of the new one, `c_t`.",
            ),
            Mistake(
                "h and c swapped",
                edits=[("return h_t, c_t", "return c_t, h_t")],
                says="Both results are right, in the wrong order: first `h_t`, then `c_t`. Their shapes are equal, so "
                "nothing else will tell you.",
            ),
            Mistake(
                "h_prev kept",
                edits=[("c_t = f * c_prev", "c_t = f * h_prev")],
                says="The forget gate multiplies `h_prev`. What it keeps is the cell state: `c_prev`.",
            ),
            Mistake(
                "nothing forgotten",
                edits=[("f * c_prev +", "c_prev +")],
                says="The forget gate is missing: you keep all of `c_prev`. (The very first LSTM of 1997 did the "
                "same.)",
            ),
            Mistake(
                "input gate missing",
                edits=[("+ i * candidate", "+ candidate")],
                says="The whole candidate goes into `c_t`. The input gate decides how much of it: multiply.",
            ),
            Mistake(
                "1 - f for i",
                edits=[("+ i * candidate", "+ (1 - f) * candidate")],
                says="You let in as much as you forget, `1 - f`. An LSTM has a gate of its own for that: i.",
            ),
            Mistake(
                "candidate alone",
                edits=[("f * c_prev + i * candidate", "i * candidate")],
                says="The old cell state is lost: `c_t` is new at every step. Add what the forget gate leaves of "
                "`c_prev`.",
            ),
            Mistake(
                "bias missing",
                edits=[(" + bias", "")],
                says="The bias is missing. It is added to both products before the parts are cut.",
            ),
            Mistake(
                "h_prev ignored",
                edits=[(" + h_prev @ recurrent_kernel", "")],
                says="`h_prev` is not used: the gates see the input alone. Add its product with the recurrent kernel.",
            ),
            Mistake(
                "c_prev in the product",
                edits=[("h_prev @ recurrent_kernel", "c_prev @ recurrent_kernel")],
                says="The recurrent kernel multiplies `c_prev`. The gates look at `h_prev`, what the cell showed last.",
            ),
            Mistake(
                "1 added to the forget gate",
                edits=[("tf.sigmoid(z_f)", "tf.sigmoid(z_f + 1.0)")],
                says="You add 1 to the forget gate, as the old cells did by themselves. Here that 1 belongs into the "
                "bias, which is given.",
            ),
            Mistake(
                "units interleaved",
                edits=[("tf.split(z, 4, axis=1)", "tf.unstack(tf.reshape(z, (len(z), -1, 4)), axis=2)")],
                says="You take every fourth column. The parts lie side by side as whole blocks: the first U columns "
                "are i, the next U are f.",
            ),
            Mistake(
                "split along the batch",
                edits=[("tf.split(z, 4, axis=1)", "tf.split(z, 4, axis=0)")],
                says="You split along axis 0, the instances. The four parts lie side by side along axis 1.",
            ),
            Mistake(
                "only h returned",
                edits=[("return h_t, c_t", "return h_t")],
                says="Only `h_t` comes back. The next step needs both: return `h_t, c_t`.",
            ),
        ],
        alternatives=[
            Alternative(
                "a Keras cell",
                source="""
def lstm_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    cell = keras.layers.LSTMCell(h_prev.shape[1])
    cell.build(x_t.shape)
    cell.set_weights([kernel, recurrent_kernel, bias])
    return cell(x_t, [h_prev, c_prev])[1]
""",
            ),
            Alternative(
                "einsum in numpy, gate by gate",
                source="""
def lstm_step(x, h, c, W, R, b):
    x, h, c, W, R, b = (np.asarray(a, np.float64) for a in (x, h, c, W, R, b))
    U = h.shape[1]
    def part(k):
        block = slice(k * U, (k + 1) * U)
        return np.einsum("bd,du->bu", x, W[:, block]) + np.einsum("bv,vu->bu", h, R[:, block]) + b[block]
    i, f, o = (0.5 + 0.5 * np.tanh(part(k) / 2) for k in (0, 1, 3))
    c = c * f + np.tanh(part(2)) * i
    return np.tanh(c) * o, c
""",
            ),
            Alternative(
                "one joint matrix",
                source="""
def lstm_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    joint = tf.concat([kernel, recurrent_kernel], axis=0)
    z = tf.nn.bias_add(tf.concat([x_t, h_prev], axis=1) @ joint, bias)
    U = c_prev.shape[-1]
    z = tf.reshape(z, (-1, 4, U))
    gates = tf.nn.sigmoid(z)
    c_prev = gates[:, 1] * c_prev + gates[:, 0] * tf.nn.tanh(z[:, 2])
    return [tf.nn.tanh(c_prev) * gates[:, 3], c_prev]
""",
            ),
        ],
    ),
    choice(
        "how_many",
        right="C",
        wrong={
            "A": "`A` counts the states. A second state costs no weights: `c` is computed from what is there, and no "
            "matrix multiplies it.",
            "B": "`B` counts the three gates and forgets the candidate, which reads `x_t` and `h_prev` as well.",
            "D": "`D` has four kernels but one bias. Each of the four parts has a bias of its own: look at the shape "
            "(4 * U,).",
        },
        reveal="Four times a SimpleRNN: three gates and a candidate, each with a kernel, a recurrent kernel "
        "and a bias.",
    ),
    Exercise(
        "gate_bias",
        draw=draw_behaviours,
        returns={"c_t": "B U", "h_t": "B U"},
        rtol=1e-2,  # any bias that all but opens or shuts a gate will do
        atol=2e-2,
        reveal="Two switches make four behaviours. A trained LSTM sets them anew at every step, for every unit.",
        mistakes=[
            Mistake(
                "zero for shut",
                edits=[("OPEN, SHUT = 10.0, -10.0", "OPEN, SHUT = 10.0, 0.0")],
                says="A bias of 0 leaves a gate half open, since `sigmoid(0)` is 0.5. Shut is -10.",
            ),
            Mistake(
                "i and f swapped",
                edits=[("[input_gate, forget_gate,", "[forget_gate, input_gate,")],
                says="Remember and overwrite have changed places: the order is i, f, c, o, so the input gate's bias "
                "comes first.",
            ),
            Mistake(
                "shares given as biases",
                edits=[("10.0, -10.0", "1.0, 0.0")],
                says="1 and 0 are what the gates should become. A bias goes through the sigmoid first: 1 gives 0.73 "
                "and 0 gives 0.5. Take 10 and -10.",
            ),
            Mistake(
                "biases too small",
                edits=[("10.0, -10.0", "1.0, -1.0")],
                says="The gates stand ajar: a bias of 1 gives 0.73, one of -1 gives 0.27. Take 10 and -10.",
            ),
            Mistake(
                "sign turned round",
                edits=[("10.0, -10.0", "-10.0, 10.0")],
                says="Open and shut are turned round: a large positive bias opens a gate, a large negative one shuts "
                "it.",
            ),
            Mistake(
                "output gate ajar",
                edits=[("0.0, OPEN]", "0.0, 0.0]")],
                says="`c_t` is right, but only half of it is shown: an output gate with bias 0 is 0.5. Open it.",
            ),
            Mistake(
                "output gate shut",
                edits=[("0.0, OPEN]", "0.0, SHUT]")],
                says="`c_t` is right, but `h_t` is 0: the output gate is shut. It has to be open.",
            ),
            Mistake(
                "order i, f, o, c",
                edits=[("0.0, OPEN]", "OPEN, 0.0]")],
                says="The last two are exchanged: the candidate's bias stands third, the output gate's fourth.",
            ),
            Mistake(
                "candidate opened as well",
                edits=[("0.0, OPEN]", "OPEN, OPEN]")],
                says="The candidate is no gate: with a bias of 10 it is 1 whatever the input is. Give it the bias 0.",
            ),
            Mistake(
                "order of the old cells",
                edits=[("[input_gate, forget_gate, 0.0,", "[input_gate, 0.0, forget_gate,")],
                says="That is the order i, c, f, o of the old cells. Keras wants i, f, c, o.",
            ),
            Mistake(
                "units interleaved",
                edits=[
                    (
                        "tf.repeat([input_gate, forget_gate, 0.0, OPEN], U)",
                        "tf.tile([input_gate, forget_gate, 0.0, OPEN], [U])",
                    )
                ],
                says="The four numbers follow each other unit by unit. They belong in blocks: U numbers for i, then U "
                "for f. `tf.repeat` does that.",
            ),
            Mistake(
                "remember lets in",
                edits=[('"remember": (SHUT, OPEN)', '"remember": (OPEN, OPEN)')],
                says="`remember` also adds what is new: with both gates open it is `add`. Shut the input gate.",
            ),
            Mistake(
                "remember forgets",
                edits=[('"remember": (SHUT, OPEN)', '"remember": (SHUT, SHUT)')],
                says="`remember` erases: an open forget gate *keeps*. It is named after what it does when it shuts.",
            ),
            Mistake(
                "forget gate read as its name",
                edits=[
                    ("(SHUT, OPEN)", "(SHUT, _)"),
                    ("(OPEN, OPEN)", "(OPEN, _)"),
                    ("(SHUT, SHUT)", "(SHUT, OPEN)"),
                    ("(OPEN, SHUT)", "(OPEN, OPEN)"),
                    ("(SHUT, _)", "(SHUT, SHUT)"),
                    ("(OPEN, _)", "(OPEN, SHUT)"),
                ],
                says="You open the forget gate in order to forget. It is the other way: f multiplies `c_prev`, so open "
                "means keep.",
            ),
            Mistake(
                "erase lets in",
                edits=[('"erase": (SHUT, SHUT)', '"erase": (OPEN, SHUT)')],
                says="`erase` leaves the candidate behind: that is `overwrite`. To end with 0, shut the input gate "
                "too.",
            ),
            Mistake(
                "overwrite keeps the old",
                edits=[('"overwrite": (OPEN, SHUT)', '"overwrite": (OPEN, OPEN)')],
                says="`overwrite` keeps the old number and adds to it. Shut the forget gate.",
            ),
            Mistake(
                "add forgets",
                edits=[('"add": (OPEN, OPEN)', '"add": (OPEN, SHUT)')],
                says="`add` drops the old number, so it is `overwrite`. Leave the forget gate open.",
            ),
            Mistake(
                "one number per gate",
                edits=[("tf.repeat([input_gate, forget_gate, 0.0, OPEN], U)", "[input_gate, forget_gate, 0.0, OPEN]")],
                says="Four numbers are enough for one unit only. Repeat each of them U times, in blocks.",
            ),
            Mistake(
                "size of the example",
                edits=[("OPEN], U)", "OPEN], 2)")],
                says="The bias always has the size of the example. Use `U`, which differs from case to case.",
            ),
            Mistake(
                "everything zero",
                edits=[("tf.repeat([input_gate, forget_gate, 0.0, OPEN], U)", "tf.zeros(4 * U)")],
                says="With a bias of 0 every gate is half open. Choose 10 for open and -10 for shut, gate by gate.",
            ),
        ],
        alternatives=[
            Alternative(
                "numpy blocks and other numbers",
                source="""
def gate_bias(behaviour, U):
    bias = np.full((4, U), -8.0)
    if behaviour in ("add", "overwrite"):
        bias[0] = 8
    if behaviour in ("add", "remember"):
        bias[1] = 30
    bias[2], bias[3] = 0, 9
    return bias.reshape(-1)
""",
            ),
            Alternative(
                "a list of numbers",
                source="""
def gate_bias(behaviour, U):
    i = 100 if behaviour in ("add", "overwrite") else -100
    f = 100 if behaviour in ("add", "remember") else -100
    return [i] * U + [f] * U + [0] * U + [100] * U
""",
            ),
        ],
    ),
    Exercise(
        "memory_bias",
        draw=draw_shares,
        returns={"bias": ""},
        reveal="Every step multiplies by the same share, so long memories need a forget gate very close to 1.",
        mistakes=[
            Mistake(
                "brackets forgotten",
                edits=[("np.log(f / (1 - f))", "np.log(f / 1 - f)")],
                says="`f / 1 - f` is 0, and its logarithm minus infinity. Put `1 - f` into brackets.",
            ),
            Mistake(
                "the gate, not its bias",
                edits=[("np.log(f / (1 - f))", "f")],
                says="That is the value of the gate. The bias is what the sigmoid has to be given for it: "
                "`log(f / (1 - f))`.",
            ),
            Mistake(
                "steps ignored",
                edits=[("share ** (1 / steps)", "share")],
                says="This gate keeps the share at every single step. It is multiplied `steps` times: take a root.",
            ),
            Mistake(
                "formula first, then divided",
                source="def memory_bias(share, steps):\n    return np.log(share / (1 - share)) / steps",
                says="You apply the formula to the share itself. First take the root of the share, which is the gate; "
                "then the formula.",
            ),
            Mistake(
                "formula first, then multiplied",
                source="def memory_bias(share, steps):\n    return np.log(share / (1 - share)) * steps",
                says="You apply the formula to the share itself. First take the root of the share, which is the gate; "
                "then the formula.",
            ),
            Mistake(
                "formula first, then the root",
                source="def memory_bias(share, steps):\n    return np.log(share / (1 - share)) ** (1 / steps)",
                says="You apply the formula to the share itself. First take the root of the share, which is the gate; "
                "then the formula.",
            ),
            Mistake(
                "one step fewer",
                edits=[("1 / steps", "1 / (steps - 1)")],
                says="Your gate is used once less than asked. Over `steps` steps it multiplies `steps` times.",
            ),
            Mistake(
                "not between 0 and 1",
                edits=[("share ** (1 / steps)", "steps ** (1 / share)")],
                says="The result is not a number, since your gate does not lie between 0 and 1. It is the share that "
                "gets a root: `share ** (1 / steps)`.",
            ),
            Mistake(
                "divided after the logarithm",
                edits=[("np.log(f / (1 - f))", "np.log(f) / (1 - f)")],
                says="You divide the logarithm. Divide `f` by `1 - f` first, then take one logarithm of the quotient.",
            ),
            Mistake(
                "two logarithms divided",
                edits=[("np.log(f / (1 - f))", "np.log(f) / np.log(1 - f)")],
                says="You divide two logarithms. Divide `f` by `1 - f` first, then take one logarithm of the quotient.",
            ),
            Mistake(
                "power for the root",
                edits=[("share ** (1 / steps)", "share ** steps")],
                says="You take the power. If `f ** steps` is the share, then `f` is the root: `share ** (1 / steps)`.",
            ),
            Mistake(
                "divided by the steps",
                edits=[("share ** (1 / steps)", "share / steps")],
                says="You divide the share by the steps. The steps multiply each other, so a root is needed. (In "
                "`share ** 1 / steps` the power comes first: put the exponent into brackets.)",
            ),
            Mistake(
                "loss shared out evenly",
                edits=[("share ** (1 / steps)", "1 - (1 - share) / steps")],
                says="You take the same amount away at each step. A gate takes the same *share* of what is left: "
                "use a root.",
            ),
            Mistake(
                "share that is lost",
                edits=[("share ** (1 / steps)", "(1 - share) ** (1 / steps)")],
                says="That is the bias for *losing* the share. `share` is what has to be left at the end.",
            ),
            Mistake(
                "fraction upside down",
                edits=[("f / (1 - f)", "(1 - f) / f")],
                says="The sign is turned round: the fraction stands upside down. The bias is `log(f / (1 - f))`.",
            ),
            Mistake(
                "logarithm of the gate",
                edits=[("np.log(f / (1 - f))", "np.log(f)")],
                says="That is the logarithm of the gate. To undo the sigmoid, divide by `1 - f` first.",
            ),
            Mistake(
                "sigmoid for its inverse",
                edits=[("np.log(f / (1 - f))", "1 / (1 + np.exp(-f))")],
                says="You apply the sigmoid to the gate. It has to be undone: `log(f / (1 - f))`.",
            ),
            Mistake(
                "one step more",
                edits=[("1 / steps", "1 / (steps + 1)")],
                says="Your gate is used once more than asked. Over `steps` steps it multiplies `steps` times.",
            ),
            Mistake(
                "logarithm to base 10",
                edits=[("np.log(", "np.log10(")],
                says="That is the logarithm to base 10. The sigmoid is made with `exp`, so take the natural one: "
                "`np.log`.",
            ),
            Mistake(
                "logarithm to base 2",
                edits=[("np.log(", "np.log2(")],
                says="That is the logarithm to base 2. The sigmoid is made with `exp`, so take the natural one: "
                "`np.log`.",
            ),
            Mistake(
                "logarithm missing",
                edits=[("np.log(f / (1 - f))", "f / (1 - f)")],
                says="The logarithm is missing: the bias is `log(f / (1 - f))`.",
            ),
            Mistake(
                "square root",
                edits=[("share ** (1 / steps)", "share ** 0.5")],
                says="The square root is right for two steps only. For any number of steps: `share ** (1 / steps)`.",
            ),
        ],
        alternatives=[
            Alternative(
                "by the logarithm of the share",
                source="""
def memory_bias(share, steps):
    rate = tf.constant(-np.log(share) / steps, tf.float64)
    return -tf.math.log(tf.math.expm1(rate))
""",
            ),
            Alternative(
                "by trying",
                source="""
def memory_bias(share, steps):
    low, high = -30.0, 30.0
    for _ in range(80):
        middle = (low + high) / 2
        kept = (1 / (1 + np.exp(-middle))) ** steps
        low, high = (middle, high) if kept < share else (low, middle)
    return middle
""",
            ),
        ],
    ),
    Exercise(
        "peephole_step",
        draw=draw_peepholes,
        returns={"h_t": "B U", "c_t": "B U"},
        reveal="Two gates look before the change, one after it: the output gate decides about what is in the cell now.",
        mistakes=[
            Mistake(
                "o looks at tanh of the cell",
                edits=[("p_o * c_t", "p_o * tf.tanh(c_t)")],
                says="The output gate looks at `tanh(c_t)`. Peepholes see the cell state itself.",
            ),
            Mistake(
                "candidate without tanh",
                edits=[("tf.tanh(z_c)", "z_c")],
                says="The candidate is used as it comes out of the sum. It has a function too: send it through `tanh`.",
            ),
            Mistake(
                "tanh before the split",
                edits=[
                    (
                        "z = x_t @ kernel + h_prev @ recurrent_kernel + bias",
                        "z = tf.tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)",
                    )
                ],
                says="The whole sum has been through `tanh` before it is cut, as in lesson 01. Here each part gets "
                "its own function, and only that.",
            ),
            Mistake(
                "o sees c_prev",
                edits=[("p_o * c_t", "p_o * c_prev")],
                says="`c_t` is right. The output gate should look at the new cell state, `c_t`, not at `c_prev`.",
            ),
            Mistake(
                "rows f, i, o",
                edits=[("p_i, p_f, p_o = tf", "p_f, p_i, p_o = tf")],
                says="The peepholes of i and f are exchanged. Row 0 is for i, row 1 for f, row 2 for o.",
            ),
            Mistake(
                "rows i, o, f",
                edits=[("p_i, p_f, p_o = tf", "p_i, p_o, p_f = tf")],
                says="The peepholes of f and o are exchanged. Row 0 is for i, row 1 for f, row 2 for o.",
            ),
            Mistake(
                "no peephole for o",
                edits=[("tf.sigmoid(z_o + p_o * c_t)", "tf.sigmoid(z_o)")],
                says="`c_t` is right. The output gate has a peephole too: add `p_o` times the new cell state.",
            ),
            Mistake(
                "no peephole for i",
                edits=[("tf.sigmoid(z_i + p_i * c_prev)", "tf.sigmoid(z_i)")],
                says="The input gate has no peephole. It sees `c_prev`, through row 0.",
            ),
            Mistake(
                "no peephole for f",
                edits=[("tf.sigmoid(z_f + p_f * c_prev)", "tf.sigmoid(z_f)")],
                says="The forget gate has no peephole. It sees `c_prev`, through row 1.",
            ),
            Mistake(
                "no peepholes at all",
                edits=[
                    ("z_i + p_i * c_prev", "z_i"),
                    ("z_f + p_f * c_prev", "z_f"),
                    ("z_o + p_o * c_t", "z_o"),
                ],
                says="That is the step without peepholes. Add one product inside each of the three sigmoids.",
            ),
            Mistake(
                "peephole outside the sigmoid",
                edits=[
                    ("tf.sigmoid(z_i + p_i * c_prev)", "tf.sigmoid(z_i) + p_i * c_prev"),
                    ("tf.sigmoid(z_f + p_f * c_prev)", "tf.sigmoid(z_f) + p_f * c_prev"),
                    ("tf.sigmoid(z_o + p_o * c_t)", "tf.sigmoid(z_o) + p_o * c_t"),
                ],
                says="The peepholes are added after the sigmoid, so a gate can leave 0 to 1. They belong inside.",
            ),
            Mistake(
                "peepholes see h_prev",
                edits=[("p_i * c_prev", "p_i * h_prev"), ("p_f * c_prev", "p_f * h_prev")],
                says="The peepholes of i and f look at `h_prev`, which the gates see anyway. They look into the cell: "
                "`c_prev`.",
            ),
            Mistake(
                "peepholes see tanh(c)",
                edits=[
                    ("p_i * c_prev", "p_i * tf.tanh(c_prev)"),
                    ("p_f * c_prev", "p_f * tf.tanh(c_prev)"),
                    ("p_o * c_t", "p_o * tf.tanh(c_t)"),
                ],
                says="The peepholes see the cell state as it is, without a `tanh`.",
            ),
            Mistake(
                "peephole without the state",
                edits=[("p_i * c_prev", "p_i"), ("p_f * c_prev", "p_f"), ("p_o * c_t", "p_o")],
                says="You add the peephole weights themselves, like a second bias. Multiply them by the cell state.",
            ),
            Mistake(
                "candidate peeps as well",
                edits=[("tf.tanh(z_c)", "tf.tanh(z_c + p_i * c_prev)")],
                says="The candidate looks into the cell too. Only the three gates have peepholes.",
            ),
            Mistake(
                "i and f swapped",
                edits=[("f * c_prev + i * tf", "i * c_prev + f * tf")],
                says="Input and forget gate have changed places: f multiplies `c_prev`, i the candidate.",
            ),
            Mistake(
                "h_prev kept",
                edits=[("c_t = f * c_prev", "c_t = f * h_prev")],
                says="The forget gate multiplies `h_prev`. What it keeps is the cell state: `c_prev`.",
            ),
            Mistake(
                "sigmoid candidate",
                edits=[("tf.tanh(z_c)", "tf.sigmoid(z_c)")],
                says="The candidate goes through `tanh`, as before; only gates go through the sigmoid.",
            ),
            Mistake(
                "tanh(c) left out",
                edits=[("o * tf.tanh(c_t)", "o * c_t")],
                says="`c_t` is right. What the output gate multiplies is still the `tanh` of it.",
            ),
            Mistake(
                "order of the old cells",
                edits=[("z_i, z_f, z_c, z_o = tf", "z_i, z_c, z_f, z_o = tf")],
                says="You cut the blocks in the order i, c, f, o. In this exercise it is Keras's: i, f, c, o.",
            ),
            Mistake(
                "order i, f, o, c",
                edits=[("z_i, z_f, z_c, z_o = tf", "z_i, z_f, z_o, z_c = tf")],
                says="The last two blocks are exchanged: the order is i, f, c, o.",
            ),
            Mistake(
                "bias missing",
                edits=[(" + bias", "")],
                says="The bias is missing. The peepholes come on top of it, not in its place.",
            ),
            Mistake(
                "h and c swapped",
                edits=[("return o * tf.tanh(c_t), c_t", "return c_t, o * tf.tanh(c_t)")],
                says="Both results are right, in the wrong order: first `h_t`, then `c_t`.",
            ),
        ],
        alternatives=[
            Alternative(
                "einsum in numpy",
                source="""
def peephole_step(x, h, c, W, R, b, p):
    x, h, c, W, R, b, p = (np.asarray(a, np.float64) for a in (x, h, c, W, R, b, p))
    z = np.einsum("bd,dgu->gbu", x, W.reshape(len(W), 4, -1)) + np.einsum("bv,vgu->gbu", h, R.reshape(len(R), 4, -1))
    z += b.reshape(4, 1, -1)
    sigmoid = lambda a: 1 / (1 + np.exp(-a))
    new = sigmoid(z[1] + c * p[1]) * c + sigmoid(z[0] + c * p[0]) * np.tanh(z[2])
    return sigmoid(z[3] + new * p[2]) * np.tanh(new), new
""",
            ),
            Alternative(
                "diagonal matrices",
                source="""
def peephole_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias, peepholes):
    p = [tf.linalg.diag(row) for row in peepholes]
    z = tf.concat([x_t, h_prev], 1) @ tf.concat([kernel, recurrent_kernel], 0) + bias
    z = tf.reshape(z, (-1, 4, c_prev.shape[1]))
    c_t = tf.sigmoid(z[:, 1] + c_prev @ p[1]) * c_prev
    c_t += tf.sigmoid(z[:, 0] + c_prev @ p[0]) * tf.tanh(z[:, 2])
    return tf.sigmoid(z[:, 3] + c_t @ p[2]) * tf.tanh(c_t), c_t
""",
            ),
        ],
    ),
    Exercise(
        "keras_weights",
        draw=draw_old_weights,
        returns={"kernel": "D 4U", "recurrent_kernel": "U 4U", "bias": "4U"},
        reveal="The same numbers in other places, and the 1 that used to hide in the cell now stands in the bias.",
        mistakes=[
            Mistake(
                "forget bias set, not added",
                edits=[("b_f + forget_bias", "tf.zeros_like(b_f) + forget_bias")],
                says="The bias of f is set to `forget_bias`. The old cell added it to the bias that is there: add too.",
            ),
            Mistake(
                "order left as it was",
                edits=[
                    ("tf.concat([i, f, c, o], axis=1)", "matrix"),
                    ("[b_i, b_f + forget_bias, b_c, b_o]", "[b_i, b_c, b_f + forget_bias, b_o]"),
                ],
                says="The blocks are still in the old order i, c, f, o. Keras wants i, f, c, o, in the matrix and in "
                "the bias.",
            ),
            Mistake(
                "bias left alone",
                edits=[("bias = tf.concat([b_i, b_f + forget_bias, b_c, b_o], axis=0)", "bias = old_bias")],
                says="The matrices are right, the bias is the old one. Reorder its blocks and add the forget bias to "
                "f's.",
            ),
            Mistake(
                "blocks of the bias not joined",
                edits=[("tf.concat([b_i, b_f + forget_bias, b_c, b_o], axis=0)", "[b_i, b_f + forget_bias, b_c, b_o]")],
                says="The bias is still in four pieces. `tf.concat([...], axis=0)` joins them to one vector of 4U "
                "numbers.",
            ),
            Mistake(
                "bias not reordered",
                edits=[("[b_i, b_f + forget_bias, b_c, b_o]", "[b_i, b_c, b_f + forget_bias, b_o]")],
                says="The matrices are right, the bias is still in the old order. Its blocks move in the same way.",
            ),
            Mistake(
                "matrix not reordered",
                edits=[("tf.concat([i, f, c, o], axis=1)", "matrix")],
                says="The bias is right, the matrices are still in the old order i, c, f, o.",
            ),
            Mistake(
                "forget bias left out",
                edits=[("b_f + forget_bias", "b_f")],
                says="The forget bias is missing. The old cell added it by itself; in Keras it has to stand in the "
                "bias.",
            ),
            Mistake(
                "always 1",
                edits=[("b_f + forget_bias", "b_f + 1.0")],
                says="You always add 1. That is the old default; add `forget_bias`, which may be another number.",
            ),
            Mistake(
                "forget bias at another gate",
                edits=[("b_f + forget_bias, b_c", "b_f, b_c + forget_bias")],
                says="You added the forget bias to the candidate's block. Add it to f's, whichever place f has "
                "when you add.",
            ),
            Mistake(
                "forget bias at the input gate",
                edits=[("[b_i, b_f + forget_bias,", "[b_i + forget_bias, b_f,")],
                says="The forget bias went to the input gate. It belongs to the forget gate, f.",
            ),
            Mistake(
                "forget bias everywhere",
                edits=[
                    ("[b_i, b_f + forget_bias, b_c, b_o], axis=0)", "[b_i, b_f, b_c, b_o], axis=0) + forget_bias"),
                ],
                says="You add the forget bias to all four parts. Only the forget gate gets it.",
            ),
            Mistake(
                "forget bias in the matrix too",
                edits=[("[i, f, c, o]", "[i, f + forget_bias, c, o]")],
                says="The forget bias was added to the matrix as well. It is a bias: one number per unit, added once.",
            ),
            Mistake(
                "forget bias subtracted",
                edits=[("b_f + forget_bias", "b_f - forget_bias")],
                says="You subtract the forget bias. The old cell added it before the sigmoid; so do you.",
            ),
            Mistake(
                "order i, f, o, c",
                edits=[
                    ("[i, f, c, o]", "[i, f, o, c]"),
                    ("b_f + forget_bias, b_c, b_o]", "b_f + forget_bias, b_o, b_c]"),
                ],
                says="The last two blocks are exchanged: Keras has the candidate third and the output gate last.",
            ),
            Mistake(
                "old order read as i, f, c, o",
                edits=[
                    ("i, c, f, o = tf.split(matrix", "i, f, c, o = tf.split(matrix"),
                    ("b_i, b_c, b_f, b_o = tf.split", "b_i, b_f, b_c, b_o = tf.split"),
                ],
                says="You cut old weights, the matrix or the bias or both, as if they were in Keras's order, so their "
                "blocks do not move. They are i, c, f, o.",
            ),
            Mistake(
                "rows read as [h, x]",
                edits=[("weights[:D], weights[D:]", "weights[-D:], weights[:-D]")],
                says="The rows are split the wrong way round. The old matrix has the D rows of x on top, the U rows "
                "of h below.",
            ),
            Mistake(
                "kernels swapped",
                edits=[("weights[:D], weights[D:]", "weights[D:], weights[:D]")],
                says="The two matrices are exchanged: first the kernel (D rows), then the recurrent kernel (U rows).",
            ),
            Mistake(
                "columns cut for rows",
                edits=[("weights[:D], weights[D:]", "weights[:, :D], weights[:, D:]")],
                says="You cut off the first D columns. x and h are stacked in the rows: `weights[:D]`.",
            ),
            Mistake(
                "one matrix",
                edits=[("return weights[:D], weights[D:], bias", "return weights, bias")],
                says="Keras wants three arrays: cut the matrix into the rows for x and the rows for h.",
            ),
        ],
        alternatives=[
            Alternative(
                "numpy, columns by number",
                source="""
def keras_weights(matrix, old_bias, D, forget_bias):
    U = len(old_bias) // 4
    order = np.r_[0:U, 2 * U : 3 * U, U : 2 * U, 3 * U : 4 * U]
    matrix, bias = np.asarray(matrix)[:, order], np.array(old_bias)[order]
    bias[U : 2 * U] += forget_bias
    return [matrix[:D], matrix[D:], bias]
""",
            ),
            Alternative(
                "blocks by reshape and gather",
                source="""
def keras_weights(matrix, old_bias, D, forget_bias):
    U = old_bias.shape[0] // 4
    blocks = tf.gather(tf.reshape(matrix, (-1, 4, U)), [0, 2, 1, 3], axis=1)
    bias = tf.gather(tf.reshape(old_bias, (4, U)), [0, 2, 1, 3])
    bias += forget_bias * tf.constant([[0.0], [1.0], [0.0], [0.0]])
    joint = tf.reshape(blocks, (-1, 4 * U))
    return joint[:D], joint[D:], tf.reshape(bias, [-1])
""",
            ),
        ],
    ),
    choice(
        "find_the_bug",
        right="B",
        wrong={
            "A": "`A` cannot be: `h` is a gate between 0 and 1 times a `tanh` between -1 and 1, whatever the weights "
            "are. What can be larger than 1?",
            "C": "`C` would lose the first 24 rows for good. Carrying the state over is right; look at what is carried "
            "under which name.",
            "D": "`D` does not explain the printed number: no forget gate can make `h` larger than 1.",
        },
        reveal="`h` never leaves -1 to 1; `c` may. Two states of one shape can only be told apart by such a "
        "look, or by "
        "the manual.",
    ),
]
