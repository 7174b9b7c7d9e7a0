"""Lesson 12: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import MixedSteps, SequenceModel


def whole(*numbers):
    return np.array(numbers, np.int32)


def ragged(rng, batch, steps):
    """Return different lengths: all steps, 1, and between them some that leave two pads or more, one of these first."""
    first, *between = rng.permutation(np.arange(2, steps - 1))[: batch - 2]
    return whole(first, *rng.permutation([1, steps, *between]))


# -- reverse_real ---------------------------------------------------------------------------


def draw_reversals(rng):
    by_hand = np.array([[[1], [2], [3], [9], [8]], [[4], [5], [6], [7], [0]]], np.float32)
    return [
        Case("nothing padded", (draws(rng, 2, 5, 3), whole(5, 5))),
        Case("the example by hand", (by_hand, whole(3, 4))),
        Case("several lengths", (draws(rng, 4, 7, 3), ragged(rng, 4, 7))),
        Case("several lengths", (draws(rng, 3, 6, 2), ragged(rng, 3, 6))),
    ]


REVERSE = "tf.gather(x, places, axis=1, batch_dims=1)"
PLACES = "tf.where(t < n, n - 1 - t, t)"
ONE_AXIS = (
    "The lengths are (B,) and the steps (T,): these shapes do not fit. Give `lengths` a second axis, "
    "`lengths[:, None]`, so that each sequence has a row of its own."
)
REVERSE_REAL = Exercise(
    "reverse_real",
    draw=draw_reversals,
    returns={"turned": "B T D"},
    reveal="Each sequence is turned round within its own length, and what nobody reads stays behind it.",
    mistakes=[
        Mistake(
            "places below zero",
            edits=[(f"places = {PLACES}", "places = n - 1 - t")],
            says="Some of your places are below 0, and `tf.gather` knows no such place. Real are the steps t < length, "
            "and only they are counted back; pads keep t.",
        ),
        Mistake(
            "counted back from 0",
            edits=[(PLACES, "tf.where(t < n, -1 - t, t)")],
            says="You count back from -1, and `tf.gather` knows no place below 0. Count back from `length - 1`.",
        ),
        Mistake(
            "all steps reversed",
            edits=[(f"return {REVERSE}", "return x[:, ::-1]")],
            says="You turn round all T steps, pads included: in a short sequence the pads now come first. Turn round "
            "the real steps alone.",
        ),
        Mistake(
            "not reversed",
            edits=[(f"return {REVERSE}", "return x")],
            says="The sequences come back as they went in. The last real step should come first.",
        ),
        Mistake(
            "features reversed",
            edits=[(f"return {REVERSE}", "return x[:, :, ::-1]")],
            says="You turn round the last axis, the features. Time is axis 1.",
        ),
        Mistake(
            "batch reversed",
            edits=[(f"return {REVERSE}", "return x[::-1]")],
            says="You turn round axis 0, the batch: the sequences change places. Time is axis 1.",
        ),
        Mistake(
            "pads zeroed",
            edits=[(f"return {REVERSE}", f"return {REVERSE} * tf.cast(t < n, tf.float32)[:, :, None]")],
            says="The real steps are right, but you set the pads to zero. They should stay as they were.",
        ),
        Mistake(
            "pads reversed among themselves",
            edits=[(PLACES, "(n - 1 - t) % x.shape[1]")],
            says="The real steps are right, but the pads are turned round too, among themselves. They should stay as "
            "they were.",
        ),
        Mistake(
            "first step repeated",
            edits=[(PLACES, "tf.maximum(n - 1 - t, 0)")],
            says="Behind the real steps you repeat step 0. The pads should stay there as they were.",
        ),
        Mistake(
            "one length for all",
            edits=[("n = lengths[:, None]", "n = tf.reduce_max(lengths) * tf.ones_like(lengths)[:, None]")],
            says="Every sequence is turned round within the longest length. Each has a length of its own.",
        ),
        Mistake(
            "the first length for all",
            edits=[("n = lengths[:, None]", "n = lengths[0] * tf.ones_like(lengths)[:, None]")],
            says="Every sequence is turned round within the length of the first. Each has a length of its own.",
        ),
        Mistake(
            "shortest length for all",
            edits=[("n = lengths[:, None]", "n = tf.reduce_min(lengths) * tf.ones_like(lengths)[:, None]")],
            says="Every sequence is turned round within the shortest length. Each has a length of its own.",
        ),
        Mistake(
            "off by one",
            edits=[(PLACES, "tf.where(t < n, tf.minimum(n - t, x.shape[1] - 1), t)")],
            says="You are one step off: place 0 should get step `length - 1`, the last real one, since steps count "
            "from 0.",
        ),
        Mistake(
            "off by one, one error",
            edits=[("n - 1 - t", "n - t")],
            says="You ask for step `length`, which may not exist. Steps count from 0: the last real one is "
            "`length - 1`.",
        ),
        Mistake(
            "counted from T",
            edits=[(PLACES, "tf.where(t < n, x.shape[1] - 1 - t, t)")],
            says="At the real places you count back from T - 1, the end of the tensor. Each sequence has its own last "
            "real step: count back from `length - 1`.",
        ),
        Mistake(
            "lengths of one axis",
            edits=[("n = lengths[:, None]", "n = lengths")],
            says=ONE_AXIS,
        ),
        Mistake(
            "lengths of one axis, subtracted first",
            edits=[
                ("n = lengths[:, None]", "n = lengths"),
                (f"places = {PLACES}", f"back = n - 1 - t; places = {PLACES}"),
            ],
            says=ONE_AXIS,
        ),
        Mistake(
            "last real step left in place",
            edits=[("n = lengths[:, None]", "n = lengths[:, None] - 1")],
            says="You turn round one step too few: the last real step, `length - 1`, stays where it was. It should "
            "come first.",
        ),
        Mistake(
            "one pad too many",
            edits=[("n = lengths[:, None]", "n = tf.minimum(lengths + 1, x.shape[1])[:, None]")],
            says="You turn round one step too many: where there are pads, the first of them has come to the front.",
        ),
        Mistake(
            "real steps at the end",
            edits=[(PLACES, "tf.where(t < x.shape[1] - n, t + n, x.shape[1] - 1 - t)")],
            says="The real steps are turned round, but the pads stand before them. The pads belong behind.",
        ),
        Mistake(
            "batch_dims forgotten",
            edits=[(", batch_dims=1", "")],
            says="Without `batch_dims=1`, `tf.gather` takes the places of all sequences from every sequence. Each has "
            "places of its own.",
        ),
        Mistake(
            "places returned",
            edits=[(f"return {REVERSE}", "return places")],
            says="You return the places themselves. Take from `x` what stands there, with `tf.gather`.",
        ),
        Mistake(
            "pads cut off",
            source="""
