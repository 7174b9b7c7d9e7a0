"""Lesson 02: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import LeakyCell

# All different, and different from the notebook's own B, T, D = 2, 3, 4: no wrong shape looks right.
B, T, D, U = 3, 5, 2, 6


def draw_batches(rng):
    return [Case("a small batch", (draws(rng, B, T, D),)), Case("another length", (draws(rng, 5, 7, 1),))]


def draw_step_lists(rng):
    return [
        Case("a small batch", ([draws(rng, B, U) for _ in range(T)],)),
        Case("another length", ([draws(rng, 2, 3) for _ in range(6)],)),
    ]


def cell(rng):
    return LeakyCell(draws(rng, D, U), draws(rng, U, U), draws(rng, U))


def draw_loops(as_list):
    """Return a draw function for loops over a list of steps, or over one (B, T, D) tensor."""

    def case(rng, group, steps, initial_state):
        x = draws(rng, B, steps, D)
        return Case(group, (cell(rng), [x[:, t] for t in range(steps)] if as_list else x, initial_state))

    def draw(rng):
        zeros = np.zeros((B, U), np.float32)
        return [
            case(rng, "starting from zeros", T, zeros),
            case(rng, "starting from a given state", T, draws(rng, B, U)),
            case(rng, "any length", 7, draws(rng, B, U)),
            case(rng, "any length", 1, draws(rng, B, U)),
        ]

    return draw


def draw_counts(rng):
    def case(group, steps, once, per_step):
        return Case(group, (steps, once + 2 * per_step, once + 4 * per_step))

    once, per_step, steps = (int(n) for n in rng.integers((20, 5, 30), (60, 30, 400)))
    return [
        case("the example by hand", 10, 16, 7),
        case("other graphs", steps, once, per_step),
        case("other graphs", 3, 41, 12),
    ]


LOOP = """
    outputs, state = [], initial_state
    for x_t in {steps}:
        output, state = cell(x_t, state)
        outputs.append(output)
    return {result}
