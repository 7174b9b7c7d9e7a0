"""Lesson 10: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws

# All different, and different from the notebook's own sizes: no wrong shape looks right.
B, D, U = 3, 4, 7


def array(values):
    return np.array(values, np.float32)


def draw_steps(rng):
    def case(group, batch, features, units):
        shapes = ((batch, features), (batch, units), (features, 3 * units), (units, 3 * units), (3 * units,))
        return Case(group, tuple(draws(rng, *shape, scale=0.8) for shape in shapes))

    by_hand = ([[2.0]], [[0.5]], [[0.8, -1.2, 0.4]], [[-0.8, 0.6, -1.2]], [0.5, 1.1, -1.2])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("several units", B, D, U),
        case("other sizes", 2, 6, 3),
        case("other sizes", 5, 1, 4),
    ]


def draw_steps_after(rng):
    def case(group, batch, features, units):
        shapes = ((batch, features), (batch, units), (features, 3 * units), (units, 3 * units), (2, 3 * units))
        return Case(group, tuple(draws(rng, *shape, scale=0.8) for shape in shapes))

    bias = [[0.5, 1.1, -1.2], [0.0, 0.0, 0.7]]
    by_hand = ([[2.0]], [[0.5]], [[0.8, -1.2, 0.4]], [[-0.8, 0.6, -1.2]], bias)
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("several units", B, D, U),
        case("other sizes", 2, 6, 3),
        case("other sizes", 5, 1, 4),
    ]


def draw_flips(rng):
    def case(group, features, units, *bias):
        shapes = ((features, 3 * units), (units, 3 * units), bias)
        return Case(group, tuple(draws(rng, *shape) for shape in shapes))

    by_hand = ([[0.8, -1.2, 0.4]], [[-0.8, 0.6, -1.2]], [0.5, 1.1, -1.2])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("one bias", D, U, 3 * U),
        case("one bias", 7, 2, 6),
        case("two biases", 3, 4, 2, 12),
    ]


def draw_old_cells(rng):
    def case(group, features, units):
        rows = features + units
        shapes = ((rows, 2 * units), (2 * units,), (rows, units), (units,))
        return Case(group, tuple(draws(rng, *shape) for shape in shapes))

    by_hand = ([[1, 2], [3, 4]], [5, 6], [[7], [8]], [9])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("fewer features than units", 2, 7),
        case("more features than units", 6, 4),
    ]


def largest(budget, count):
    units = 0
    while count(units + 1) <= budget:
        units += 1
    return units


def draw_budgets(rng):
    """Sizes at which no known slip gives the right numbers, and some at which a budget is met exactly."""

    def separates(features, units):
        a, budget = features + 1, 4 * units * (features + units + 1)
        gru = largest(budget, lambda n: 3 * n * (n + a + 1))
        plain = largest(budget, lambda n: n * (n + a))
        in_bracket = budget // (3 * (units + a + 1))  # U where n belongs
        slips = (
            largest(budget, lambda n: 3 * n * (n + a)),
            largest(budget, lambda n: 3 * n * (n + a - 1)),
            largest(budget, lambda n: 4 * n * (n + a + 1)),
            4 * units // 3,
            round(4 * units / 3),
            in_bracket,
        )
        more = 3 * (gru + 1) * (gru + a + 2) - budget < budget - 3 * gru * (gru + a + 1)
        more = more and in_bracket != 4 * units // 3
        return gru not in slips and more and plain not in (4 * units, largest(budget, lambda n: n * (n + a - 1)))

    def nearer(features, units):
        """Whether one unit more is nearer to the budget, though a count that lacks a bias does not reach it."""
        a, budget = features + 1, 4 * units * (features + units + 1)
        gru = largest(budget, lambda n: 3 * n * (n + a + 1))
        plain = largest(budget, lambda n: n * (n + a))
        left = budget - 3 * gru * (gru + a + 1), budget - plain * (plain + a)
        beyond = 3 * (gru + 1) * (gru + a + 2) - budget, (plain + 1) * (plain + a + 1) - budget
        return 3 * (gru + 1) < beyond[0] < left[0] and plain + 1 < beyond[1] < left[1]

    def exact(features, units):
        a, budget = features + 1, 4 * units * (features + units + 1)
        gru = largest(budget, lambda n: 3 * n * (n + a + 1))
        plain = largest(budget, lambda n: n * (n + a))
        return 3 * gru * (gru + a + 1) == budget or plain * (plain + a) == budget

    sizes = [(features, units) for features in range(2, 60) for units in range(2, 90) if features != units]
    chosen = rng.permutation([size for size in sizes if separates(*size)])[:3]
    near = rng.permutation([size for size in sizes if nearer(*size)])[:1]
    met = rng.permutation([size for size in sizes if exact(*size)])[:2]
    return [
        Case("the example by hand", (2, 3)),
        *(Case("any sizes", (int(d), int(u))) for d, u in (*chosen, *near)),
        *(Case("a budget met exactly", (int(d), int(u))) for d, u in met),
    ]


Z = "z = tf.sigmoid(x_t @ W_z + h_prev @ R_z + b_z)"
R = "r = tf.sigmoid(x_t @ W_r + h_prev @ R_r + b_r)"
MIX = "z * h_prev + (1 - z) * candidate"

INTERLEAVED = """
def gru_step(x_t, h_prev, kernel, recurrent_kernel, bias):
    W_z, W_r, W_h = (kernel[:, i::3] for i in range(3))
    R_z, R_r, R_h = (recurrent_kernel[:, i::3] for i in range(3))
    b_z, b_r, b_h = (bias[i::3] for i in range(3))
    z = tf.sigmoid(x_t @ W_z + h_prev @ R_z + b_z)
    r = tf.sigmoid(x_t @ W_r + h_prev @ R_r + b_r)
    candidate = tf.tanh(x_t @ W_h + (r * h_prev) @ R_h + b_h)
    return z * h_prev + (1 - z) * candidate