def reverse_real(x, lengths):
    return [row[:n][::-1] for row, n in zip(x, lengths.numpy())]
""",
            says="You return a list of sequences without their pads. One tensor of x's shape is asked, pads behind "
            "the real steps.",
        ),
        Mistake(
            "a list of sequences",
            source="""
def reverse_real(x, lengths):
    return [tf.concat([row[:n][::-1], row[n:]], axis=0) for row, n in zip(x, lengths.numpy())]
""",
            says="Each sequence is right, but they come in a Python list. `tf.stack` makes one tensor of them.",
        ),
    ],
    alternatives=[
        Alternative(
            "the function of TensorFlow",
            source="""
def reverse_real(x, lengths):
    return tf.reverse_sequence(x, lengths, seq_axis=1, batch_axis=0)
""",
        ),
        Alternative(
            "a loop over the batch",
            source="""
def reverse_real(x, lengths):
    turned = []
    for row, n in zip(tf.unstack(x), lengths):
        turned.append(tf.concat([tf.reverse(row[:n], axis=[0]), row[n:]], axis=0))
    return tf.stack(turned)
""",
        ),
        Alternative(
            "numpy, in a copy",
            source="""
import numpy as np
def reverse_real(x, lengths):
    turned = np.array(x)
    for b, n in enumerate(np.array(lengths)):
        turned[b, :n] = turned[b, :n][::-1].copy()
    return turned
""",
        ),
    ],
)


# -- both_directions ------------------------------------------------------------------------


def draw_two_runs(rng):
    def model(features, units):
        shapes = ((features, 4), (4, 4), (4,), (4, units), (units,))
        return SequenceModel(*(draws(rng, *shape) for shape in shapes))

    def case(group, steps, features, units, lengths):
        x = draws(rng, len(lengths), steps, features)
        return Case(group, (model(features, units), model(features, units), x, lengths))

    return [
        case("nothing padded", 5, 3, 2, whole(5, 5)),
        case("several lengths", 7, 2, 3, ragged(rng, 4, 7)),
        case("several lengths", 6, 3, 5, ragged(rng, 3, 6)),
        case("more pads than needed", 7, 3, 2, whole(3, 5, 2)),
    ]


TURN = "turned = tf.reverse_sequence(x, lengths, seq_axis=1)"
BACK = "back = tf.reverse_sequence(backward(turned), lengths, seq_axis=1)"
JOIN = "tf.concat([forward(x), back], axis=-1) * real"
BOTH_DIRECTIONS = Exercise(
    "both_directions",
    draw=draw_two_runs,
    returns={"outputs": "B T 2U"},
    reveal="Turn, run, turn back. The second turn is the one that is forgotten, and no shape will tell.",
    mistakes=[
        Mistake(
            "mask as long as the longest",
            edits=[
                (
                    "tf.sequence_mask(lengths, x.shape[1], dtype=tf.float32)",
                    "tf.sequence_mask(lengths, dtype=tf.float32)",
                )
            ],
            says="Your mask ends with the longest sequence. `x` may have more steps: tell `tf.sequence_mask` how many, "
            "`x.shape[1]`.",
        ),
        Mistake(
            "Boolean mask",
            edits=[(", dtype=tf.float32)", ")")],
            says="Your mask is Boolean, and numbers are not multiplied by True and False. Add `dtype=tf.float32` to "
            "`tf.sequence_mask`.",
        ),
        Mistake(
            "pads reversed, both times, no mask",
            edits=[
                (TURN, "turned = x[:, ::-1]"),
                (BACK, "back = backward(turned)[:, ::-1]"),
                (JOIN, "tf.concat([forward(x), back], axis=-1)"),
            ],
            says="Two things: you turn the pads round too, so the backward run reads them first; and at pads the "
            "outputs are not zero.",
        ),
        Mistake(
            "not turned back",
            edits=[(BACK, "back = backward(turned)")],
            says="The outputs of the backward run are still in the order in which it read. Turn them round again, so "
            "that output t belongs to step t.",
        ),
        Mistake(
            "input not turned",
            edits=[(TURN, "turned = x")],
            says="The backward run gets the input in its usual order, and its outputs are turned round afterwards. "
            "Turn the input too.",
        ),
        Mistake(
            "never turned",
            edits=[(BACK, "back = backward(x)")],
            says="Nothing is turned round: both runs read from step 0 on. Hand the second one the turned input, and "
            "turn its outputs back.",
        ),
        Mistake(
            "pads reversed, both times",
            edits=[(TURN, "turned = x[:, ::-1]"), (BACK, "back = backward(turned)[:, ::-1]")],
            says="You turn the pads round too, so the backward run reads them first, and its state is spoilt when it "
            "meets the real steps. Turn each sequence within its length.",
        ),
        Mistake(
            "pads reversed on the way in",
            edits=[(TURN, "turned = x[:, ::-1]")],
            says="The input of the backward run is turned round with its pads. Turn each sequence within its length, "
            "as you do with the outputs.",
        ),
        Mistake(
            "pads reversed on the way back",
            edits=[(BACK, "back = backward(turned)[:, ::-1]")],
            says="The backward outputs are turned round with their pads. Turn each within its length, as you do with "
            "the input.",
        ),
        Mistake(
            "pads reversed, not turned back",
            edits=[(TURN, "turned = x[:, ::-1]"), (BACK, "back = backward(turned)")],
            says="Two things: the input is turned round with its pads, and the outputs of the backward run are not "
            "turned back.",
        ),
        Mistake(
            "one network for both",
            edits=[("backward(turned)", "forward(turned)")],
            says="The same network runs in both directions. There are two, each with weights of its own: `backward` "
            "reads the turned sequence.",
        ),
        Mistake(
            "the networks exchanged",
            edits=[("backward(turned)", "forward(turned)"), ("forward(x)", "backward(x)")],
            says="The two networks have changed places: `forward` reads the sequence as it is, `backward` the turned "
            "one.",
        ),
        Mistake(
            "backward first",
            edits=[("[forward(x), back]", "[back, forward(x)]")],
            says="The halves are in the other order. Forward comes first, as in Keras.",
        ),
        Mistake(
            "joined along time",
            edits=[(JOIN, "tf.concat([forward(x), back], axis=1) * tf.tile(real, [1, 2, 1])")],
            says="The two halves stand one behind the other in time. Join them along the last axis, so that every step "
            "has both.",
        ),
        Mistake(
            "joined along time, pads kept",
            edits=[(JOIN, "tf.concat([forward(x), back], axis=1)")],
            says="The two halves stand one behind the other in time. Join them along the last axis, so that every step "
            "has both; then set what stands at pads to zero.",
        ),
        Mistake(
            "joined along the batch",
            edits=[(JOIN, "tf.concat([forward(x), back], axis=0)")],
            says="The two halves are joined along the batch. Join them along the last axis, so that every step has "
            "both.",
        ),
        Mistake(
            "stacked",
            edits=[(JOIN, "tf.stack([forward(x) * real, back * real], axis=-1)")],
            says="`tf.stack` makes a new axis. `tf.concat` joins along one that is there: the last.",
        ),
        Mistake(
            "added up",
            edits=[(JOIN, "(forward(x) + back) * real")],
            says="You add the two halves. Here they should stand side by side, U numbers each; other ways of merging "
            "come next.",
        ),
        Mistake(
            "pads kept",
            edits=[(" * real", "")],
            says="The real steps are right, but the outputs at pads are not zero. Multiply by 1 at real steps and 0 "
            "at pads.",
        ),
        Mistake(
            "pads kept in the forward half",
            edits=[(JOIN, "tf.concat([forward(x), back * real], axis=-1)")],
            says="At pads only the backward half is zero. The forward network has run on into the pads too: set both "
            "halves to zero there.",
        ),
        Mistake(
            "pads kept in the backward half",
            edits=[(JOIN, "tf.concat([forward(x) * real, back], axis=-1)")],
            says="At pads only the forward half is zero. The backward network has run on into the pads too: set both "
            "halves to zero there.",
        ),
        Mistake(
            "both turned back",
            edits=[("[forward(x), back]", "[tf.reverse_sequence(forward(x), lengths, seq_axis=1), back]")],
            says="You turn the forward outputs round as well. They are in order already: only the backward run read "
            "from the end.",
        ),
        Mistake(
            "two results",
            edits=[(JOIN, "(forward(x) * real, back * real)")],
            says="You return two tensors, as the old function did. One is asked: the halves side by side along the "
            "last axis.",
        ),
        Mistake(
            "backward half only",
            edits=[(JOIN, "back * real")],
            says="That is the backward half alone. The forward one comes before it, side by side along the last axis.",
        ),
        Mistake(
            "input zeroed instead of outputs",
            source="""
