"""Lesson 05: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import TanhStepBackward, WeightLoss

# All different, and different from the notebook's own B, T, D, U = 8, 12, 3, 5.
B, T, D, U = 3, 6, 2, 4
PULL = 0.3  # of the loss on the states: small enough for losses near 1


def draw_step(rng):
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


def draw_sequence(rng):
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


def draw_function(rng):
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


def draw_losses(rng):
    steps, k = (int(n) for n in rng.integers((13, 3), (20, 6)))
    drawn = sorted(int(s) for s in rng.choice(steps, 2, replace=False))
    return [
        Case("nothing cut", (5, [2], 5)),
        Case("nothing cut", (9, [1, 6], 10)),
        Case("chunks", (6, [4], 3)),
        Case("chunks", (11, [3, 9], 4)),
        Case("chunks", (steps, drawn, k)),
    ]


def draw_truncated(rng):
    def case(group, steps, k):
        weights = draws(rng, D, U), draws(rng, U, U, scale=0.6), draws(rng, U, scale=0.3)
        return Case(group, (draws(rng, B, steps, D), draws(rng, B, steps, U), draws(rng, B, U), *weights, k))

    return [
        case("a short last chunk", 7, 3),
        case("chunks of one length", 8, 2),
        case("chunks of one length", 6, 6),
        case("chunks of one step", 5, 1),
    ]


TRUNCATED = """
def truncated_gradient(x, y, initial_state, kernel, recurrent_kernel, bias, k):
    with tf.GradientTape() as tape:
        tape.watch(recurrent_kernel)
        h, loss = initial_state, 0.0
        for t in range(x.shape[1]):
{body}
    return tape.gradient(loss, recurrent_kernel)