"""

EXERCISES = [
    choice(
        "which_way",
        right="A",
        wrong={
            "B": "`B` would be right with the notes' formula. In Keras's formula `z` multiplies the old state: "
            "which `z` keeps it?",
            "C": "`C` gives a `z` of 0.5 for a sum of 0: half of the old state goes at every step. To keep it, "
            "`z` has to be near one end.",
            "D": "`D` would hold if training were all that counts. The start decides how far back the first "
            "gradients reach. Ask what `z` is at the start.",
        },
        reveal="A large sum makes `z` nearly 1, and in Keras `z` is the share of the old state that stays.",
    ),
    Exercise(
        "gru_step",
        draw=draw_steps,
        returns={"h_t": "B U"},
        reveal="One state instead of two, three blocks instead of four. What z keeps and what comes in add up to 1.",
        mistakes=[
            Mistake(
                "reset in the mixture too",
                edits=[(MIX, "z * (r * h_prev) + (1 - z) * candidate")],
                says="You let `r` into the mixture as well. It acts in the candidate only; `z` multiplies the old "
                "state as it was.",
            ),
            Mistake(
                "z points the other way",
                edits=[(MIX, "(1 - z) * h_prev + z * candidate")],
                says="Your `z` points the other way: it lets the candidate in. In Keras `z` multiplies the old state.",
            ),
            Mistake(
                "z and r exchanged",
                edits=[
                    ("W_z, W_r, W_h", "W_r, W_z, W_h"),
                    ("R_z, R_r, R_h", "R_r, R_z, R_h"),
                    ("b_z, b_r, b_h", "b_r, b_z, b_h"),
                ],
                says="The first two blocks are exchanged. Keras's order is z, r, h: the update gate comes first.",
            ),
            Mistake(
                "z and r exchanged in the kernel",
                edits=[("W_z, W_r, W_h", "W_r, W_z, W_h")],
                says="In the kernel z and r have changed places. All three weights have the order z, r, h.",
            ),
            Mistake(
                "z and r exchanged in the recurrent kernel",
                edits=[("R_z, R_r, R_h", "R_r, R_z, R_h")],
                says="In the recurrent kernel z and r have changed places. All three weights have the order z, r, h.",
            ),
            Mistake(
                "z and r exchanged in the bias",
                edits=[("b_z, b_r, b_h", "b_r, b_z, b_h")],
                says="In the bias z and r have changed places. All three weights have the order z, r, h.",
            ),
            Mistake(
                "z's kernel in r",
                edits=[(R, R.replace("W_r", "W_z"))],
                says="Your `r` takes the update gate's block of the kernel. Its own is the second one, `W_r`.",
            ),
            Mistake(
                "z's recurrent kernel in r",
                edits=[(R, R.replace("R_r", "R_z"))],
                says="Your `r` takes the update gate's block of the recurrent kernel. Its own is the second one, "
                "`R_r`.",
            ),
            Mistake(
                "z's bias in r",
                edits=[(R, R.replace("b_r", "b_z"))],
                says="Your `r` takes the update gate's bias. Its own is the second third, `b_r`.",
            ),
            Mistake(
                "candidate block first",
                edits=[
                    ("W_z, W_r, W_h", "W_h, W_z, W_r"),
                    ("R_z, R_r, R_h", "R_h, R_z, R_r"),
                    ("b_z, b_r, b_h", "b_h, b_z, b_r"),
                ],
                says="You take the candidate from the first block. Keras's order is z, r, h: the candidate is last.",
            ),
            Mistake(
                "reset after the product",
                edits=[("(r * h_prev) @ R_h", "r * (h_prev @ R_h)")],
                says="You apply `r` after the product. That is the other form, which comes later. Here `r` "
                "multiplies the old state before the matrix sees it.",
            ),
            Mistake(
                "no reset",
                edits=[("(r * h_prev) @ R_h", "h_prev @ R_h")],
                says="The reset gate is never used. The candidate sees `r` times the old state.",
            ),
            Mistake(
                "r without the old state",
                edits=[("(r * h_prev) @ R_h", "r @ R_h")],
                says="`r` stands in the candidate without the old state. It says how much of `h_prev` is seen: "
                "multiply the two first.",
            ),
            Mistake(
                "z for r in the candidate",
                edits=[("(r * h_prev) @ R_h", "(z * h_prev) @ R_h")],
                says="What closes the old state in the candidate is `z`. `r` belongs there, made of its own blocks, "
                "the second ones.",
            ),
            Mistake(
                "r for z in the mixture",
                edits=[(MIX, "r * h_prev + (1 - r) * candidate")],
                says="The last line mixes with `r`. It is the update gate that mixes: `z`, made of the first blocks.",
            ),
            Mistake(
                "1 - r in the candidate",
                edits=[("(r * h_prev) @ R_h", "((1 - r) * h_prev) @ R_h")],
                says="You use `1 - r`. With r = 1 the candidate sees all of the old state, with r = 0 none.",
            ),
            Mistake(
                "reset in the gates too",
                edits=[(f"{Z}\n    {R}", f"{R}\n    z = tf.sigmoid(x_t @ W_z + (r * h_prev) @ R_z + b_z)")],
                says="Your update gate sees the reset state. Both gates see `h_prev` as it is; `r` works in the "
                "candidate only.",
            ),
            Mistake(
                "sigmoid in the candidate",
                edits=[("candidate = tf.tanh(", "candidate = tf.sigmoid(")],
                says="Your candidate is made by a sigmoid, so it is never negative. It is a state, as in lesson 01: "
                "`tanh`.",
            ),
            Mistake(
                "tanh in the gates",
                edits=[("z = tf.sigmoid(", "z = tf.tanh("), ("r = tf.sigmoid(", "r = tf.tanh(")],
                says="Your gates are made by `tanh` and can be negative. A gate is a number between 0 and 1: sigmoid.",
            ),
            Mistake(
                "no tanh",
                edits=[("tf.tanh(x_t @ W_h + (r * h_prev) @ R_h + b_h)", "x_t @ W_h + (r * h_prev) @ R_h + b_h")],
                says="The candidate goes through no `tanh`. Without it states can grow without limit.",
            ),
            Mistake(
                "no sigmoid",
                edits=[(Z, Z.replace("tf.sigmoid", "")), (R, R.replace("tf.sigmoid", ""))],
                says="The gates go through no sigmoid, so they are not between 0 and 1.",
            ),
            Mistake(
                "no sigmoid in z",
                edits=[(Z, Z.replace("tf.sigmoid", ""))],
                says="Your `z` goes through no sigmoid, so it is not between 0 and 1.",
            ),
            Mistake(
                "no sigmoid in r",
                edits=[(R, R.replace("tf.sigmoid", ""))],
                says="Your `r` goes through no sigmoid, so it is not between 0 and 1.",
            ),
            Mistake(
                "no bias",
                edits=[(" + b_z", ""), (" + b_r", ""), (" + b_h", "")],
                says="The bias is missing. Each of the three sums adds its own third of it.",
            ),
            Mistake(
                "no bias in the candidate",
                edits=[(" + b_h", "")],
                says="The candidate's bias is missing: the last third of `bias`.",
            ),
            Mistake(
                "no bias in the gates",
                edits=[(" + b_z", ""), (" + b_r", "")],
                says="The gates have no bias. Add the first third for `z` and the second for `r`.",
            ),
            Mistake(
                "bias after tanh",
                edits=[("(r * h_prev) @ R_h + b_h)", "(r * h_prev) @ R_h) + b_h")],
                says="The candidate's bias is added after `tanh`. It belongs inside the bracket.",
            ),
            Mistake(
                "gates see the input only",
                edits=[("W_z + h_prev @ R_z", "W_z"), ("W_r + h_prev @ R_r", "W_r")],
                says="Your gates look at the input only. They see the old state as well, through its own kernel.",
            ),
            Mistake(
                "candidate without the input",
                edits=[("tf.tanh(x_t @ W_h + ", "tf.tanh(")],
                says="The candidate does not see the input. Its sum has three parts, as each gate's has.",
            ),
            Mistake(
                "old state added in full",
                edits=[(MIX, "h_prev + (1 - z) * candidate")],
                says="The old state comes in full, whatever `z` says. Its share is `z`.",
            ),
            Mistake(
                "candidate added in full",
                edits=[(MIX, "z * h_prev + candidate")],
                says="The candidate comes in full, whatever `z` says. Its share is `1 - z`.",
            ),
            Mistake(
                "candidate returned",
                edits=[("return " + MIX, "return candidate")],
                says="That is the candidate. The new state mixes it with the old state, in shares given by `z`.",
            ),
            Mistake(
                "candidate and old state exchanged in r",
                edits=[("x_t @ W_h + (r * h_prev) @ R_h + b_h", "r * (x_t @ W_h) + h_prev @ R_h + b_h")],
                says="Your `r` closes the input. It has to close the old state: the input comes in full.",
            ),
            Mistake(
                "r on the whole sum",
                edits=[("x_t @ W_h + (r * h_prev) @ R_h + b_h", "r * (x_t @ W_h + h_prev @ R_h + b_h)")],
                says="`r` multiplies the whole sum. It multiplies the old state only, and the input comes in full.",
            ),
            Mistake(
                "z twice",
                edits=[(MIX, "z * h_prev + z * candidate")],
                says="Both shares are `z`. What is not kept is let in: the candidate's share is `1 - z`.",
            ),
            Mistake(
                "blocks interleaved",
                source=INTERLEAVED,
                says="You take every third column. The blocks stand side by side: the first U columns are z's.",
            ),
            Mistake(
                "split along axis 0",
                edits=[("tf.split(kernel, 3, axis=1)", "tf.split(kernel, 3)")],
                says="`tf.split` cuts along axis 0 unless told otherwise. The blocks of a kernel stand side by side: "
                "`axis=1`.",
            ),
            Mistake(
                "input times kernel number by number",
                edits=[("x_t @ W_z", "x_t * W_z"), ("x_t @ W_r", "x_t * W_r"), ("x_t @ W_h", "x_t * W_h")],
                says="The sign between `x_t` and its kernel is `*`, number by number, which fits one feature only. "
                "The matrix product is `@`.",
            ),
            Mistake(
                "state times kernel number by number",
                edits=[("(r * h_prev) @ R_h", "(r * h_prev) * R_h")],
                says="The sign between the old state and a recurrent kernel is `*`, number by number, which fits one "
                "unit only. The matrix product is `@`.",
            ),
            Mistake(
                "every product number by number",
                edits=[
                    (Z, Z.replace("@", "*")),
                    (R, R.replace("@", "*")),
                    ("x_t @ W_h + (r * h_prev) @ R_h", "x_t * W_h + (r * h_prev) * R_h"),
                ],
                says="Between a vector and its kernel you write `*`, number by number, which fits one feature and one "
                "unit only. The matrix product is `@`.",
            ),
            Mistake(
                "matrix product with a gate",
                edits=[("(r * h_prev) @ R_h", "(r @ h_prev) @ R_h")],
                says="You take the matrix product of a gate and a state. A gate multiplies number by number, with "
                "`*`; `@` is for the kernels.",
            ),
            Mistake(
                "both results",
                edits=[("return " + MIX, "return " + MIX + ", candidate")],
                says="One tensor is asked, the new state. You return the candidate beside it.",
            ),
            Mistake(
                "the new state and a list of states",
                edits=[("return " + MIX, "return [" + MIX + ", [" + MIX + "]]")],
                says="A Keras cell returns its output and a list of states. Here the new state alone is asked.",
            ),
        ],
        alternatives=[
            Alternative(
                "the cell of Keras",
                source="""