def both_directions(forward, backward, x, lengths):
    x = x * tf.sequence_mask(lengths, x.shape[1], dtype=tf.float32)[:, :, None]
    turned = tf.reverse_sequence(x, lengths, seq_axis=1)
    back = tf.reverse_sequence(backward(turned), lengths, seq_axis=1)
    return tf.concat([forward(x), back], axis=-1)
""",
            says="You set the pads of the input to zero. The networks answer there all the same: it is their outputs "
            "that should be zero at pads.",
        ),
    ],
    alternatives=[
        Alternative(
            "sequence by sequence, without pads",
            source="""
def both_directions(forward, backward, x, lengths):
    rows = []
    for b, n in enumerate(lengths.numpy()):
        real = x[b : b + 1, :n]
        both = tf.concat([forward(real), backward(real[:, ::-1])[:, ::-1]], axis=2)
        rows.append(tf.pad(both, [[0, 0], [0, x.shape[1] - n], [0, 0]]))
    return tf.concat(rows, axis=0)
""",
        ),
        Alternative(
            "places and where",
            source="""
def both_directions(forward, backward, x, lengths):
    T = x.shape[1]
    n, t = lengths[:, None], tf.range(T)
    places = tf.where(t < n, n - 1 - t, t)
    back = tf.gather(backward(tf.gather(x, places, batch_dims=1)), places, batch_dims=1)
    both = tf.concat([forward(x), back], axis=2)
    return tf.where((t < n)[:, :, None], both, tf.zeros_like(both))
""",
        ),
    ],
)


# -- merged ---------------------------------------------------------------------------------


def draw_merges(rng):
    def pair(*shape):
        return draws(rng, *shape), draws(rng, *shape)

    outputs = [Case(f"mode {mode}", (*pair(2, 5, 3), mode)) for mode in ("concat", "sum", "ave", "mul")]
    return [*outputs, *(Case("states", (*pair(4, 3), mode)) for mode in ("concat", "sum", "ave", "mul"))]


MERGED = Exercise(
    "merged",
    draw=draw_merges,
    returns={"merged": ""},
    reveal="Only concat keeps both halves apart. The three others are half as wide, and nothing leads back from them.",
    mistakes=[
        Mistake(
            "avg for ave",
            source="""
def merged(h_forward, h_backward, mode):
    if mode == "concat":
        return tf.concat([h_forward, h_backward], axis=-1)
    if mode == "sum":
        return h_forward + h_backward
    if mode == "avg":
        return (h_forward + h_backward) / 2
    if mode == "mul":
        return h_forward * h_backward
