"""Lesson 03: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import LeakyCell

# All different, and different from the notebook's own T, D, U = 6, 3, 4: no wrong shape looks right.
B, T, D, U = 3, 5, 2, 7


def cell(rng, units=U):
    return LeakyCell(draws(rng, D, units), draws(rng, units, units), draws(rng, units))


def draw_loops(rng):
    def case(group, steps, initial_state):
        return Case(group, (cell(rng), draws(rng, B, steps, D), initial_state))

    return [
        case("starting from zeros", T, np.zeros((B, U), np.float32)),
        case("starting from a given state", T, draws(rng, B, U)),
        case("any length", 8, draws(rng, B, U)),
        case("any length", 1, draws(rng, B, U)),
    ]


def draw_ragged(rng):
    def case(group, lengths, steps=T, units=U):
        x, initial_state = draws(rng, len(lengths), steps, D), draws(rng, len(lengths), units)
        return Case(group, (cell(rng, units), x, initial_state, np.array(lengths, np.int32)))

    long = int(rng.integers(6, 9))
    return [
        # As many sequences as units: only here does a mask over the wrong axis run without an error.
        case("different lengths", [2, 4, 1, 5], units=4),
        case("different lengths", [int(n) for n in rng.permutation([3, 1, 5])]),
        case("all as long as x", [T, T, T]),
        case("all shorter than x", [int(n) for n in rng.permutation([2, 4, 3])], steps=long),
        case("an empty sequence", [0, 4, 2]),
    ]


def draw_outputs(rng):
    def case(group, lengths, steps):
        # Padding that is not zero, so that what was read there can be told apart.
        return Case(group, (draws(rng, len(lengths), steps, U), np.array(lengths, np.int32)))

    return [
        case("all shorter than the batch", [2, 4, 3], 5),
        case("one as long as the batch", [int(n) for n in rng.permutation([8, 1, 5, 3])], 8),
        case("all as long as the batch", [5, 5, 5], 5),
    ]


def draw_calls(rng):
    few = [int(n) for n in rng.choice(np.arange(3, 60), 3, replace=False)]
    mixed = [few[0], few[1], few[0], few[2], few[1], few[1]]
    names = {"none": "no signature", "open": "T left open", "relaxed": "reduce_retracing"}
    return [
        Case(group, (lengths, signature))
        for signature, group in names.items()
        for lengths in ([5, 7, 5, 9], mixed, [few[2]] * 4, [])
    ]


def draw_batches(rng):
    shapes = [(3, 5), (3, 7), (3, 5), (3, 9), (4, 6)]  # four different ones, of which one differs in B
    return [Case("five batches", ([draws(rng, batch, steps, D) for batch, steps in shapes],))]


def draw_promised_batches(rng):
    (case,) = draw_batches(rng)
    (batches,) = case.inputs
    return [Case("five batches, and one with a feature too many", ([*batches, draws(rng, 3, 5, D + 1)],))]


DYNAMIC = """
def dynamic_rnn(cell, x, initial_state):
    T = {T}
    def body(t, state, outputs):
        {body}
    start = ({first}, initial_state, {array})
    t, state, outputs = tf.while_loop(lambda t, *_: t < T, body, start)
    return {result}
"""
PARTS = {
    "T": "tf.shape(x)[1]",
    "body": "output, state = cell(x[:, t], state)\n        return t + 1, state, outputs.write(t, output)",
    "first": "0",
    "array": "tf.TensorArray(x.dtype, size=T)",
    "result": "tf.transpose(outputs.stack(), (1, 0, 2)), state",
}


def dynamic(**parts):
    """Return a source of dynamic_rnn with some of its parts replaced."""
    return DYNAMIC.format(**{**PARTS, **parts})


PYTHON_LOOP = """
def {signature}:
    outputs, state = [], initial_state
    for t in range(x.shape[1]):
        output, {state}
        outputs.append({output})
    return tf.stack(outputs, axis=1), state