def gru_step(x_t, h_prev, kernel, recurrent_kernel, bias):
    cell = keras.layers.GRUCell(h_prev.shape[1], reset_after=False)
    cell.build(x_t.shape)
    cell.set_weights([kernel, recurrent_kernel, bias])
    return cell(x_t, [h_prev])[0]
""",
            ),
            Alternative(
                "one product for both gates, in numpy",
                source="""
import numpy as np
def gru_step(x, h, W, R, b):
    x, h, W, R, b = (np.asarray(a, np.float64) for a in (x, h, W, R, b))
    U = h.shape[1]
    gates = 1 / (1 + np.exp(-(x @ W[:, :2 * U] + h @ R[:, :2 * U] + b[:2 * U])))
    z, r = gates[:, :U], gates[:, U:]
    new = np.tanh(np.einsum("bd,du->bu", x, W[:, -U:]) + np.einsum("bv,vu->bu", r * h, R[:, -U:]) + b[-U:])
    return new + z * (h - new)
""",
            ),
            Alternative(
                "one matrix for input and state",
                source="""
def gru_step(x_t, h_prev, kernel, recurrent_kernel, bias):
    U = h_prev.shape[1]
    joint = tf.concat([kernel, recurrent_kernel], axis=0)
    both = tf.concat([x_t, h_prev], axis=1) @ joint[:, : 2 * U] + bias[: 2 * U]
    z, r = tf.split(tf.sigmoid(both), 2, axis=1)
    new = tf.tanh(tf.concat([x_t, r * h_prev], axis=1) @ joint[:, 2 * U :] + bias[2 * U :])
    return h_prev * z + new - z * new
