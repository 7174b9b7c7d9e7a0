"""Lesson 14: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import TanhStep


def array(values):
    return np.array(values, np.float32)


def uniform(rng, *shape):
    """Draw uniform numbers in [0, 1), one from each of as many equal stretches: never all large or all small."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) + rng.uniform(0.1, 0.9, count)) / count).reshape(shape).astype(np.float32)


def rows_differ(kept):
    """Whether no two rows are equal, and every row and every column holds both a kept and a dropped number."""
    mixed = all((kept.any(axis) & ~kept.all(axis)).all() for axis in (0, 1))
    return mixed and len(np.unique(kept, axis=0)) == len(kept)


def mask(rng, rows, columns, rate):
    """Draw a scaled mask (rows, columns) with rows that differ and columns that are mixed."""
    while True:
        kept = rng.random((rows, columns)) >= rate
        if rows_differ(kept):
            return (kept / (1 - rate)).astype(np.float32)


def draw_dropouts(rng):
    return [  # a large case first: it is asked twice, and who draws again must not get the same by chance
        Case("any shape", (draws(rng, 6, 9), uniform(rng, 6, 9), 0.25)),
        Case("the example by hand", (array([[1, 2, 3, 4]]), array([[0.1, 0.5, 0.9, 0.4]]), 0.5)),
        Case("any shape", (draws(rng, 2, 3, 7), uniform(rng, 2, 3, 7), 0.8)),
        Case("any shape", (draws(rng, 9), uniform(rng, 9), 0.4)),
        Case("nothing dropped", (draws(rng, 3, 2), array([[0.0, 0.7], [0.2, 0.9], [0.0, 0.4]]), 0.0)),
    ]


def draw_masks(rng):
    def numbers(instances, steps, features, rate):
        while True:
            u = uniform(rng, instances, steps, features)
            kept = u >= rate
            first, last = kept[:, 0], kept[:, -1]
            apart = all(not np.array_equal(first, other) for other in (last, kept.all(1), kept.any(1), kept[:, 1]))
            apart &= not np.array_equal(first, u.mean(axis=1) >= rate)
            if rows_differ(first) and apart and rows_differ(kept[0]):
                return u

    by_hand = array([[[0.2, 0.7], [0.9, 0.1], [0.5, 0.8]]])
    new, one = "a new mask at every step", "one mask for all steps"
    return [  # a large case first, as above
        Case(new, (numbers(3, 6, 4, 0.4), 0.4, False)),
        Case("the example by hand", (by_hand, 0.5, False)),
        Case("the example by hand", (by_hand, 0.5, True)),
        Case(new, (numbers(2, 4, 5, 0.25), 0.25, False)),
        Case(one, (numbers(3, 6, 4, 0.4), 0.4, True)),
        Case(one, (numbers(2, 4, 5, 0.3), 0.3, True)),
    ]


def draw_dropping_steps(rng):
    def case(group, batch, features, units, rates):
        shapes = ((batch, features), (batch, units), (features, units), (units, units), (units,))
        masks = mask(rng, batch, features, rates[0]), mask(rng, batch, units, rates[1])
        return Case(group, (*(draws(rng, *shape, scale=0.8) for shape in shapes), *masks))

    by_hand = ([[1, 3]], [[-1]], [[0.5], [1]], [[0.25]], [0.1], [[2, 0]], [[2]])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("several units", 3, 4, 6, (0.5, 0.25)),
        case("other sizes", 4, 6, 3, (0.2, 0.6)),
        case("other sizes", 2, 3, 5, (0.4, 0.5)),
    ]


def draw_dropping_runs(rng):
    def case(group, batch, steps, features, units, training):
        step = TanhStep(*(draws(rng, *shape, scale=0.7) for shape in ((features, units), (units, units), (units,))))
        x, h0 = draws(rng, batch, steps, features), draws(rng, batch, units)
        masks = mask(rng, batch, features, 0.25), mask(rng, batch, units, 0.5)
        return Case(group, (step, x, h0, *masks, training))

    step = TanhStep(array([[1.0]]), array([[0.5]]), array([0.1]))
    by_hand = (step, array([[[0.2], [0.4]]]), array([[0.5]]), array([[2]]), array([[0]]))
    return [  # a large case first: by hand, a mask of 0 makes many mistakes look alike
        case("training", 3, 5, 4, 6, True),
        Case("the example by hand", (*by_hand, True)),
        Case("the example by hand", (*by_hand, False)),
        case("training", 2, 4, 3, 5, True),
        case("inference", 3, 5, 4, 6, False),
        case("inference", 2, 4, 3, 7, False),
    ]


def draw_memories(rng):
    def case(group, batch, steps, units, rate, drop):
        while True:
            kept = rng.random((batch, steps, units)) >= rate
            if rows_differ(kept[:, 0]) and rows_differ(kept[0]):
                break
        masks = (kept / (1 - rate)).astype(np.float32)
        return Case(group, (draws(rng, batch, units), draws(rng, batch, steps, units), masks, drop))

    by_hand = array([[1]]), array([[[0.5], [0.5], [0.5]]]), array([[[2], [0], [2]]])
    memory, candidate = "drop the memory", "drop the candidates"
    return [
        Case("the example by hand", (*by_hand, "memory")),
        Case("the example by hand", (*by_hand, "candidate")),
        case(memory, 3, 5, 4, 0.3, "memory"),
        case(memory, 2, 4, 6, 0.5, "memory"),
        case(candidate, 3, 5, 4, 0.3, "candidate"),
        case(candidate, 2, 4, 6, 0.5, "candidate"),
    ]


KEEP = "keep = tf.cast(u >= rate, x.dtype)"
RETURN = "return x * keep / (1 - rate)"

MASKS = "return tf.where(u >= rate, 1 / (1 - rate), 0.0)"
ONE = "u = tf.repeat(u[:, :1], u.shape[1], axis=1)"

STEP = "return tf.tanh((x_t * x_mask) @ kernel + (h_prev * h_mask) @ recurrent_kernel + bias)"

X_MASKED, H_MASKED = "x_t = x_t * x_mask", "h_read = h * h_mask"
STEPPED = "h = step(x_t, h_read)"

MEMORY, CANDIDATE = "c = c * mask_t + new", "c = c + new * mask_t"


UNCHANGEABLE = (
    "A tensor cannot be changed: `x[...] = 0` and its like fail. Build a new tensor, with tf.where or a product."
)
ALL_STEPS = (
    "With one mask your answer holds copies of all steps. Cut out step 0 first, `u[:, :1]`, and repeat that along "
    "axis 1."
)
FIRST_SEQUENCE = (
    "With one mask your answer holds the first sequence alone, with copies of all its steps. Step 0 of every sequence "
    "is `u[:, :1]`: cut that out first, then repeat it along axis 1."
)