"""


def truncated(*lines):
    return TRUNCATED.format(body="\n".join(" " * 12 + line for line in lines))


STEP_LINE = "h = tf.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)"
LOSS_LINE = "loss += tf.reduce_sum((h - y[:, t]) ** 2)"

EXERCISES = [
    choice(
        "which_inputs",
        right="B",
        wrong={
            "A": "`A` forgets the memory: h_2 was made from h_1, and h_1 from x_1. Follow the arrows back from h_2.",
            "C": "`C` looks into the future: x_3 and x_4 come after h_2, so changing them cannot change this loss.",
            "D": "`D` would need an arrow from x_3 or x_4 to h_2. There is none: they come later.",
        },
        reveal="A loss can blame its own step and all steps before it, and no later one.",
    ),
    Exercise(
        "step_backward",
        draw=draw_step,
        returns={"dx": "B D", "dh_prev": "B U", "dkernel": "D U", "drecurrent": "U U", "dbias": "U"},
        reveal="One `da`, five uses: every result is `da` and one other thing.",
        mistakes=[
            Mistake(
                "1 - h for 1 - h**2",
                edits=[("1 - h_t**2", "1 - h_t")],
                says="The slope of tanh is `1 - h_t**2`; you have `1 - h_t`. The square is missing.",
            ),
            Mistake(
                "squared after subtracting",
                edits=[("(1 - h_t**2)", "(1 - h_t) ** 2")],
                says="You square the difference, `(1 - h_t)**2`. Square the state, then subtract: `1 - h_t**2`.",
            ),
            Mistake(
                "slope of a sigmoid",
                edits=[("(1 - h_t**2)", "h_t * (1 - h_t)")],
                says="`h * (1 - h)` is the slope of a sigmoid. That of tanh is `1 - h_t**2`.",
            ),
            Mistake(
                "tanh taken again",
                edits=[("1 - h_t**2", "1 - tf.tanh(h_t) ** 2")],
                says="You take tanh of `h_t`, but `h_t` is a tanh already: the slope is `1 - h_t**2`.",
            ),
            Mistake(
                "slope of the state before",
                edits=[("1 - h_t**2", "1 - h_prev**2")],
                says="The slope belongs to this step's tanh, whose result is `h_t`, not `h_prev`.",
            ),
            Mistake(
                "slope forgotten",
                edits=[("dh * (1 - h_t**2)", "dh")],
                says="The gradient passes the tanh unchanged. Multiply `dh` by the slope, `1 - h_t**2`, first.",
            ),
            Mistake(
                "h_t where h_prev belongs",
                edits=[("tf.transpose(h_prev) @ da", "tf.transpose(h_t) @ da")],
                says="`drecurrent` is made with `h_t`. The recurrent kernel was multiplied by the state *before* "
                "this step: `h_prev`.",
            ),
            Mistake(
                "recurrent kernel not transposed",
                edits=[("da @ tf.transpose(recurrent_kernel)", "da @ recurrent_kernel")],
                says="For `dh_prev` the recurrent kernel must be transposed. It is square, so the shapes do not "
                "tell you: `dX = dY @ W^T`.",
            ),
            Mistake(
                "dh_prev without da",
                edits=[("da @ tf.transpose(recurrent_kernel)", "dh @ tf.transpose(recurrent_kernel)")],
                says="`dh_prev` starts from `dh`. On its way to the step before, the gradient passes the tanh: use "
                "`da`.",
            ),
            Mistake(
                "weight gradients without da",
                edits=[
                    ("tf.transpose(x_t) @ da", "tf.transpose(x_t) @ dh"),
                    ("tf.transpose(h_prev) @ da", "tf.transpose(h_prev) @ dh"),
                    ("reduce_sum(da", "reduce_sum(dh"),
                ],
                says="The gradients of the weights start from `dh`. The weights act inside the tanh: use `da`.",
            ),
            Mistake(
                "drecurrent transposed",
                edits=[("tf.transpose(h_prev) @ da", "tf.transpose(da) @ h_prev")],
                says="`drecurrent` is transposed: `dW = X^T @ dY`, so `h_prev` comes first, transposed, and `da` "
                "second.",
            ),
            Mistake(
                "dkernel transposed",
                edits=[("tf.transpose(x_t) @ da", "tf.transpose(da) @ x_t")],
                says="`dkernel` is transposed: it must be (D, U) like the kernel, so `x_t` comes first.",
            ),
            Mistake(
                "kernel not transposed",
                edits=[("da @ tf.transpose(kernel)", "da @ kernel")],
                says="`da` (B, U) times `kernel` (D, U) does not fit. For `dx` the kernel must be transposed.",
            ),
            Mistake(
                "dkernel without a transpose",
                edits=[("tf.transpose(x_t) @ da", "x_t @ da")],
                says="`x_t` (B, D) times `da` (B, U) does not fit. For `dkernel`, transpose `x_t`: (D, B) @ (B, U).",
            ),
            Mistake(
                "drecurrent without a transpose",
                edits=[("tf.transpose(h_prev) @ da", "h_prev @ da")],
                says="Two matrices of shape (B, U) do not fit with `@`. For `da`, multiply number by number, with "
                "`*`; for `drecurrent`, transpose `h_prev`.",
            ),
            Mistake(
                "bias summed over the units",
                edits=[("axis=0", "axis=1")],
                says="`dbias` is summed over the units, axis 1. Every unit has its own bias: sum over the batch, "
                "axis 0.",
            ),
            Mistake(
                "bias summed over everything",
                edits=[("tf.reduce_sum(da, axis=0)", "tf.reduce_sum(da)")],
                says="`dbias` is one number. There is a bias for each unit: sum over the batch alone, `axis=0`.",
            ),
            Mistake(
                "bias not summed",
                edits=[("tf.reduce_sum(da, axis=0)", "da")],
                says="`dbias` still has a row for each instance. One bias serves all rows: add them up, `axis=0`.",
            ),
            Mistake(
                "mean for the bias",
                edits=[("tf.reduce_sum(da, axis=0)", "tf.reduce_mean(da, axis=0)")],
                says="`dbias` is a mean over the batch. Every row is a way into the loss, and ways add up: take the "
                "sum.",
            ),
            Mistake(
                "means over the batch",
                edits=[
                    ("tf.transpose(x_t) @ da", "tf.transpose(x_t) @ da / len(da)"),
                    ("tf.transpose(h_prev) @ da", "tf.transpose(h_prev) @ da / len(da)"),
                    ("tf.reduce_sum(da, axis=0)", "tf.reduce_mean(da, axis=0)"),
                ],
                says="The weight gradients are divided by the batch size. If the loss is a mean, `dh` already says so: "
                "only add up.",
            ),
            Mistake(
                "numpy's .T",
                edits=[("tf.transpose(kernel)", "kernel.T")],
                says="A tensor has no `.T`. Use `tf.transpose(m)`.",
            ),
            Mistake(
                "weights first",
                edits=[
                    ("return dx, dh_prev, dkernel, drecurrent, dbias", "return dkernel, drecurrent, dbias, dx, dh_prev")
                ],
                says="The five results come in another order: return `dx, dh_prev, dkernel, drecurrent, dbias`.",
            ),
            Mistake(
                "dx and dh_prev swapped",
                edits=[("return dx, dh_prev,", "return dh_prev, dx,")],
                says="`dx` holds what belongs to `dh_prev`. `dx` (B, D) is made with the kernel, `dh_prev` (B, U) with "
                "the recurrent kernel.",
            ),
            Mistake(
                "without dx",
                edits=[("return dx, dh_prev, ", "return dh_prev, ")],
                says="Four results come back, `dx` is missing. Return `dx, dh_prev, dkernel, drecurrent, dbias`.",
            ),
            Mistake(
                "without dbias",
                edits=[("return dx, dh_prev, dkernel, drecurrent, dbias", "return dx, dh_prev, dkernel, drecurrent")],
                says="Four results come back, `dbias` is missing. Return `dx, dh_prev, dkernel, drecurrent, dbias`.",
            ),
        ],
        alternatives=[
            Alternative(
                "by tape",
                source="""