""",
            ),
        ],
    ),
    Exercise(
        "gru_step_after",
        draw=draw_steps_after,
        returns={"h_t": "B U"},
        reveal="Both products are done before any gate is known, so each is one large product. That is why it is fast.",
        mistakes=[
            Mistake(
                "bias split along its rows",
                edits=[
                    ("x_t @ kernel + bias[0], 3, axis=1)", "x_t @ kernel + tf.split(bias, 3)[0], 3, axis=1)"),
                ],
                says="The bias has two rows here, and `tf.split(bias, 3)` tries to cut these. Take a row first, "
                "`bias[0]`, or split along `axis=1`.",
            ),
            Mistake(
                "reset before the product",
                edits=[
                    (
                        "r * h_h",
                        "(r * h_prev) @ tf.split(recurrent_kernel, 3, axis=1)[2] + tf.split(bias[1], 3)[2]",
                    )
                ],
                says="You apply `r` before the product. That is the first form. Here `r` multiplies the third block "
                "of the finished sum.",
            ),
            Mistake(
                "second bias outside the reset",
                edits=[("r * h_h", "r * (h_h - tf.split(bias[1], 3)[2]) + tf.split(bias[1], 3)[2]")],
                says="`r` has to multiply the candidate's second bias too: the bias belongs to the sum over the "
                "old state.",
            ),
            Mistake(
                "z points the other way",
                edits=[(MIX, "(1 - z) * h_prev + z * candidate")],
                says="Your `z` points the other way: it lets the candidate in. In Keras `z` multiplies the old state.",
            ),
            Mistake(
                "z and r exchanged",
                edits=[("x_z, x_r, x_h", "x_r, x_z, x_h"), ("h_z, h_r, h_h", "h_r, h_z, h_h")],
                says="The first two blocks are exchanged. Keras's order is z, r, h: the update gate comes first.",
            ),
            Mistake(
                "z and r exchanged in one kernel",
                edits=[("h_z, h_r, h_h", "h_r, h_z, h_h")],
                says="In the sum over the old state, z and r have changed places. Both sums have the order z, r, h.",
            ),
            Mistake(
                "z and r exchanged in the input's sum",
                edits=[("x_z, x_r, x_h", "x_r, x_z, x_h")],
                says="In the sum over the input, z and r have changed places. Both sums have the order z, r, h.",
            ),
            Mistake(
                "first bias twice",
                edits=[("bias[1]", "bias[0]")],
                says="Row 0 of the bias stands in both sums. The old state's sum takes row 1.",
            ),
            Mistake(
                "second bias twice",
                edits=[("bias[0]", "bias[1]")],
                says="Row 1 of the bias stands in both sums. The input's sum takes row 0.",
            ),
            Mistake(
                "first bias only",
                edits=[(" + bias[1]", "")],
                says="The second row of the bias is missing. It belongs to the sum over the old state.",
            ),
            Mistake(
                "second bias only",
                edits=[(" + bias[0]", "")],
                says="The first row of the bias is missing. It belongs to the sum over the input.",
            ),
            Mistake(
                "no bias",
                edits=[(" + bias[0]", ""), (" + bias[1]", "")],
                says="The biases are missing: row 0 belongs to the input's sum, row 1 to the old state's.",
            ),
            Mistake(
                "biases exchanged",
                edits=[("bias[0]", "bias[2 - 1]"), ("bias[1]", "bias[1 - 1]")],
                says="The two rows of the bias have changed places. The gates do not mind, but only row 1 is "
                "multiplied by `r`: it belongs to the old state.",
            ),
            Mistake(
                "both biases with the state",
                edits=[
                    ("recurrent_kernel + bias[1]", "recurrent_kernel + bias[0] + bias[1]"),
                    ("kernel + bias[0],", "kernel,"),
                ],
                says="You add both biases to the old state's sum, where `r` multiplies both. Row 0 belongs to the "
                "input's sum.",
            ),
            Mistake(
                "no reset",
                edits=[("r * h_h", "h_h")],
                says="The reset gate is never used. It multiplies the candidate's part of the old state's sum.",
            ),
            Mistake(
                "1 - r in the candidate",
                edits=[("r * h_h", "(1 - r) * h_h")],
                says="You use `1 - r`. With r = 1 the candidate gets all of the old state's part, with r = 0 none.",
            ),
            Mistake(
                "z for r",
                edits=[("r * h_h", "z * h_h")],
                says="What closes the old state's part in the candidate is `z`. `r` belongs there, made of its own "
                "pieces, the second ones.",
            ),
            Mistake(
                "r for z in the mixture",
                edits=[(MIX, "r * h_prev + (1 - r) * candidate")],
                says="The last line mixes with `r`. It is the update gate that mixes: `z`, made of the first blocks.",
            ),
            Mistake(
                "r on the whole sum",
                edits=[("x_h + r * h_h", "r * (x_h + h_h)")],
                says="`r` multiplies the input's part as well. The input comes in full; only the old state's part is "
                "closed.",
            ),
            Mistake(
                "r on the input",
                edits=[("x_h + r * h_h", "r * x_h + h_h")],
                says="`r` closes the input and lets the old state through. It is the other way round.",
            ),
            Mistake(
                "sigmoid in the candidate",
                edits=[("candidate = tf.tanh(", "candidate = tf.sigmoid(")],
                says="Your candidate is made by a sigmoid, so it is never negative. It is a state: `tanh`.",
            ),
            Mistake(
                "tanh in the gates",
                edits=[("z = tf.sigmoid(", "z = tf.tanh("), ("r = tf.sigmoid(", "r = tf.tanh(")],
                says="Your gates are made by `tanh` and can be negative. A gate is a number between 0 and 1: sigmoid.",
            ),
            Mistake(
                "no tanh",
                edits=[("tf.tanh(x_h + r * h_h)", "x_h + r * h_h")],
                says="The candidate goes through no `tanh`. Without it states can grow without limit.",
            ),
            Mistake(
                "no sigmoid",
                edits=[("tf.sigmoid(x_z + h_z)", "x_z + h_z"), ("tf.sigmoid(x_r + h_r)", "x_r + h_r")],
                says="The gates go through no sigmoid, so they are not between 0 and 1.",
            ),
            Mistake(
                "no sigmoid in z",
                edits=[("tf.sigmoid(x_z + h_z)", "x_z + h_z")],
                says="Your `z` goes through no sigmoid, so it is not between 0 and 1.",
            ),
            Mistake(
                "no sigmoid in r",
                edits=[("tf.sigmoid(x_r + h_r)", "x_r + h_r")],
                says="Your `r` goes through no sigmoid, so it is not between 0 and 1.",
            ),
            Mistake(
                "gates see the input only",
                edits=[("x_z + h_z", "x_z"), ("x_r + h_r", "x_r")],
                says="Your gates look at the input's sum only. Add the old state's sum, block by block.",
            ),
            Mistake(
                "old state added in full",
                edits=[(MIX, "h_prev + (1 - z) * candidate")],
                says="The old state comes in full, whatever `z` says. Its share is `z`.",
            ),
            Mistake(
                "candidate added in full",
                edits=[(MIX, "z * h_prev + candidate")],
                says="The candidate comes in full, whatever `z` says. Its share is `1 - z`.",
            ),
            Mistake(
                "candidate returned",
                edits=[("return " + MIX, "return candidate")],
                says="That is the candidate. The new state mixes it with the old state, in shares given by `z`.",
            ),
            Mistake(
                "state times kernel number by number",
                edits=[("h_prev @", "h_prev *")],
                says="The sign between the old state and its kernel is `*`, number by number, which fits one unit "
                "only. The matrix product is `@`.",
            ),
            Mistake(
                "every product number by number",
                edits=[("x_t @", "x_t *"), ("h_prev @", "h_prev *")],
                says="Between a vector and its kernel you write `*`, number by number, which fits one feature and one "
                "unit only. The matrix product is `@`.",
            ),
            Mistake(
                "bias as one row",
                edits=[("bias[0]", "bias"), ("bias[1]", "bias")],
                says="You add the bias as one row. Here it has two, `bias[0]` and `bias[1]`, one for each sum.",
            ),
            Mistake(
                "split along axis 0",
                edits=[("tf.split(x_t @ kernel + bias[0], 3, axis=1)", "tf.split(x_t @ kernel + bias[0], 3)")],
                says="`tf.split` cuts along axis 0 unless told otherwise. The blocks of the sum stand side by side: "
                "`axis=1`.",
            ),
        ],
        alternatives=[
            Alternative(
                "the cell of Keras",
                source="""
