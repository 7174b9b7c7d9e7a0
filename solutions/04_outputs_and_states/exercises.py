"""Lesson 04: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
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
LETTERS = {
    "A": "gives one output for every input",
    "B": "gives one answer for a whole sequence",
    "C": "starts from one vector, with no sequence to read",
    "D": "reads a whole sequence first, then writes another",
}


def draw_tasks(rng):
    return [Case(str(task), (str(task),)) for task in rng.permutation(list(TASKS))]


def sorting_mistakes():
    """Return a mistake for every task and every wrong letter."""
    return [
        Mistake(
            f"{task} taken for {letter}",
            edits=[(f'"{task}": "{right}"', f'"{task}": "{letter}"')],
            says=f"`{task}` is not {letter}: {letter} {LETTERS[letter]}. {why}",
        )
        for task, (right, why) in TASKS.items()
        for letter in LETTERS
        if letter != right
    ]


def draw_flags(rng):
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


def draw_halves(rng):
    def case(group, first, second):
        layer = LSTMLayer(draws(rng, D, 4 * U), draws(rng, U, 4 * U), draws(rng, 4 * U), max(first, second))
        return Case(group, (layer, draws(rng, B, first, D), draws(rng, B, second, D)))

    return [case("a longer first half", 4, 3), case("a longer second half", 2, 5)]


def draw_generators(rng):
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


def draw_states(rng):
    def case(group, batch, steps, units, numbers):
        states = [draws(rng, batch, units) for _ in range(steps)]
        return Case(group, (states, draws(rng, units, numbers), draws(rng, numbers)))

    return [case("a small batch", B, T, U, K), case("other sizes", 3, 7, 4, 2)]


def draw_models(rng):
    def case(group, batch, steps, features, units, numbers):
        shapes = ((features, 4 * units), (units, 4 * units), (4 * units,), (units, numbers), (numbers,))
        weights = [draws(rng, *shape) for shape in shapes]
        return Case(group, (features, units, numbers, draws(rng, batch, steps, features), weights))

    return [case("one length", B, T, D, U, K), case("another length, other sizes", 3, 7, 4, 6, 2)]


TWO_CALLS = """
def run_in_two_calls(layer, first, second):
    outputs_0, h, c = layer(first)
    outputs_1, h_1, c_1 = layer(second, initial_state={start})
    return {result}
"""
JOINED = "tf.concat([outputs_0, outputs_1], axis=1), h_1, c_1"

GENERATE = """
def generate(step, x_0, initial_state, T):
    outputs, x_t, state = [], x_0, initial_state
    for _ in range(T):
        {step}
        outputs.append({output})
    return {result}
"""
STEP = "output, state = step(x_t, state)\n        x_t = output"
STACKED = "tf.stack(outputs, axis=1)"

TWO_WAYS = """
def project_two_ways(steps, kernel, bias):
    outputs = tf.stack(steps, axis=1)
    right = tf.einsum("btu,uk->btk", outputs, kernel) + bias
    rows = tf.reshape(outputs, (-1, outputs.shape[2])) @ kernel + bias
    return {}
"""

MODEL = """
def per_step_model(D, U, K):
    return keras.Sequential([
        keras.Input((None, D)),
        {}
    ])
"""

EXERCISES = [
    Exercise(
        "shape_of",
        draw=draw_tasks,
        returns={"the letter": ""},
        reveal="The same cell serves all four. What differs is which outputs are used, and where the inputs come from.",
        mistakes=[
            *sorting_mistakes(),
            Mistake(
                "left open",
                edits=[("    return shapes[task]", "    shapes = dict.fromkeys(shapes)\n    return shapes[task]")],
                says="A task has no letter yet: its entry in `shapes` is None. Write a letter in quotes there.",
            ),
        ],
        alternatives=[
            Alternative(
                "a chain of ifs, lower case",
                source="""
def shape_of(task):
    for letter, tasks in {"a": ["word kinds", "next hour"], "b": ["film review", "digit in rows"]}.items():
        if task in tasks:
            return letter
    return "c" if task in ("caption", "melody") else "d"