""",
            says='For the mode "ave" nothing is returned. Does an `if` ask for exactly this word, with an e?',
        ),
        Mistake(
            "ave not halved",
            edits=[("total / 2", "total")],
            says='With "ave" you give the sum. The mean of two numbers is half of it.',
        ),
        Mistake(
            "only one half halved",
            edits=[("total / 2", "h_forward + h_backward / 2")],
            says='With "ave" only the backward half is divided by 2. A bracket is missing: halve the sum.',
        ),
        Mistake(
            "sum halved",
            edits=[('if mode == "sum":\n        return total', 'if mode == "sum":\n        return total / 2')],
            says='With "sum" you give the mean. Add, and do not divide.',
        ),
        Mistake(
            "sum and ave exchanged",
            edits=[
                ('if mode == "sum":', 'if mode == "ave_":'),
                ('if mode == "ave":', 'if mode == "sum":'),
                ("return h_forward * h_backward", 'return h_forward * h_backward if mode == "mul" else total'),
            ],
            says='"sum" and "ave" have changed places: "ave" is the mean, half of the sum.',
        ),
        Mistake(
            "mean over all numbers",
            edits=[("total / 2", "tf.reduce_mean([h_forward, h_backward])")],
            says='With "ave" you take one mean of all numbers. Take the mean of the two halves, number by number '
            "(axis=0 of the pair).",
        ),
        Mistake(
            "mean over units",
            edits=[("total / 2", "tf.reduce_mean(tf.concat([h_forward, h_backward], axis=-1), axis=-1)")],
            says='With "ave" you take the mean over all units of a step. Take it number by number: unit 0 with unit 0.',
        ),
        Mistake(
            "concat along time",
            edits=[("axis=-1", "axis=1")],
            says='With "concat" the outputs are joined along axis 1, which is time. The units are the last axis, '
            "`axis=-1`.",
        ),
        Mistake(
            "concat along axis 2",
            edits=[("axis=-1", "axis=2")],
            says="States (B, U) have no axis 2. The units are the last axis, however many there are: `axis=-1`.",
        ),
        Mistake(
            "concat along the batch",
            edits=[("axis=-1", "axis=0")],
            says='With "concat" the halves are joined along the batch. The units are the last axis, `axis=-1`.',
        ),
        Mistake(
            "backward first",
            edits=[("tf.concat([h_forward, h_backward]", "tf.concat([h_backward, h_forward]")],
            says='With "concat" the backward half comes first. Keras puts the forward half first.',
        ),
        Mistake(
            "stacked",
            edits=[("tf.concat(", "tf.stack(")],
            says='With "concat" you stack the halves along a new axis. `tf.concat` joins them along the last one.',
        ),
        Mistake(
            "a list",
            edits=[("tf.concat([h_forward, h_backward], axis=-1)", "[h_forward, h_backward]")],
            says='With "concat" you return a list of both halves. Join them into one tensor, twice as wide.',
        ),
        Mistake(
            "matrix product",
            edits=[("h_forward * h_backward", "tf.matmul(h_forward, h_backward, transpose_b=True)")],
            says='With "mul" you take a matrix product. Multiply number by number: `*`.',
        ),
        Mistake(
            "mul left out",
            edits=[("return h_forward * h_backward", "pass")],
            says='With "mul" nothing comes back. Every mode needs its own return.',
        ),
        Mistake(
            "mode ignored",
            edits=[('if mode == "concat":\n        return', "return")],
            says="Every mode gives the halves side by side. Look at `mode`, and return what it asks for.",
        ),
        Mistake(
            "largest of both",
            edits=[("h_forward * h_backward", "tf.maximum(h_forward, h_backward)")],
            says='With "mul" you give the larger of the two. Multiply them, number by number.',
        ),
    ],
    alternatives=[
        Alternative(
            "the merging layers of Keras",
            source="""
def merged(h_forward, h_backward, mode):
    layer = {
        "concat": keras.layers.Concatenate, "sum": keras.layers.Add,
        "ave": keras.layers.Average, "mul": keras.layers.Multiply,
    }[mode]
    return layer()([h_forward, h_backward])
""",
        ),
        Alternative(
            "a reduction of the pair",
            source="""
def merged(h_forward, h_backward, mode):
    pair = tf.stack([h_forward, h_backward])
    if mode == "concat":
        return tf.concat(tf.unstack(pair), -1)
    reduce = {"sum": tf.reduce_sum, "ave": tf.reduce_mean, "mul": tf.reduce_prod}
    return reduce[mode](pair, axis=0)