"""
NO_LENGTH = (
    "This needs to know T while it is traced: a Python loop, `tf.unstack` or `x.shape[1]`. "
    "Take T from `tf.shape(x)[1]` and let `tf.while_loop` count."
)
IN_A_LIST = (
    "A Python list collects the outputs. Inside a loop of the graph `append` runs once, while tracing. "
    "Write into a `tf.TensorArray` instead."
)
WRITE_LOST = (
    "In a graph the outputs stay zero: what `write` returns is lost. "
    "Return it from the body: `write` gives the array with the slot filled."
)
NO_END = "The loop does not end: `t` comes back from the body as it went in. Return `t + 1`."
TIME_MAJOR = (
    "`stack()` put time in front: (T, B, U). Swap the first two axes with `tf.transpose` before you return the outputs."
)
RESHAPED = "The shape is right, but the reshape mixed sequences with steps. Swap the axes with `tf.transpose`."
FED_BACK = "The output is fed back where the state belongs. A cell returns two things: pass on the second."

EXERCISES = [
    choice(
        "four_times_longer",
        right="C",
        wrong={
            "A": "`A` is static unrolling, where every step is a copy. Here the cell stands in the graph once.",
            "B": "`B` is right about the graph. But when it runs, the loop still takes every step in turn.",
            "D": "`D` is right about the graph. But four times as many turns of the loop cannot take less time.",
        },
        reveal="The graph is written once for all lengths; the work is done anew at every step.",
    ),
    Exercise(
        "dynamic_rnn",
        draw=draw_loops,
        returns={"outputs": "B T U", "state": "B U"},
        reveal="One copy of the cell, any number of steps: this is what a Keras layer does by default.",
        mistakes=[
            Mistake(
                "a loop in Python",
                source=PYTHON_LOOP.format(
                    signature="dynamic_rnn(cell, x, initial_state)",
                    state="state = cell(x[:, t], state)",
                    output="output",
                ),
                says=NO_LENGTH,
            ),
            Mistake(
                "outputs in a Python list",
                source=dynamic(
                    array="tf.zeros(())",
                    body="output, state = cell(x[:, t], state)\n        kept.append(output)\n"
                    "        return t + 1, state, outputs",
                    result="tf.stack(kept, axis=1), state",
                ).replace("    def body", "    kept = []\n    def body"),
                says=IN_A_LIST,
            ),
            Mistake(
                "what write returns is lost",
                source=dynamic(
                    body="output, state = cell(x[:, t], state)\n        outputs.write(t, output)\n"
                    "        return t + 1, state, outputs"
                ),
                says=WRITE_LOST,
            ),
            Mistake("t does not advance", edits=[("return t + 1, new_state", "return t, new_state")], says=NO_END),
            Mistake(
                "output fed back as state",
                edits=[("return t + 1, new_state", "return t + 1, output")],
                says=FED_BACK,
            ),
            Mistake(
                "state never replaced",
                edits=[("return t + 1, new_state", "return t + 1, state")],
                says="The body returns the state it was given, so every step starts from the initial state. "
                "Return the cell's new state.",
            ),
            Mistake(
                "a loop variable forgotten",
                edits=[("return t + 1, new_state, outputs", "return t + 1, outputs")],
                says="The body does not return all loop variables. Three go in, so three come back, in the same order: "
                "`t + 1`, the new state, the array.",
            ),
            Mistake(
                "always from the initial state",
                edits=[("cell(x[:, t], state)", "cell(x[:, t], initial_state)")],
                says="Every step starts from `initial_state`. In the body, use the state that comes in.",
            ),
            Mistake(
                "states collected",
                edits=[("outputs.write(t, output)", "outputs.write(t, new_state)")],
                says="You collect the states. Write the outputs into the array; the state only travels on.",
            ),
            Mistake(
                "last output for the state",
                edits=[
                    (
                        "return tf.transpose(outputs.stack(), (1, 0, 2)), state",
                        "outputs = outputs.stack()\n    return tf.transpose(outputs, (1, 0, 2)), outputs[-1]",
                    )
                ],
                says="The second result is the last output. The state after the last step is asked; they can differ.",
            ),
            Mistake(
                "outputs left time-major",
                edits=[("tf.transpose(outputs.stack(), (1, 0, 2)), state", "outputs.stack(), state")],
                says=TIME_MAJOR,
            ),
            Mistake(
                "outputs reshaped",
                edits=[
                    ("tf.transpose(outputs.stack(), (1, 0, 2))", "tf.reshape(outputs.stack(), (tf.shape(x)[0], T, -1))")
                ],
                says=RESHAPED,
            ),
            Mistake(
                "outputs concatenated",
                edits=[("tf.transpose(outputs.stack(), (1, 0, 2))", "outputs.concat()")],
                says="`concat()` puts the steps below each other, rows on rows. `stack()` gives time its own axis.",
            ),
            Mistake(
                "the array itself",
                edits=[("tf.transpose(outputs.stack(), (1, 0, 2)), state", "outputs, state")],
                says="A TensorArray comes back. `stack()` makes a tensor of it. Then swap two axes.",
            ),
            Mistake(
                "only the outputs",
                edits=[("(1, 0, 2)), state", "(1, 0, 2))")],
                says="Only the outputs come back. Return the state as well: `outputs, state`.",
            ),
            Mistake(
                "step 0 left out",
                edits=[("start = (0,", "start = (1,")],
                says="The loop starts at step 1, so step 0 is never read. Steps count from 0.",
            ),
            Mistake(
                "last step left out",
                edits=[("return t < T", "return t < T - 1")],
                says="The loop stops one step early. Step `T - 1` is the last one: go on while `t < T`.",
            ),
            Mistake(
                "one step too many",
                edits=[("return t < T", "return t <= T")],
                says="The loop goes one step too far: there is no step `T`. Go on while `t < T`.",
            ),
            Mistake(
                "same step every time",
                edits=[("cell(x[:, t], state)", "cell(x[:, 0], state)")],
                says="Every turn reads step 0. Read step `t`: `x[:, t]`.",
            ),
            Mistake(
                "an instance for a step",
                edits=[("cell(x[:, t], state)", "cell(x[t], state)")],
                says="`x[t]` is instance t with all its steps. Step t of all instances is `x[:, t]`.",
            ),
            Mistake(
                "started from zeros",
                edits=[("start = (0, initial_state,", "start = (0, tf.zeros_like(initial_state),")],
                says="The loop always starts from zeros. Start from `initial_state`.",
            ),
            Mistake(
                "sizes of batch and time mixed up",
                edits=[("T = tf.shape(x)[1]", "T = tf.shape(x)[0]")],
                says="You count instances: `tf.shape(x)[0]` is B. The number of steps is `tf.shape(x)[1]`.",
            ),
        ],
        alternatives=[
            Alternative(
                "tf.scan",
                source="""