""",
            ),
        ],
    ),
    choice(
        "last_output",
        right="B",
        wrong={
            "A": "`A` names the state that an LSTM keeps to itself. What it shows at each step, and so its output, "
            "is the other one.",
            "C": "`C` would make the second state useless. `h` is computed from `c`, and the two differ.",
            "D": "`D` holds for cells in general, such as the one of lesson 02. But look at the drawing: "
            "what leaves this layer at the top is one of its states.",
        },
        reveal="What an LSTM shows is `h`. Its `c` stays inside unless you ask for it with `return_state=True`.",
    ),
    Exercise(
        "output_shapes",
        draw=draw_flags,
        returns={"shapes": ""},
        reveal="The two flags have nothing to do with each other: one shapes the first tensor, one adds others.",
        mistakes=[
            Mistake(
                "one state for all",
                edits=[('(2 if kind == "LSTM" else 1)', "1")],
                says="One state is right for `SimpleRNN` and `GRU`. An `LSTM` has two, h and c, each (B, U).",
            ),
            Mistake(
                "two states for all",
                edits=[('(2 if kind == "LSTM" else 1)', "2")],
                says="Two states are right for an `LSTM` only. `SimpleRNN` and `GRU` carry one.",
            ),
            Mistake(
                "two states for the GRU too",
                edits=[('kind == "LSTM"', 'kind in ("LSTM", "GRU")')],
                says="A `GRU` carries one state, h, as a `SimpleRNN` does. Only the `LSTM` has two.",
            ),
            Mistake(
                "states of every step",
                edits=[("[(B, U)] *", "[(B, T, U) if return_sequences else (B, U)] *")],
                says="The states are those after the last step, (B, U) each, whatever `return_sequences` is.",
            ),
            Mistake(
                "states always",
                edits=[("    if return_state:\n        shapes", "    if True:\n        shapes")],
                says="You add the state even where `return_state` is False. Then the output comes back alone.",
            ),
            Mistake(
                "state in place of the output",
                edits=[("        shapes +=", "        shapes =")],
                says="With `return_state` the output is missing. The flag adds tensors behind the output; "
                "it replaces nothing.",
            ),
            Mistake(
                "one flag or the other",
                source="""
def output_shapes(kind, return_sequences, return_state, B, T, U):
    if return_sequences:
        return [(B, T, U)]
    if return_state:
        return [(B, U)] * (3 if kind == "LSTM" else 2)
    return [(B, U)]
""",
                says="With both flags on, the state is missing: you return before you come to it. "
                "The flags do not exclude each other.",
            ),
            Mistake(
                "an LSTM's states in a list of their own",
                edits=[
                    (
                        'shapes += [(B, U)] * (2 if kind == "LSTM" else 1)',
                        'shapes.append([(B, U), (B, U)] if kind == "LSTM" else (B, U))',
                    )
                ],
                says="The two states of the LSTM are a list inside the list. Keras returns them one after the other: "
                "three shapes in one flat list.",
            ),
            Mistake(
                "states first",
                edits=[("        shapes += [(B, U)] *", "        shapes[:0] = [(B, U)] *")],
                says="The states stand before the output. Keras returns the output first, then the state.",
            ),
            Mistake(
                "no output without return_sequences",
                edits=[
                    ("[(B, T, U) if return_sequences else (B, U)]", "[(B, T, U)] * return_sequences"),
                ],
                says="Without `return_sequences` the output is missing. It is still there, as the last output: (B, U).",
            ),
            Mistake(
                "flags exchanged",
                edits=[
                    ("(B, T, U) if return_sequences", "(B, T, U) if return_state"),
                    ("    if return_state:\n", "    if return_sequences:\n"),
                ],
                says="The flags have changed places: `return_sequences` shapes the output, "
                "`return_state` adds the states.",
            ),
            Mistake(
                "return_sequences upside down",
                edits=[("(B, T, U) if return_sequences else (B, U)", "(B, U) if return_sequences else (B, T, U)")],
                says="It is the other way round: with `return_sequences` you get every step, (B, T, U).",
            ),
            Mistake(
                "time-major",
                edits=[("(B, T, U)", "(T, B, U)")],
                says="Keras is batch-major: all steps make (B, T, U), not (T, B, U).",
            ),
            Mistake(
                "an axis of length 1 kept",
                edits=[("else (B, U)]", "else (B, 1, U)]")],
                says="The last output alone has no time axis: (B, U), not (B, 1, U).",
            ),
            Mistake(
                "a bare shape",
                source="""