""",
        ),
    ],
)


# -- summary_of_both ------------------------------------------------------------------------


def draw_summaries(rng):
    by_hand = np.array([[[1, 6], [3, 5], [6, 3], [0, 0]]], np.float32)
    return [
        Case("the example by hand", (by_hand, whole(3))),
        Case("nothing padded", (draws(rng, 3, 5, 8), whole(5, 5, 5))),
        Case("several lengths", (draws(rng, 4, 7, 6), ragged(rng, 4, 7))),
        Case("several lengths", (draws(rng, 3, 6, 10), ragged(rng, 3, 6))),
    ]


HALVES = "ahead, back = tf.split(outputs, 2, axis=-1)"
END = "end = tf.gather(ahead, lengths - 1, axis=1, batch_dims=1)"
ENDS = "tf.concat([end, back[:, 0]], axis=-1)"
SUMMARY_OF_BOTH = Exercise(
    "summary_of_both",
    draw=draw_summaries,
    returns={"summary": "B 2U"},
    reveal="Each half is taken where it has read everything: the forward one at the end, the backward one at step 0.",
    mistakes=[
        Mistake(
            "last place of both",
            edits=[(f"return {ENDS}", "return outputs[:, -1]")],
            says="You take the last place of both halves. There may be pads there, and the backward half has read one "
            "step at most. Each half has a place of its own.",
        ),
        Mistake(
            "last real step of both",
            edits=[("back[:, 0]", "tf.gather(back, lengths - 1, axis=1, batch_dims=1)")],
            says="You take both halves at the last real step. There the backward half has read one step only: it has "
            "read all of them at step 0.",
        ),
        Mistake(
            "step 0 of both",
            edits=[(END, "end = ahead[:, 0]")],
            says="You take both halves at step 0. There the forward half has read one step only: it has read all of "
            "them at the last real one.",
        ),
        Mistake(
            "the places exchanged",
            edits=[
                (END, "end = ahead[:, 0]"),
                ("back[:, 0]", "tf.gather(back, lengths - 1, axis=1, batch_dims=1)"),
            ],
            says="The two places are exchanged: you take each half where it has read one step only. Which way does "
            "each of them read?",
        ),
        Mistake(
            "backward at the last place",
            edits=[("back[:, 0]", "back[:, -1]")],
            says="The forward half is right. The backward half is taken at the last place, a pad or the first step it "
            "read. Where has it read everything?",
        ),
        Mistake(
            "forward at the last place",
            edits=[(END, "end = ahead[:, -1]")],
            says="You take the forward half at the last place of the tensor. For a short sequence that is a pad: its "
            "last real step is `length - 1`.",
        ),
        Mistake(
            "off by one",
            edits=[("lengths - 1", "tf.minimum(lengths, outputs.shape[1] - 1)")],
            says="The forward half is taken one step too late, at `length`, which is a pad. The last real step is "
            "`length - 1`.",
        ),
        Mistake(
            "off by one, with an error",
            edits=[("lengths - 1", "lengths")],
            says="You ask the forward half for step `length`, which may not exist. Steps count from 0: the last real "
            "one is `length - 1`.",
        ),
        Mistake(
            "the halves exchanged",
            edits=[("ahead, back = ", "back, ahead = ")],
            says="You take the first half of the numbers for the backward one. Forward comes first.",
        ),
        Mistake(
            "backward first in the answer",
            edits=[("[end, back[:, 0]]", "[back[:, 0], end]")],
            says="Both halves are right, but the backward one stands first. Keep the order: forward, backward.",
        ),
        Mistake(
            "every other unit",
            edits=[(HALVES, "ahead, back = outputs[:, :, ::2], outputs[:, :, 1::2]")],
            says="You take every other number. The halves stand side by side: the first U numbers are the forward "
            "ones.",
        ),
        Mistake(
            "split along time",
            edits=[(HALVES, "ahead, back = outputs[:, :-1], outputs[:, 1:]"), (END, "end = ahead[:, -1]")],
            says="You cut the sequence in time. The two halves stand side by side along the last axis.",
        ),
        Mistake(
            "gathered without batch_dims",
            edits=[("axis=1, batch_dims=1)", "axis=1)[0]")],
            says="Without `batch_dims=1`, `tf.gather` takes the places of all sequences from every sequence. Each has "
            "a place of its own.",
        ),
        Mistake(
            "batch_dims forgotten",
            edits=[("axis=1, batch_dims=1)", "axis=1)")],
            says="Without `batch_dims=1`, `tf.gather` takes the places of all sequences from every sequence, so there "
            "is an axis too many. Each sequence has a place of its own.",
        ),
        Mistake(
            "forward half only",
            edits=[(f"return {ENDS}", "return end")],
            says="That is the forward half alone. The backward half at step 0 stands beside it.",
        ),
        Mistake(
            "two results",
            edits=[(f"return {ENDS}", "return end, back[:, 0]")],
            says="Both halves are right, but they come apart. Join them along the last axis into one tensor (B, 2U).",
        ),
        Mistake(
            "added up",
            edits=[(ENDS, "end + back[:, 0]")],
            says="You add the two halves. Here they should stand side by side: (B, 2U).",
        ),
        Mistake(
            "joined along the batch",
            edits=[(ENDS, "tf.concat([end, back[:, 0]], axis=0)")],
            says="The two halves are joined along the batch. Join them along the last axis.",
        ),
        Mistake(
            "mean over time",
            edits=[(f"return {ENDS}", "return tf.reduce_mean(outputs, axis=1)")],
            says="You take the mean over all steps. Asked is one place for each half: where it has read everything.",
        ),
    ],
    alternatives=[
        Alternative(
            "a loop over the batch",
            source="""
def summary_of_both(outputs, lengths):
    U = outputs.shape[2] // 2
    rows = [tf.concat([outputs[b, n - 1, :U], outputs[b, 0, U:]], axis=0) for b, n in enumerate(lengths.numpy())]
    return tf.stack(rows)
""",
        ),
        Alternative(
            "one-hot weights and einsum",
            source="""
def summary_of_both(outputs, lengths):
    U = outputs.shape[-1] // 2
    weights = tf.one_hot(lengths - 1, outputs.shape[1])
    end = tf.einsum("bt,btu->bu", weights, outputs[..., :U])
    return tf.concat([end, outputs[:, 0, U:]], axis=1)
""",
        ),
        Alternative(
            "fancy indexing in numpy",
            source="""
import numpy as np
def summary_of_both(outputs, lengths):
    o, n = np.array(outputs), np.array(lengths)
    U = o.shape[-1] // 2
    return np.hstack([o[np.arange(len(n)), n - 1, :U], o[:, 0, U:]])