def dynamic_rnn(cell, x, initial_state):
    start = (initial_state, initial_state)
    outputs, states = tf.scan(lambda carry, x_t: cell(x_t, carry[1]), tf.transpose(x, (1, 0, 2)), start)
    return tf.transpose(outputs, (1, 0, 2)), states[-1]
""",
            ),
            Alternative(
                "a for loop over tf.range, which tf.function turns into a loop of the graph",
                source="""
def dynamic_rnn(cell, x, initial_state):
    state = initial_state
    outputs = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    for t in tf.range(tf.shape(x)[1]):
        output, state = cell(x[:, t], state)
        outputs = outputs.write(t, output)
    return tf.transpose(outputs.stack(), (1, 0, 2)), state
""",
            ),
            Alternative(
                "keras.ops.scan",
                source="""
def dynamic_rnn(cell, x, initial_state):
    state, outputs = keras.ops.scan(lambda h, x_t: cell(x_t, h)[::-1], initial_state, tf.einsum("btd->tbd", x))
    return [tf.einsum("tbu->btu", outputs), state]
""",
            ),
        ],
    ),
    choice(
        "wrong_mask",
        right="C",
        wrong={
            "A": "With `t <= lengths` a sequence would take one step too many: its last real step is `length - 1`. "
            "Look at the shape of `running`.",
            "B": "Swapping them would freeze the sequences that still run. `tf.where` takes the second argument where "
            "the condition is true.",
            "D": "Sequences are rows here. Row 0 should be all zeros; instead *every* row has a zero for unit 0.",
        },
        reveal="Right: unit 0 of everybody was frozen, instead of all units of sequence 0.",
    ),
    Exercise(
        "ragged_rnn",
        draw=draw_ragged,
        returns={"outputs": "B T U", "state": "B U"},
        reveal="Whatever the padding holds, it no longer reaches an output or a state.",
        mistakes=[
            Mistake(
                "lengths ignored",
                edits=[("(t < lengths)[:, None]", "(t < T + 0 * lengths)[:, None]")],
                says="The lengths have no influence: the cell runs on into the padding. Use `t < lengths`.",
            ),
            Mistake(
                "outputs not zeroed",
                edits=[("tf.where(running, output, tf.zeros_like(output))", "output")],
                says="The state is right, but outputs go on past the end. Write zeros where a sequence has ended.",
            ),
            Mistake(
                "state not frozen",
                edits=[("tf.where(running, new_state, state), outputs", "new_state, outputs")],
                says="The outputs are right, but the state is taken at step T: it ran on through the padding. "
                "Keep the old state where a sequence has ended.",
            ),
            Mistake(
                "one step too many",
                edits=[("(t < lengths)[:, None]", "(t <= lengths)[:, None]")],
                says="Each sequence takes one step of its padding. Steps count from 0, so the last real one is "
                "`length - 1`: use `t < lengths`.",
            ),
            Mistake(
                "one step too few",
                edits=[("(t < lengths)[:, None]", "(t < lengths - 1)[:, None]")],
                says="Each sequence stops one step early. The last real step is `length - 1`, and it counts: "
                "use `t < lengths`.",
            ),
            Mistake(
                "mask over the wrong axis",
                edits=[("(t < lengths)[:, None]", "t < lengths")],
                says="The mask has shape (B,) and lies over the units. Give it an axis at the end, `[:, None]`: "
                "one answer per sequence.",
            ),
            Mistake(
                "mask inverted",
                edits=[("(t < lengths)[:, None]", "(t >= lengths)[:, None]")],
                says="The mask is upside down: it freezes real steps and lets the padding through. "
                "A step is real where `t < lengths`.",
            ),
            Mistake(
                "state set to zero at the end",
                edits=[
                    (
                        "tf.where(running, new_state, state), outputs",
                        "tf.where(running, new_state, tf.zeros_like(state)), outputs",
                    )
                ],
                says="Past the end the state becomes zero. It is to stay as it was: take the old state there.",
            ),
            Mistake(
                "state set back to the start",
                edits=[
                    (
                        "tf.where(running, new_state, state), outputs",
                        "tf.where(running, new_state, initial_state), outputs",
                    )
                ],
                says="Past the end the state falls back to the initial one. Take the state that came into the body.",
            ),
            Mistake(
                "choices swapped",
                edits=[
                    ("tf.where(running, new_state, state), outputs", "tf.where(running, state, new_state), outputs")
                ],
                says="The two states are swapped: the new one belongs to sequences that still run. "
                "`tf.where(condition, a, b)` takes `a` where the condition is true.",
            ),
            Mistake(
                "last output repeated",
                source="""