def output_shapes(kind, return_sequences, return_state, B, T, U):
    output = (B, T, U) if return_sequences else (B, U)
    if not return_state:
        return output
    return [output] + [(B, U)] * (2 if kind == "LSTM" else 1)
""",
                says="Where one tensor comes back you return its bare shape. A list is asked, with one shape in it.",
            ),
        ],
        alternatives=[
            Alternative(
                "asking Keras",
                source="""
def output_shapes(kind, return_sequences, return_state, B, T, U):
    layer = getattr(keras.layers, kind)(U, return_sequences=return_sequences, return_state=return_state)
    results = layer(keras.Input((T, 1), batch_size=B))
    return [r.shape for r in (results if return_state else [results])]
""",
            ),
            Alternative(
                "from a table",
                source="""
def output_shapes(kind, return_sequences, return_state, B, T, U):
    states = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2}[kind]
    output = [B, T, U] if return_sequences else [B, U]
    return (output, *([[B, U]] * states * return_state))
""",
            ),
        ],
    ),
    Exercise(
        "run_in_two_calls",
        draw=draw_halves,
        returns={"outputs": "B T U", "h": "B U", "c": "B U"},
        reveal="All that the second half needs to know of the first is in `h` and `c`: that is what a state is.",
        mistakes=[
            Mistake(
                "state reset between the calls",
                edits=[("layer(second, initial_state=[h, c])", "layer(second)")],
                says="The second call starts from zeros, as if nothing had come before. "
                "Hand over the first call's states as `initial_state`.",
            ),
            Mistake(
                "h and c swapped on the way in",
                source=TWO_CALLS.format(start="[c, h]", result=JOINED),
                says="`h` and `c` have changed places between the calls. The shapes fit, so no error says so: "
                "`initial_state` takes them as they came out.",
            ),
            Mistake(
                "h for both",
                source=TWO_CALLS.format(start="[h, h]", result=JOINED),
                says="The second call gets `h` twice (the last output is `h` too). An LSTM carries two different "
                "states: `c` is the third thing that the first call returned.",
            ),
            Mistake(
                "c left at zero",
                source=TWO_CALLS.format(start="[h, tf.zeros_like(c)]", result=JOINED),
                says="`h` arrives, but `c` starts from zeros. Both states are carried over.",
            ),
            Mistake(
                "not a list of two states",
                source=TWO_CALLS.format(start="h", result=JOINED),
                says="An LSTM's `initial_state` is a list of two tensors, h and c. "
                "With anything else Keras raises an error.",
            ),
            Mistake(
                "states of the first half returned",
                source=TWO_CALLS.format(start="[h, c]", result="tf.concat([outputs_0, outputs_1], axis=1), h, c"),
                says="The outputs are right, but `h` and `c` are those at the cut. Return the second call's.",
            ),
            Mistake(
                "h and c swapped in the results",
                source=TWO_CALLS.format(start="[h, c]", result="tf.concat([outputs_0, outputs_1], axis=1), c_1, h_1"),
                says="All three results are right, but the last two are in the wrong order: first h, then c.",
            ),
            Mistake(
                "states in a list",
                source=TWO_CALLS.format(start="[h, c]", result="tf.concat([outputs_0, outputs_1], axis=1), [h_1, c_1]"),
                says="You return two results, the second a list. Three are asked: outputs, h, c.",
            ),
            Mistake(
                "outputs alone",
                source=TWO_CALLS.format(start="[h, c]", result="tf.concat([outputs_0, outputs_1], axis=1)"),
                says="The outputs alone come back. Return the states after the last step too: outputs, h, c.",
            ),
            Mistake(
                "second outputs alone",
                source=TWO_CALLS.format(start="[h, c]", result="outputs_1, h_1, c_1"),
                says="The outputs of the first half are lost. Join both along the time axis.",
            ),
            Mistake(
                "results not taken apart",
                source="""
