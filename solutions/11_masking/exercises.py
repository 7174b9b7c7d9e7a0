"""Lesson 11: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import LeakyCell


def array(values):
    return np.array(values, np.float32)


def ragged(rng, lengths, features):
    """Draw sequences of these lengths; the longest and the shortest are neither first nor last."""
    return [draws(rng, length, features, scale=5.0) for length in lengths]


def draw_sequences(rng):
    by_hand = [array([[0.5], [1.5]]), array([[2.5], [3.5], [4.5]]), array([[5.5]])]
    more = int(rng.integers(22, 27))  # longer than any sequence of the notebook
    return [
        Case("the example by hand", (by_hand, -1)),
        Case("several features", (ragged(rng, [4, 2, 7, 5], 3), -1.0)),
        Case("another value", (ragged(rng, [6, 3, more, 2, 4], 2), 7)),
        Case("another value", (ragged(rng, [3, 5, 1, 2], 4), 0.25)),
    ]


def padded(rng, lengths, steps, features, value):
    """Draw x (B, T, D) and lengths. One feature of a real step has the padding's value, and one whole real step."""
    x = draws(rng, len(lengths), steps, features) + np.float32(value)
    for row, length in enumerate(lengths):
        x[row, length:] = value
    x[0, 0, 0] = x[1, 0, -1] = value
    x[1, 1] = 0.0  # a real step whose sum is the value
    x[1, 1, :2] = value + 1, -1
    x[2, 1] = value
    return x.astype(np.float32), np.array(lengths, np.int32), value


def draw_padded(rng):
    by_hand = array([[[5, -1], [6, 7], [8, 9]], [[4, 3], [-1, -1], [-1, -1]]])
    return [
        Case("the example by hand", (by_hand, np.array([3, 1], np.int32), -1.0)),
        Case("all steps needed", padded(rng, [4, 6, 3, 2, 5], 6, 3, -1.0)),
        Case("more padding than needed", padded(rng, [2, 5, 4, 1], 8, 2, 3.0)),
        Case("more padding than needed", padded(rng, [7, 3, 5], 9, 4, 0.0)),
    ]


def mask_of(rows):
    """Return a mask from texts: "##." is True, True, False."""
    return np.array([[letter == "#" for letter in row] for row in rows])


def draw_masked_steps(rng):
    def case(group, rows, features, units):
        mask = mask_of(rows)
        cell = LeakyCell(draws(rng, features, units), draws(rng, units, units, scale=0.7), draws(rng, units))
        instances, steps = mask.shape
        return Case(group, (cell, draws(rng, instances, steps, features), mask, draws(rng, instances, units)))

    return [
        case("padding behind", ("###..", "#####", "#...."), 2, 4),
        case("padding behind", ("####..", "##....", "#####.", "####.."), 5, 3),
        case("padding in front", ("..####", "######", "...###", "....##"), 3, 7),
        case("holes", ("#.##..#", "##...#.", "####.##"), 4, 2),
    ]


def draw_means(rng):
    def case(group, rows):
        mask = mask_of(rows)
        values = draws(rng, *mask.shape, scale=3.0) + np.float32(0.7)
        values[1, 3] = 0.0  # a real value that happens to be zero
        return Case(group, (values, mask))

    by_hand = (array([[1, 2, 6, 9, 9], [5, 9, 9, 9, 9]]), mask_of(("###..", "#....")))
    return [
        Case("the example by hand", by_hand),
        case("padding behind", ("###..", "#####", "#....", "##...")),
        case("padding anywhere", ("..#####", "#.##..#", "....###")),
    ]


def draw_for_differences(rng):
    def case(group, rows, features):
        mask = mask_of(rows)
        return Case(group, (draws(rng, *mask.shape, features), mask))

    return [
        case("padding behind", ("###..", "#####", "#....", "##..."), 2),
        case("padding behind", ("####..", "######", "##...."), 1),
        case("padding anywhere", ("..####", "#.##.#", "...###", "##.###", "######"), 3),
        Case("no mask", (draws(rng, 3, 4, 2), None)),
    ]


def draw_lengths(rng):
    """Draw lengths at which every slip gives other numbers than the right ones; the last batch is sometimes short."""

    def separates(lengths, batch):
        def count(lengths):
            parts = [lengths[at : at + batch] for at in range(0, len(lengths), batch)]
            return sum(len(part) * max(part) - sum(part) for part in parts), parts

        in_order, parts = count(lengths)
        ranked, last = count(sorted(lengths))[0], count(sorted(lengths))[1][-1]
        backwards = count(sorted(lengths, reverse=True))[0]
        short = len(last) < batch
        return (
            in_order > ranked > 0
            and len(set(lengths)) > 3
            and len(parts[-1]) * max(parts[-1]) > sum(parts[-1])
            and (not short or (backwards != ranked and len(last) * max(last) > sum(last)))
        )

    def drawn(group, count, batch):
        while True:
            lengths = [int(length) for length in rng.integers(2, 30, count)]
            if separates(lengths, batch):
                return Case(group, (lengths, batch))

    return [
        Case("the example by hand", ([5, 2, 3, 6, 4], 2)),
        drawn("full batches", 12, 4),
        drawn("full batches", 10, 5),
        drawn("a short last batch", 11, 3),
        drawn("a short last batch", 17, 5),
    ]


FULL = "np.full((len(sequences), max(lengths), sequences[0].shape[1]), value, np.float32)"
ASSIGN = "x[n, : lengths[n]] = sequence"
REAL = "real = mask[:, t, None]"
OUTPUT = "output = tf.where(real, new_output, output)"
STATE = "state = tf.where(real, new_state, state)"
BOTH = "return mask[:, 1:] & mask[:, :-1]"

BATCHES = "batch = lengths[start : start + batch_size]"
ADD = "total += len(batch) * max(batch) - sum(batch)"
RETURN_COUNTS = "return count(lengths), count(sorted(lengths))"


def layer_source(supports):
    """Return the source of the layer Differences without compute_mask; supports: "True" or "False"."""
    lines = [
        "class Differences(keras.layers.Layer):",
        "    def __init__(self):",
        "        super().__init__()",
        f"        self.supports_masking = {supports}",
        "    def call(self, x):",
        "        return x[:, 1:] - x[:, :-1]",
    ]
    return "\n".join(lines)