"""
STATIC = "def static_rnn(cell, xs, initial_state):" + LOOP.format(steps="xs", result="{}")
UNROLL = "def unroll(cell, x, initial_state):" + LOOP.format(steps="tf.unstack(x, axis=1)", result="{}")

LOOP_MISTAKES = [
    Mistake(
        "state never replaced",
        edits=[("output, state = cell(x_t, state)", "output, _ = cell(x_t, state)")],
        says="Every step starts from the initial state. Keep the new state that the cell returns for the next turn.",
    ),
    Mistake(
        "output fed back as state",
        edits=[("output, state = cell(x_t, state)", "output, _ = cell(x_t, state)\n        state = output")],
        says="The output is fed back where the state belongs. A cell returns two things: pass on the second.",
    ),
    Mistake(
        "states collected",
        edits=[("outputs.append(output)", "outputs.append(state)")],
        says="You collect the states. Collect the outputs; the state only travels on to the next step.",
    ),
]

EXERCISES = [
    Exercise(
        "to_steps",
        draw=draw_batches,
        returns={"steps": "B D"},
        reveal="The time axis became the list.",
        mistakes=[
            Mistake(
                "cut along the batch",
                edits=[("axis=1", "axis=0")],
                says="That cuts the batch apart: one tensor per instance. Time is axis 1 of (B, T, D).",
            ),
            Mistake(
                "cut along the features",
                edits=[("axis=1", "axis=2")],
                says="That cuts the features apart. Time is axis 1 of (B, T, D).",
            ),
            Mistake(
                "an axis of length 1 kept",
                edits=[("tf.unstack(x, axis=1)", "tf.split(x, x.shape[1], axis=1)")],
                says="Each step is (B, 1, D): `tf.split` keeps the axis. `tf.unstack` removes it.",
            ),
            Mistake(
                "reshaped",
                edits=[("tf.unstack(x, axis=1)", "list(tf.reshape(x, (x.shape[1], x.shape[0], x.shape[2])))")],
                says="The shapes are right, but the reshape mixed instances with steps. Cut along axis 1 instead.",
            ),
            Mistake(
                "steps in reverse",
                edits=[("tf.unstack(x, axis=1)", "tf.unstack(x, axis=1)[::-1]")],
                says="The steps come in reverse: step 0 is first.",
            ),
            Mistake(
                "T hard-coded",
                edits=[("tf.unstack(x, axis=1)", "[x[:, t] for t in range(3)]")],
                says="You return a fixed number of steps. Take it from `x.shape[1]`, or let `tf.unstack` find it.",
            ),
            Mistake(
                "axis handed over as num",
                edits=[("tf.unstack(x, axis=1)", "tf.unstack(x, 1)")],
                says="The second argument of `tf.unstack` is `num`, a count. Name the one you mean: `axis=1`.",
            ),
            Mistake(
                "cut nothing",
                edits=[("tf.unstack(x, axis=1)", "x")],
                says="That is the batch as it came in. Cut it along the time axis with `tf.unstack`.",
            ),
            Mistake(
                "one tensor",
                edits=[("tf.unstack(x, axis=1)", "tf.transpose(x, perm=(1, 0, 2))")],
                says="That is one time-major tensor. A list of steps is asked: `tf.unstack` makes one.",
            ),
        ],
        alternatives=[
            Alternative("by index", edits=[("tf.unstack(x, axis=1)", "[x[:, t] for t in range(x.shape[1])]")]),
            Alternative(
                "transposed, then unstacked", edits=[("tf.unstack(x, axis=1)", "tuple(tf.transpose(x, (1, 0, 2)))")]
            ),
        ],
    ),
    Exercise(
        "from_steps",
        draw=draw_step_lists,
        returns={"x": "B T U"},
        reveal="Cutting and stacking along the same axis undo each other.",
        mistakes=[
            Mistake(
                "left time-major",
                edits=[("axis=1", "axis=0")],
                says="Time stands first: (T, B, U). Stack along axis 1 to get (B, T, U).",
            ),
            Mistake(
                "time last",
                edits=[("axis=1", "axis=2")],
                says="Time stands last: (B, U, T). Stack along axis 1 to get (B, T, U).",
            ),
            Mistake(
                "concatenated",
                edits=[("tf.stack(steps, axis=1)", "tf.concat(steps, axis=1)")],
                says="`tf.concat` glues along an axis that exists, so the steps run into each other. "
                "`tf.stack` makes a new axis.",
            ),
            Mistake(
                "reshaped",
                edits=[("tf.stack(steps, axis=1)", "tf.reshape(tf.stack(steps), (steps[0].shape[0], len(steps), -1))")],
                says="The shape is right, but the reshape mixed instances with steps. Stack along axis 1.",
            ),
            Mistake(
                "a list",
                edits=[("tf.stack(steps, axis=1)", "list(steps)")],
                says="That is still a list. One tensor is asked: `tf.stack` makes it.",
            ),
        ],
        alternatives=[
            Alternative(
                "stacked, then transposed",
                edits=[("tf.stack(steps, axis=1)", "tf.transpose(tf.stack(steps), (1, 0, 2))")],
            ),
            Alternative(
                "concatenated with a new axis",
                edits=[("tf.stack(steps, axis=1)", "tf.concat([s[:, None] for s in steps], axis=1)")],
            ),
        ],
    ),
    Exercise(
        "to_time_major",
        draw=draw_batches,
        returns={"x": "T B D"},
        reveal="The same call, with the same `perm`, leads back.",
        mistakes=[
            Mistake(
                "reshaped",
                edits=[("tf.transpose(x, perm=(1, 0, 2))", "tf.reshape(x, (x.shape[1], x.shape[0], x.shape[2]))")],
                says="`tf.reshape` refills the numbers in reading order and mixes instances with steps. "
                "Use `tf.transpose`.",
            ),
            Mistake(
                "transposed completely",
                edits=[("tf.transpose(x, perm=(1, 0, 2))", "tf.transpose(x)")],
                says="All axes are reversed: (D, T, B). Only batch and time change places; the features stay last.",
            ),
            Mistake(
                "time and features swapped",
                edits=[("(1, 0, 2)", "(0, 2, 1)")],
                says="Time and features changed places. Batch and time should; the features stay last.",
            ),
            Mistake(
                "axes rotated",
                edits=[("(1, 0, 2)", "(1, 2, 0)")],
                says="The batch went to the end. Only batch and time change places; the features stay last.",
            ),
            Mistake(
                "left as it was",
                edits=[("tf.transpose(x, perm=(1, 0, 2))", "x")],
                says="That is still batch-major, (B, T, D).",
            ),
        ],
        alternatives=[
            Alternative(
                "cut and stacked", edits=[("tf.transpose(x, perm=(1, 0, 2))", "tf.stack(tf.unstack(x, axis=1))")]
            ),
            Alternative("einsum", edits=[("tf.transpose(x, perm=(1, 0, 2))", 'tf.einsum("btd->tbd", x)')]),
        ],
    ),
    Exercise(
        "static_rnn",
        draw=draw_loops(as_list=True),
        returns={"outputs": "", "state": "B U"},
        reveal="Two lines in a loop: that is all of static unrolling.",
        mistakes=[
            *LOOP_MISTAKES,
            Mistake(
                "last output for the state",
                source=STATIC.format("outputs, output"),
                says="The second result is the last output. The state after the last step is asked; they can differ.",
            ),
            Mistake(
                "state of the wrong step",
                source="""