def run_in_two_calls(layer, first, second):
    outputs_0 = layer(first)
    outputs_1 = layer(second)
    return tf.concat([outputs_0, outputs_1], axis=1)
""",
                says="`layer` returns three things at once. Take them apart: `outputs_0, h, c = layer(first)`.",
            ),
            Mistake(
                "first half twice",
                edits=[("layer(second, ", "layer(first, ")],
                says="The second call reads the first half again. It reads `second`.",
            ),
            Mistake(
                "outputs in a list",
                source=TWO_CALLS.format(start="[h, c]", result="[outputs_0, outputs_1], h_1, c_1"),
                says="The outputs are a list of two tensors. Join them along the time axis with `tf.concat`.",
            ),
            Mistake(
                "outputs added",
                source=TWO_CALLS.format(start="[h, c]", result="outputs_0 + outputs_1, h_1, c_1"),
                says="`+` adds tensors number by number. To put one behind the other in time use `tf.concat`.",
            ),
            Mistake(
                "joined along another axis",
                edits=[("axis=1", "axis=0")],
                says="The halves cannot be joined along that axis: the lengths differ. They follow each other in time, "
                "and time is axis 1 of (B, T, U).",
            ),
            Mistake(
                "stacked",
                edits=[("tf.concat(", "tf.stack(")],
                says="`tf.stack` makes a new axis and wants equal shapes. The time axis is there already: `tf.concat`.",
            ),
            Mistake(
                "halves in the wrong order",
                edits=[("[outputs_0, outputs_1]", "[outputs_1, outputs_0]")],
                says="The second half stands first. Join them in the order in which they were run.",
            ),
            Mistake(
                "glued together first",
                source="""
def run_in_two_calls(layer, first, second):
    return layer(tf.concat([first, second], axis=1))
""",
                says="One call for the whole sequence is too long for this layer. Call it once per half "
                "and carry the states over.",
            ),
        ],
        alternatives=[
            Alternative(
                "a loop over the halves",
                source="""
def run_in_two_calls(layer, first, second):
    state, parts = None, []
    for x in (first, second):
        output, *state = layer(x, initial_state=state)
        parts.append(output)
    return [tf.concat(parts, axis=1), *state]
""",
            ),
            Alternative(
                "one step at a time",
                source="""
def run_in_two_calls(layer, first, second):
    state, parts = None, []
    for x_t in tf.unstack(tf.concat([first, second], axis=1), axis=1):
        output, *state = layer(x_t[:, None], initial_state=state)
        parts.append(output[:, 0].numpy())
    return np.stack(parts, 1), *state