def step_backward(dh, x_t, h_prev, h_t, kernel, recurrent_kernel):
    bias = tf.atanh(h_t) - x_t @ kernel - h_prev @ recurrent_kernel
    shared = tf.zeros(h_t.shape[1])
    things = [x_t, h_prev, kernel, recurrent_kernel, shared]
    with tf.GradientTape() as tape:
        tape.watch(things)
        h = tf.tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias + shared)
    return tape.gradient(h, things, output_gradients=dh)
""",
            ),
            Alternative(
                "einsum in float64",
                source="""
def step_backward(dh, x, hp, h, W, R):
    dh, x, hp, h, W, R = (np.asarray(a, np.float64) for a in (dh, x, hp, h, W, R))
    da = dh * (1 + h) * (1 - h)
    return [np.einsum("bu,du->bd", da, W), np.einsum("bu,vu->bv", da, R),
            np.einsum("bd,bu->du", x, da), np.einsum("bv,bu->vu", hp, da), da.sum(0)]
""",
            ),
        ],
    ),
    Exercise(
        "sequence_backward",
        draw=draw_sequence,
        returns={"dkernel": "D U", "drecurrent": "U U", "dbias": "U", "dinitial_state": "B U"},
        reveal="This loop is what a tape runs for you. The rest of training is subtraction.",
        mistakes=[
            Mistake(
                "= for +=",
                edits=[
                    ("dkernel += dk", "dkernel = dk"),
                    ("drecurrent += dr", "drecurrent = dr"),
                    ("dbias += db", "dbias = db"),
                ],
                says="Only the part of step 0 is left: every turn of the loop overwrites the one before. "
                "Add the parts up, with `+=`.",
            ),
            Mistake(
                "= for += in the recurrent kernel",
                edits=[("drecurrent += dr", "drecurrent = dr")],
                says="`drecurrent` holds the part of step 0 alone: it is overwritten at every turn. Use `+=`, as for "
                "the others.",
            ),
            Mistake(
                "= for += in the kernel",
                edits=[("dkernel += dk", "dkernel = dk")],
                says="`dkernel` holds the part of step 0 alone: it is overwritten at every turn. Use `+=`.",
            ),
            Mistake(
                "= for += in the bias",
                edits=[("dbias += db", "dbias = db")],
                says="`dbias` holds the part of step 0 alone: it is overwritten at every turn. Use `+=`.",
            ),
            Mistake(
                "carried gradient dropped",
                edits=[("dhs[:, t] + carried", "dhs[:, t]")],
                says="What comes back from the step after is dropped: `dh` has two sides. Add the carried gradient to "
                "`dhs[:, t]`.",
            ),
            Mistake(
                "carried gradient never replaced",
                edits=[("_, carried, dk", "_, dh_prev, dk")],
                says="The carried gradient stays zero: nothing replaces it. Keep the `dh_prev` that `step_backward` "
                "returns for the next turn.",
            ),
            Mistake(
                "direct gradient dropped",
                source="""
def sequence_backward(step_backward, x, hs, initial_state, dhs):
    carried = dhs[:, -1]
    dkernel = drecurrent = dbias = 0.0
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else initial_state
        _, carried, dk, dr, db = step_backward(carried, x[:, t], h_prev, hs[:, t])
        dkernel, drecurrent, dbias = dkernel + dk, drecurrent + dr, dbias + db
    return dkernel, drecurrent, dbias, carried
""",
                says="Only the loss on the last step counts here. Add `dhs[:, t]` at every step: the loss may look "
                "at each of them.",
            ),
            Mistake(
                "carried gradient piles up",
                source="""
def sequence_backward(step_backward, x, hs, initial_state, dhs):
    carried = tf.zeros_like(initial_state)
    dkernel = drecurrent = dbias = 0.0
    for t in reversed(range(x.shape[1])):
        h_prev = hs[:, t - 1] if t > 0 else initial_state
        _, back, dk, dr, db = step_backward(dhs[:, t] + carried, x[:, t], h_prev, hs[:, t])
        carried += back
        dkernel, drecurrent, dbias = dkernel + dk, drecurrent + dr, dbias + db
    return dkernel, drecurrent, dbias, carried