def static_rnn(cell, xs, initial_state):
    outputs, states = [], [initial_state]
    for x_t in xs:
        output, new_state = cell(x_t, states[-1])
        outputs.append(output)
        states.append(new_state)
    return outputs, states[-2]
""",
                says="The state is one step too early: it is the one *before* the last step.",
            ),
            Mistake(
                "T hard-coded",
                edits=[("for x_t in xs:", "for x_t in xs[:3]:")],
                says="You run a fixed number of steps. Loop over the whole list: `for x_t in xs`.",
            ),
            Mistake(
                "outputs stacked",
                source=STATIC.format("tf.stack(outputs), state"),
                says="The outputs are one tensor. A list is asked here, one output per step; `unroll`, below, stacks.",
            ),
            Mistake(
                "only the last output",
                source=STATIC.format("output, state"),
                says="Only the last output comes back. Append every step's output to a list and return the list.",
            ),
            Mistake(
                "results in the wrong order",
                source=STATIC.format("state, outputs"),
                says="Both results are right, in the wrong order: return `outputs, state`.",
            ),
            Mistake(
                "steps in reverse",
                edits=[("for x_t in xs:", "for x_t in xs[::-1]:")],
                says="The list is read from its end. Start with step 0.",
            ),
            Mistake(
                "started from zeros",
                edits=[("[], initial_state", "[], tf.zeros_like(initial_state)")],
                says="The loop always starts from zeros. Start from `initial_state`.",
            ),
            Mistake(
                "weights created in the loop",
                source="""
def static_rnn(cell, xs, initial_state):
    outputs, state = [], initial_state
    for x_t in xs:
        new_cell = keras.layers.SimpleRNNCell(initial_state.shape[1])
        output, (state,) = new_cell(x_t, [state])
        outputs.append(output)
    return outputs, state
""",
                random=True,
                says="A new cell, with new weights, is made at every step. Use the given `cell` at every step.",
            ),
        ],
        alternatives=[
            Alternative(
                "with recursion",
                source="""
def static_rnn(cell, xs, initial_state):
    if not xs:
        return [], initial_state
    output, state = cell(xs[0], initial_state)
    outputs, last = static_rnn(cell, xs[1:], state)
    return [output, *outputs], last