def ragged_rnn(cell, x, initial_state, lengths):
    T = tf.shape(x)[1]
    def body(t, state, last, outputs):
        output, new_state = cell(x[:, t], state)
        running = (t < lengths)[:, None]
        last = tf.where(running, output, last)
        return t + 1, tf.where(running, new_state, state), last, outputs.write(t, last)
    start = (0, initial_state, tf.zeros_like(initial_state), tf.TensorArray(x.dtype, size=T))
    _, state, _, outputs = tf.while_loop(lambda t, *_: t < T, body, start)
    return tf.transpose(outputs.stack(), (1, 0, 2)), state
""",
                says="Past the end you repeat the last output, as a Keras layer does. Here it is to be zero.",
            ),
            Mistake(
                "zeros while running",
                edits=[("running, output, tf.zeros_like(output)", "running, tf.zeros_like(output), output")],
                says="Output and zeros are swapped: zeros belong where a sequence has ended. "
                "`tf.where(condition, a, b)` takes `a` where the condition is true.",
            ),
            Mistake(
                "an if for the whole batch",
                edits=[
                    (
                        "outputs = outputs.write(t, tf.where(running, output, tf.zeros_like(output)))",
                        "if t < lengths:\n            state = new_state\n        outputs = outputs.write(t, output)",
                    ),
                    ("tf.where(running, new_state, state), outputs", "state, outputs"),
                ],
                says="An `if` decides once for the whole batch, but each sequence has a length of its own. "
                "`tf.where` decides for each.",
            ),
            Mistake(
                "stopped at the longest",
                edits=[
                    ("t < T, body", "t < tf.reduce_max(lengths), body"),
                    ("size=T)", "size=tf.reduce_max(lengths))"),
                ],
                says="The outputs end with the longest sequence. Keep all T steps: where everybody has ended, "
                "they are zero.",
            ),
            Mistake(
                "one length for all",
                edits=[("(t < lengths)[:, None]", "tf.fill((tf.shape(x)[0], 1), t < tf.reduce_max(lengths))")],
                says="All sequences stop together, at the longest. Compare `t` with each length: `t < lengths`.",
            ),
            Mistake(
                "output fed back as state",
                edits=[("tf.where(running, new_state, state), outputs", "tf.where(running, output, state), outputs")],
                says=FED_BACK,
            ),
            Mistake(
                "a loop in Python",
                source=PYTHON_LOOP.format(
                    signature="ragged_rnn(cell, x, initial_state, lengths)",
                    state="new_state = cell(x[:, t], state)\n        running = (t < lengths)[:, None]\n"
                    "        state = tf.where(running, new_state, state)",
                    output="tf.where(running, output, 0.0)",
                ),
                says=NO_LENGTH,
            ),
            Mistake("t does not advance", edits=[("return t + 1", "return t")], says=NO_END),
            Mistake(
                "what write returns is lost",
                edits=[("outputs = outputs.write(", "outputs.write(")],
                says=WRITE_LOST,
            ),
            Mistake(
                "outputs left time-major",
                edits=[("tf.transpose(outputs.stack(), (1, 0, 2)), state", "outputs.stack(), state")],
                says=TIME_MAJOR,
            ),
            Mistake(
                "started from zeros",
                edits=[("start = (0, initial_state,", "start = (0, tf.zeros_like(initial_state),")],
                says="The loop always starts from zeros. Start from `initial_state`.",
            ),
        ],
        alternatives=[
            Alternative(
                "multiplied by a mask",
                source="""