""",
        ),
    ],
)


# -- leaks_at -------------------------------------------------------------------------------


def draw_leaks(rng):
    def mixing(steps, *leaks, size=0.3):
        mix = np.tril(draws(rng, steps, steps, scale=0.4))
        for output, step in leaks:
            mix[output, step] = size * rng.choice([-1.0, 1.0])
        return mix.astype(np.float32)

    def network(mix, features, units):
        # No sign changes along a column: what is added to all features of a step never cancels.
        return MixedSteps(mix, np.abs(draws(rng, features, units)) * rng.choice([-1.0, 1.0]).astype(np.float32))

    def recurrent(features, units):
        shapes = ((features, 4), (4, 4), (4,), (4, units), (units,))
        return SequenceModel(*(draws(rng, *shape) for shape in shapes))

    full = draws(rng, 6, 6, scale=0.4)
    ahead = np.tril(draws(rng, 5, 5, scale=0.4), 1)
    zeros, ones = draws(rng, 2, 7, 3), draws(rng, 3, 6, 2)
    zeros[:, [2, 6]], ones[:, [1, 4]] = 0.0, 1.0
    falling = MixedSteps(np.abs(mixing(5, (0, 3), (2, 4))), -np.abs(draws(rng, 2, 1)))
    rising = MixedSteps(np.abs(mixing(4, (1, 3), (1, 2))), np.abs(draws(rng, 3, 1)))
    delayed = np.tril(draws(rng, 5, 5, scale=0.4), -1)  # no output sees its own input
    delayed[0, 4] = 0.3
    apart = np.stack([mixing(5), mixing(5, (1, 2), (0, 3)), mixing(5)])  # a mix for each sequence
    apart[0, :, 1] = 0.0  # sequence 0 does not read its step 1, so nothing of it moves
    features, units = network(mixing(6, (2, 3), (0, 4)), 3, 2), network(mixing(5, (0, 1), (1, 3)), 2, 3)
    features.mix[:, 5] = 0.0  # the last step moves nothing
    features.kernel[[0, 2]] = units.kernel[:, [0, 2]] = 0.0
    return [
        Case("a one-way network", (recurrent(3, 2), draws(rng, 4, 5, 3))),
        Case("both directions", (network(full, 3, 4), draws(rng, 2, 6, 3))),
        Case("one step ahead", (network(ahead, 2, 3), draws(rng, 4, 5, 2))),
        Case("leaks at some steps", (network(mixing(7, (1, 4), (3, 5)), 3, 2), draws(rng, 2, 7, 3))),
        Case("leaks at some steps", (network(delayed, 4, 2), draws(rng, 3, 5, 4))),
        Case("leaks at some steps", (falling, draws(rng, 1, 5, 2))),
        Case("leaks at some steps", (rising, draws(rng, 1, 4, 3))),
        Case("a leak in one sequence, feature or unit", (network(apart, 2, 3), draws(rng, 3, 5, 2))),  # sequence 1
        Case("a leak in one sequence, feature or unit", (features, draws(rng, 4, 6, 3))),  # feature 1
        Case("a leak in one sequence, feature or unit", (units, draws(rng, 3, 5, 2))),  # unit 1
        Case("inputs of 0 and 1", (network(mixing(7, (0, 2), (3, 6)), 3, 4), zeros)),
        Case("inputs of 0 and 1", (network(mixing(6, (0, 1), (2, 4)), 2, 3), ones)),
        Case("a weak leak", (network(mixing(6, (1, 3), (0, 5), size=0.0002), 3, 2), draws(rng, 4, 6, 3))),
    ]


CHANGED = "after = model(x + tf.one_hot(t, T)[:, None])"
MOVED = "moved = tf.abs(after - before)[:, :t]"
FOUND = "bool(tf.reduce_any(moved > 1e-6))"
LEAKS_AT = Exercise(
    "leaks_at",
    draw=draw_leaks,
    returns={"leaks": "T"},
    reveal="The test needs no look inside: change one input, and watch the outputs before it.",
    mistakes=[
        Mistake(
            "compared with the call before",
            edits=[(f"found.append({FOUND})", f"found.append({FOUND})\n        before = after")],
            says="You compare with the outputs of the step before, whose input was changed too. Compare each time with "
            "those of the original x.",
        ),
        Mistake(
            "what did not move",
            edits=[("moved > 1e-6", "moved < 1e-6")],
            says="You ask whether some number did *not* move. A leak is one that did: larger than 1e-6.",
        ),
        Mistake(
            "reduce_any forgotten",
            edits=[(FOUND, "(moved > 1e-6)")],
            says="You collect whole tensors of True and False. One answer per step is asked: "
            "`bool(tf.reduce_any(...))`.",
        ),
        Mistake(
            "later outputs",
            edits=[("[:, :t]", "[:, t:]")],
            says="You look at the outputs from step t on. These may move: an output may depend on its past. Look at "
            "those *before* t.",
        ),
        Mistake(
            "its own output too",
            edits=[("[:, :t]", "[:, : t + 1]")],
            says="You count output t among the earlier ones. It may depend on input t: only outputs before t must "
            "stay.",
        ),
        Mistake(
            "one output too few",
            edits=[("[:, :t]", "[:, : max(t - 1, 0)]")],
            says="You leave out output t - 1, so a network that looks one step ahead is not caught. All outputs before "
            "t count.",
        ),
        Mistake(
            "cut at t - 1",
            edits=[("[:, :t]", "[:, : t - 1]")],
            says="You cut at t - 1, so output t - 1 is left out. And at t = 0 the slice `[:, :-1]` takes all outputs "
            "but the last, which may move. Cut at t.",
        ),
        Mistake(
            "the output before, -1 at step 0",
            edits=[("[:, :t]", "[:, t - 1]")],
            says="You look at output t - 1 alone, though all outputs before t count. And at t = 0 that is output -1, "
            "the last one, which may move.",
        ),
        Mistake(
            "only the output before",
            edits=[("[:, :t]", "[:, max(t - 1, 0) : t]")],
            says="You look at output t - 1 alone. A leak may reach an output further back: all outputs before t count.",
        ),
        Mistake(
            "only output 0",
            edits=[("[:, :t]", "[:, : min(t, 1)]")],
            says="You look at output 0 alone. A leak may reach any output before t.",
        ),
        Mistake(
            "all outputs",
            edits=[("[:, :t]", "")],
            says="You look at all outputs. Those from step t on may move: an output may depend on its past. Look at "
            "those before t.",
        ),
        Mistake(
            "batch cut",
            edits=[("[:, :t]", "[:t]")],
            says="You cut the first axis, the batch, so the outputs from step t on are still among the rest. Time is "
            "the second axis.",
        ),
        Mistake(
            "units cut",
            edits=[("[:, :t]", "[:, :, :t]")],
            says="You cut the last axis, the units, so the outputs from step t on are still among the rest. Time is "
            "the second axis.",
        ),
        Mistake(
            "only sequence 0",
            edits=[("[:, :t]", "[0, :t]")],
            says="You change or compare only a part of the batch, such as sequence 0. A leak may show in any sequence: "
            "take them all.",
        ),
        Mistake(
            "only feature 0",
            edits=[(CHANGED, "after = model(x + tf.one_hot(t, T)[:, None] * tf.one_hot(0, x.shape[2]))")],
            says="You change only some features, such as feature 0, so a leak through another one is missed. Change "
            "all features of step t.",
        ),
        Mistake(
            "only unit 0",
            edits=[("[:, :t]", "[:, :t, 0]")],
            says="You compare only some units, such as unit 0. A leak may reach any unit of an output: compare "
            "them all.",
        ),
        Mistake(
            "set to zero, or multiplied",
            edits=[(CHANGED, "after = model(x * (1 - tf.one_hot(t, T)[:, None]))")],
            says="You set the step to zero, or multiply it. Where the input is zero already, nothing changes, and the "
            "leak is missed. Add something to it.",
        ),
        Mistake(
            "set to one",
            edits=[(CHANGED, "after = model(tf.where(tf.one_hot(t, T)[:, None] > 0, 1.0, x))")],
            says="You set the step to 1. Where the input is 1 already, nothing changes, and the leak is missed. Add "
            "something to it.",
        ),
        Mistake(
            "all later steps too",
            edits=[(CHANGED, "after = model(x + tf.cast(tf.range(T) >= t, tf.float32)[:, None])")],
            says="You change all steps from t on, so a leak is blamed on the steps before it too. Change step t alone.",
        ),
        Mistake(
            "changes pile up",
            edits=[(CHANGED, "x = x + tf.one_hot(t, T)[:, None]\n        after = model(x)")],
            says="Your changes pile up: at step t, the steps before it are still changed, and they may move outputs. "
            "Start from the original x each time.",
        ),
        Mistake(
            "all steps changed",
            edits=[(CHANGED, "after = model(x + 1.0)")],
            says="You change all steps at once, so earlier outputs move for good reasons. Change step t alone.",
        ),
        Mistake(
            "differences with a sign",
            edits=[("tf.abs(after - before)", "(after - before)")],
            says="You count only outputs that grow. One that falls has moved as well: take the size of the "
            "difference, `tf.abs`.",
        ),
        Mistake(
            "only falling outputs",
            edits=[("tf.abs(after - before)", "(before - after)")],
            says="You count only outputs that fall. One that grows has moved as well: take the size of the "
            "difference, `tf.abs`.",
        ),
        Mistake(
            "all must move",
            edits=[("tf.reduce_any(", "tf.reduce_all(")],
            says="You ask whether all earlier numbers move. One that moves is a leak: `tf.reduce_any`. (Of no numbers "
            "at all, `tf.reduce_all` says True.)",
        ),
        Mistake(
            "too coarse",
            edits=[("1e-6", "1e-3")],
            says="A weak leak goes through: what counts as moved has to be smaller, such as 1e-6, or the change of "
            "the input larger, such as 1.",
        ),
        Mistake(
            "turned round",
            edits=[(FOUND, f"not {FOUND}")],
            says="True and False have changed places: True stands for an input that moves an earlier output.",
        ),
        Mistake(
            "compared with itself",
            edits=[(CHANGED, "after = model(x)")],
            says="Nothing ever moves: the input of the second call is the same as that of the first.",
        ),
        Mistake(
            "one answer for all",
            edits=[("return found", "return any(found)")],
            says="You return one answer for the whole network. Asked is one for every step t, a list of T.",
        ),
        Mistake(
            "steps instead of answers",
            edits=[("return found", "return [t for t in range(T) if found[t]]")],
            says="You return the steps that leak. Asked is True or False for every step, a list of T.",
        ),
        Mistake(
            "step 0 left out",
            edits=[("range(T)", "range(1, T)")],
            says="There are T - 1 answers. Step 0 has one too: no output stands before it, so it cannot leak.",
        ),
        Mistake(
            "whose output moved",
            source="""