""",
            ),
            Alternative("a tuple of outputs", source=STATIC.format("tuple(outputs), state")),
        ],
    ),
    Exercise(
        "unroll",
        draw=draw_loops(as_list=False),
        returns={"outputs": "B T U", "state": "B U"},
        reveal="This is what a Keras layer with `unroll=True` does.",
        mistakes=[
            *LOOP_MISTAKES,
            Mistake(
                "outputs left time-major",
                edits=[("tf.stack(outputs, axis=1)", "tf.stack(outputs)")],
                says="The outputs are time-major, (T, B, U). Stack them along axis 1.",
            ),
            Mistake(
                "outputs in a list",
                source=UNROLL.format("outputs, state"),
                says="The outputs are a list of steps. One tensor is asked: stack them along axis 1.",
            ),
            Mistake(
                "last output for the state",
                source=UNROLL.format("tf.stack(outputs, axis=1), output"),
                says="The second result is the last output. The state after the last step is asked; they can differ.",
            ),
            Mistake(
                "T hard-coded",
                edits=[("tf.unstack(x, axis=1)", "tf.unstack(x[:, :3], axis=1)")],
                says="You run a fixed number of steps. `tf.unstack(x, axis=1)` gives all there are.",
            ),
            Mistake(
                "looped over instances",
                edits=[("tf.unstack(x, axis=1)", "x")],
                says="The loop runs over axis 0, the instances. Cut along time first: `tf.unstack(x, axis=1)`.",
            ),
            Mistake(
                "reshaped to time-major",
                edits=[("tf.unstack(x, axis=1)", "tf.reshape(x, (x.shape[1], x.shape[0], x.shape[2]))")],
                says="The reshape mixed instances with steps. Cut x along axis 1 with `tf.unstack`.",
            ),
            Mistake(
                "started from zeros",
                edits=[("[], initial_state", "[], tf.zeros_like(initial_state)")],
                says="The loop always starts from zeros. Start from `initial_state`.",
            ),
            Mistake(
                "weights created in the loop",
                source="""
def unroll(cell, x, initial_state):
    outputs, state = [], initial_state
    for x_t in tf.unstack(x, axis=1):
        output, (state,) = keras.layers.SimpleRNNCell(initial_state.shape[1])(x_t, [state])
        outputs.append(output)
    return tf.stack(outputs, axis=1), state
""",
                random=True,
                says="A new cell, with new weights, is made at every step. Use the given `cell` at every step.",
            ),
        ],
        alternatives=[
            Alternative(
                "by index, joined with concat",
                source="""
def unroll(cell, x, initial_state):
    state, outputs = initial_state, []
    for t in range(x.shape[1]):
        output, state = cell(x[:, t, :], state)
        outputs.append(output[:, None, :])
    return [tf.concat(outputs, axis=1), state]
""",
            ),
            Alternative(
                "traced",
                source="import functools\n"
                + UNROLL.format("tf.stack(outputs, axis=1), state")
                + "\nplain_unroll = unroll\ndef unroll(cell, x, initial_state):\n"
                "    return tf.function(functools.partial(plain_unroll, cell))(x, initial_state)\n",
            ),
        ],
    ),
    choice(
        "longer_sequence",
        right="B",
        wrong={
            "A": "`A` would need one copy of the cell for all steps. The Python loop leaves one per step in the graph. "
            "(Lesson 03 gets to one copy.)",
            "C": "`C` is half right: every step brings its nodes. But the weights are shared, so their number stays.",
            "D": "`D` has it the wrong way round: the steps are nodes in the graph, all of them share the weights.",
        },
        reveal="Every step is a copy of the operations, and all copies point to the same weights.",
    ),
    Exercise(
        "predict_nodes",
        draw=draw_counts,
        returns={"nodes": ""},
        reveal="Try it on the counts above: from those at 2 and 4 it gives the one at 8.",
        mistakes=[
            Mistake(
                "in proportion to T",
                edits=[("return once + T * per_step", "return nodes_at_4 * T // 4")],
                says="That scales *all* nodes with T. Those that exist once do not grow.",
            ),
            Mistake(
                "nodes per step not halved",
                edits=[("(nodes_at_4 - nodes_at_2) // 2", "nodes_at_4 - nodes_at_2")],
                says="The difference belongs to two steps, from 2 to 4. Halve it.",
            ),
            Mistake(
                "what exists once forgotten",
                edits=[("once + T * per_step", "T * per_step")],
                says="That counts the steps only. Add the nodes that exist once.",
            ),
            Mistake(
                "first count taken as what exists once",
                edits=[("nodes_at_2 - 2 * per_step", "nodes_at_2")],
                says="`nodes_at_2` already holds two steps. Take them away to get what exists once.",
            ),
            Mistake(
                "one step too few",
                edits=[("T * per_step", "(T - 1) * per_step")],
                says="One step is missing: there are T of them, not T - 1.",
            ),
        ],
        alternatives=[
            Alternative(
                "a line through two points",
                source="""
import numpy as np
def predict_nodes(T, nodes_at_2, nodes_at_4):
    slope, intercept = np.polyfit([2, 4], [nodes_at_2, nodes_at_4], 1)
    return round(float(slope * T + intercept))
""",
            ),
        ],
    ),
]