""",
            ),
        ],
    ),
    Exercise(
        "generate",
        draw=draw_generators,
        returns={"outputs": "B T D"},
        reveal="One vector in, T vectors out. Lesson 08 lets a trained network run on in this way, and so do "
        "the language models you know.",
        mistakes=[
            Mistake(
                "nothing fed back",
                source=GENERATE.format(step="output, state = step(x_0, state)", output="output", result=STACKED),
                says="Every step reads `x_0`. From step 1 on, each step reads the output of the step before.",
            ),
            Mistake(
                "zeros after the first step",
                source=GENERATE.format(
                    step="output, state = step(x_t, state)\n        x_t = tf.zeros_like(x_0)",
                    output="output",
                    result=STACKED,
                ),
                says="After the first step the network reads zeros. Give it its own last output.",
            ),
            Mistake(
                "state never replaced",
                edits=[("x_t, state = step(x_t, state)", "x_t, _ = step(x_t, state)")],
                says="Every step starts from the initial state. Keep the new state for the next step.",
            ),
            Mistake(
                "output and state exchanged",
                edits=[("x_t, state = step(x_t, state)", "state, x_t = step(x_t, state)")],
                says="The two results are exchanged: `step` returns the output first, then the new state. "
                "The output is the next input.",
            ),
            Mistake(
                "the new state fed back as the input",
                source=GENERATE.format(
                    step="output, state = step(x_t, state)\n        x_t = state", output="output", result=STACKED
                ),
                says="The new state is fed back as the next input. The *output* goes there; "
                "the state only takes the state's place.",
            ),
            Mistake(
                "input and state exchanged in the call",
                edits=[("step(x_t, state)\n", "step(state, x_t)\n")],
                says="`step` takes the input first, then the state: `step(x_t, state)`.",
            ),
            Mistake(
                "results not taken apart",
                source=GENERATE.format(step="x_t = step(x_t, state)", output="x_t", result=STACKED),
                says="`step` returns two things at once, output and new state. Take them apart: `x_t, state = ...`.",
            ),
            Mistake(
                "return inside the loop",
                edits=[("    return tf.stack", "        return tf.stack")],
                says="`return` stands inside the loop and ends it after one step. Indent it less, to stand behind.",
            ),
            Mistake(
                "a tensor filled in place",
                source="""
def generate(step, x_0, initial_state, T):
    outputs, x_t, state = tf.zeros((x_0.shape[0], T, x_0.shape[1])), x_0, initial_state
    for t in range(T):
        x_t, state = step(x_t, state)
        outputs[:, t] = x_t
    return outputs
""",
                says="A tensor cannot be filled in place. Collect the outputs in a list and stack the list at the end.",
            ),
            Mistake(
                "states collected",
                source=GENERATE.format(step=STEP, output="state", result=STACKED),
                says="You collect the states, (B, U) each. Collect the outputs.",
            ),
            Mistake(
                "the input of each step collected",
                source="""
def generate(step, x_0, initial_state, T):
    outputs, x_t, state = [], x_0, initial_state
    for _ in range(T):
        outputs.append(x_t)
        x_t, state = step(x_t, state)
    return tf.stack(outputs, axis=1)
""",
                says="The result begins with `x_0` and lacks the last output: you append before the step. "
                "Append what the step returns.",
            ),
            Mistake(
                "x_0 as an output too",
                edits=[("outputs, x_t, state = [], x_0", "outputs, x_t, state = [x_0], x_0")],
                says="One too many: the list begins with `x_0`, which is no output. Start from an empty list.",
            ),
            Mistake(
                "one step too few",
                edits=[("range(T)", "range(T - 1)")],
                says="One step is missing: T outputs are asked, and each takes a step.",
            ),
            Mistake(
                "one step too many",
                edits=[("range(T)", "range(T + 1)")],
                says="One step too many: T outputs are asked, and each takes a step.",
            ),
            Mistake(
                "T hard-coded",
                edits=[("range(T)", "range(3)")],
                says="You run a fixed number of steps. The argument `T` says how many.",
            ),
            Mistake(
                "started from zeros",
                edits=[("x_0, initial_state\n", "x_0, tf.zeros_like(initial_state)\n")],
                says="It always starts from a state of zeros. Start from `initial_state`.",
            ),
            Mistake(
                "time-major",
                edits=[(", axis=1)", ")")],
                says="The result is time-major, (T, B, D). Stack along axis 1 to get (B, T, D).",
            ),
            Mistake(
                "concatenated",
                edits=[("tf.stack(", "tf.concat(")],
                says="`tf.concat` glues the outputs into long rows, (B, T*D). `tf.stack` makes time an axis.",
            ),
            Mistake(
                "reshaped",
                source=GENERATE.format(
                    step=STEP, output="output", result="tf.reshape(tf.stack(outputs), (len(x_0), T, -1))"
                ),
                says="The shape is right, but the reshape mixed instances with steps. Stack along axis 1 instead.",
            ),
            Mistake(
                "a list",
                edits=[("tf.stack(outputs, axis=1)", "outputs")],
                says="The outputs are still a list. One tensor is asked: stack them along axis 1.",
            ),
            Mistake(
                "only the last output",
                edits=[("tf.stack(outputs, axis=1)", "x_t")],
                says="Only the last output comes back. Append every output to a list and stack the list.",
            ),
            Mistake(
                "the state too",
                edits=[("tf.stack(outputs, axis=1)", "tf.stack(outputs, axis=1), state")],
                says="Two results come back. Only the outputs are asked, as one tensor.",
            ),
        ],
        alternatives=[
            Alternative(
                "tf.scan",
                source="""