def with_loop(body):
    """Return a whole wrong cell of run_with_dropout with this body of the loop."""
    return f"""
def run_with_dropout(step, x, h0, x_mask, h_mask, training):
    h, states = h0, []
    for x_t in tf.unstack(x, axis=1):
{body}
        states.append(h)
    return tf.stack(states, axis=1)
"""


EXERCISES = [
    Exercise(
        "dropout",
        draw=draw_dropouts,
        returns={"dropped": ""},
        reveal="What is kept is made larger by as much as the dropped numbers are missed: the mean stays.",
        mistakes=[
            Mistake(
                "not scaled",
                edits=[(RETURN, "return x * keep")],
                says="You drop, but the kept numbers stay as they were. They have to be divided by the share that is "
                "kept, so that the mean does not change.",
            ),
            Mistake(
                "divided by the rate",
                edits=[("/ (1 - rate)", "/ (rate or 1)")],
                says="You divide by the rate, the share that is dropped. Divide by the share that is kept.",
            ),
            Mistake(
                "multiplied by the share kept",
                edits=[("/ (1 - rate)", "* (1 - rate)")],
                says="You make the kept numbers smaller. They have to grow, to make up for those that are missing.",
            ),
            Mistake(
                "kept and dropped exchanged",
                edits=[("u >= rate", "u < rate")],
                says="You keep what should be dropped. A number is dropped when its u is below the rate.",
            ),
            Mistake(
                "rate taken for the share kept",
                edits=[("u >= rate", "u < rate"), ("/ (1 - rate)", "/ (rate or 1)")],
                says="You read the rate as the share that is kept, as old notes do. Here it is the share that is "
                "dropped.",
            ),
            Mistake(
                "u at the rate dropped",
                edits=[("u >= rate", "u > rate")],
                says="A u that equals the rate is kept. With a rate of 0 nothing may be dropped, not even where u is "
                "0.",
            ),
            Mistake(
                "nothing dropped",
                edits=[(RETURN, "return x")],
                says="Your x comes back unchanged. Drop where u is below the rate. (A Keras Dropout layer does nothing "
                "unless it is told that it is training.)",
            ),
            Mistake(
                "all of it scaled",
                edits=[(RETURN, "return x / (1 - rate)")],
                says="You scale all numbers, but none is dropped. Where u is below the rate, the answer is 0.",
            ),
            Mistake(
                "dropped numbers kept as they were",
                edits=[(RETURN, "return tf.where(u >= rate, x / (1 - rate), x)")],
                says="What should be dropped is still there, unscaled. A dropped number becomes 0.",
            ),
            Mistake(
                "the mask itself",
                edits=[(RETURN, "return keep / (1 - rate)")],
                says="You return the mask. It still has to be multiplied with x, number by number.",
            ),
            Mistake(
                "the mask itself, not scaled",
                edits=[(RETURN, "return keep")],
                says="You return which numbers are kept. Multiply x with it, and divide by the share that is kept.",
            ),
            Mistake(
                "divided by the share counted",
                edits=[("/ (1 - rate)", "/ tf.reduce_mean(keep)")],
                says="You divide by the share that happened to be kept in this draw. Divide by the share expected to "
                "be kept, which the rate tells.",
            ),
            Mistake(
                "one mask for all rows",
                edits=[("u >= rate", "u[0] >= rate")],
                says="You use the first row of u for all rows. Every number of x has a u of its own.",
            ),
            Mistake(
                "multiplied by u",
                edits=[(RETURN, "return x * u / (1 - rate)")],
                says="You multiply x by u itself. u only decides: compare it with the rate, which gives 0 or 1.",
            ),
            Mistake(
                "truth values not made numbers",
                edits=[(KEEP, "keep = u >= rate")],
                says="A comparison gives True and False, which TensorFlow does not multiply with numbers. "
                "`tf.cast(..., x.dtype)` turns them into 1 and 0.",
            ),
            Mistake(
                "draws of its own",
                edits=[(RETURN, "return tf.nn.dropout(x, rate)")],
                says="Your function draws random numbers of its own. Use the numbers u that it is given.",
                random=True,
            ),
            Mistake(
                "compared with the share kept",
                edits=[
                    ("u >= rate", "u >= 1 - rate"),
                ],
                says="You compare u with the share that is kept. A number is dropped when its u is below the rate "
                "itself.",
            ),
            Mistake(
                "rate taken for the share kept, turned round",
                edits=[
                    ("u >= rate", "u >= 1 - rate"),
                    ("/ (1 - rate)", "/ (rate or 1)"),
                ],
                says="You read the rate as the share that is kept. Here it is the share that is dropped.",
            ),
            Mistake(
                "u at the rate on the wrong side too",
                edits=[
                    ("u >= rate", "u <= rate"),
                ],
                says="You keep what should be dropped. A number is dropped when its u is below the rate, and kept "
                "otherwise.",
            ),
            Mistake(
                "parentheses forgotten",
                edits=[
                    ("/ (1 - rate)", "/ 1 - rate"),
                ],
                says="A division comes before a subtraction: `a / 1 - rate` is `(a / 1) - rate`. Put the share that is "
                "kept in parentheses.",
            ),
            Mistake(
                "parentheses forgotten before the choice",
                edits=[(RETURN, "return keep * (x / 1 - rate)")],
                says="Your kept numbers are `x - rate`. A division comes before a subtraction: `x / 1 - rate` is "
                "`(x / 1) - rate`. Put the share that is kept in parentheses.",
            ),
            Mistake(
                "tensor changed by a condition",
                edits=[(KEEP, "x[u < rate] = 0"), (RETURN, "return x / (1 - rate)")],
                says=UNCHANGEABLE,
            ),
            Mistake(
                "tensor changed place by place",
                edits=[(KEEP, "for i in range(len(x)):\n        x[i] = 0"), (RETURN, "return x / (1 - rate)")],
                says=UNCHANGEABLE,
            ),
        ],
        alternatives=[
            Alternative("tf.where", edits=[(RETURN, "return tf.where(u < rate, 0.0, x / (1 - rate))")]),
            Alternative(
                "numpy, in place of its own copy",
                source="""
import numpy as np
def dropout(x, u, rate):
    dropped = np.array(x) / (1 - rate)
    dropped[np.array(u) < rate] = 0
    return dropped
""",
            ),
            Alternative(
                "rounding down, as in TensorFlow 1",
                source="""
def dropout(x, u, rate):
    keep_prob = 1 - rate
    return tf.divide(x, keep_prob) * tf.floor(keep_prob + u)
""",
            ),
        ],
    ),
    choice(
        "which_rate",
        right="B",
        wrong={
            "A": "`A` drops four of five. The notes say how much is kept, Keras how much is dropped: which rate keeps "
            "0.8?",
            "C": "`C` has the right number, but the layer stands behind the recurrent one and drops its outputs. The "
            "notes drop inputs.",
            "D": "`D` scales a second time. The old wrapper and the Keras layer both make up for what is dropped by "
            "themselves.",
        },
        reveal="Keep 0.8 is drop 0.2. Taken over as it stands, 0.8 would drop four of five inputs, and no error tells.",
    ),
    Exercise(
        "masks_over_time",
        draw=draw_masks,
        returns={"masks": "B T D"},
        reveal="One flag decides whether a feature blinks from step to step or is missing from the whole sequence.",
        mistakes=[
            Mistake(
                "a new mask at every step, always",
                edits=[(ONE, "pass")],
                says="The mask is new at every step even where one mask is asked for. With the flag, the mask of step "
                "0 holds at all steps.",
            ),
            Mistake(
                "one mask, always",
                edits=[("if one_mask:", "if True:")],
                says="All steps have one mask even where a new one is asked for. Without the flag, every step has its "
                "own numbers u.",
            ),
            Mistake(
                "flag the wrong way round",
                edits=[("if one_mask:", "if not one_mask:")],
                says="Your flag works the wrong way round: `one_mask=True` asks for one mask for all steps.",
            ),
            Mistake(
                "one mask for the whole batch",
                edits=[(ONE, "u = tf.repeat(u[:1], u.shape[0], axis=0)")],
                says="You give all sequences the first one's masks. The mask should be the same at all *steps*; "
                "every sequence keeps its own.",
            ),
            Mistake(
                "one mask for steps and batch",
                edits=[(ONE, "u = tf.zeros_like(u) + u[:1, :1]")],
                says="You give all sequences the mask of the first one. It is the same at all steps, but every "
                "sequence has its own.",
            ),
            Mistake(
                "one mask for all features",
                edits=[(ONE, "u = tf.repeat(u[:, :, :1], u.shape[2], axis=2)")],
                says="You repeat along the features. The axis of the steps is 1.",
            ),
            Mistake(
                "one number for the whole sequence",
                edits=[(ONE, "u = tf.zeros_like(u) + u[:, :1, :1]")],
                says="You keep or drop a whole sequence at once. Every feature is decided on its own.",
            ),
            Mistake(
                "the last step's mask",
                edits=[("u[:, :1]", "u[:, -1:]")],
                says="You repeat the mask of the last step. Take that of step 0.",
            ),
            Mistake(
                "mean over the steps",
                edits=[("u[:, :1]", "tf.reduce_mean(u, axis=1, keepdims=True)")],
                says="You take the mean of u over the steps, which is no longer uniform: another share is dropped than "
                "asked. Use the u of step 0.",
            ),
            Mistake(
                "kept where all steps keep",
                edits=[("u[:, :1]", "tf.reduce_min(u, axis=1, keepdims=True)")],
                says="You keep a feature only if every step keeps it. That drops too many: use the u of step 0 alone.",
            ),
            Mistake(
                "steps not repeated",
                edits=[(ONE, "u = u[:, :1]")],
                says="With one mask your answer has a single step. Repeat it, so that there is a mask for each of the "
                "T steps.",
            ),
            Mistake(
                "no axis of steps",
                edits=[(ONE, "u = u[:, 0]")],
                says="With one mask your answer has no axis of steps. There should be T equal masks, in the shape of "
                "u.",
            ),
            Mistake(
                "step 0 without its axis, repeated",
                edits=[("u[:, :1]", "u[:, 0]")],
                says="Your copies of step 0 stand along the features. `u[:, 0]` loses the axis of the steps, so that "
                "axis 1 is another one; `u[:, :1]` keeps it.",
            ),
            Mistake(
                "step 0 without its axis, repeated along the batch",
                edits=[(ONE, "u = tf.repeat(u[:, 0], u.shape[1], axis=0)")],
                says="Your copies of step 0 stand along the batch, and there is no axis of steps. `u[:, :1]` keeps "
                "that axis: repeat along it, axis 1.",
            ),
            Mistake(
                "repeated without an axis",
                edits=[("u.shape[1], axis=1)", "u.shape[1])")],
                says="With one mask your answer is one long row: without an axis, `tf.repeat` strings all numbers "
                "together. Repeat `u[:, :1]` along axis 1.",
            ),
            Mistake(
                "u itself, dropped",
                edits=[("1 / (1 - rate), 0.0", "u / (1 - rate), 0.0")],
                says="Your masks hold u itself where they keep. u only decides: a kept place is 1 over the share that "
                "is kept, the same number everywhere.",
            ),
            Mistake(
                "u itself, dropped and not scaled",
                edits=[("1 / (1 - rate), 0.0", "u, 0.0")],
                says="Your masks hold u itself, unscaled, where they keep. u only decides: a kept place is 1 over the "
                "share that is kept.",
            ),
            Mistake(
                "not scaled",
                edits=[("1 / (1 - rate), 0.0", "1.0, 0.0")],
                says="Your masks hold 0 and 1, or True and False. A mask carries the scaling too: a kept place is 1 "
                "over "
                ""
                "the share that is kept.",
            ),
            Mistake(
                "divided by the rate",
                edits=[("1 / (1 - rate), 0.0", "1 / rate, 0.0")],
                says="A kept place is 1 over the share that is kept. You divide by the share that is dropped.",
            ),
            Mistake(
                "smaller instead of larger",
                edits=[("1 / (1 - rate), 0.0", "1 - rate, 0.0")],
                says="Your kept places hold `1 - rate`, which makes numbers smaller. They should hold 1 over it; a "
                "forgotten pair of parentheses does this too.",
            ),
            Mistake(
                "kept and dropped exchanged",
                edits=[("u >= rate", "u < rate")],
                says="Kept and dropped are exchanged: a place is dropped when its u is below the rate.",
            ),
            Mistake(
                "rate taken for the share kept",
                edits=[("u >= rate", "u < rate"), ("1 / (1 - rate), 0.0", "1 / rate, 0.0")],
                says="You read the rate as the share that is kept. Here it is the share that is dropped.",
            ),
            Mistake(
                "u at the rate dropped",
                edits=[("u >= rate", "u > rate")],
                says="A u that equals the rate is kept: drop only what lies below it.",
            ),
            Mistake(
                "draws of its own",
                edits=[(MASKS, "return tf.nn.dropout(tf.ones_like(u), rate)")],
                says="Your function draws random numbers of its own. Use the numbers u that it is given.",
                random=True,
            ),
            Mistake(
                "compared with the share kept",
                edits=[
                    ("u >= rate", "u >= 1 - rate"),
                ],
                says="You compare u with the share that is kept. A place is dropped when its u is below the rate "
                "itself.",
            ),
            Mistake(
                "rate taken for the share kept, turned round",
                edits=[
                    ("u >= rate", "u >= 1 - rate"),
                    ("1 / (1 - rate), 0.0", "1 / rate, 0.0"),
                ],
                says="You read the rate as the share that is kept. Here it is the share that is dropped.",
            ),
            Mistake(
                "u at the rate on the wrong side too",
                edits=[
                    ("u >= rate", "u <= rate"),
                ],
                says="Kept and dropped are exchanged: a place is dropped when its u is below the rate, and kept "
                "otherwise.",
            ),
            Mistake(
                "all steps repeated",
                edits=[("u[:, :1]", "u")],
                says=ALL_STEPS,
            ),
            Mistake(
                "all steps tiled",
                edits=[(ONE, "u = tf.tile(u, (1, u.shape[1], 1))")],
                says=ALL_STEPS,
            ),
            Mistake(
                "the first sequence's steps repeated",
                edits=[("u[:, :1]", "u[:1]")],
                says=FIRST_SEQUENCE,
            ),
            Mistake(
                "the first sequence's steps tiled",
                edits=[(ONE, "u = tf.tile(u[:1], (1, u.shape[1], 1))")],
                says=FIRST_SEQUENCE,
            ),
            Mistake(
                "step 0 without its axis, tiled as if it had it",
                edits=[(ONE, "u = tf.tile(u[:, 0], (1, u.shape[1], 1))")],
                says="`tf.tile` wants one number for each axis, and gets three for two axes. An index such as "
                "`u[:, 0]` loses its axis; `u[:, :1]` keeps that of the steps.",
            ),
            Mistake(
                "step 0 without its axis, tiled",
                edits=[(ONE, "u = tf.tile(u[:, 0], (1, u.shape[1]))")],
                says="Your copies of step 0 stand side by side along the features, and there is no axis of steps. "
                "`u[:, :1]` keeps that axis: repeat along it, axis 1.",
            ),
        ],
        alternatives=[
            Alternative(
                "step by step",
                source="""
def masks_over_time(u, rate, one_mask):
    masks = []
    for t in range(u.shape[1]):
        keep = tf.cast(u[:, 0 if one_mask else t] >= rate, tf.float32)
        masks.append(keep / (1 - rate))
    return tf.stack(masks, axis=1)
""",
            ),
            Alternative(
                "numpy and broadcasting",
                source="""
import numpy as np
def masks_over_time(u, rate, one_mask):
    u = np.array(u)
    if one_mask:
        u[:] = u[:, :1]
    return (u >= rate) / (1.0 - rate)
""",
            ),
            Alternative(
                "the mask repeated, not the numbers",
                source="""
def masks_over_time(u, rate, one_mask):
    masks = tf.cast(u >= rate, u.dtype) / (1 - rate)
    return tf.ones_like(masks) * masks[:, 0, None] if one_mask else masks
""",
            ),
        ],
    ),
    Exercise(
        "dropout_step",
        draw=draw_dropping_steps,
        returns={"h_t": "B U"},
        reveal="Both masks act on what the step reads. Its result is not masked.",
        mistakes=[
            Mistake(
                "mask on the output",
                edits=[(STEP, "return tf.tanh((x_t * x_mask) @ kernel + h_prev @ recurrent_kernel + bias) * h_mask")],
                says="You drop units of the new state. The mask is for the old state, before the product.",
            ),
            Mistake(
                "mask on the output too",
                edits=[("+ bias)", "+ bias) * h_mask")],
                says="You drop units of the new state as well. The masks act on what is read: x_t and the old state.",
            ),
            Mistake(
                "mask behind the product",
                edits=[("(h_prev * h_mask) @ recurrent_kernel", "(h_prev @ recurrent_kernel) * h_mask")],
                says="Your mask comes after the product with the recurrent kernel. It should drop units of the old "
                "state before they are read.",
            ),
            Mistake(
                "whole sum masked",
                edits=[
                    (
                        STEP,
                        "return tf.tanh(((x_t * x_mask) @ kernel + h_prev @ recurrent_kernel + bias) * h_mask)",
                    )
                ],
                says="You mask the whole sum. h_mask belongs to the old state alone, before the product.",
            ),
            Mistake(
                "bias masked",
                edits=[
                    (
                        "(h_prev * h_mask) @ recurrent_kernel + bias",
                        "(h_prev @ recurrent_kernel + bias) * h_mask",
                    )
                ],
                says="Your mask hits the bias as well, after the product. It belongs to the old state alone.",
            ),
            Mistake(
                "input whole",
                edits=[("(x_t * x_mask)", "x_t")],
                says="The input is read whole. It has a mask too: x_mask.",
            ),
            Mistake(
                "state whole",
                edits=[("(h_prev * h_mask)", "h_prev")],
                says="The old state is read whole. It has a mask too: h_mask.",
            ),
            Mistake(
                "no masks",
                edits=[("(x_t * x_mask)", "x_t"), ("(h_prev * h_mask)", "h_prev")],
                says="This is the step of lesson 01, without any dropout. Multiply x_t and h_prev with their masks "
                "first.",
            ),
            Mistake(
                "masks used as switches",
                edits=[
                    ("(x_t * x_mask)", "tf.where(x_mask > 0, x_t, 0.0)"),
                    ("(h_prev * h_mask)", "tf.where(h_mask > 0, h_prev, 0.0)"),
                ],
                says="You drop, but the kept numbers are not scaled. The scaling stands in the masks: multiply.",
            ),
            Mistake(
                "scaled twice",
                edits=[
                    ("(x_t * x_mask)", "(x_t * x_mask * tf.reduce_max(x_mask))"),
                    ("(h_prev * h_mask)", "(h_prev * h_mask * tf.reduce_max(h_mask))"),
                ],
                says="The kept numbers are scaled twice. The masks hold 1 over the share kept already.",
            ),
            Mistake(
                "masks added",
                edits=[("x_t * x_mask", "x_t + x_mask"), ("h_prev * h_mask", "h_prev + h_mask")],
                says="You add the masks. Dropping is a product: what is multiplied by 0 is gone.",
            ),
            Mistake(
                "masks exchanged",
                edits=[("x_t * x_mask", "x_t * h_mask"), ("h_prev * h_mask", "h_prev * x_mask")],
                says="The masks have changed places: x_mask (B, D) belongs to the input, h_mask (B, U) to the state.",
            ),
            Mistake(
                "first instance's masks",
                edits=[("x_t * x_mask", "x_t * x_mask[:1]"), ("h_prev * h_mask", "h_prev * h_mask[:1]")],
                says="You use the masks of the first sequence for all. Each row of the batch has its own.",
            ),
            Mistake(
                "old state where dropped",
                edits=[
                    (
                        STEP,
                        "h_t = tf.tanh((x_t * x_mask) @ kernel + h_prev @ recurrent_kernel + bias)\n"
                        "    return tf.where(h_mask > 0, h_t, h_prev)",
                    )
                ],
                says="Dropped units keep their old state in yours. That exists too and is called zoneout. Here the "
                "old state is read with zeros in it.",
            ),
            Mistake(
                "bias forgotten",
                edits=[(" + bias)", ")")],
                says="The bias is missing. It is never dropped.",
            ),
            Mistake(
                "no tanh",
                edits=[("tf.tanh(", "(")],
                says="The tanh is missing around the sum.",
            ),
            Mistake(
                "input's mask as a switch",
                edits=[
                    ("(x_t * x_mask)", "tf.where(x_mask > 0, x_t, 0.0)"),
                ],
                says="The kept numbers of the input are not scaled. The scaling stands in the mask: multiply.",
            ),
            Mistake(
                "state's mask as a switch",
                edits=[
                    ("(h_prev * h_mask)", "tf.where(h_mask > 0, h_prev, 0.0)"),
                ],
                says="The kept units of the state are not scaled. The scaling stands in the mask: multiply.",
            ),
            Mistake(
                "sigmoid",
                edits=[
                    ("tf.tanh(", "tf.sigmoid("),
                ],
                says="You use a sigmoid. A plain network's step ends in tanh.",
            ),
            *(
                Mistake(
                    f"input's mask: {wrong}",
                    edits=[("(x_t * x_mask) @ kernel", wrong)],
                    says="In yours x_mask multiplies the kernel or the product `x_t @ kernel`, whose shapes are "
                    "others. It belongs to x_t, number by number, before the product.",
                )
                for wrong in (
                    "x_t @ kernel * x_mask",
                    "x_mask * (x_t @ kernel)",
                    "x_t @ (x_mask * kernel)",
                    "x_t @ (kernel * x_mask)",
                )
            ),
            *(
                Mistake(
                    f"state's mask: {wrong}",
                    edits=[("(h_prev * h_mask) @ recurrent_kernel", wrong)],
                    says="A product number by number with recurrent_kernel (U, U) does not fit (B, U). Use `*` for "
                    "h_prev and its mask, and `@` for what is read and the kernel.",
                )
                for wrong in ("h_prev @ (h_mask * recurrent_kernel)", "h_prev @ (recurrent_kernel * h_mask)")
            ),
            Mistake(
                "bias behind the tanh",
                edits=[(" + bias)", ") + bias")],
                says="Your bias is added behind the tanh. All three terms belong inside it: input, state and bias.",
            ),
            Mistake(
                "input alone in the tanh",
                edits=[
                    (
                        "(x_t * x_mask) @ kernel + (h_prev * h_mask) @ recurrent_kernel + bias)",
                        "(x_t * x_mask) @ kernel) + (h_prev * h_mask) @ recurrent_kernel + bias",
                    )
                ],
                says="Only the input's product is inside your tanh. All three terms belong inside it: input, state and "
                "bias.",
            ),
            Mistake(
                "a tanh for each product",
                edits=[
                    (
                        "(x_t * x_mask) @ kernel + (h_prev * h_mask) @ recurrent_kernel + bias)",
                        "(x_t * x_mask) @ kernel) + tf.tanh((h_prev * h_mask) @ recurrent_kernel) + bias",
                    )
                ],
                says="Each product has a tanh of its own in yours, and the bias none. One tanh goes around all three "
                "terms: input, state and bias.",
            ),
        ],
        alternatives=[
            Alternative(
                "one joint matrix",
                source="""
def dropout_step(x_t, h_prev, kernel, recurrent_kernel, bias, x_mask, h_mask):
    read = tf.concat([x_t, h_prev], axis=1) * tf.concat([x_mask, h_mask], axis=1)
    return tf.tanh(read @ tf.concat([kernel, recurrent_kernel], axis=0) + bias)
""",
            ),
            Alternative(
                "einsum",
                source="""
def dropout_step(x_t, h_prev, kernel, recurrent_kernel, bias, x_mask, h_mask):
    total = tf.einsum("bd,bd,du->bu", x_t, x_mask, kernel)
    return tf.tanh(total + tf.einsum("bu,bu,uv->bv", h_prev, h_mask, recurrent_kernel) + bias)
""",
            ),
            Alternative(
                "a Keras cell",
                source="""
def dropout_step(x_t, h_prev, kernel, recurrent_kernel, bias, x_mask, h_mask):
    cell = keras.layers.SimpleRNNCell(bias.shape[0])
    cell.build(x_t.shape)
    cell.set_weights([kernel, recurrent_kernel, bias])
    return cell(x_t * x_mask, [h_prev * h_mask])[0]
""",
            ),
        ],
    ),
    Exercise(
        "run_with_dropout",
        draw=draw_dropping_runs,
        returns={"states": "B T U"},
        reveal="Thanks to the scaling in training, nothing at all has to be done at inference.",
        mistakes=[
            Mistake(
                "dropped at inference too",
                edits=[("if training:", "if True:")],
                says="You drop whether it is training or not. At inference the network has to read everything.",
            ),
            Mistake(
                "never dropped",
                edits=[("if training:", "if False:")],
                says="The masks are never used. In training they multiply input and state at every step.",
            ),
            Mistake(
                "flag the wrong way round",
                edits=[("if training:", "if not training:")],
                says="Your flag works the wrong way round: dropout belongs to training.",
            ),
            Mistake(
                "scaled at inference",
                source=with_loop("""
        if training:
            h = step(x_t * x_mask, h * h_mask)
        else:
            h = step(x_t / tf.reduce_max(x_mask), h / tf.reduce_max(h_mask))"""),
                says="At inference you make the numbers smaller. The masks have scaled up in training already, so "
                "nothing is left to do.",
            ),
            Mistake(
                "masks as switches",
                edits=[("x_t * x_mask", "x_t * tf.sign(x_mask)"), ("h * h_mask", "h * tf.sign(h_mask)")],
                says="What is kept is not scaled up. The scaling stands in the masks: multiply with them as they are.",
            ),
            Mistake(
                "scaled at inference only",
                source=with_loop("""
        if training:
            h = step(x_t * tf.sign(x_mask), h * tf.sign(h_mask))
        else:
            h = step(x_t / tf.reduce_max(x_mask), h / tf.reduce_max(h_mask))"""),
                says="You scale at inference instead of in training, as the first paper did. These masks carry the "
                "scaling: multiply in training, do nothing at inference.",
            ),
            Mistake(
                "scaled up at inference",
                source=with_loop("""
        if training:
            h = step(x_t * x_mask, h * h_mask)
        else:
            h = step(x_t * tf.reduce_max(x_mask), h * tf.reduce_max(h_mask))"""),
                says="At inference you make the numbers larger. Without dropping there is nothing to make up for.",
            ),
            Mistake(
                "state whole",
                edits=[(H_MASKED, "h_read = h")],
                says="Only the input is dropped. The state is read through h_mask at every step.",
            ),
            Mistake(
                "input whole",
                edits=[(X_MASKED, "x_t = x_t")],
                says="Only the state is dropped. The input is read through x_mask at every step.",
            ),
            Mistake(
                "state dropped at inference",
                source=with_loop("""
        h = step(x_t * x_mask if training else x_t, h * h_mask)"""),
                says="The flag reaches the input only: at inference the state is still dropped.",
            ),
            Mistake(
                "input dropped at inference",
                source=with_loop("""
        h = step(x_t * x_mask, h * h_mask if training else h)"""),
                says="The flag reaches the state only: at inference the input is still dropped.",
            ),
            Mistake(
                "start masked only",
                edits=[
                    ("h, states = h0, []", "h, states = h0 * h_mask if training else h0, []"),
                    (H_MASKED, "h_read = h"),
                ],
                says="You drop in h0 and never again. The state is read at every step, each time through the mask.",
            ),
            Mistake(
                "start not masked",
                source=with_loop("""
        if not training:
            h = step(x_t, h)
        else:
            h = step(x_t * x_mask, h if not states else h * h_mask)"""),
                says="At step 0 the state is read whole. h0 is an old state like any other, and goes through the mask.",
            ),
            Mistake(
                "outputs dropped",
                source=with_loop("""
        if training:
            h = step(x_t * x_mask, h) * h_mask
        else:
            h = step(x_t, h)"""),
                says="You drop in the new state, which is then returned with holes, and h0 stays whole. Drop where the "
                "state is *read*, before the step.",
            ),
            Mistake(
                "outputs dropped too",
                edits=[("states.append(h)", "states.append(h * h_mask if training else h)")],
                says="The states that you return have holes. The mask is for reading: mask before the step, and store "
                "what the step returns.",
            ),
            Mistake(
                "masked when stored and again when read",
                source=with_loop("""
        if training:
            h = step(x_t * x_mask, h * h_mask) * h_mask
        else:
            h = step(x_t, h)"""),
                says="You mask the state twice, when you store it and again when you read it, and what you return has "
                "holes. Mask before the step only; store what the step returns.",
            ),
            Mistake(
                "masked twice between two steps",
                source="""
def run_with_dropout(step, x, h0, x_mask, h_mask, training):
    h, states = h0, []
    for x_t in tf.unstack(x, axis=1):
        h = step(x_t * x_mask, h * h_mask) if training else step(x_t, h)
        states.append(h)
        h = h * h_mask if training else h
    return tf.stack(states, axis=1)
""",
                says="From step 1 on the state is read through its mask twice, so that what is kept grows twice. One "
                "product before each step will do.",
            ),
            Mistake(
                "state not carried",
                edits=[
                    ("h, states = h0, []", "h, states = h0, []\n    h_first = h0"),
                    (STEPPED, "h = step(x_t, h_read * 0 + (h_first * h_mask if training else h_first))"),
                ],
                says="Every step starts from h0 again. The state of a step is what the next one reads.",
            ),
            Mistake(
                "start from zeros",
                edits=[("h, states = h0, []", "h, states = tf.zeros_like(h0), []")],
                says="You start from zeros. The start is h0.",
            ),
            Mistake(
                "masks grow with the steps",
                edits=[(H_MASKED, "h_read = h * h_mask ** (len(states) + 1)")],
                says="The state's mask is multiplied by itself once more at every step, so that what is kept grows. "
                "Every step uses the same h_mask, once.",
            ),
            Mistake(
                "first instance's masks",
                edits=[("x_t * x_mask", "x_t * x_mask[:1]"), ("h * h_mask", "h * h_mask[:1]")],
                says="You use the masks of the first sequence for all. Each row of the batch has its own.",
            ),
            Mistake(
                "time first",
                edits=[("tf.stack(states, axis=1)", "tf.stack(states)")],
                says="The axis of the steps stands first. Stack along axis 1, so that the shape is (B, T, U).",
            ),
            Mistake(
                "last state only",
                edits=[("tf.stack(states, axis=1)", "h")],
                says="You return the last state alone. All T states are asked for.",
            ),
            Mistake(
                "the states that are read",
                edits=[("states.append(h)", "states.append(h_read)")],
                says="You collect what the steps read, the old and masked states. Collect what they return.",
            ),
            Mistake(
                "input's mask as a switch",
                edits=[
                    ("x_t * x_mask", "x_t * tf.sign(x_mask)"),
                ],
                says="The input's kept numbers are not scaled up. The scaling stands in the mask: multiply with it.",
            ),
            Mistake(
                "state's mask as a switch",
                edits=[
                    ("h * h_mask", "h * tf.sign(h_mask)"),
                ],
                says="The state's kept units are not scaled up. The scaling stands in the mask: multiply with it.",
            ),
            Mistake(
                "masks added",
                edits=[
                    ("x_t * x_mask", "x_t + x_mask"),
                    ("h * h_mask", "h + h_mask"),
                ],
                says="You add the masks. Dropping is a product: what is multiplied by 0 is gone.",
            ),
            Mistake(
                "state's mask added",
                edits=[
                    ("h * h_mask", "h + h_mask"),
                ],
                says="You add the state's mask. Dropping is a product: what is multiplied by 0 is gone.",
            ),
            Mistake(
                "unstacked along the batch",
                edits=[
                    ("tf.unstack(x, axis=1)", "tf.unstack(x)"),
                ],
                says="You walk through the sequences instead of the steps. The steps are axis 1 of x: `tf.unstack(x, "
                "axis=1)`.",
            ),
            Mistake(
                "no step at inference",
                source=with_loop("""
        if training:
            h = step(x_t * x_mask, h * h_mask)"""),
                says="At inference no step is taken: every state in your answer is h0. The step belongs to both, the "
                "masks to training alone.",
            ),
            Mistake(
                "a whole step, then a masked one",
                source=with_loop("""
        h = step(x_t, h)
        if training:
            h = step(x_t * x_mask, h * h_mask)"""),
                says="In training you step twice for each x_t: once without the masks, then once more with them. Take "
                "one step for each x_t, in training with the masks.",
            ),
            Mistake(
                "a masked step, then a whole one",
                source=with_loop("""
        if training:
            h = step(x_t * x_mask, h * h_mask)
        h = step(x_t, h)"""),
                says="In training you step twice for each x_t: once with the masks, then once more without them. Take "
                "one step for each x_t, in training with the masks.",
            ),
            Mistake(
                "a masked step, then one with the state whole",
                source=with_loop("""
        if training:
            x_t = x_t * x_mask
            h = step(x_t, h * h_mask)
        h = step(x_t, h)"""),
                says="In training you step twice for each x_t: with both masks, then once more with the state whole. "
                "Take one step for each x_t, in training with both masks.",
            ),
            Mistake(
                "collected before the step",
                edits=[("states.append(h)", ""), ("h_read = h\n", "h_read = h\n        states.append(h)\n")],
                says="Your answer begins with h0, and the last state is missing. Collect h after the step.",
            ),
            *(
                Mistake(
                    f"whole input times the mask: {masked}, {when}",
                    source=f"""
def run_with_dropout(step, x, h0, x_mask, h_mask, training):
    {before}
    h, states = h0, []
    for x_t in tf.unstack(x, axis=1):
        h = step(x_t, {read})
        states.append(h)
    return tf.stack(states, axis=1)
""",
                    says="Incompatible shapes: x is (B, T, D), and x_mask (B, D) has no axis of steps. Use it inside "
                    "the loop, on each x_t (B, D).",
                )
                for masked in ("x * x_mask", "x_mask * x")
                for when, before, read in (
                    ("in training", f"x = {masked} if training else x", "h * h_mask if training else h"),
                    ("always", f"x = {masked}", "h * h_mask if training else h"),
                    ("always, with the state's", f"x = {masked}", "h * h_mask"),
                    ("with that of h0", f"x, h0 = ({masked}, h0 * h_mask) if training else (x, h0)", "h"),
                )
            ),
        ],
        alternatives=[
            Alternative(
                "masks of ones at inference",
                source="""
def run_with_dropout(step, x, h0, x_mask, h_mask, training):
    if not training:
        x_mask, h_mask = tf.ones_like(x_mask), tf.ones_like(h_mask)
    states = [h0]
    for t in range(x.shape[1]):
        states.append(step(x[:, t] * x_mask, states[-1] * h_mask))
    return tf.stack(states[1:], axis=1)
""",
            ),
            Alternative(
                "the whole input at once",
                source="""
def run_with_dropout(step, x, h0, x_mask, h_mask, training):
    x = x * x_mask[:, None] if training else x
    h, states = h0, []
    for x_t in tf.unstack(x, axis=1):
        h = step(x_t, h * h_mask if training else h)
        states.append(h)
    return tf.stack(states, axis=1)
""",
            ),
            Alternative(
                "tf.scan",
                source="""
def run_with_dropout(step, x, h0, x_mask, h_mask, training):
    def one(h, x_t):
        return step(x_t * x_mask, h * h_mask) if training else step(x_t, h)
    return tf.transpose(tf.scan(one, tf.transpose(x, (1, 0, 2)), h0), (1, 0, 2))
""",
            ),
        ],
    ),
    Exercise(
        "carry",
        draw=draw_memories,
        returns={"memories": "B T U"},
        reveal="A dropped memory is lost for good; a dropped candidate is one that never came.",
        mistakes=[
            Mistake(
                "the wrong one of the two",
                edits=[('drop == "memory"', 'drop == "candidate"')],
                says='The two are exchanged: "memory" multiplies the old c by the mask, "candidate" what is added.',
            ),
            Mistake(
                "always the memory",
                edits=[('if drop == "memory":', "if True:")],
                says='You drop the memory in both cases. With "candidate", the old c stays whole.',
            ),
            Mistake(
                "always the candidates",
                edits=[('if drop == "memory":', "if False:")],
                says='You drop the candidates in both cases. With "memory", the mask multiplies the old c.',
            ),
            Mistake(
                "memory not dropped",
                edits=[(MEMORY, "c = c + new")],
                says='With "memory" nothing is dropped in yours. The mask multiplies the old c, before the sum.',
            ),
            Mistake(
                "candidates not dropped",
                edits=[(CANDIDATE, "c = c + new")],
                says='With "candidate" nothing is dropped in yours. The mask multiplies the candidate, before the sum.',
            ),
            Mistake(
                "nothing dropped",
                edits=[(MEMORY, "c = c + new"), (CANDIDATE, "c = c + new")],
                says="The masks are not used. Which of the two they multiply, `drop` says.",
            ),
            Mistake(
                "the sum dropped",
                edits=[(MEMORY, "c = (c + new) * mask_t")],
                says='With "memory" you drop the sum, so that the new candidate goes too. The mask multiplies the old '
                "c, before something is added.",
            ),
            Mistake(
                "both dropped",
                edits=[(CANDIDATE, "c = (c + new) * mask_t")],
                says='With "candidate" you drop the sum, the memory with it. Only what is added gets the mask.',
            ),
            Mistake(
                "the sum dropped in both cases",
                edits=[(MEMORY, "c = (c + new) * mask_t"), (CANDIDATE, "c = (c + new) * mask_t")],
                says="You drop the sum of memory and candidate. The mask is for one of them, and `drop` says for "
                "which.",
            ),
            Mistake(
                "masks as switches",
                edits=[(MEMORY, "c = c * tf.sign(mask_t) + new"), (CANDIDATE, "c = c + new * tf.sign(mask_t)")],
                says="What is kept is not scaled up. The scaling stands in the masks: multiply with them as they are.",
            ),
            Mistake(
                "one mask for all steps",
                edits=[("tf.unstack(masks, axis=1)", "[masks[:, 0]] * masks.shape[1]")],
                says="You use the mask of step 0 at all steps. Here every step has its own: `masks[:, t]`.",
            ),
            Mistake(
                "dropped for good",
                edits=[(CANDIDATE, "c = tf.where(mask_t > 0, c + new * mask_t, 0.0)")],
                says="Where a candidate is dropped you empty the memory. Nothing is added then, and the memory stays.",
            ),
            Mistake(
                "start left out",
                edits=[("c, memories = c0, []", "c, memories = tf.zeros_like(c0), []")],
                says="You start from an empty memory. The start is c0.",
            ),
            Mistake(
                "nothing carried",
                edits=[(MEMORY, "c = c0 * mask_t + new"), (CANDIDATE, "c = c0 + new * mask_t")],
                says="Every step starts from c0 again. The c of a step is what the next one adds to.",
            ),
            Mistake(
                "replaced instead of added",
                edits=[(CANDIDATE, "c = new * mask_t")],
                says='With "candidate", what comes in replaces the memory in yours. It is added to the old c.',
            ),
            Mistake(
                "old c forgotten with memory",
                edits=[(MEMORY, "c = new")],
                says='With "memory" the old c is forgotten: your answers hold the candidates alone. Add them to the '
                "old c times the mask.",
            ),
            Mistake(
                "old c forgotten with memory, candidate masked",
                edits=[(MEMORY, "c = new * mask_t")],
                says='With "memory" the old c is forgotten, and the mask hits the candidate. It is the old c that it '
                "multiplies; the candidate is added whole.",
            ),
            Mistake(
                "old c forgotten in both cases",
                edits=[(MEMORY, "c = new"), (CANDIDATE, "c = new * mask_t")],
                says="The old c is forgotten: your answers hold the candidates alone. The new c is the sum of the old "
                "one and the candidate, one of them masked.",
            ),
            Mistake(
                "candidate forgotten with memory",
                edits=[(MEMORY, "c = c * mask_t")],
                says='With "memory" the candidate is forgotten: nothing is added to the masked c. Only the old c is '
                "multiplied by the mask; the candidate is added whole.",
            ),
            Mistake(
                "candidate forgotten in both cases",
                edits=[(MEMORY, "c = c * mask_t"), (CANDIDATE, "c = c + 0 * new")],
                says="The candidates are forgotten: nothing is ever added to your c. The new c is the sum of the old "
                "one and the candidate, one of them masked.",
            ),
            Mistake(
                "multiplied, never added",
                edits=[(MEMORY, "c = c * mask_t"), (CANDIDATE, "c = new * mask_t")],
                says="You multiply one of the two by its mask and forget the other. The new c is the sum of the old "
                "one and the candidate.",
            ),
            Mistake(
                "candidate forgotten with candidate",
                edits=[(CANDIDATE, "c = c + 0 * new")],
                says='With "candidate" nothing is ever added: your c stays c0. The mask drops some of the candidates, '
                "not all.",
            ),
            Mistake(
                "old memories",
                edits=[("memories.append(c)", "memories.append(c0 if not memories else last)\n        last = c")],
                says="You collect c before each step. Collect it after: c0 is not among the answers.",
            ),
            Mistake(
                "start collected too",
                edits=[("c, memories = c0, []", "c, memories = c0, [c0]")],
                says="Your answer begins with c0, so it has one step too many. Collect c after each step.",
            ),
            Mistake(
                "time first",
                edits=[("tf.stack(memories, axis=1)", "tf.stack(memories)")],
                says="The axis of the steps stands first. Stack along axis 1, so that the shape is (B, T, U).",
            ),
            Mistake(
                "last memory only",
                edits=[("tf.stack(memories, axis=1)", "c")],
                says="You return the last memory alone. It is asked for after each of the T steps.",
            ),
            Mistake(
                "unstacked along the batch",
                edits=[
                    ("tf.unstack(candidates, axis=1)", "tf.unstack(candidates)"),
                    ("tf.unstack(masks, axis=1)", "tf.unstack(masks)"),
                ],
                says="You walk through the sequences instead of the steps. The steps are axis 1: `tf.unstack(..., "
                "axis=1)`.",
            ),
            Mistake(
                "only the memory's masks as switches",
                edits=[
                    ("c = c * mask_t + new", "c = c * tf.sign(mask_t) + new"),
                ],
                says='With "memory", what is kept is not scaled up. The scaling stands in the masks: multiply.',
            ),
            Mistake(
                "only the candidates' masks as switches",
                edits=[
                    ("c = c + new * mask_t", "c = c + new * tf.sign(mask_t)"),
                ],
                says='With "candidate", what is kept is not scaled up. The scaling stands in the masks: multiply.',
            ),
            Mistake(
                "collected before the sum",
                edits=[
                    (MEMORY, "c = c * mask_t"),
                    (CANDIDATE, "new = new * mask_t"),
                    ("memories.append(c)", "memories.append(c)\n        c = c + new"),
                ],
                says="You collect c before the candidate is added to it. Collect c after the sum.",
            ),
            Mistake(
                "sum not kept",
                edits=[
                    (MEMORY, "c = c * mask_t"),
                    (CANDIDATE, "new = new * mask_t"),
                    ("memories.append(c)", "memories.append(c + new)"),
                ],
                says="You collect the sum and do not keep it: the next step starts from a c without the candidate. "
                "Make the sum the new c, and collect that.",
            ),
            Mistake(
                "candidate added again, whole",
                edits=[
                    (MEMORY, "c = c * mask_t"),
                    ("memories.append(c)", "c = c + new\n        memories.append(c)"),
                ],
                says='With "candidate" you add the candidate twice: times its mask, and once more whole. Add it once, '
                "times the mask.",
            ),
            Mistake(
                "candidate added again in both cases",
                edits=[("memories.append(c)", "c = c + new\n        memories.append(c)")],
                says='You add the candidate twice at every step. Once is enough: whole with "memory", times its mask '
                'with "candidate".',
            ),
        ],
        alternatives=[
            Alternative(
                "a cumulative sum, where it will do",
                source="""
def carry(c0, candidates, masks, drop):
    if drop == "candidate":
        return c0[:, None] + tf.cumsum(candidates * masks, axis=1)
    def one(c, step):
        return c * step[1] + step[0]
    swap = lambda a: tf.transpose(a, (1, 0, 2))
    return swap(tf.scan(one, (swap(candidates), swap(masks)), c0))
""",
            ),
            Alternative(
                "masks of ones for the other",
                source="""
def carry(c0, candidates, masks, drop):
    ones = tf.ones_like(masks)
    keep, let_in = (masks, ones) if drop == "memory" else (ones, masks)
    memories = [c0]
    for t in range(candidates.shape[1]):
        memories.append(keep[:, t] * memories[-1] + let_in[:, t] * candidates[:, t])
    return tf.stack(memories[1:], axis=1)
""",
            ),
        ],
    ),
    choice(
        "find_the_bug",
        right="C",
        wrong={
            "A": "`A` would make a network that is wrong, but always equally wrong. These two lines differ although "
            "nothing was trained between them.",
            "B": "`B` changes the order of the examples, which changes no accuracy. Here the same array is asked "
            "twice.",
            "D": "`D` would make all answers a little too large or too small, and the same each time. Look at what "
            "the two lines have in common, and what not.",
        },
        reveal="At inference the same question has the same answer. If two calls differ, something is still drawing.",
    ),
]