def ragged_rnn(cell, x, initial_state, lengths):
    T = tf.shape(x)[1]
    masks = tf.sequence_mask(lengths, T, dtype=x.dtype)
    def body(t, state, outputs):
        output, new_state = cell(x[:, t], state)
        real = masks[:, t, None]
        return t + 1, real * new_state + (1 - real) * state, outputs.write(t, real * output)
    start = (0, initial_state, tf.TensorArray(x.dtype, size=T))
    _, state, outputs = tf.while_loop(lambda t, *_: t < T, body, start)
    return tf.einsum("tbu->btu", outputs.stack()), state
""",
            ),
            Alternative(
                "run to the end, then cut and pick",
                source="""
def ragged_rnn(cell, x, initial_state, lengths):
    start = (initial_state, initial_state)
    outputs, states = tf.scan(lambda carry, x_t: cell(x_t, carry[1]), tf.transpose(x, (1, 0, 2)), start)
    states = tf.concat([initial_state[None], states], axis=0)
    state = tf.gather(tf.transpose(states, (1, 0, 2)), lengths, axis=1, batch_dims=1)
    real = tf.sequence_mask(lengths, tf.shape(x)[1], dtype=x.dtype)
    return tf.transpose(outputs, (1, 0, 2)) * real[:, :, None], state