def generate(step, x_0, initial_state, T):
    outputs, _ = tf.scan(lambda last, _: step(*last), tf.range(T), initializer=(x_0, initial_state))
    return tf.transpose(outputs, (1, 0, 2))
""",
            ),
            Alternative(
                "recursion in numpy",
                source="""
def generate(step, x_0, initial_state, T):
    if T == 0:
        return np.zeros((len(x_0), 0, x_0.shape[1]), "float32")
    output, state = step(x_0, initial_state)
    return np.concatenate([np.asarray(output)[:, None], generate(step, output, state, T - 1)], axis=1)
""",
            ),
        ],
    ),
    Exercise(
        "project_two_ways",
        draw=draw_states,
        returns={"step_by_step": "B T K", "at_once": "B T K"},
        reveal="A projection looks at one row at a time, so it does not matter how many rows it is given at once.",
        mistakes=[
            Mistake(
                "rows laid down time-major",
                edits=[("tf.stack(steps, axis=1)  # (B, T, U)\n    B, T, U =", "tf.stack(steps)\n    T, B, U =")],
                says="`at_once` has the right shape, but instances and steps are mixed: the rows were time-major when "
                "you cut them into (B, T, K). Stack along axis 1, or transpose, before you reshape.",
            ),
            Mistake(
                "cut back into (T, B, K)",
                edits=[("(B, T, -1)", "(T, B, -1)")],
                says="`at_once` is cut back into (T, B, K). The rows lie instance by instance: cut (B, T, K).",
            ),
            Mistake(
                "at_once left time-major",
                source=TWO_WAYS.format("right, tf.transpose(right, (1, 0, 2))"),
                says="`at_once` is time-major, (T, B, K). Both results are asked as (B, T, K).",
            ),
            Mistake(
                "step_by_step left time-major",
                source=TWO_WAYS.format("tf.transpose(right, (1, 0, 2)), right"),
                says="`step_by_step` is (T, B, K). Go through the list `steps`, one product per step, "
                "and stack the products along axis 1.",
            ),
            Mistake(
                "step_by_step reshaped",
                source=TWO_WAYS.format("tf.reshape(tf.transpose(right, (1, 0, 2)), right.shape), right"),
                says="`step_by_step` has the right shape, but a reshape mixed instances with steps. "
                "Stack the products along axis 1 instead.",
            ),
            Mistake(
                "products glued together",
                source=TWO_WAYS.format("tf.concat(tf.unstack(right, axis=1), axis=1), right"),
                says="`tf.concat` glues the products of all steps into one long row, (B, T*K). "
                "`tf.stack` makes time an axis of its own.",
            ),
            Mistake(
                "units and steps mixed",
                edits=[
                    ("tf.stack(steps, axis=1)  # (B, T, U)\n    B, T, U =", "tf.stack(steps, axis=2)\n    B, U, T ="),
                ],
                says="The rows of `at_once` mix units and steps: stacked along axis 2 the states are (B, U, T). "
                "Stack along axis 1, so that the last axis holds the units of one state.",
            ),
            Mistake(
                "the notebook's U",
                edits=[("    B, T, U = outputs.shape\n", "    B, T, _ = outputs.shape\n")],
                says="`U` is a size of the notebook's own here. Take it from what came in: `B, T, U = outputs.shape`.",
            ),
            Mistake(
                "the notebook's B and T",
                edits=[("    B, T, U = outputs.shape\n", "    U = outputs.shape[2]\n")],
                says="`B` and `T` are sizes of the notebook's own here. Take them from what came in: "
                "`B, T, U = outputs.shape`.",
            ),
            Mistake(
                "rows not cut back",
                source=TWO_WAYS.format("right, rows"),
                says="`at_once` still has B*T rows. Cut them back: reshape to (B, T, K).",
            ),
            Mistake(
                "a list of steps",
                source=TWO_WAYS.format("tf.unstack(right, axis=1), right"),
                says="`step_by_step` is a list of T products. Stack them along axis 1 to one tensor.",
            ),
            Mistake(
                "only the last step, everywhere",
                source=TWO_WAYS.format("right[:, -1], right[:, -1]"),
                says="Only the last step is projected. That is shape B; here every step gets its K numbers: (B, T, K).",
            ),
            Mistake(
                "only the last step, at once",
                source=TWO_WAYS.format("right, right[:, -1]"),
                says="`at_once` projects only the last step. All B*T rows go into the one product.",
            ),
            Mistake(
                "bias forgotten",
                source=TWO_WAYS.format("right - bias, right - bias"),
                says="The bias is missing: add `bias` to the products.",
            ),
            Mistake(
                "bias forgotten at once",
                edits=[("rows @ kernel + bias", "rows @ kernel")],
                says="`step_by_step` is right. In `at_once` the bias is missing.",
            ),
            Mistake(
                "squeezed",
                source=TWO_WAYS.format("tf.tanh(right), tf.tanh(right)"),
                says="You take `tanh` of the projection. A projection is plain: product and bias, nothing around it.",
            ),
            Mistake(
                "one result",
                source=TWO_WAYS.format("right"),
                says="One result comes back. Two are asked, one per route: `return step_by_step, at_once`.",
            ),
            Mistake(
                "a Dense layer with weights of its own",
                source="""