def gru_step_after(x_t, h_prev, kernel, recurrent_kernel, bias):
    cell = keras.layers.GRUCell(h_prev.shape[1])
    cell.build(x_t.shape)
    cell.set_weights([kernel, recurrent_kernel, bias])
    return cell(x_t, [h_prev])[0]
""",
            ),
            Alternative(
                "a layer run for one step",
                source="""
def gru_step_after(x_t, h_prev, kernel, recurrent_kernel, bias):
    layer = keras.layers.GRU(h_prev.shape[1])
    layer.build((None, 1, x_t.shape[1]))
    layer.set_weights([kernel, recurrent_kernel, bias])
    return layer(x_t[:, None], initial_state=h_prev)
""",
            ),
            Alternative(
                "einsum in numpy",
                source="""
import numpy as np
def gru_step_after(x, h, W, R, b):
    x, h, W, R, b = (np.asarray(a, np.float64) for a in (x, h, W, R, b))
    from_x = np.einsum("bd,dgu->gbu", x, W.reshape(len(W), 3, -1)) + b[0].reshape(3, 1, -1)
    from_h = np.einsum("bv,vgu->gbu", h, R.reshape(len(R), 3, -1)) + b[1].reshape(3, 1, -1)
    z, r = 1 / (1 + np.exp(-(from_x + from_h)[:2]))
    new = np.tanh(from_x[2] + r * from_h[2])
    return new + z * (h - new)
""",
            ),
        ],
    ),
    Exercise(
        "flip_z",
        draw=draw_flips,
        returns={"kernel": "D 3U", "recurrent_kernel": "U 3U", "bias": ""},
        reveal="A sign in a third of the weights is all that tells the two conventions apart. Neither can do more.",
        mistakes=[
            Mistake(
                "first row of the bias only",
                edits=[
                    (
                        "bias * signs",
                        "(bias * signs if len(bias.shape) == 1 else tf.stack([bias[0] * signs, bias[1]]))",
                    )
                ],
                says="Of a bias with two rows only the first is changed. Both are part of the sum inside the sigmoid.",
            ),
            Mistake(
                "all weights negated",
                edits=[("tf.concat([-tf.ones(U), tf.ones(2 * U)], axis=0)", "-tf.ones(3 * U)")],
                says="You negate all three blocks. `r` and the candidate mean the same in both conventions: negate "
                "the first U columns only. U is `recurrent_kernel.shape[0]`; `shape[1]` is 3U.",
            ),
            Mistake(
                "3U for U",
                edits=[("U = recurrent_kernel.shape[0]", "U = recurrent_kernel.shape[1]")],
                says="Your vector of signs has 9U places, not 3U. U is `recurrent_kernel.shape[0]`; `shape[1]` is 3U.",
            ),
            Mistake(
                "a third of the bias's rows",
                source="""
def flip_z(kernel, recurrent_kernel, bias):
    U = bias.shape[0] // 3
    flip = lambda w: tf.concat([-w[..., :U], w[..., U:]], axis=-1)
    return flip(kernel), flip(recurrent_kernel), flip(bias)