""",
            ),
        ],
    ),
    Exercise(
        "last_outputs",
        draw=draw_outputs,
        returns={"last outputs": "B U"},
        reveal="One number per sequence says where to look; nothing of the padding is read.",
        mistakes=[
            Mistake(
                "the end of the padding",
                edits=[("tf.gather(outputs, lengths - 1, axis=1, batch_dims=1)", "outputs[:, -1]")],
                says="That is the last step of the batch. For a shorter sequence it is padding: "
                "its last real step is `length - 1`.",
            ),
            Mistake(
                "one step too late",
                edits=[("lengths - 1", "lengths")],
                says="That is one step past the end. Steps count from 0, so the last of `n` steps is `n - 1`.",
            ),
            Mistake(
                "one step too early",
                edits=[("lengths - 1", "tf.maximum(lengths - 2, 0)")],
                says="That is the last step but one. The last of `n` steps is `n - 1`.",
            ),
            Mistake(
                "every sequence at everybody's end",
                edits=[(", batch_dims=1", "")],
                says="Without `batch_dims=1` each sequence gives its output at *all* the lengths. "
                "With it, each is read at its own.",
            ),
            Mistake(
                "gathered along the batch",
                edits=[(", axis=1, batch_dims=1", "")],
                says="Without `axis=1` you pick whole sequences by number. Steps are axis 1; "
                "`batch_dims=1` makes each sequence use its own entry.",
            ),
            Mistake(
                "square brackets",
                edits=[("tf.gather(outputs, lengths - 1, axis=1, batch_dims=1)", "outputs[:, lengths - 1]")],
                says="Square brackets take one number for all sequences, no vector of them. "
                "`tf.gather` with `batch_dims=1` takes one for each.",
            ),
            Mistake(
                "one end for all",
                edits=[
                    ("tf.gather(outputs, lengths - 1, axis=1, batch_dims=1)", "outputs[:, tf.reduce_max(lengths) - 1]")
                ],
                says="You read all sequences where the longest ends. Each has a last step of its own.",
            ),
            Mistake(
                "the mean over all steps",
                edits=[("tf.gather(outputs, lengths - 1, axis=1, batch_dims=1)", "tf.reduce_mean(outputs, axis=1)")],
                says="That is the mean over time, padding included. One output per sequence is asked, "
                "the one at `length - 1`.",
            ),
            Mistake(
                "the sum over all steps",
                edits=[("tf.gather(outputs, lengths - 1, axis=1, batch_dims=1)", "tf.reduce_sum(outputs, axis=1)")],
                says="That is the sum over all steps. One output per sequence is asked, the one at `length - 1`.",
            ),
            Mistake(
                "time kept as an axis",
                edits=[("lengths - 1", "lengths[:, None] - 1")],
                says="The time axis is still there, with length 1. Gather with `lengths - 1` of shape (B,), "
                "without an extra axis.",
            ),
            Mistake(
                "the first outputs",
                edits=[("tf.gather(outputs, lengths - 1, axis=1, batch_dims=1)", "outputs[:, 0]")],
                says="These are the outputs of step 0. Ask for step `length - 1` of each sequence.",
            ),
        ],
        alternatives=[
            Alternative(
                "one-hot and einsum",
                source="""
def last_outputs(outputs, lengths):
    chosen = tf.one_hot(lengths - 1, outputs.shape[1])
    return tf.einsum("btu,bt->bu", outputs, chosen)
""",
            ),
            Alternative(
                "gather_nd, as in the old notes",
                source="""
def last_outputs(outputs, lengths):
    rows = tf.range(tf.shape(outputs)[0])
    return tf.gather_nd(outputs, tf.stack([rows, lengths - 1], axis=1))
""",
            ),
            Alternative(
                "a loop and NumPy",
                source="""
import numpy as np
def last_outputs(outputs, lengths):
    return np.stack([outputs.numpy()[b, n - 1] for b, n in enumerate(lengths.numpy())])
""",
            ),
        ],
    ),
    Exercise(
        "count_traces",
        draw=draw_calls,
        returns={"traces": ""},
        reveal="TensorFlow counts too: `f.experimental_get_tracing_count()` tells how often `f` was traced.",
        mistakes=[
            Mistake(
                "one trace per call",
                edits=[("min(len(set(lengths)), most[signature])", "min(len(lengths), most[signature])")],
                says="You count calls. A length that was met before finds its graph again: count different lengths.",
            ),
            Mistake(
                "only the last graph kept",
                edits=[("len(set(lengths))", "sum(a != b for a, b in zip([None, *lengths], lengths))")],
                says="You trace whenever the length changes. Older graphs are kept too: 5, 7, 5 are two traces.",
            ),
            Mistake(
                "signature without influence",
                edits=[("min(len(set(lengths)), most[signature])", "len(set(lengths))")],
                says='That is right for `"none"`. With T left open one graph serves every length, '
                'and `"relaxed"` needs two at most.',
            ),
            Mistake(
                "relaxed taken for open",
                edits=[('"relaxed": 2', '"relaxed": 1')],
                says='`"relaxed"` traces the first shape as it is. The first call with another one is a second trace.',
            ),
            Mistake(
                "relaxed without influence",
                edits=[('"relaxed": 2', '"relaxed": len(lengths)')],
                says='`"relaxed"` does not trace a third length: its second graph leaves T open and fits the rest.',
            ),
            Mistake(
                "always the largest number",
                edits=[
                    (
                        "return min(len(set(lengths)), most[signature])",
                        'return len(set(lengths)) if signature == "none" else most[signature]',
                    )
                ],
                says="With few different lengths there are fewer traces: one length needs one, and no call needs none.",
            ),
            Mistake(
                "a trace before the first call",
                edits=[("min(len(set(lengths)), most[signature])", "max(1, min(len(set(lengths)), most[signature]))")],
                says="Nothing is traced before the first call: for an empty list the answer is 0.",
            ),
            Mistake(
                "repeated calls only",
                edits=[
                    ("min(len(set(lengths)), most[signature])", "max(0, min(len(set(lengths)), most[signature]) - 1)")
                ],
                says="The first call is traced as well. Count it.",
            ),
        ],
        alternatives=[
            Alternative(
                "asking TensorFlow",
                source="""