def project_two_ways(steps, kernel, bias):
    outputs = tf.stack(steps, axis=1)
    dense = keras.layers.Dense(kernel.shape[1])
    return tf.stack([dense(h_t) for h_t in steps], axis=1), dense(outputs)
""",
                random=True,
                says="A new `Dense` layer draws weights of its own. Use the given `kernel` and `bias`.",
            ),
        ],
        alternatives=[
            Alternative(
                "time-major rows, transposed at the end",
                source="""
def project_two_ways(steps, kernel, bias):
    products = [tf.nn.bias_add(tf.matmul(h_t, kernel), bias)[:, None] for h_t in steps]
    rows = tf.concat(steps, axis=0) @ kernel + bias
    at_once = tf.transpose(tf.reshape(rows, (len(steps), len(steps[0]), -1)), (1, 0, 2))
    return tf.concat(products, axis=1), at_once
""",
            ),
            Alternative("einsum", source=TWO_WAYS.format("[right, right]")),
            Alternative(
                "a Dense layer that holds the weights",
                source="""
def project_two_ways(steps, kernel, bias):
    dense = keras.layers.Dense(kernel.shape[1])
    dense.build((None, kernel.shape[0]))
    dense.set_weights([kernel, bias])
    return np.stack([dense(h_t).numpy() for h_t in steps], 1), dense(tf.stack(steps, 1))