""",
                says="With a bias of two rows nothing changes. Is your U `bias.shape[0] // 3`? There axis 0 counts "
                "rows, and 2 // 3 is 0. Take `recurrent_kernel.shape[0]`.",
            ),
            Mistake(
                "signs for a third of the bias's rows",
                edits=[("U = recurrent_kernel.shape[0]", "U = bias.shape[0] // 3")],
                says="With a bias of two rows your vector of signs is empty. Is your U `bias.shape[0] // 3`? There "
                "axis 0 counts rows, and 2 // 3 is 0. Take `recurrent_kernel.shape[0]`.",
            ),
            Mistake(
                "both gates negated",
                edits=[("[-tf.ones(U), tf.ones(2 * U)]", "[-tf.ones(2 * U), tf.ones(U)]")],
                says="You negate both gates. `r` means the same in both conventions: negate the first block only.",
            ),
            Mistake(
                "r negated",
                edits=[("[-tf.ones(U), tf.ones(2 * U)]", "[tf.ones(U), -tf.ones(U), tf.ones(U)]")],
                says="You negate the second block, which is `r`. The order is z, r, h: `z` comes first.",
            ),
            Mistake(
                "candidate negated",
                edits=[("[-tf.ones(U), tf.ones(2 * U)]", "[tf.ones(2 * U), -tf.ones(U)]")],
                says="You negate the last block, the candidate. The order is z, r, h: `z` comes first.",
            ),
            Mistake(
                "the other two negated",
                edits=[("[-tf.ones(U), tf.ones(2 * U)]", "[tf.ones(U), -tf.ones(2 * U)]")],
                says="You negate the two blocks that stay, and leave z's. It is the other way round.",
            ),
            Mistake(
                "nothing changed",
                edits=[("-tf.ones(U)", "tf.ones(U)")],
                says="The weights come back as they were. Those of `z` have to change their sign.",
            ),
            Mistake(
                "kernel only",
                edits=[("recurrent_kernel * signs, bias * signs", "recurrent_kernel, bias")],
                says="Only the kernel is changed. The whole sum inside the sigmoid changes its sign: the recurrent "
                "kernel and the bias take part.",
            ),
            Mistake(
                "bias forgotten",
                edits=[("bias * signs", "bias")],
                says="The bias of `z` keeps its sign. The whole sum inside the sigmoid has to change: both kernels "
                "and the bias.",
            ),
            Mistake(
                "recurrent kernel forgotten",
                edits=[("recurrent_kernel * signs", "recurrent_kernel")],
                says="The recurrent kernel's block of `z` keeps its sign. The whole sum inside the sigmoid has to "
                "change.",
            ),
            Mistake(
                "bias only",
                edits=[("return kernel * signs, recurrent_kernel * signs", "return kernel, recurrent_kernel")],
                says="Only the bias is changed. The whole sum inside the sigmoid changes its sign: both kernels take "
                "part.",
            ),
            Mistake(
                "one minus the weights",
                source="""
def flip_z(kernel, recurrent_kernel, bias):
    U = recurrent_kernel.shape[0]
    flip = lambda w: tf.concat([1 - w[..., :U], w[..., U:]], axis=-1)
    return flip(kernel), flip(recurrent_kernel), flip(bias)
""",
                says="You take one minus the weights. It is the *gate* that becomes `1 - z`; for the sum inside the "
                "sigmoid that means another sign.",
            ),
            Mistake(
                "every third column",
                source="""
def flip_z(kernel, recurrent_kernel, bias):
    signs = tf.tile([-1.0, 1.0, 1.0], [recurrent_kernel.shape[0]])
    return kernel * signs, recurrent_kernel * signs, bias * signs
""",
                says="You negate every third column. The blocks stand side by side: the first U columns are z's.",
            ),
            Mistake(
                "z and r exchanged",
                source="""
def flip_z(kernel, recurrent_kernel, bias):
    def swap(w):
        z, r, h = tf.split(w, 3, axis=-1)
        return tf.concat([r, z, h], axis=-1)
    return swap(kernel), swap(recurrent_kernel), swap(bias)
""",
                says="You exchange z and r. The blocks stay where they are; those of `z` change their sign.",
            ),
            Mistake(
                "rows for columns",
                source="""
def flip_z(kernel, recurrent_kernel, bias):
    def flip(w):
        n = w.shape[0] // 3 or 1
        return tf.concat([-w[:n], w[n:]], axis=0)
    return flip(kernel), flip(recurrent_kernel), flip(bias)
""",
                says="You negate rows. The blocks stand side by side, so z's block is a set of columns: the last axis.",
            ),
            Mistake(
                "first D columns",
                edits=[
                    ("U = recurrent_kernel.shape[0]", "U = kernel.shape[0]"),
                    ("tf.ones(2 * U)", "tf.ones(kernel.shape[1] - U)"),
                ],
                says="You negate as many columns as there are features. A block has U columns, one per unit.",
            ),
            Mistake(
                "the notebook's U",
                edits=[("U = recurrent_kernel.shape[0]", "U = 5")],
                says="The number of units is fixed at the notebook's own 5. Read it off the recurrent kernel, which "
                "has one row per unit.",
            ),
            Mistake(
                "one bias only",
                edits=[("bias * signs", "tf.concat([-bias[:U], bias[U:]], axis=0)")],
                says="A bias may have two rows, one below the other. Then z's block is the first U columns of each "
                "row, not the first U rows.",
            ),
        ],
        alternatives=[
            Alternative(
                "split and join",
                source="""
def flip_z(kernel, recurrent_kernel, bias):
    def flip(w):
        z, r, h = tf.split(w, 3, axis=-1)
        return tf.concat([-z, r, h], axis=-1)
    return flip(kernel), flip(recurrent_kernel), flip(bias)
""",
            ),
            Alternative(
                "numpy copies",
                source="""