def count_traces(lengths, signature):
    options = {
        "none": {},
        "open": {"input_signature": [tf.TensorSpec([None])]},
        "relaxed": {"reduce_retracing": True},
    }
    traced = tf.function(lambda x: 2 * x, **options[signature])
    for steps in lengths:
        traced(tf.zeros(steps))
    return traced.experimental_get_tracing_count()
""",
            ),
            Alternative(
                "case by case",
                source="""
def count_traces(lengths, signature):
    different = len(set(lengths))
    if signature == "open":
        return int(different > 0)
    if signature == "relaxed" and different > 2:
        return 2
    return different
""",
            ),
        ],
    ),
    Exercise(
        "trace_once",
        draw=draw_promised_batches,
        returns={"refused calls": "", "traces": "", "results": "B D"},
        reveal="A signature is also a promise: a batch with another number of features is refused, not traced.",
        mistakes=[
            Mistake(
                "no signature",
                edits=[(", input_signature=[tf.TensorSpec([None, None, features])]", "")],
                says="Every new shape is traced anew. Add an `input_signature` that leaves batch and time open.",
            ),
            Mistake(
                "relaxed",
                edits=[("input_signature=[tf.TensorSpec([None, None, features])]", "reduce_retracing=True")],
                says="`reduce_retracing` still traces the first shape as it is, and once more for each size that "
                "changes later. A signature leaves both open from the start.",
            ),
            Mistake(
                "run at every call",
                source="""
def trace_once(function, features):
    def run(x):
        return tf.function(function)(x)
    return run
""",
                says="The Python runs at every call: the function is not traced, or traced anew each time. "
                "Call `tf.function` once, outside, and return what it gives.",
            ),
            Mistake(
                "a shape that fits nothing",
                edits=[("[None, None, features]", "[None, features]")],
                says="Your signature refuses every call. x is (B, T, D): leave the first two sizes `None`, "
                "and write `features` for the third.",
            ),
            Mistake(
                "length written down",
                edits=[("[None, None, features]", "[None, 5, features]")],
                says="Your signature fixes the number of steps, so other lengths are refused. Leave it open: `None`.",
            ),
            Mistake(
                "features left open",
                edits=[("[None, None, features]", "[None, None, None]")],
                says="Your signature also leaves the features open, so a wrong batch is taken. Write `features`.",
            ),
            Mistake(
                "another length written down",
                edits=[("[None, None, features]", "[None, 7, features]")],
                says="Your signature fixes the number of steps, and other lengths are refused. Leave it open: `None`.",
            ),
            Mistake(
                "batch written down",
                edits=[("[None, None, features]", "[3, None, features]")],
                says="Your signature fixes the batch size, so another one is refused. Leave it open: `None`.",
            ),
            Mistake(
                "a signature without a list",
                edits=[("[tf.TensorSpec([None, None, features])]", "tf.TensorSpec([None, None, features])")],
                says="`input_signature` is a list, with one TensorSpec for each argument. Put [ ] around yours.",
            ),
            Mistake(
                "called instead of returned",
                edits=[("[None, None, features])])", "[None, None, features])])(tf.zeros((1, 1, features)))")],
                says="You call the traced function and return its result. Return the traced function itself.",
            ),
        ],
        alternatives=[
            Alternative(
                "as a decorator",
                source="""
def trace_once(function, features):
    @tf.function(input_signature=(tf.TensorSpec((None, None, features), tf.float32),))
    def traced(x):
        return function(x)
    return traced
""",
            ),
            Alternative(
                "around a lambda",
                source="""
def trace_once(function, features):
    return tf.function(lambda x: function(x), input_signature=[tf.TensorSpec([None, None, features])])
""",
            ),
        ],
    ),
]