EXERCISES = [
    Exercise(
        "pad_to_longest",
        draw=draw_sequences,
        returns={"x": "N T D", "lengths": "N"},
        reveal="One array, and beside it the lengths: without them nobody knows where a sequence ends.",
        mistakes=[
            Mistake(
                "return in the loop",
                edits=[(ASSIGN, ASSIGN + "\n        return x, np.array(lengths)")],
                says="Only the first sequence is written. Does your `return` stand inside the loop?",
            ),
            Mistake(
                "padding in front",
                edits=[(ASSIGN, "x[n, max(lengths) - lengths[n] :] = sequence")],
                says="Your padding stands in front of the short sequences. Here it is asked behind them: each sequence "
                "starts at step 0.",
            ),
            Mistake(
                "padded with zeros",
                edits=[("sequences[0].shape[1]), value,", "sequences[0].shape[1]), 0,")],
                says="The padding is 0 whatever `value` says. Fill up with `value`.",
            ),
            Mistake(
                "padded with -1",
                edits=[("sequences[0].shape[1]), value,", "sequences[0].shape[1]), -1,")],
                says="The padding is always -1. That is the notebook's value; fill up with the one you are given.",
            ),
            Mistake(
                "whole numbers",
                edits=[(", np.float32)", ", np.int32)")],
                says="The numbers behind the decimal point are lost: your array holds whole numbers. Make it an array "
                "of type float32.",
            ),
            Mistake(
                "type of the value",
                edits=[(", value, np.float32)", ", value)")],
                says="The array takes its type from `value`: a whole number makes an array of whole numbers, which "
                "cuts off all fractions. Give the type float32.",
            ),
            Mistake(
                "Keras's defaults",
                source="""
def pad_to_longest(sequences, value):
    x = keras.utils.pad_sequences([np.asarray(s) for s in sequences], value=value)
    return x, np.array([len(s) for s in sequences])
""",
                says="Your numbers are whole and your padding stands in front. `pad_sequences` of Keras does both "
                "unless told otherwise: look at `padding` and `dtype`.",
            ),
            Mistake(
                "sequences backwards",
                source="""
def pad_to_longest(sequences, value):
    x = keras.utils.pad_sequences([np.asarray(s) for s in sequences], value=value, dtype="float32")
    return x[:, ::-1], np.array([len(s) for s in sequences])
""",
                says="Your sequences run backwards: the last step comes first. Keep their order, and put the padding "
                "behind them.",
            ),
            Mistake(
                "cut to the shortest",
                edits=[(FULL, FULL.replace("max(", "min(")), (ASSIGN, "x[n] = sequence[: min(lengths)]")],
                says="All sequences are cut to the shortest. Nothing may be lost: T is the largest length.",
            ),
            Mistake(
                "cut to the first",
                edits=[
                    (FULL, FULL.replace("max(lengths)", "lengths[0]")),
                    (ASSIGN, "x[n, : lengths[n]] = sequence[: lengths[0]]"),
                ],
                says="T is the length of the first sequence, so longer ones lose their end. Take the largest length.",
            ),
            Mistake(
                "length of the first without cutting",
                edits=[(FULL, FULL.replace("max(lengths)", "lengths[0]"))],
                says="The array has as many steps as the first sequence, and a longer one does not fit in. Take the "
                "largest length.",
            ),
            Mistake(
                "always twenty steps",
                edits=[
                    (FULL, FULL.replace("max(lengths)", "20")),
                    (ASSIGN, "x[n, : lengths[n]] = sequence[:20]"),
                ],
                says="T is always 20. That is the longest sequence of the notebook; take the largest length you are "
                "given.",
            ),
            Mistake(
                "one step too many",
                edits=[(FULL, FULL.replace("max(lengths)", "max(lengths) + 1"))],
                says="There is one step too many: in your array even the longest sequence gets padding.",
            ),
            Mistake(
                "written over the whole row",
                edits=[(ASSIGN, "x[n] = sequence")],
                says="A short sequence does not fill its whole row, so it does not fit. Write it over the first steps "
                "of the row, as many as it has.",
            ),
            Mistake(
                "last step lost",
                edits=[(ASSIGN, "x[n, : lengths[n] - 1] = sequence[:-1]")],
                says="The last real step of each sequence has become padding. A sequence of length n fills the steps "
                "0 to n - 1, which is `[:n]`.",
            ),
            Mistake(
                "first step lost",
                edits=[(ASSIGN, "x[n, 1 : lengths[n]] = sequence[1:]")],
                says="The first step of each sequence is padding. Steps count from 0: start at `[0]`.",
            ),
            Mistake(
                "last step repeated",
                edits=[(ASSIGN, ASSIGN + "\n        x[n, lengths[n] :] = sequence[-1]")],
                says="You fill up with the last real step, which looks like data. Fill up with `value`.",
            ),
            Mistake(
                "sequence repeated",
                edits=[(ASSIGN, "x[n] = np.resize(sequence, x[n].shape)")],
                says="You fill up by starting the sequence again. Fill up with `value`.",
            ),
            Mistake(
                "sorted by length",
                edits=[("    lengths = [len(", "    sequences = sorted(sequences, key=len)\n    lengths = [len(")],
                says="The sequences come back in another order, sorted by length, and no longer fit their labels. Keep "
                "the order.",
            ),
            Mistake(
                "time first",
                edits=[("return x, np.array(lengths)", "return x.transpose(1, 0, 2), np.array(lengths)")],
                says="Time and sequences are swapped: (T, N, D). The course is batch-major, (N, T, D).",
            ),
            Mistake(
                "first feature only",
                edits=[("return x, np", "return x[:, :, 0], np")],
                says="The axis of the features is missing. Keep it, even where D is 1: (N, T, D).",
            ),
            Mistake(
                "a list of arrays",
                edits=[("return x, np", "return list(x), np")],
                says="That is a list of arrays. One array is asked, (N, T, D).",
            ),
            Mistake(
                "the longest everywhere",
                edits=[("np.array(lengths)", "np.full(len(lengths), max(lengths))")],
                says="`x` is right. But your lengths are all T: the padding counts as real. Return the length that "
                "each sequence had before.",
            ),
            Mistake(
                "padding counted",
                edits=[("np.array(lengths)", "max(lengths) - np.array(lengths)")],
                says="`x` is right. But you count the padding: `lengths` should count the real steps.",
            ),
            Mistake(
                "last step instead of length",
                edits=[("np.array(lengths)", "np.array(lengths) - 1")],
                says="`x` is right. But your lengths are one too small: a sequence whose last step is step 2 has "
                "length 3.",
            ),
            Mistake(
                "numbers counted",
                edits=[("np.array(lengths)", "np.array(lengths) * x.shape[2]")],
                says="`x` is right. But your lengths count all numbers of a sequence. Count its steps, whatever D is.",
            ),
            Mistake(
                "x alone",
                edits=[("return x, np.array(lengths)", "return x")],
                says="Only `x` comes back. Return `x, lengths`: without the lengths the padding cannot be told from "
                "the data.",
            ),
        ],
        alternatives=[
            Alternative(
                "Keras's pad_sequences, told what to do",
                source="""
def pad_to_longest(sequences, value):
    arrays = [np.asarray(sequence) for sequence in sequences]
    x = keras.utils.pad_sequences(arrays, padding="post", value=value, dtype="float32")
    return x, [len(array) for array in arrays]
""",
            ),
            Alternative(
                "a ragged tensor",
                source="""
def pad_to_longest(sequences, value):
    ragged = tf.ragged.stack(sequences)
    return ragged.to_tensor(float(value))[..., : sequences[0].shape[1]], ragged.row_lengths()
""",
            ),
            Alternative(
                "one by one with tf.pad",
                source="""
def pad_to_longest(sequences, value):
    lengths = tf.constant([s.shape[0] for s in sequences])
    T = tf.reduce_max(lengths)
    rows = [tf.pad(s, [[0, T - len(s)], [0, 0]], constant_values=value) for s in sequences]
    return tf.stack(rows), lengths
""",
            ),
        ],
    ),
    Exercise(
        "two_masks",
        draw=draw_padded,
        returns={"by_length": "B T", "by_value": "B T"},
        reveal="They agree as long as no real step looks like padding. Only the lengths are sure.",
        mistakes=[
            Mistake(
                "both inverted",
                edits=[
                    ("tf.range(x.shape[1]) < lengths", "tf.range(x.shape[1]) >= lengths"),
                    ("tf.reduce_any(x != value, axis=2)", "tf.reduce_all(x == value, axis=2)"),
                ],
                says="Both masks are inverted. In Keras True means real, False means padding.",
            ),
            Mistake(
                "by_length inverted",
                edits=[("tf.range(x.shape[1]) < lengths", "tf.range(x.shape[1]) >= lengths")],
                says="`by_length` is inverted: it is True at the padding. A step t is real as long as t < length.",
            ),
            Mistake(
                "by_value inverted",
                edits=[("tf.reduce_any(x != value, axis=2)", "tf.reduce_all(x == value, axis=2)")],
                says="`by_length` is right. `by_value` is inverted: it is True at the padding. True means real.",
            ),
            Mistake(
                "one step too many",
                edits=[("tf.range(x.shape[1]) < lengths", "tf.range(x.shape[1]) <= lengths")],
                says="`by_length` is True for one step too many. Steps count from 0, so step `length` is the first "
                "padded one.",
            ),
            Mistake(
                "one step too few",
                edits=[("lengths[:, None]", "lengths[:, None] - 1")],
                says="`by_length` is True for one step too few: the last real step of each sequence is left out.",
            ),
            Mistake(
                "real steps at the end",
                edits=[("tf.range(x.shape[1]) < lengths", "tf.range(x.shape[1])[::-1] < lengths")],
                says="`by_length` is True at the end of each row. Here the padding stands behind the real steps.",
            ),
            Mistake(
                "steps of the longest",
                edits=[("tf.range(x.shape[1])", "tf.range(tf.reduce_max(lengths))")],
                says="`by_length` ends with the longest sequence. `x` may have more steps: the mask needs as many as "
                "`x`, T.",
            ),
            Mistake(
                "one entry per sequence",
                edits=[("tf.range(x.shape[1]) < lengths[:, None]", "lengths < x.shape[1]")],
                says="`by_length` has one entry per sequence. It needs one for every step: compare the number of each "
                "step with the length.",
            ),
            Mistake(
                "axis of the lengths",
                edits=[("lengths[:, None]", "lengths")],
                says="You compare T step numbers with B lengths side by side. Give `lengths` an axis of length 1 at "
                "the end, as in lesson 03: (B, 1).",
            ),
            Mistake(
                "steps as the first axis",
                edits=[("tf.range(x.shape[1]) < lengths[:, None]", "tf.range(x.shape[1])[:, None] < lengths")],
                says="`by_length` is (T, B): time and instances are swapped. Make it (B, T).",
            ),
            Mistake(
                "one feature like the padding",
                edits=[("tf.reduce_any(x != value, axis=2)", "tf.reduce_any(x == value, axis=2)")],
                says="`by_length` is right. `by_value` is True where some feature equals `value`. True means real: "
                "some feature differs from it.",
            ),
            Mistake(
                "larger than the value",
                edits=[("x != value", "x > value")],
                says="`by_value` asks for numbers above `value`. Data may lie below it, too: ask whether they differ.",
            ),
            Mistake(
                "one entry for all",
                edits=[("x != value, axis=2", "x != value")],
                says="`by_value` is a single entry, for the whole batch. Reduce the axis of the features alone.",
            ),
            Mistake(
                "steps behind the length",
                edits=[("tf.range(x.shape[1]) < lengths", "tf.range(x.shape[1]) > lengths")],
                says="`by_length` is True at the padding, but for its first step. A step t is real as long as "
                "t < length.",
            ),
            Mistake(
                "every feature has to differ",
                edits=[("reduce_any", "reduce_all")],
                says="In `by_value` a step counts as padding as soon as one feature equals `value`. It is padding only "
                "if all D features do.",
            ),
            Mistake(
                "first feature only",
                edits=[("tf.reduce_any(x != value, axis=2)", "x[:, :, 0] != value")],
                says="`by_value` looks at feature 0 alone. A step is padding only if all its features equal `value`.",
            ),
            Mistake(
                "last feature only",
                edits=[("tf.reduce_any(x != value, axis=2)", "x[:, :, -1] != value")],
                says="`by_value` looks at the last feature alone. A step is padding only if all its features equal "
                "`value`.",
            ),
            Mistake(
                "every number by itself",
                edits=[("tf.reduce_any(x != value, axis=2)", "x != value")],
                says="`by_value` has an entry for every number, (B, T, D). A step is real or not as a whole: (B, T).",
            ),
            Mistake(
                "not of a tensor",
                edits=[("tf.reduce_any(x != value, axis=2)", "not tf.reduce_all(x == value, axis=2)")],
                says="Python's `not`, `and` and `if` want one truth, a tensor has many. Compare with `!=`, or turn a "
                "mask round with `~`.",
            ),
            Mistake(
                "sum of the features",
                edits=[("tf.reduce_any(x != value, axis=2)", "tf.reduce_sum(x, axis=2) != value")],
                says="`by_value` compares the sum of the features with `value`. For D features that equal it the sum "
                "is another number: compare each.",
            ),
            Mistake(
                "wrong axis",
                edits=[("x != value, axis=2", "x != value, axis=1")],
                says="`by_value` has lost the time axis. It is the axis of the features that has to go.",
            ),
            Mistake(
                "always zero",
                edits=[("x != value", "x != 0.0")],
                says="`by_value` takes 0 for padding. Compare with `value`.",
            ),
            Mistake(
                "always -1",
                edits=[("x != value", "x != -1.0")],
                says="`by_value` takes -1 for padding, as in the example. Compare with `value`.",
            ),
            Mistake(
                "both by length",
                edits=[("tf.reduce_any(x != value, axis=2)", "by_length")],
                says="Both masks come from the lengths. `by_value` must not know them: it looks at the numbers.",
            ),
            Mistake(
                "both by value",
                edits=[("tf.range(x.shape[1]) < lengths[:, None]", "tf.reduce_any(x != value, axis=2)")],
                says="Both of your masks are the one by value. `by_length` must not look at the numbers: a real step "
                "may hold `value`.",
            ),
            Mistake(
                "swapped",
                edits=[("return by_length, by_value", "return by_value, by_length")],
                says="Both masks are right, in the wrong order: first `by_length`, then `by_value`.",
            ),
            Mistake(
                "one mask",
                edits=[("return by_length, by_value", "return by_length")],
                says="One mask is missing. Return both: `by_length, by_value`.",
            ),
        ],
        alternatives=[
            Alternative(
                "TensorFlow's sequence_mask and Keras's Masking",
                source="""
def two_masks(x, lengths, value):
    return tf.sequence_mask(lengths, x.shape[1]), keras.layers.Masking(value).compute_mask(x)
""",
            ),
            Alternative(
                "numpy, as numbers",
                source="""
def two_masks(x, lengths, value):
    x, lengths = np.asarray(x), np.asarray(lengths)
    by_length = np.zeros(x.shape[:2])
    for row, length in zip(by_length, lengths):
        row[:length] = 1
    return by_length, 1 - (x == value).all(axis=-1)
""",
            ),
            Alternative(
                "the largest distance from the value",
                source="""
def two_masks(x, lengths, value):
    steps = tf.range(x.shape[1])[None]
    return steps + 1 <= lengths[:, None], tf.reduce_max(tf.abs(x - value), axis=-1) > 0
""",
            ),
        ],
    ),
    Exercise(
        "masked_rnn",
        draw=draw_masked_steps,
        returns={"outputs": "B T U", "state": "B U"},
        reveal="What a cell makes of a masked step is thrown away: no number of it reaches an output or a state.",
        mistakes=[
            Mistake(
                "inverted mask",
                edits=[(REAL, "real = ~mask[:, t, None]")],
                says="Your network reads the padding and skips the data: the mask is used the wrong way round. True "
                "means real.",
            ),
            Mistake(
                "mask ignored",
                edits=[(OUTPUT, "output = new_output"), (STATE, "state = new_state")],
                says="The mask is not used: the network runs on through the padding.",
            ),
            Mistake(
                "state runs on",
                edits=[(STATE, "state = new_state")],
                says="The outputs stop at a masked step, but the state runs on. Keep the old state there, too.",
            ),
            Mistake(
                "output runs on",
                edits=[(OUTPUT, "output = new_output")],
                says="The state is frozen, but at a masked step you write what the cell says there. Repeat the output "
                "before.",
            ),
            Mistake(
                "what the cell said before",
                edits=[
                    ("tf.zeros_like(initial_state), []", "tf.zeros_like(initial_state), []\n    said = output"),
                    (OUTPUT, "output, said = tf.where(real, new_output, said), new_output"),
                ],
                says="At a masked step you repeat what the cell said at the step before, which may be masked too. "
                "Repeat the output that you *gave* there.",
            ),
            Mistake(
                "zero at masked steps",
                edits=[(OUTPUT, "output = tf.where(real, new_output, tf.zeros_like(output))")],
                says="Your outputs are zero at masked steps, as in lesson 03 and in TensorFlow 1. Here the output "
                "before is repeated, as in Keras.",
            ),
            Mistake(
                "state set to zero",
                edits=[(STATE, "state = tf.where(real, new_state, tf.zeros_like(state))")],
                says="At a masked step your state becomes zero: all is forgotten. Keep the state as it was.",
            ),
            Mistake(
                "multiplied by the mask",
                edits=[
                    (OUTPUT, "output = new_output * tf.cast(real, tf.float32)"),
                    (STATE, "state = new_state * tf.cast(real, tf.float32)"),
                ],
                says="At a masked step, output and state become zero. Choose between new and old with `tf.where`: "
                "nothing is lost then.",
            ),
            Mistake(
                "input set to zero",
                edits=[
                    ("cell(x[:, t], state)", "cell(x[:, t] * tf.cast(mask[:, t, None], tf.float32), state)"),
                    (OUTPUT, "output = new_output"),
                    (STATE, "state = new_state"),
                ],
                says="You set the masked inputs to zero. The cell still takes a step there, and its state moves. It is "
                "the state that has to stay.",
            ),
            Mistake(
                "initial state kept",
                edits=[(STATE, "state = tf.where(real, new_state, initial_state)")],
                says="At a masked step you go back to the initial state. Keep the state of the step before.",
            ),
            Mistake(
                "initial state ignored",
                edits=[("= initial_state, tf.zeros", "= tf.zeros_like(initial_state), tf.zeros")],
                says="You start from zeros. Start from `initial_state`.",
            ),
            Mistake(
                "outputs start from the state",
                edits=[("tf.zeros_like(initial_state), []", "initial_state, []")],
                says="Where the padding stands in front, your first outputs are the initial state. No output has been "
                "made yet: write zeros there.",
            ),
            Mistake(
                "if of a tensor",
                edits=[(STATE, "state = new_state if mask[:, t] else state")],
                says="Python's `if`, `and` and `not` want one truth; at every step the mask has one per sequence. "
                "Choose row by row with `tf.where`.",
            ),
            Mistake(
                "first output made of padding",
                edits=[(OUTPUT, "output = tf.where(real, new_output, outputs[-1] if outputs else new_output)")],
                says="Where the padding stands in front, your first outputs are what the cell made of it. No real "
                "output has come yet: write zeros there.",
            ),
            Mistake(
                "output fed back",
                edits=[("cell(x[:, t], state)", "cell(x[:, t], output)")],
                says="The cell gets the last output as its state. It needs the state, which is something else here.",
            ),
            Mistake(
                "state never moves",
                edits=[("        " + STATE + "\n", "")],
                says="The state stays at its start. At a real step it becomes the new state.",
            ),
            Mistake(
                "old state for the output",
                edits=[(OUTPUT, "output = tf.where(real, new_output, state)")],
                says="At a masked step your output is the old state. Repeat the old output.",
            ),
            Mistake(
                "output kept as state",
                edits=[(STATE, "state = tf.where(real, new_output, state)")],
                says="You pass on the output as the state. The cell returns two things; the second is the new state.",
            ),
            Mistake(
                "state written as output",
                edits=[("outputs.append(output)", "outputs.append(state)")],
                says="Your outputs are the states. The cell returns the output first, and that is what belongs there.",
            ),
            Mistake(
                "old output for the state",
                edits=[(STATE, "state = tf.where(real, new_state, output)")],
                says="At a masked step your state becomes the output. Keep the old *state*.",
            ),
            Mistake(
                "stopped at the first hole",
                edits=[(REAL, "real = tf.reduce_all(mask[:, : t + 1], axis=1, keepdims=True)")],
                says="A sequence ends for you at its first masked step. A mask may be False in front or in between; "
                "look at every step by itself.",
            ),
            Mistake(
                "lengths instead of the mask",
                edits=[(REAL, "real = t < tf.reduce_sum(tf.cast(mask, tf.int32), axis=1, keepdims=True)")],
                says="You count the True entries and take them for a length. That fails where the padding is not at "
                "the end. Look at `mask[:, t]`.",
            ),
            Mistake(
                "one padded, all frozen",
                edits=[(REAL, "real = tf.reduce_all(mask[:, t])")],
                says="As soon as one sequence has padding at a step, the whole batch stands still. Every sequence has "
                "its own entry in the mask.",
            ),
            Mistake(
                "one real, all go on",
                edits=[(REAL, "real = tf.reduce_any(mask[:, t])")],
                says="As long as one sequence of the batch is real, all go on. Every sequence has its own entry in the "
                "mask.",
            ),
            Mistake(
                "mask of the step before",
                edits=[(REAL, "real = mask[:, t - 1, None]")],
                says="You use the mask of the step before. Step t has its own entry, `mask[:, t]`.",
            ),
            Mistake(
                "axis missing",
                edits=[(REAL, "real = mask[:, t]")],
                says="`mask[:, t]` has the shape (B,), and `tf.where` lays it along the units, or refuses. It needs "
                "(B, 1), as in lesson 03.",
            ),
            Mistake(
                "no output before step 0",
                edits=[(OUTPUT, "output = tf.where(real, new_output, outputs[-1])")],
                says="At step 0 the list of outputs is empty, and has no last one. Before step 0 the output is zeros.",
            ),
            Mistake(
                "zeros like the input",
                edits=[("tf.zeros_like(initial_state)", "tf.zeros_like(x[:, 0])")],
                says="An output has U numbers, as many as the state; x_t has D. Make the zeros like `initial_state`.",
            ),
            Mistake(
                "time first",
                edits=[("tf.stack(outputs, axis=1)", "tf.stack(outputs)")],
                says="Your outputs are (T, B, U). Stack them along axis 1.",
            ),
            Mistake(
                "list of outputs",
                edits=[("tf.stack(outputs, axis=1)", "outputs")],
                says="That is a list of outputs, one per step. `tf.stack` makes one tensor of it.",
            ),
            Mistake(
                "last output as state",
                edits=[("tf.stack(outputs, axis=1), state", "tf.stack(outputs, axis=1), output")],
                says="The outputs are right. What you return as the state is the last output; this cell keeps "
                "something else than it shows.",
            ),
            Mistake(
                "state of the last step",
                edits=[("tf.stack(outputs, axis=1), state", "tf.stack(outputs, axis=1), new_state")],
                says="The outputs are right. The state you return is the last one the cell has made, over padding too. "
                "Return the frozen one.",
            ),
            Mistake(
                "outputs alone",
                edits=[("return tf.stack(outputs, axis=1), state", "return tf.stack(outputs, axis=1)")],
                says="The state is missing. Return the outputs and the state.",
            ),
        ],
        alternatives=[
            Alternative(
                "Keras's own loop around the cell",
                source="""
def masked_rnn(cell, x, mask, initial_state):
    def step(x_t, states):
        output, state = cell(x_t, states[0])
        return output, [state]
    _, outputs, (state,) = keras.src.backend.rnn(step, x, [initial_state], mask=mask)
    return outputs, state
""",
            ),
            Alternative(
                "numpy rows",
                source="""
def masked_rnn(cell, x, mask, initial_state):
    state, mask = np.array(initial_state), np.asarray(mask)
    outputs = np.zeros((*mask.shape, state.shape[1]), np.float32)
    for t in range(mask.shape[1]):
        if t:
            outputs[:, t] = outputs[:, t - 1]
        output, new = cell(x[:, t], tf.constant(state))
        rows = np.flatnonzero(mask[:, t])
        outputs[rows, t] = output.numpy()[rows]
        state[rows] = new.numpy()[rows]
    return outputs, state
""",
            ),
            Alternative(
                "a weighted sum of new and old",
                source="""
def masked_rnn(cell, x, mask, initial_state):
    weights = tf.cast(mask, x.dtype)[:, :, None]
    output, state, outputs = 0.0 * initial_state, initial_state, []
    for x_t, weight in zip(tf.unstack(x, axis=1), tf.unstack(weights, axis=1)):
        said, kept = cell(x_t, state)
        output, state = weight * said + (1 - weight) * output, weight * kept + (1 - weight) * state
        outputs += [output]
    return tf.transpose(tf.stack(outputs), [1, 0, 2]), state
""",
            ),
        ],
    ),
    Exercise(
        "masked_means",
        draw=draw_means,
        returns={"per_sequence": "B", "overall": ""},
        reveal="Both divide by what is real. The mean of the means would count a short sequence as much as a long one.",
        mistakes=[
            Mistake(
                "divided by T",
                source="""
def masked_means(values, mask):
    kept = values * tf.cast(mask, values.dtype)
    return tf.reduce_mean(kept, axis=1), tf.reduce_mean(kept)
""",
                says="The sums leave the padding out, but you divide by all steps, T for a sequence and B*T for the "
                "batch. Divide by the number of real steps.",
            ),
            Mistake(
                "mask ignored",
                source="""
def masked_means(values, mask):
    return tf.reduce_mean(values, axis=1), tf.reduce_mean(values)
""",
                says="The padding is in both means. Leave the masked values out of the sums, and out of the counts.",
            ),
            Mistake(
                "sums with padding",
                edits=[("values * real, axis=1", "values, axis=1")],
                says="You divide by the right numbers, but your sums hold the padding too. Multiply by the mask "
                "before you add up.",
            ),
            Mistake(
                "inverted mask",
                edits=[("tf.cast(mask, values.dtype)", "1 - tf.cast(mask, values.dtype)")],
                says="Those are the means of the padding (not a number where there is none): the mask is used the "
                "wrong way round. True means real.",
            ),
            Mistake(
                "mean of the means",
                edits=[("tf.reduce_sum(sums) / tf.reduce_sum(steps)", "tf.reduce_mean(sums / steps)")],
                says="`per_sequence` is right. `overall` is the mean of the means, so a step of a short sequence "
                "counts more. Divide the sum of all by all real steps.",
            ),
            Mistake(
                "divided by B",
                edits=[("tf.reduce_sum(sums) / tf.reduce_sum(steps)", "tf.reduce_mean(sums)")],
                says="`per_sequence` is right. `overall` is divided by the number of sequences. Divide by the number "
                "of real steps.",
            ),
            Mistake(
                "overall divided by B*T",
                edits=[
                    ("tf.reduce_sum(sums) / tf.reduce_sum(steps)", "tf.reduce_sum(sums) / tf.size(real, tf.float32)")
                ],
                says="`per_sequence` is right. `overall` is divided by all B*T steps, so it depends on how much "
                "padding there is. Divide by the real ones.",
            ),
            Mistake(
                "overall with padding",
                edits=[("tf.reduce_sum(sums) / tf.reduce_sum(steps)", "tf.reduce_mean(values)")],
                says="`per_sequence` is right. `overall` is the mean of everything, padding included.",
            ),
            Mistake(
                "divided by the longest",
                edits=[("tf.reduce_sum(real, axis=1)", "tf.reduce_max(tf.reduce_sum(real, axis=1))")],
                says="You divide every sequence by the length of the longest. Each has its own number of real steps.",
            ),
            Mistake(
                "divided by all real steps",
                edits=[("return sums / steps,", "return sums / tf.reduce_sum(steps),")],
                says="`per_sequence` is divided by the real steps of the whole batch. Divide each sum by the steps of "
                "its own sequence.",
            ),
            Mistake(
                "sums",
                edits=[
                    (
                        "return sums / steps, tf.reduce_sum(sums) / tf.reduce_sum(steps)",
                        "return sums, tf.reduce_sum(sums)",
                    )
                ],
                says="Those are the sums over the real steps. Divide them by the number of real steps.",
            ),
            Mistake(
                "wrong axis",
                edits=[("values * real, axis=1", "values * real, axis=0"), ("(real, axis=1)", "(real, axis=0)")],
                says="`per_sequence` has one number per step, over the sequences. Time is axis 1: add up along that.",
            ),
            Mistake(
                "overall undivided",
                edits=[("tf.reduce_sum(sums) / tf.reduce_sum(steps)", "tf.reduce_sum(sums)")],
                says="`per_sequence` is right. `overall` is the sum over all real steps: divide it by their number.",
            ),
            Mistake(
                "overall divided sequence by sequence",
                edits=[("tf.reduce_sum(sums) / tf.reduce_sum(steps)", "tf.reduce_sum(sums) / steps")],
                says="`per_sequence` is right. For `overall` you divide one sum by the steps of each sequence. Add up "
                "the steps, too.",
            ),
            Mistake(
                "overall sum with padding",
                edits=[("tf.reduce_sum(sums) /", "tf.reduce_sum(values) /")],
                says="`per_sequence` is right. `overall` is divided by the right number, but its sum holds the "
                "padding.",
            ),
            Mistake(
                "sums of sequences with padding",
                edits=[("return sums / steps,", "return tf.reduce_sum(values, axis=1) / steps,")],
                says="`overall` is right. `per_sequence` is divided by the right numbers, but its sums hold the "
                "padding.",
            ),
            Mistake(
                "one number for all",
                edits=[
                    (
                        "return sums / steps, tf.reduce_sum(sums) / tf.reduce_sum(steps)",
                        "return tf.reduce_sum(sums) / tf.reduce_sum(steps)",
                    )
                ],
                says="That is `overall`. Return two things: the mean of each sequence, and this.",
            ),
            Mistake(
                "means alone",
                edits=[("return sums / steps, tf.reduce_sum(sums) / tf.reduce_sum(steps)", "return sums / steps")],
                says="That is `per_sequence`. Return two things: this, and the mean over all real steps of the batch.",
            ),
            Mistake(
                "swapped",
                edits=[
                    (
                        "return sums / steps, tf.reduce_sum(sums) / tf.reduce_sum(steps)",
                        "return tf.reduce_sum(sums) / tf.reduce_sum(steps), sums / steps",
                    )
                ],
                says="Both means are right, in the wrong order: first the one per sequence, then the one over all.",
            ),
            Mistake(
                "overall twice",
                edits=[("return sums / steps,", "return tf.reduce_sum(sums) / tf.reduce_sum(steps),")],
                says="Your `per_sequence` is a single number, the mean over all real steps. It should have one mean "
                "for each sequence.",
            ),
            Mistake(
                "NaN at masked steps",
                source="""
def masked_means(values, mask):
    kept = tf.where(mask, values, np.nan)
    return tf.reduce_mean(kept, axis=1), tf.reduce_mean(kept)
""",
                says="Your means are NaN, as every sum is that holds one. Put 0 at the masked steps, and divide by the "
                "number of real ones.",
            ),
            Mistake(
                "whole numbers below the line",
                edits=[("tf.reduce_sum(real, axis=1)", "tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)")],
                says="Your sums are float32 and your counts int32; TensorFlow does not divide one by the other. Cast "
                "the mask to `values.dtype`.",
            ),
            Mistake(
                "values of the real steps only",
                edits=[("return sums / steps,", "return tf.boolean_mask(values, mask),")],
                says="`per_sequence` is a list of all real values in a row. They have lost their sequences: add up "
                "along time instead.",
            ),
            Mistake(
                "mask not turned into numbers",
                edits=[("tf.cast(mask, values.dtype)", "mask")],
                says="A mask of True and False cannot be multiplied or added up in TensorFlow. `tf.cast` turns it into "
                "1 and 0.",
            ),
            Mistake(
                "zeros not counted",
                edits=[("steps = tf.reduce_sum(real", "steps = tf.math.count_nonzero(values * real, dtype=real.dtype")],
                says="You count the values that are not zero. A real step may hold a zero: count the True entries of "
                "the mask.",
            ),
            Mistake(
                "flat values",
                source="""
def masked_means(values, mask):
    return tf.reduce_mean(values[mask], axis=1), tf.reduce_mean(values[mask])
""",
                says="`values[mask]` is one flat row, in which the sequences are lost: it has no axis 1. Multiply by "
                "the mask and add up along time.",
            ),
            Mistake(
                "one step more",
                edits=[("tf.reduce_sum(real, axis=1)", "tf.reduce_sum(real, axis=1) + 1")],
                says="You divide by one more than the number of real steps of each sequence.",
            ),
            Mistake(
                "padding counts as zero in where",
                source="""
def masked_means(values, mask):
    kept = tf.where(mask, values, tf.zeros_like(values))
    return tf.reduce_mean(kept, axis=1), tf.reduce_sum(kept) / tf.reduce_sum(tf.cast(mask, tf.float32))
""",
                says="`overall` is right. `per_sequence` is divided by T. Divide the sum of each sequence by its real "
                "steps.",
            ),
        ],
        alternatives=[
            Alternative(
                "Keras's average layer and loss weights",
                source="""
def masked_means(values, mask):
    average = keras.layers.GlobalAveragePooling1D()(values[:, :, None], mask=mask)
    return average[:, 0], np.average(values.numpy(), weights=mask.numpy())
""",
            ),
            Alternative(
                "row by row",
                source="""
def masked_means(values, mask):
    values, mask = np.asarray(values, np.float64), np.asarray(mask)
    return np.array([row[real].mean() for row, real in zip(values, mask)]), values[mask].mean()
""",
            ),
            Alternative(
                "ragged tensors",
                source="""
def masked_means(values, mask):
    kept = tf.ragged.boolean_mask(values, mask)
    return [tf.reduce_mean(kept, axis=1), tf.reduce_mean(kept.flat_values)]
""",
            ),
        ],
    ),
    Exercise(
        "differences",
        draw=draw_for_differences,
        returns={"outputs": "B T-1 D", "mask": "B T-1"},
        reveal="A layer that changes the time axis changes the mask with it, and the next layer never sees a made-up "
        "difference.",
        mistakes=[
            Mistake(
                "mask lost",
                source=layer_source("False"),
                says="The next layer sees no mask. Unless `compute_mask` returns one, Keras lets it fall here.",
            ),
            Mistake(
                "mask passed on as it is",
                source=layer_source("True"),
                says="The mask still has T entries, but the outputs have T - 1 steps. It has to become shorter, too.",
            ),
            Mistake(
                "last entry cut off",
                edits=[(BOTH, "return mask[:, :-1]")],
                says="Your mask says real as soon as the *first* of two steps is. The difference between the last real "
                "step and the first pad is not real.",
            ),
            Mistake(
                "first entry cut off",
                edits=[(BOTH, "return mask[:, 1:]")],
                says="Your mask looks at the *second* of two steps alone. That is enough while the padding stands at "
                "the end; elsewhere both have to be real.",
            ),
            Mistake(
                "one of both",
                edits=[(BOTH, "return mask[:, 1:] | mask[:, :-1]")],
                says="Your mask is True as soon as one of the two steps is real. A difference needs both.",
            ),
            Mistake(
                "either or",
                edits=[(BOTH, "return mask[:, 1:] ^ mask[:, :-1]")],
                says="Your mask is True where the two steps differ, which is where data and padding meet. Both have to "
                "be real.",
            ),
            Mistake(
                "both alike",
                edits=[(BOTH, "return mask[:, 1:] == mask[:, :-1]")],
                says="Your mask is True where both steps are alike: between two pads as well. Both have to be real.",
            ),
            Mistake(
                "inverted",
                edits=[(BOTH, "return ~(mask[:, 1:] & mask[:, :-1])")],
                says="Your mask is inverted. True means real.",
            ),
            Mistake(
                "all real",
                edits=[(BOTH, "return tf.ones_like(mask[:, 1:])")],
                says="Your mask is True everywhere. Then the padding is read as if it were data.",
            ),
            Mistake(
                "and between tensors",
                edits=[(BOTH, "return mask[:, 1:] and mask[:, :-1]")],
                says="Python's `and`, `not` and `if` want one truth, a tensor has many. Between masks write `&`; "
                "whether there is a mask, ask with `is None`.",
            ),
            Mistake(
                "subtracted",
                edits=[(BOTH, "return mask[:, 1:] - mask[:, :-1]")],
                says="A mask has no differences: TensorFlow does not subtract True and False. Ask which of the outputs "
                "are made of two real steps.",
            ),
            Mistake(
                "none not expected",
                edits=[("        if mask is None:\n            return None\n", "")],
                says="Where no mask comes in, `mask` is None, and None cannot be cut. Ask for that first.",
            ),
            Mistake(
                "all real without a mask",
                edits=[("            return None\n", "            return tf.ones(x[:, 1:, 0].shape, tf.bool)\n")],
                says="Where no mask came in you make one up. It is True everywhere, so it does no harm, but None is "
                "asked: no mask in, no mask out.",
            ),
            Mistake(
                "cut along the batch",
                edits=[(BOTH, "return mask[1:] & mask[:-1]")],
                says="You cut the mask along the batch. Time is axis 1: `mask[:, 1:]`.",
            ),
            Mistake(
                "two steps apart",
                edits=[(BOTH, "return mask[:, 2:] & mask[:, :-2]")],
                says="You take steps that are two apart. A difference is made of a step and the one after it.",
            ),
            Mistake(
                "an axis too many",
                edits=[(BOTH, "return (mask[:, 1:] & mask[:, :-1])[:, :, None]")],
                says="Your mask is (B, T - 1, 1). A mask has no axis for the features.",
            ),
            Mistake(
                "every second step",
                edits=[(BOTH, "return mask[:, ::2]")],
                says="That is the mask of `EverySecond`. Differences has T - 1 steps, each made of two neighbours.",
            ),
        ],
        alternatives=[
            Alternative(
                "tf.logical_and and slices by length",
                source="""
class Differences(keras.layers.Layer):
    def call(self, x):
        return x[:, 1:] - x[:, :-1]
    def compute_mask(self, inputs, previous_mask=None):
        if previous_mask is not None:
            return tf.logical_and(previous_mask[:, :-1], previous_mask[:, 1:])
""",
            ),
            Alternative("multiplied", edits=[(BOTH, "return mask[:, 1:] * mask[:, :-1]")]),
            Alternative(
                "as numbers",
                source="""
class Differences(keras.layers.Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.supports_masking = True
    def call(self, x, mask=None):
        return tf.experimental.numpy.diff(x, axis=1)
    def compute_mask(self, x, mask):
        if mask is None:
            return
        ones = tf.cast(mask, tf.int32)
        return ones[:, 1:] + ones[:, :-1] == 2
""",
            ),
        ],
    ),
    Exercise(
        "padded_steps",
        draw=draw_lengths,
        returns={"in_order, by_length": ""},
        reveal="A batch costs its longest sequence. Neighbours of like length waste little.",
        mistakes=[
            Mistake(
                "padded to the longest of all",
                edits=[
                    (ADD, "total += len(batch) * max(all_lengths) - sum(batch)"),
                    ("def count(lengths):", "all_lengths = lengths\n\n    def count(lengths):"),
                ],
                says="You pad all sequences to the longest of all. A batch needs no more steps than its own longest.",
            ),
            Mistake(
                "all steps counted",
                edits=[(ADD, "total += len(batch) * max(batch)")],
                says="You count all steps of a batch. Take away the real ones: the padding is asked.",
            ),
            Mistake(
                "real steps counted",
                edits=[(ADD, "total += sum(batch)")],
                says="You count the real steps. Asked is the padding: what a batch has beyond them.",
            ),
            Mistake(
                "short last batch filled up",
                edits=[(ADD, "total += batch_size * max(batch) - sum(batch)")],
                says="Your last batch is as large as the others. If fewer sequences are left, it has only these, and "
                "no padded rows.",
            ),
            Mistake(
                "short last batch dropped",
                edits=[("range(0, len(lengths), batch_size)", "range(0, len(lengths) - batch_size + 1, batch_size)")],
                says="The last batch is missing if it is short. It counts, too.",
            ),
            Mistake(
                "never sorted",
                edits=[(RETURN_COUNTS, "return count(lengths), count(lengths)")],
                says="`in_order` is right. For `by_length` sort the lengths first; yours is the same count twice.",
            ),
            Mistake(
                "always sorted",
                edits=[(RETURN_COUNTS, "return count(sorted(lengths)), count(sorted(lengths))")],
                says="Both counts are of the sorted lengths. The first takes the lengths in the order in which they "
                "come.",
            ),
            Mistake(
                "sorted backwards",
                edits=[("count(sorted(lengths))", "count(sorted(lengths, reverse=True))")],
                says="You sort from long to short. Then a short last batch holds other sequences. Sort from short to "
                "long.",
            ),
            Mistake(
                "sequences instead of steps",
                edits=[(ADD, "total += sum(length < max(batch) for length in batch)")],
                says="You count the sequences that get padding. Count how many steps of padding they get.",
            ),
            Mistake(
                "longest minus shortest",
                edits=[(ADD, "total += max(batch) - min(batch)")],
                says="You count what the shortest of each batch lacks. All others shorter than the longest get "
                "padding, too.",
            ),
            Mistake(
                "last for the longest",
                edits=[(ADD, "total += len(batch) * batch[-1] - sum(batch)")],
                says="You take the last of a batch for its longest. That holds once they are sorted; in order it does "
                "not.",
            ),
            Mistake(
                "first for the longest",
                edits=[(ADD, "total += len(batch) * batch[0] - sum(batch)")],
                says="You take the first of a batch for its longest. Look for the largest length of the batch.",
            ),
            Mistake(
                "first batch only",
                edits=[("range(0, len(lengths), batch_size)", "range(0, batch_size, batch_size)")],
                says="Only the first batch is counted. Go on in steps of `batch_size` to the end of the list.",
            ),
            Mistake(
                "batches without an end",
                edits=[(BATCHES, "batch = lengths[start:]")],
                says="Your batches reach to the end of the list. Each ends `batch_size` behind its start.",
            ),
            Mistake(
                "batches overlap",
                edits=[("range(0, len(lengths), batch_size)", "range(len(lengths))")],
                says="Your batches overlap: a new one starts at every sequence. The next starts `batch_size` further "
                "on.",
            ),
            Mistake(
                "number of batches for their size",
                edits=[
                    ("range(0, len(lengths), batch_size)", "range(batch_size)"),
                    (BATCHES, "batch = lengths[start::batch_size]"),
                ],
                says="You deal the sequences out in turn, into `batch_size` batches. A batch is `batch_size` "
                "neighbours in the list.",
            ),
            Mistake(
                "last batch only",
                edits=[(ADD, "total = len(batch) * max(batch) - sum(batch)")],
                says="Only the last batch is counted: the total starts anew each time. Add to it with `+=`.",
            ),
            Mistake(
                "longest once",
                edits=[(ADD, "total += max(batch) - sum(batch)")],
                says="You count the steps of the longest once. Every sequence of a batch is padded to it: "
                "`len(batch)` times.",
            ),
            Mistake(
                "end counted from the start of the list",
                edits=[(BATCHES, "batch = lengths[start:batch_size]")],
                says="From the second batch on yours are empty: both ends of a slice count from the start of the list. "
                "A batch ends at `start + batch_size`.",
            ),
            Mistake(
                "one count",
                edits=[(RETURN_COUNTS, "return count(lengths)")],
                says="That is `in_order`. Return two counts: this, and the one after sorting.",
            ),
            Mistake(
                "one count, sorted",
                edits=[(RETURN_COUNTS, "return count(sorted(lengths))")],
                says="That is `by_length`. Return two counts: the one with the list as it is, then this.",
            ),
            Mistake(
                "shares",
                edits=[(RETURN_COUNTS, "return count(lengths) / sum(lengths), count(sorted(lengths)) / sum(lengths)")],
                says="You return shares of the real steps. The numbers of padded steps are asked.",
            ),
            Mistake(
                "saving",
                edits=[(RETURN_COUNTS, "return count(lengths), count(lengths) - count(sorted(lengths))")],
                says="`in_order` is right. The second number is what sorting saves; return what is left.",
            ),
            Mistake(
                "swapped",
                edits=[(RETURN_COUNTS, "return count(sorted(lengths)), count(lengths)")],
                says="Both counts are right, in the wrong order: first as they come, then sorted.",
            ),
        ],
        alternatives=[
            Alternative(
                "numpy, one reshape",
                source="""
def padded_steps(lengths, batch_size):
    counts = []
    for numbers in (np.array(lengths), np.sort(lengths)):
        batches = np.split(numbers, np.arange(batch_size, len(numbers), batch_size))
        counts.append(sum((batch.max() - batch).sum() for batch in batches))
    return tuple(counts)
""",
            ),
            Alternative(
                "really padded batches",
                source="""
def padded_steps(lengths, batch_size):
    def count(lengths):
        dataset = tf.data.Dataset.from_tensor_slices(lengths).map(lambda n: tf.ones([n], tf.int32))
        return sum(int(tf.reduce_sum(1 - batch)) for batch in dataset.padded_batch(batch_size))
    return [count(lengths), count(sorted(lengths))]
""",
            ),
        ],
    ),
    choice(
        "find_the_bug",
        right="B",
        wrong={
            "A": "`A` would spoil both answers. But how could an inverted mask make two different stretches look the "
            "same?",
            "C": "`C` forgets the recurrent kernel: a zero adds nothing, but the old state still goes through it and "
            "through `tanh`, so it moves. Which steps were not taken at all?",
            "D": "`D` is not it: with a mask it makes no difference on which side the padding stands. Look at what the "
            "mask skips.",
        },
        reveal="A dry day is data. The value that means padding must never occur in the data, or the lengths have to "
        "say.",
    ),
]