""",
            ),
        ],
    ),
    Exercise(
        "per_step_model",
        draw=draw_models,
        returns={"outputs": "B T K"},
        reveal="One flag. `Dense` did its part all along: it works on the last axis and leaves the others alone.",
        mistakes=[
            Mistake(
                "as it was",
                edits=[(", return_sequences=True", "")],
                says="One answer per sequence, (B, K): that is the colleague's model. Look at what the LSTM hands on: "
                "its last output alone.",
            ),
            Mistake(
                "the vector repeated",
                source=MODEL.format("keras.layers.LSTM(U), keras.layers.RepeatVector(20), keras.layers.Dense(K)"),
                says="The last output is repeated, so every step gets the same answer. The LSTM has one output "
                "per step; ask for all of them.",
            ),
            Mistake(
                "the vector repeated T times",
                source=MODEL.format("keras.layers.LSTM(U), keras.layers.RepeatVector(T), keras.layers.Dense(K)"),
                says="The last output is repeated, and for one length only. The LSTM has one output per step; "
                "ask for all of them.",
            ),
            Mistake(
                "sizes of the waves",
                source=MODEL.format("keras.layers.LSTM(16, return_sequences=True), keras.layers.Dense(1)"),
                says="16 and 1 are the sizes for the waves. Use the arguments: U units, K numbers.",
            ),
            Mistake(
                "no projection",
                source=MODEL.format("keras.layers.LSTM(K, return_sequences=True)"),
                says="The projection is missing. Keep both parts: an LSTM of U units, then a `Dense` layer of K.",
            ),
            Mistake(
                "states left unprojected",
                source=MODEL.format("keras.layers.LSTM(U, return_sequences=True)"),
                says="The projection is missing: every step still has U numbers. Keep the `Dense` layer of K units.",
            ),
            Mistake(
                "K and U exchanged",
                source=MODEL.format("keras.layers.LSTM(K, return_sequences=True), keras.layers.Dense(U)"),
                says="U and K have changed places: the LSTM has U units, the projection gives K numbers.",
            ),
            Mistake(
                "projection first",
                source=MODEL.format("keras.layers.Dense(K), keras.layers.LSTM(U, return_sequences=True)"),
                says="The projection stands before the LSTM. First the LSTM reads x, then `Dense` reads its outputs.",
            ),
            Mistake(
                "another layer",
                source=MODEL.format("keras.layers.GRU(U, return_sequences=True), keras.layers.Dense(K)"),
                says="The shape is right, but the layer is a GRU. Keep the LSTM.",
            ),
            Mistake(
                "a plain recurrent layer",
                source=MODEL.format("keras.layers.SimpleRNN(U, return_sequences=True), keras.layers.Dense(K)"),
                says="The shape is right, but the layer is a SimpleRNN. Keep the LSTM.",
            ),
            Mistake(
                "softmax",
                edits=[("keras.layers.Dense(K)", 'keras.layers.Dense(K, activation="softmax")')],
                says="A softmax squeezes the K numbers so that they sum to 1. Plain numbers are asked: no activation.",
            ),
            Mistake(
                "the flag at the wrong layer",
                source=MODEL.format("keras.layers.LSTM(U), keras.layers.Dense(K, return_sequences=True)"),
                says="`return_sequences` is a flag of recurrent layers. `Dense` has no such flag and needs none.",
            ),
            Mistake(
                "TimeDistributed on a vector",
                source=MODEL.format("keras.layers.LSTM(U), keras.layers.TimeDistributed(keras.layers.Dense(K))"),
                says="`TimeDistributed` finds no time axis: the LSTM has dropped it. Mend the LSTM, and a plain "
                "`Dense` will do.",
            ),
            Mistake(
                "a list of layers",
                edits=[("keras.Sequential([", "["), ("    ])", "    ]")],
                says="That is a list of layers. Wrap it in `keras.Sequential(...)` to make a model.",
            ),
            Mistake(
                "a layer for the model",
                source="""
def per_step_model(D, U, K):
    return keras.layers.Dense(K)
""",
                says="That is one layer. A model of both parts is asked, as in the colleague's code.",
            ),
        ],
        alternatives=[
            Alternative(
                "TimeDistributed",
                edits=[("keras.layers.Dense(K)", "keras.layers.TimeDistributed(keras.layers.Dense(K))")],
            ),
            Alternative(
                "without Input, an RNN of cells",
                source="""
def per_step_model(D, U, K):
    return keras.Sequential([
        keras.layers.RNN(keras.layers.LSTMCell(U), return_sequences=True),
        keras.layers.Dense(K),
    ])
""",
            ),
            Alternative(
                "functional",
                source="""
def per_step_model(D, U, K):
    x = keras.Input((None, D))
    outputs, h, c = keras.layers.LSTM(U, return_sequences=True, return_state=True)(x)
    return keras.Model(x, keras.layers.Dense(K)(outputs))
""",
            ),
        ],
    ),
]