def leaks_at(model, x):
    before, T = model(x), x.shape[1]
    moved = [tf.reduce_max(tf.abs(model(x + tf.one_hot(t, T)[:, None]) - before), axis=(0, 2)) for t in range(T)]
    return [any(bool(moved[t][s] > 1e-6) for t in range(s + 1, T)) for s in range(T)]
""",
            says="You say for each *output* whether it sees a later input. Asked is for each *input* whether it moves "
            "an earlier output.",
        ),
    ],
    alternatives=[
        Alternative(
            "derivatives",
            source="""
def leaks_at(model, x):
    T = x.shape[1]
    found = [False] * T
    for s in range(T):
        for u in range(model(x).shape[2]):
            with tf.GradientTape() as tape:
                tape.watch(x)
                total = tf.reduce_sum(model(x)[:, s, u])
            sizes = tf.reduce_max(tf.abs(tape.gradient(total, x)), axis=(0, 2))
            found = [found[t] or (t > s and float(sizes[t]) > 1e-7) for t in range(T)]
    return found
""",
        ),
        Alternative(
            "numpy, another change",
            source="""
import numpy as np
def leaks_at(model, x):
    x = np.array(x)
    before, answers = np.array(model(x)), []
    for t in range(x.shape[1]):
        other = x.copy()
        other[:, t] -= 0.5
        answers.append(not np.array_equal(np.array(model(other))[:, :t], before[:, :t]))
    return np.array(answers)