import numpy as np
def flip_z(*weights):
    flipped = [np.array(w) for w in weights]
    for w in flipped:
        w[..., : w.shape[-1] // 3] *= -1
    return flipped
""",
            ),
        ],
    ),
    Exercise(
        "from_tf1",
        draw=draw_old_cells,
        returns={"kernel": "D 3U", "recurrent_kernel": "U 3U", "bias": "3U"},
        reveal="Two orders to mind, and no number changes: rows come apart at D, and u moves before r.",
        mistakes=[
            Mistake(
                "order r, z kept",
                edits=[("[z, r, candidate_kernel]", "[r, z, candidate_kernel]"), ("[b_z, b_r, ", "[b_r, b_z, ")],
                says="The old order r, u is still there. Keras wants z first: the old u comes before r.",
            ),
            Mistake(
                "order r, z kept in the bias",
                edits=[("[b_z, b_r, ", "[b_r, b_z, ")],
                says="The kernels are in order, but the bias still has r before u. Keras's order is z, r, h there too.",
            ),
            Mistake(
                "order r, z kept in the kernels",
                edits=[("[z, r, candidate_kernel]", "[r, z, candidate_kernel]")],
                says="The bias is in order, but the kernels still have r before u. Keras's order is z, r, h.",
            ),
            Mistake(
                "rows of the state first",
                edits=[("joint[:D], joint[D:]", "joint[U:], joint[:U]")],
                says="You take the first U rows for the state. The old matrices are for [x, h]: the first D rows "
                "belong to the input.",
            ),
            Mistake(
                "cut at U",
                edits=[("joint[:D], joint[D:]", "joint[:U], joint[U:]")],
                says="You cut the rows at U. The first D rows belong to the input, the last U to the state.",
            ),
            Mistake(
                "kernels exchanged",
                edits=[("joint[:D], joint[D:]", "joint[D:], joint[:D]")],
                says="The kernel and the recurrent kernel have changed places. Keras wants the input's kernel first.",
            ),
            Mistake(
                "z flipped",
                edits=[("[z, r, candidate_kernel]", "[-z, r, candidate_kernel]"), ("[b_z, b_r, ", "[-b_z, b_r, ")],
                says="You turn z round. The old cell's u multiplies the old state, as Keras's z does: no sign changes.",
            ),
            Mistake(
                "candidate first",
                edits=[
                    ("[z, r, candidate_kernel]", "[candidate_kernel, z, r]"),
                    ("[b_z, b_r, candidate_bias]", "[candidate_bias, b_z, b_r]"),
                ],
                says="The candidate comes first in yours. Keras's order is z, r, h: it comes last.",
            ),
            Mistake(
                "bias of the candidate forgotten",
                edits=[("[b_z, b_r, candidate_bias]", "[b_z, b_r]")],
                says="The bias has two thirds only. The candidate's bias comes behind those of the gates.",
            ),
            Mistake(
                "bias in three pieces",
                edits=[("tf.concat([b_z, b_r, candidate_bias], axis=0)", "[b_z, b_r, candidate_bias]")],
                says="The bias is still in three pieces. `tf.concat([...], axis=0)` joins them to one vector of 3U "
                "numbers.",
            ),
            Mistake(
                "bias stacked",
                edits=[("tf.concat([b_z, b_r, candidate_bias], axis=0)", "tf.stack([b_z, b_r, candidate_bias])")],
                says="The three pieces of your bias stand one below the other. `tf.concat([...], axis=0)` joins them "
                "to one vector of 3U numbers.",
            ),
            Mistake(
                "1 added to the gates' bias",
                edits=[("[b_z, b_r, ", "[b_z + 1, b_r + 1, ")],
                says="The gates' bias is 1 too large. The old cell's 1.0 is a start value only, already in what is "
                "stored: add nothing.",
            ),
            Mistake(
                "1 added to the bias of z",
                edits=[("[b_z, b_r, ", "[b_z + 1, b_r, ")],
                says="The bias of z is 1 too large. The old cell's 1.0 is a start value only, already in what is "
                "stored: add nothing.",
            ),
            Mistake(
                "2U for U",
                edits=[("U = candidate_kernel.shape[1]", "U = gates_kernel.shape[1]")],
                says="Your U is twice too large: the gates' weights hold r and u side by side, 2U columns. Take "
                "`candidate_kernel.shape[1]`.",
            ),
            Mistake(
                "joined one below the other",
                edits=[("candidate_kernel], axis=1)", "candidate_kernel], axis=0)")],
                says="The blocks are joined one below the other. They stand side by side: `axis=1`.",
            ),
            Mistake(
                "split along axis 0",
                edits=[("tf.split(gates_kernel, 2, axis=1)", "tf.split(gates_kernel, 2)")],
                says="`tf.split` cuts along axis 0 unless told otherwise. r and u stand side by side: `axis=1`.",
            ),
            Mistake(
                "kernels not cut apart",
                edits=[("return joint[:D], joint[D:], ", "return joint, ")],
                says="The matrices for [x, h] are not cut apart. Keras has one for the input, one for the state.",
            ),
            Mistake(
                "two rows of bias",
                edits=[
                    (
                        "tf.concat([b_z, b_r, candidate_bias], axis=0)",
                        "tf.stack([tf.concat([b_z, b_r, candidate_bias], 0)] + [tf.zeros(3 * U)])",
                    )
                ],
                says="You give the bias two rows. That is the form with the reset after the product; the old cell has "
                "it before, and one bias.",
            ),
            Mistake(
                "columns interleaved",
                source="""
def from_tf1(gates_kernel, gates_bias, candidate_kernel, candidate_bias):
    U = candidate_kernel.shape[1]
    D = candidate_kernel.shape[0] - U
    joint = tf.concat([gates_kernel[:, 1::2], gates_kernel[:, ::2], candidate_kernel], axis=1)
    return joint[:D], joint[D:], tf.concat([gates_bias[1::2], gates_bias[::2], candidate_bias], axis=0)
""",
                says="You take every other column. r and u are blocks: the first U columns are r's, the others u's.",
            ),
        ],
        alternatives=[
            Alternative(
                "slices in numpy",
                source="""
import numpy as np
def from_tf1(gates_kernel, gates_bias, candidate_kernel, candidate_bias):
    G, g, C, c = (np.array(a) for a in (gates_kernel, gates_bias, candidate_kernel, candidate_bias))
    U = len(c)
    kernel, bias = np.hstack([G[:, U:], G[:, :U], C]), np.hstack([g[U:], g[:U], c])
    return kernel[:-U], kernel[-U:], bias
""",
            ),
            Alternative(
                "rows first, then columns",
                source="""
def from_tf1(gates_kernel, gates_bias, candidate_kernel, candidate_bias):
    U = candidate_bias.shape[0]
    def join(gates, candidate):
        return tf.concat([gates[..., U:], gates[..., :U], candidate], axis=-1)
    kernel = join(gates_kernel[:-U], candidate_kernel[:-U])
    recurrent_kernel = join(gates_kernel[-U:], candidate_kernel[-U:])
    return [kernel, recurrent_kernel, join(gates_bias, candidate_bias)]
""",
            ),
        ],
    ),
    Exercise(
        "same_budget",
        draw=draw_budgets,
        returns={"the three numbers": ""},
        reveal="Fewer blocks leave room for more units. At equal units, the LSTM would have a third more weights.",
        mistakes=[
            Mistake(
                "n in the bracket not raised",
                edits=[
                    ("3 * n * (D + n + 2)", "3 * n * (D + n + 1)"),
                    ("largest(lambda n: n * (D + n + 1))", "largest(lambda n: n * (D + n))"),
                ],
                says="In both loops only the first n is `n + 1`, or both counts lack a bias. The n in the bracket "
                "grows too: n + 1 units cost `(n + 1) * (D + (n + 1) + 1)` in the plain network.",
            ),
            Mistake(
                "GRU with one bias",
                edits=[("3 * n * (D + n + 2)", "3 * n * (D + n + 1)")],
                says="Your GRU has one bias per block, or only the first of its two n is `n + 1`. Keras's default form "
                "has two, so a block of n units costs `n * (D + n + 2)`: both n are the same.",
            ),
            Mistake(
                "GRU without bias",
                edits=[("3 * n * (D + n + 2)", "3 * n * (D + n)")],
                says="Your GRU has no bias, or it has one and only the first of its two n is `n + 1`. Keras's default "
                "form has two biases per block.",
            ),
            Mistake(
                "GRU with four blocks",
                edits=[("3 * n * (D + n + 2)", "4 * n * (D + n + 2)")],
                says="Your GRU has four blocks. It has three: z, r and the candidate.",
            ),
            Mistake(
                "GRU with two blocks",
                edits=[("3 * n * (D + n + 2)", "2 * n * (D + n + 2)")],
                says="Your GRU has two blocks. Beside the two gates the candidate has weights of its own.",
            ),
            Mistake(
                "four thirds of the units",
                edits=[
                    (
                        "largest(lambda n: 3 * n * (D + n + 2)),",
                        "4 * U // 3,",
                    )
                ],
                says="Four thirds of the units is too many: the recurrent kernel grows with the square of the units. "
                "Count the parameters.",
            ),
            Mistake(
                "U in the GRU's bracket",
                edits=[("3 * n * (D + n + 2)", "3 * n * (D + U + 2)")],
                says="U stands in the GRU's bracket where n belongs. Its recurrent kernel grows with the square of its "
                "own units: `3 * n * (D + n + 2)`.",
            ),
            Mistake(
                "four times the units",
                edits=[("largest(lambda n: n * (D + n + 1))", "4 * U")],
                says="Four times the units is too many for a plain network: its recurrent kernel grows with the "
                "square. Count the parameters. Or does U stand in the bracket where n belongs?",
            ),
            Mistake(
                "plain network without bias",
                edits=[("largest(lambda n: n * (D + n + 1))", "largest(lambda n: n * (D + n))")],
                says="Your plain network has no bias, or only the first of its two n is `n + 1`. With n units it costs "
                "`n * (D + n + 1)`: both n are the same.",
            ),
            Mistake(
                "plain network with two biases",
                edits=[("largest(lambda n: n * (D + n + 1))", "largest(lambda n: n * (D + n + 2))")],
                says="Your plain network has two biases. Only Keras's GRU has two; one unit here costs `D + n + 1`.",
            ),
            Mistake(
                "LSTM without bias",
                edits=[("4 * U * (D + U + 1)", "4 * U * (D + U)")],
                says="The LSTM's bias is missing from your budget: four blocks, each `U*(D + U + 1)`.",
            ),
            Mistake(
                "LSTM with two biases",
                edits=[("4 * U * (D + U + 1)", "4 * U * (D + U + 2)")],
                says="Your LSTM has two biases per block. Keras gives it one; only the GRU has two.",
            ),
            Mistake(
                "LSTM with three blocks",
                edits=[("4 * U * (D + U + 1)", "3 * U * (D + U + 1)")],
                says="Your LSTM has three blocks. It has four: i, f, c and o.",
            ),
            Mistake(
                "one block",
                edits=[("4 * U * (D + U + 1)", "U * (D + U + 1)")],
                says="Your budget is that of one block. An LSTM has four.",
            ),
            Mistake(
                "no recurrent kernel",
                edits=[("4 * U * (D + U + 1)", "4 * U * (D + 1)")],
                says="The recurrent kernel is missing from the LSTM's count: U*U per block.",
            ),
            Mistake(
                "one unit too many",
                edits=[("return n\n", "return n + 1\n")],
                says="Both are one unit too large: they cost more than the budget. Stop before it is passed.",
            ),
            Mistake(
                "budget not met exactly",
                edits=[("<= budget", "< budget")],
                says="A layer may cost as much as the budget: at most, not less. Look at your comparison.",
            ),
            Mistake(
                "nearest to the budget",
                edits=[
                    (
                        "        return n\n",
                        "        return n + (count(n + 1) - budget < budget - count(n))\n",
                    )
                ],
                says="You take the size nearest to the budget, which may cost more than it. At most that is allowed.",
            ),
            Mistake(
                "plain and GRU exchanged",
                edits=[
                    (
                        "largest(lambda n: 3 * n * (D + n + 2)), largest(lambda n: n * (D + n + 1))",
                        "largest(lambda n: n * (D + n + 1)), largest(lambda n: 3 * n * (D + n + 2))",
                    )
                ],
                says="The two sizes are in the wrong order: the GRU's first, then the plain network's.",
            ),
            Mistake(
                "parameters instead of units",
                edits=[("        return n\n", "        return count(n)\n")],
                says="You return how many parameters the layers have. Asked are their units.",
            ),
            Mistake(
                "D and U exchanged",
                edits=[("def same_budget(D, U)", "def same_budget(U, D)")],
                says="D and U have changed places: D is the number of features, U that of the LSTM's units.",
            ),
        ],
        alternatives=[
            Alternative(
                "asking Keras",
                source="""
def same_budget(D, U):
    def cost(kind, n):
        layer = kind(n)
        layer.build((None, None, D))
        return layer.count_params()
    budget, sizes = cost(keras.layers.LSTM, U), []
    for blocks, biases, kind in ((3, 2, keras.layers.GRU), (1, 1, keras.layers.SimpleRNN)):
        b = D + biases
        n = int((-b + (b * b + 4 * budget / blocks) ** 0.5) / 2) + 1
        while cost(kind, n) > budget:
            n -= 1
        sizes.append(n)
    return budget, *sizes
""",
            ),
            Alternative(
                "sums over ranges",
                source="""
def same_budget(D, U):
    budget = 4 * (D * U + U * U + U)
    gru = sum(3 * (D * n + n * n + 2 * n) <= budget for n in range(1, budget))
    plain = sum(D * n + n * n + n <= budget for n in range(1, budget))
    return [budget, gru, plain]
""",
            ),
        ],
    ),
    choice(
        "find_the_bug",
        right="C",
        wrong={
            "A": "`A` would show at step 0: with z and r exchanged, the candidate's share is `1 - r`, whatever the "
            "old state is.",
            "B": "`B` would show at step 0: there the new state is the candidate times its share, `1 - z` or `z`.",
            "D": "`D` cannot show in a fresh layer, whose biases are zero. But the outputs differ from step 1 on.",
        },
        reveal="At step 0 the old state is zero, so only what multiplies it can hide: a reset on the wrong side of "
        "the product.",
    ),
]