""",
                says="The carried gradient piles up. It is replaced at every step: what came from later steps is "
                "already inside `dh_prev`.",
            ),
            Mistake(
                "h_t where h_prev belongs",
                edits=[("hs[:, t - 1] if t > 0 else initial_state", "hs[:, t]")],
                says="The step gets `h_t` as the state before it. The state before step t is `hs[:, t - 1]`, and "
                "`initial_state` before step 0.",
            ),
            Mistake(
                "index -1 at step 0",
                edits=[("hs[:, t - 1] if t > 0 else initial_state", "hs[:, t - 1]")],
                says="At step 0, `hs[:, t - 1]` is `hs[:, -1]`: in Python that is the *last* state. Before step 0 "
                "stands `initial_state`.",
            ),
            Mistake(
                "zeros before step 0",
                edits=[("else initial_state", "else tf.zeros_like(initial_state)")],
                says="Before step 0 you take zeros. The sequence started from `initial_state`, which may be anything.",
            ),
            Mistake(
                "initial state before every step",
                edits=[("hs[:, t - 1] if t > 0 else initial_state", "initial_state")],
                says="Every step gets `initial_state` as the state before it. After step 0 that is `hs[:, t - 1]`.",
            ),
            Mistake(
                "the state after the step",
                edits=[
                    ("step_backward(dh, x[:, t], h_prev, hs[:, t])", "step_backward(dh, x[:, t], hs[:, t], h_prev)")
                ],
                says="`h_prev` and `h_t` changed places in the call: `step_backward(dh, x_t, h_prev, h_t)`.",
            ),
            Mistake(
                "forwards",
                edits=[("reversed(range(x.shape[1]))", "range(x.shape[1])")],
                says="The loop runs forwards. What is carried comes from the step *after*, so begin with the last "
                "step.",
            ),
            Mistake(
                "an empty range",
                edits=[("reversed(range(x.shape[1]))", "range(x.shape[1] - 1, -1)")],
                says="The loop never runs: `range(T - 1, -1)` is empty. Count down with `range(T - 1, -1, -1)` or "
                "`reversed(range(T))`.",
            ),
            Mistake(
                "step 0 left out",
                edits=[("reversed(range(x.shape[1]))", "range(x.shape[1] - 1, 0, -1)")],
                says="Step 0 is left out: `range(T - 1, 0, -1)` stops at 1. Use `reversed(range(T))`.",
            ),
            Mistake(
                "the last step left out",
                edits=[("reversed(range(x.shape[1]))", "reversed(range(x.shape[1] - 1))")],
                says="The last step is left out. Go backwards from step T - 1: `reversed(range(T))`.",
            ),
            Mistake(
                "mean over time",
                edits=[
                    (
                        "return dkernel, drecurrent, dbias, carried",
                        "return dkernel / x.shape[1], drecurrent / x.shape[1], dbias / x.shape[1], carried",
                    )
                ],
                says="The parts are averaged over the steps. A shared weight gets their sum; if the loss is a mean, "
                "`dhs` already says so.",
            ),
            Mistake(
                "only the last loss",
                edits=[("dhs[:, t] + carried", "dhs[:, -1] + carried")],
                says="Every step gets the direct gradient of the last one. Take this step's: `dhs[:, t]`.",
            ),
            Mistake(
                "dx carried",
                edits=[("_, carried, dk, dr, db = step", "carried, _, dk, dr, db = step")],
                says="What is carried back is `dx`, the first result. The step before needs the second, `dh_prev`.",
            ),
            Mistake(
                "dh for the initial state",
                edits=[("dbias, carried", "dbias, dh")],
                says="The last result is the `dh` of step 0. The initial state lies one step further back: return what "
                "step 0 hands on.",
            ),
            Mistake(
                "the initial state itself",
                edits=[("dbias, carried", "dbias, initial_state")],
                says="The fourth result is the initial state itself. Its *gradient* is asked: what is carried after "
                "step 0.",
            ),
            Mistake(
                "carried first",
                edits=[("return dkernel, drecurrent, dbias, carried", "return carried, dkernel, drecurrent, dbias")],
                says="The four results come in another order: `dkernel, drecurrent, dbias`, then the carried gradient.",
            ),
            Mistake(
                "return inside the loop",
                edits=[
                    (
                        "    return dkernel, drecurrent, dbias, carried",
                        "        return dkernel, drecurrent, dbias, carried",
                    )
                ],
                says="The loop ends after its first turn, the last step: `return` stands inside it. Move it to the "
                "left.",
            ),
            Mistake(
                "without the initial state",
                edits=[("dbias, carried", "dbias")],
                says="Three results come back. The fourth is the gradient of the initial state: what is carried after "
                "step 0.",
            ),
            Mistake(
                "T hard-coded",
                edits=[("range(x.shape[1])", "range(6)")],
                says="You run a fixed number of steps. Take it from `x.shape[1]`.",
            ),
            Mistake(
                "the notebook's own T",
                edits=[("range(x.shape[1])", "range(T)")],
                says="That is the notebook's `T`. Take the number of steps from the given x: `x.shape[1]`.",
            ),
            Mistake(
                "looped over instances",
                edits=[("range(x.shape[1])", "range(x.shape[0])")],
                says="The number of turns is the batch size, `x.shape[0]`. Steps are axis 1: `x.shape[1]`.",
            ),
        ],
        alternatives=[
            Alternative(
                "lists, added up at the end",
                source="""
def sequence_backward(step_backward, x, hs, initial_state, dhs):
    before = tf.concat([initial_state[:, None], hs[:, :-1]], axis=1)
    dh, parts = dhs[:, -1], []
    for t in range(x.shape[1] - 1, -1, -1):
        dx, dh_prev, *rest = step_backward(dh, x[:, t], before[:, t], hs[:, t])
        parts.append(rest)
        dh = dh_prev + (dhs[:, t - 1] if t else 0.0)
    return [tf.add_n(part) for part in zip(*parts)] + [dh_prev]