""",
        ),
    ],
)


# -- two_way_units --------------------------------------------------------------------------


def one_way(features, units, classes):
    return 4 * units * (features + units + 1) + classes * (units + 1)


def two_way(features, units, classes):
    return 8 * units * (features + units + 1) + classes * (2 * units + 1)


def largest(budget, cost):
    units = 1
    while cost(units + 1) <= budget:
        units += 1
    return units


def draw_sizes(rng):
    """Sizes at which no known slip gives the right numbers, and some at which the budget is met exactly."""

    def separates(d, u, k):
        budget = one_way(d, u, k)
        n = largest(budget, lambda m: two_way(d, m, k))
        slips = (
            u // 2,
            (u + 1) // 2,
            largest(budget, lambda m: 8 * m * (d + m + 1)),
            largest(budget, lambda m: 8 * m * (d + m + 1) + k * (m + 1)),
            largest(4 * u * (d + u + 1), lambda m: two_way(d, m, k)),
            round(u / 2**0.5),
        )
        nearer = two_way(d, n + 1, k) - budget < budget - two_way(d, n, k)
        return n not in slips and nearer

    sizes = [(d, u, k) for d in range(2, 30) for u in range(6, 50) for k in range(2, 30) if len({d, u, k}) == 3]
    chosen = rng.permutation([size for size in sizes if separates(*size)])[:3]
    exact = [s for s in sizes if one_way(*s) in {two_way(s[0], n, s[2]) for n in range(1, s[1])}]
    met = rng.permutation(exact)[:2]
    return [
        Case("the example by hand", (2, 5, 3)),
        Case("any sizes", (5, 2, 3)),  # one unit
        *(Case("any sizes", tuple(int(n) for n in size)) for size in chosen),
        *(Case("a budget met exactly", tuple(int(n) for n in size)) for size in met),
    ]


BUDGET = "budget = 4 * U * (D + U + 1) + K * (U + 1)"
COST = "8 * n * (D + n + 1) + K * (2 * n + 1)"
TWO_WAY_UNITS = Exercise(
    "two_way_units",
    draw=draw_sizes,
    returns={"units": "", "parameters": ""},
    reveal="Half of the units, rounded down, always fit. With many units more do: a recurrent kernel of half the size "
    "costs a quarter.",
    mistakes=[
        Mistake(
            "swapped",
            edits=[("return n, cost(n)", "return cost(n), n")],
            says="Both numbers are right, in the wrong order: first the units, then the parameters.",
        ),
        Mistake(
            "half the units",
            edits=[("while cost(n + 1) <= budget:\n        n += 1", "n = U // 2")],
            says="You take half of the units. More may fit: a recurrent kernel grows with the square of its units. "
            "Count.",
        ),
        Mistake(
            "one direction",
            edits=[("8 * n *", "4 * n *")],
            says="You count one direction. The network has two, each with weights of its own: twice "
            "`4 * n * (D + n + 1)`.",
        ),
        Mistake(
            "one kernel of 2n units",
            edits=[("8 * n * (D + n + 1)", "8 * n * (D + 2 * n + 1)")],
            says="You count one LSTM of 2n units. Two of n are smaller: neither reads the other's state, so each "
            "recurrent kernel is n by 4n.",
        ),
        Mistake(
            "dense layer on n numbers",
            edits=[("K * (2 * n + 1)", "K * (n + 1)")],
            says="Your dense layer reads n numbers. It gets both halves side by side: 2n.",
        ),
        Mistake(
            "two dense layers",
            edits=[("K * (2 * n + 1)", "2 * K * (n + 1)")],
            says="You count two dense layers, one per direction. There is one, with one bias: K * (2n + 1).",
        ),
        Mistake(
            "dense layer left out of both",
            edits=[(" + K * (U + 1)", ""), (" + K * (2 * n + 1)", "")],
            says="The dense layer is missing in both counts. It is wider for two directions, so it belongs to a fair "
            "count.",
        ),
        Mistake(
            "dense layer left out of the budget",
            edits=[(" + K * (U + 1)", "")],
            says="The dense layer is missing in the budget: add K * (U + 1).",
        ),
        Mistake(
            "dense layer left out of the cost",
            edits=[(" + K * (2 * n + 1)", "")],
            says="The dense layer is missing in the count of the two-way network: add K * (2n + 1).",
        ),
        Mistake(
            "dense bias left out of both",
            edits=[("K * (U + 1)", "K * U"), ("K * (2 * n + 1)", "K * 2 * n")],
            says="The dense layers have no bias in your counts. Each has K.",
        ),
        Mistake(
            "LSTM bias left out of both",
            edits=[("4 * U * (D + U + 1)", "4 * U * (D + U)"), ("8 * n * (D + n + 1)", "8 * n * (D + n)")],
            says="The LSTMs have no bias in your counts. Each block has one number per unit.",
        ),
        Mistake(
            "one block",
            edits=[("4 * U * (D + U + 1)", "U * (D + U + 1)"), ("8 * n * (D + n + 1)", "2 * n * (D + n + 1)")],
            says="You count one block per LSTM. It has four: i, f, c, o.",
        ),
        Mistake(
            "one unit too many",
            edits=[("return n, cost(n)", "return n + 1, cost(n + 1)")],
            says="That is one unit too many: it costs more than the budget.",
        ),
        Mistake(
            "nearest to the budget",
            edits=[
                (
                    "return n, cost(n)",
                    "n += cost(n + 1) - budget < budget - cost(n)\n    return n, cost(n)",
                )
            ],
            says="Now and then your network costs more than the budget. Do you take the nearest size, or put n + 1 in "
            "for some n of the formula only?",
        ),
        Mistake(
            "budget not met exactly",
            edits=[("<= budget", "< budget")],
            says="A network that costs exactly the budget is missed. Does your comparison leave it out, or is a bias "
            "missing in the budget?",
        ),
        Mistake(
            "units of both together",
            edits=[("return n, cost(n)", "return 2 * n, cost(n)")],
            says="You return the units of both directions together. Asked are those of one direction, as Keras wants "
            "them.",
        ),
        Mistake(
            "budget returned",
            edits=[("return n, cost(n)", "return n, budget")],
            says="The units are right, but the second number is the budget. Asked is what the two-way network costs.",
        ),
        Mistake(
            "what is left over",
            edits=[("return n, cost(n)", "return n, budget - cost(n)")],
            says="The units are right, but the second number is what is left of the budget. Asked is what the two-way "
            "network costs.",
        ),
        Mistake(
            "units alone",
            edits=[("return n, cost(n)", "return n")],
            says="The units are right. The number of parameters is asked as well: return both.",
        ),
        Mistake(
            "the cost of one unit more",
            edits=[("return n, cost(n)", "return n, cost(n + 1)")],
            says="The units are right, but the parameters are those of one unit more.",
        ),
        Mistake(
            "D and U exchanged",
            edits=[("def two_way_units(D, U, K)", "def two_way_units(U, D, K)")],
            says="D and U have changed places: D is the number of features, U that of the one-way LSTM's units.",
        ),
    ],
    alternatives=[
        Alternative(
            "asking Keras",
            source="""
def two_way_units(D, U, K):
    def cost(layer):
        return keras.Sequential([keras.Input((None, D)), layer, keras.layers.Dense(K)]).count_params()
    n, two = 0, 0
    while True:
        more = cost(keras.layers.Bidirectional(keras.layers.LSTM(n + 1)))
        if more > cost(keras.layers.LSTM(U)):
            return n, two
        n, two = n + 1, more
""",
        ),
        Alternative(
            "the quadratic formula",
            source="""
import math
def two_way_units(D, U, K):
    budget = 4 * (D * U + U * U + U) + U * K + K
    b, c = 8 * (D + 1) + 2 * K, K - budget
    n = math.floor((math.isqrt(b * b - 32 * c) - b) / 16)
    return [n, 8 * n * n + b * n + K]
""",
        ),
    ],
)


EXERCISES = [
    REVERSE_REAL,
    BOTH_DIRECTIONS,
    MERGED,
    SUMMARY_OF_BOTH,
    LEAKS_AT,
    TWO_WAY_UNITS,
    choice(
        "find_the_bug",
        right="B",
        wrong={
            "A": "`A` would let pads in: inputs 4 and 5 would move outputs. In her log only real inputs do.",
            "C": "`C` would make it read from step 0 on, so input 0 would move every output. In her log input 3 does.",
            "D": "`D`: look at output 0. A backward network has read everything by the time it comes to step 0, so "
            "all four inputs should move it.",
        },
        reveal="The run itself is right: it reads 3, 2, 1, 0. But its first output still stands at step 0, though it "
        "belongs to step 3.",
    ),
]