""",
            ),
            Alternative(
                "with recursion",
                source="""
def sequence_backward(step_backward, x, hs, initial_state, dhs):
    def back(t, carried):
        h_prev = hs[:, t - 1] if t else initial_state
        dx, dh_prev, *parts = step_backward(dhs[:, t] + carried, x[:, t], h_prev, hs[:, t])
        if t == 0:
            return (*parts, dh_prev)
        *earlier, first = back(t - 1, dh_prev)
        return (*(a + b for a, b in zip(parts, earlier)), first)
    return back(len(x[0]) - 1, tf.zeros(initial_state.shape))
""",
            ),
        ],
    ),
    choice(
        "find_the_bug",
        right="C",
        wrong={
            "A": "`A` would need `+=`. Look at the left side of the last line: what happens to the old `dkernel` "
            "there?",
            "B": "`B` has the right idea: each turn overwrites the one before. But the loop runs backwards: "
            "which turn is its last?",
            "D": "`D` would need a sum and a division, and there is neither. What happens to the old `dkernel` at "
            "each turn?",
        },
        reveal="Unpacking into the same names overwrites. The last turn is step 0, and zeros times anything are zeros.",
    ),
    Exercise(
        "numerical_gradient",
        draw=draw_function,
        returns={"gradient": ""},
        reveal="Two calls for every entry, no chain rule: slow, and hard to get wrong in the same way as a backward "
        "pass.",
        mistakes=[
            Mistake(
                "one-sided",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    gradient, here = np.zeros_like(w), f(w)
    for index in np.ndindex(w.shape):
        w[index] += eps
        gradient[index] = (f(w) - here) / eps
        w[index] -= eps
    return gradient
""",
                says="That is a one-sided difference, from w to w + eps. Go to both sides, w - eps and w + eps, and "
                "divide by 2 eps.",
            ),
            Mistake(
                "one-sided, downwards",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    gradient, here = np.zeros_like(w), f(w)
    for index in np.ndindex(w.shape):
        w[index] -= eps
        gradient[index] = (here - f(w)) / eps
        w[index] += eps
    return gradient
""",
                says="That is a one-sided difference, from w - eps to w. Go to both sides, w - eps and w + eps, and "
                "divide by 2 eps.",
            ),
            Mistake(
                "an eps of one's own",
                edits=[("    gradient = np", "    eps = 1e-5\n    gradient = np")],
                says="You use another eps than the one that is given. Use the argument `eps`, also where it is large.",
            ),
            Mistake(
                "divided by eps",
                edits=[("(2 * eps)", "eps")],
                says="Twice too large: the two points lie 2 eps apart, so divide by `2 * eps`.",
            ),
            Mistake(
                "brackets forgotten",
                edits=[("(above - below) / (2 * eps)", "(above - below) / 2 * eps")],
                says="`/ 2 * eps` divides by 2 and then *multiplies* by eps. Put brackets: `/ (2 * eps)`.",
            ),
            Mistake(
                "not divided",
                edits=[(" / (2 * eps)", "")],
                says="The difference is not divided by the distance of the two points, `2 * eps`.",
            ),
            Mistake(
                "brackets around the difference forgotten",
                edits=[("(above - below) / (2 * eps)", "above - below / (2 * eps)")],
                says="Only `below` is divided. Put brackets around the difference: `(above - below) / (2 * eps)`.",
            ),
            Mistake(
                "not put back",
                edits=[("        w[index] = old\n", "")],
                says="The entry is not put back, so all later entries are computed at another w. Set `w[index] = old`.",
            ),
            Mistake(
                "all entries at once",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    return np.full_like(w, (f(w + eps) - f(w - eps)) / (2 * eps))
""",
                says="You nudge all entries at once, so every place gets the sum of all derivatives. One entry at a "
                "time.",
            ),
            Mistake(
                "one number",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    return (f(w + eps) - f(w - eps)) / (2 * eps)
""",
                says="One number comes back: all entries are nudged at once. Nudge one at a time, and fill an array.",
            ),
            Mistake(
                "sign",
                edits=[("above - below", "below - above")],
                says="The sign is wrong: the loss at w + eps comes first, minus the loss at w - eps.",
            ),
            Mistake(
                "below from the nudged number",
                edits=[("w[index] = old - eps", "w[index] -= eps")],
                says="`below` is taken at w itself: after the first nudge, minus eps leads back to w. Go to `old - "
                "eps`.",
            ),
            Mistake(
                "two names for one array",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    gradient = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        above, below = w, w
        above[index] += eps
        below[index] -= eps
        gradient[index] = (f(above) - f(below)) / (2 * eps)
    return gradient
""",
                says="All zeros: `above` and `below` are two names for *one* array, so both nudges cancel. "
                "Copy with `w.copy()`.",
            ),
            Mistake(
                "float32",
                edits=[("w = np.array(w)  # a copy that may be changed", "w = np.array(w, np.float32)")],
                says="In float32 a tiny nudge is rounded away, so tiny ones give zeros. Keep the float64 that w came "
                "in.",
            ),
            Mistake(
                "tensor changed in place",
                edits=[("    w = np.array(w)  # a copy that may be changed\n", "")],
                says="A tensor cannot be changed in place. Keep the line `w = np.array(w)`, which makes a copy that "
                "can.",
            ),
            Mistake(
                "rows nudged whole",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    gradient = np.zeros_like(w)
    for i in range(len(w)):
        above, below = w.copy(), w.copy()
        above[i] += eps
        below[i] -= eps
        gradient[i] = (f(above) - f(below)) / (2 * eps)
    return gradient
""",
                says="A whole row is nudged at once. `np.ndindex(w.shape)` gives the index of one single entry at a "
                "time.",
            ),
            Mistake(
                "rows nudged whole, in place",
                edits=[("np.ndindex(w.shape)", "range(len(w))")],
                says="`range(len(w))` gives whole rows, and a row remembered in `old` changes with w. Use "
                "`np.ndindex`, one entry at a time.",
            ),
            Mistake(
                "one long row",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    gradient = []
    for index in np.ndindex(w.shape):
        old = w[index]
        w[index] = old + eps
        above = f(w)
        w[index] = old - eps
        gradient.append((above - f(w)) / (2 * eps))
        w[index] = old
    return gradient
""",
                says="The differences come in one long row. Store each at its place: start from `np.zeros_like(w)` "
                "and set `gradient[index]`.",
            ),
            Mistake(
                "return inside the loop",
                edits=[("    return gradient", "        return gradient")],
                says="Only the first entry is computed: `return` stands inside the loop. Move it to the left.",
            ),
            Mistake(
                "the nudged array returned",
                edits=[("return gradient", "return w")],
                says="That is `w` itself. Collect the differences in an array of their own and return that.",
            ),
        ],
        alternatives=[
            Alternative(
                "with a basis of nudges",
                source="""
def numerical_gradient(f, w, eps):
    w = np.array(w)
    nudges = eps * np.eye(w.size).reshape(-1, *w.shape)
    return np.array([f(w + n) - f(w - n) for n in nudges]).reshape(w.shape) / (2 * eps)
""",
            ),
            Alternative(
                "with tensors",
                source="""
def numerical_gradient(f, w, eps):
    flat = tf.reshape(tf.cast(w, tf.float64), [-1])
    answers = []
    for i in range(flat.shape[0]):
        nudge = eps * tf.one_hot(i, flat.shape[0], dtype=tf.float64)
        up, down = tf.reshape(flat + nudge, w.shape), tf.reshape(flat - nudge, w.shape)
        answers.append((f(up) - f(down)) / (2 * eps))
    return tf.reshape(tf.stack(answers), w.shape)
""",
            ),
        ],
    ),
    Exercise(
        "gets_gradient",
        draw=draw_losses,
        returns={"mask": "T"},
        reveal="A step without any gradient still runs forwards. It is heard, and not taught.",
        mistakes=[
            Mistake(
                "only the loss steps",
                edits=[("s >= t and s // k == t // k", "s == t")],
                says="Only the loss steps themselves are marked. Gradient also runs back to earlier steps. (With `/` "
                "instead of `//` no two steps share a chunk.)",
            ),
            Mistake(
                "borders ignored",
                edits=[(" and s // k == t // k", "")],
                says="The gradient runs over the borders of the chunks. It stops there: s and t must lie in one chunk.",
            ),
            Mistake(
                "into the future",
                edits=[("s >= t", "s <= t")],
                says="The gradient runs forwards here. It reaches steps *before* the loss: t must not be greater "
                "than s.",
            ),
            Mistake(
                "the whole chunk",
                edits=[("s >= t and ", "")],
                says="The whole chunk is marked, also the steps after the loss. Those cannot have caused it.",
            ),
            Mistake(
                "without the loss step",
                edits=[("s >= t", "s > t")],
                says="The loss step itself is left out. The loss looks at its state directly, so it gets gradient too.",
            ),
            Mistake(
                "a sliding window",
                edits=[("s >= t and s // k == t // k", "0 <= s - t < k")],
                says="That looks back k steps from every loss. Here the borders are fixed: at steps k, 2k, 3k.",
            ),
            Mistake(
                "borders one too early",
                edits=[("s // k == t // k", "(s + 1) // k == (t + 1) // k")],
                says="The borders lie one step too early. Steps 0 to k - 1 are the first chunk.",
            ),
            Mistake(
                "k as the number of chunks",
                edits=[("s // k == t // k", "s * k // T == t * k // T")],
                says="You cut into k chunks. `k` is the length of a chunk, in steps.",
            ),
            Mistake(
                "all instead of any",
                edits=[("any(", "all(")],
                says="You ask that *all* losses reach the step. One is enough: `any`.",
            ),
            Mistake(
                "only the first loss",
                edits=[("for s in loss_steps)", "for s in loss_steps[:1])")],
                says="Only the first loss step counts. A step gets gradient if *any* of the losses reaches it.",
            ),
            Mistake(
                "only the last loss",
                edits=[("for s in loss_steps)", "for s in loss_steps[-1:])")],
                says="Only the last loss step counts. A step gets gradient if *any* of the losses reaches it.",
            ),
            Mistake(
                "turned round",
                edits=[("[any(", "[not any(")],
                says="True and False are swapped: True is for the steps that *do* get gradient.",
            ),
            Mistake(
                "numbers of the steps",
                edits=[
                    (
                        "[any(s >= t and s // k == t // k for s in loss_steps) for t in range(T)]",
                        "[t for t in range(T) if any(s >= t and s // k == t // k for s in loss_steps)]",
                    )
                ],
                says="You list the numbers of the steps. A boolean for *each* of the T steps is asked.",
            ),
            Mistake(
                "a window of k + 1",
                edits=[("s >= t and s // k == t // k", "0 <= s - t <= k")],
                says="That looks back k steps from every loss. Here the borders are fixed: at steps k, 2k, 3k.",
            ),
            Mistake(
                "everything",
                edits=[("any(s >= t and s // k == t // k for s in loss_steps)", "True")],
                says="Every step is marked. Steps after the last loss get nothing, nor do steps cut off by a border.",
            ),
            Mistake(
                "remainders compared",
                edits=[("s // k == t // k", "s % k >= t % k")],
                says="`%` gives the place inside a chunk. To see whether two steps share a chunk, compare `s // k` and "
                "`t // k`.",
            ),
        ],
        alternatives=[
            Alternative(
                "marking from every loss back to its border",
                source="""
def gets_gradient(T, loss_steps, k):
    mask = [False] * T
    for s in loss_steps:
        for t in range(s - s % k, s + 1):
            mask[t] = True
    return mask
""",
            ),
            Alternative(
                "numpy",
                source="""
def gets_gradient(T, loss_steps, k):
    t, s = np.arange(T)[:, None], np.array(loss_steps)[None, :]
    return ((s >= t) & (s // k == t // k)).any(axis=1)
""",
            ),
            Alternative(
                "backwards, as the gradient runs",
                source="""
def gets_gradient(T, loss_steps, k):
    mask, reached = [], False
    for t in reversed(range(T)):
        reached = t in loss_steps or (reached and (t + 1) % k != 0)
        mask.append(int(reached))
    return mask[::-1]
""",
            ),
        ],
    ),
    Exercise(
        "truncated_gradient",
        draw=draw_truncated,
        returns={"drecurrent": "U U"},
        reveal="Forwards nothing changed: same states, same loss. Only the blame stops at the borders.",
        mistakes=[
            Mistake(
                "state reset to the initial state",
                edits=[("h = tf.stop_gradient(h)", "h = initial_state")],
                says="The state is set back at the border, so the chunk knows nothing of those before. Keep its "
                "value: `tf.stop_gradient(h)`.",
            ),
            Mistake(
                "state reset to zeros",
                edits=[("h = tf.stop_gradient(h)", "h = tf.zeros_like(h)")],
                says="The state is set to zeros at the border. Truncation cuts the gradient alone: "
                "`tf.stop_gradient(h)` keeps the value.",
            ),
            Mistake(
                "nothing cut",
                edits=[("            if t % k == 0:\n                h = tf.stop_gradient(h)\n", "")],
                says="Nothing is cut: that is the full gradient. Where a chunk begins, *keep* the stopped state: "
                "`h = tf.stop_gradient(h)`.",
            ),
            Mistake(
                "cut at every step",
                edits=[("if t % k == 0:", "if True:")],
                says="The gradient is cut at every step. Cut only where a chunk begins, every k steps.",
            ),
            Mistake(
                "cut one step too early",
                edits=[("t % k == 0", "(t + 1) % k == 0")],
                says="The cut comes one step too early: a chunk begins at steps k, 2k, 3k, where `t % k == 0`.",
            ),
            Mistake(
                "cut one step too late",
                edits=[("t % k == 0", "t % k == 1 % k")],
                says="The cut comes one step too late. Where `t % k == 0` a chunk begins: cut before that step.",
            ),
            Mistake(
                "cut once",
                edits=[("t % k == 0", "t == k")],
                says="The gradient is cut once, at step k. Every multiple of k is a border.",
            ),
            Mistake(
                "everything but the borders",
                edits=[("t % k == 0", "t % k")],
                says="`if t % k` is true everywhere *but* at the borders. Ask `t % k == 0`.",
            ),
            Mistake(
                "k as the number of chunks",
                edits=[("t % k == 0", "t % max(x.shape[1] // k, 1) == 0")],
                says="You cut into k chunks. `k` is the length of a chunk, in steps.",
            ),
            Mistake(
                "cut before the loss",
                source=truncated(
                    STEP_LINE,
                    "if (t + 1) % k == 0:",
                    "    h = tf.stop_gradient(h)",
                    LOSS_LINE,
                ),
                says="The last state of each chunk is stopped *before* its loss is taken, so that loss teaches "
                "nothing. Cut before the step.",
            ),
            Mistake(
                "cut after the first step of a chunk",
                source=truncated(STEP_LINE, "if t % k == 0:", "    h = tf.stop_gradient(h)", LOSS_LINE),
                says="The cut comes *after* the step that begins a chunk, and takes its loss with it. Cut before the "
                "step.",
            ),
            Mistake(
                "only the first chunk",
                source=truncated("if t == k:", "    break", STEP_LINE, LOSS_LINE),
                says="Only the first chunk counts. The state runs on through all chunks, and every chunk teaches.",
            ),
            Mistake(
                "cut everywhere but in the last k steps",
                source=truncated("if t < x.shape[1] - k:", "    h = tf.stop_gradient(h)", STEP_LINE, LOSS_LINE),
                says="You cut at every step but the last k. Every chunk of k steps keeps its gradient inside; cut "
                "where a chunk begins.",
            ),
            Mistake(
                "only the last chunk",
                source=truncated(
                    "if t == (x.shape[1] - 1) // k * k:",
                    "    h, loss = tf.stop_gradient(h), 0.0",
                    STEP_LINE,
                    LOSS_LINE,
                ),
                says="Only the last chunk counts. Every chunk teaches the shared weights: add up the losses of all "
                "steps.",
            ),
            Mistake(
                "only the last k steps",
                source=truncated(
                    "if t == x.shape[1] - k:",
                    "    h, loss = tf.stop_gradient(h), 0.0",
                    STEP_LINE,
                    LOSS_LINE,
                ),
                says="Only the last k steps count. All chunks teach; the first one begins at step 0, and the last may "
                "be shorter.",
            ),
            Mistake(
                "the short chunk left out",
                edits=[("range(x.shape[1])", "range(x.shape[1] // k * k)")],
                says="The last chunk is left out where it is shorter than k. Run all steps, up to `x.shape[1]`.",
            ),
            Mistake(
                "mean over time",
                edits=[("tape.gradient(loss, recurrent_kernel)", "tape.gradient(loss, recurrent_kernel) / x.shape[1]")],
                says="The gradient is a mean over the steps. The loss here is the sum.",
            ),
            Mistake(
                "loss of the last step",
                edits=[("loss += tf", "loss = tf")],
                says="The loss is overwritten at every step, so only the last one counts. Add up: `loss +=`.",
            ),
            Mistake(
                "not watched",
                edits=[("        tape.watch(recurrent_kernel)\n", "")],
                says="The tape answers None: no way from the weight to the loss is written down. Watch "
                "`recurrent_kernel`, compute the loss inside `with`, and stop `h` alone.",
            ),
            Mistake(
                "started from zeros",
                edits=[("h, loss = initial_state, 0.0", "h, loss = tf.zeros_like(initial_state), 0.0")],
                says="The sequence starts from zeros. Start from `initial_state`.",
            ),
        ],
        alternatives=[
            Alternative(
                "one tape per chunk",
                source="""
def truncated_gradient(x, y, initial_state, kernel, recurrent_kernel, bias, k):
    h, total = initial_state, tf.zeros_like(recurrent_kernel)
    for start in range(0, x.shape[1], k):
        with tf.GradientTape() as tape:
            tape.watch(recurrent_kernel)
            loss = 0.0
            for t in range(start, min(start + k, x.shape[1])):
                h = tf.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)
                loss += tf.reduce_sum((h - y[:, t]) ** 2)
        total += tape.gradient(loss, recurrent_kernel)
    return total
""",
            ),
            Alternative(
                "cut at the end of a chunk",
                source=truncated(STEP_LINE, LOSS_LINE, "h = tf.stop_gradient(h) if t % k == k - 1 else h"),
            ),
            Alternative(
                "by hand",
                source="""
def truncated_gradient(x, y, initial_state, kernel, recurrent_kernel, bias, k):
    x, y, R = x.numpy(), y.numpy(), recurrent_kernel.numpy()
    hs = [initial_state.numpy()]
    for t in range(x.shape[1]):
        hs.append(np.tanh(x[:, t] @ kernel.numpy() + hs[-1] @ R + bias.numpy()))
    total, carried = np.zeros_like(R), 0.0
    for t in reversed(range(x.shape[1])):
        da = (2 * (hs[t + 1] - y[:, t]) + carried) * (1 - hs[t + 1] ** 2)
        total += hs[t].T @ da
        carried = 0.0 if t % k == 0 else da @ R.T
    return total
""",
            ),
        ],
    ),
]
