"""Run a TensorFlow 1 operation in a graph and a session: arrays as JSON in, arrays as JSON out.

A program of its own, because TF_USE_LEGACY_KERAS must be set before TensorFlow is imported.
"""

import json
import sys

import numpy as np
import tensorflow as tf

data = {name: np.array(value, np.float32) for name, value in json.load(sys.stdin).items()}
v1 = tf.compat.v1


def basic_cell() -> object:
    """Return a BasicRNNCell. Its one matrix is for [x, h], in this order."""
    return v1.nn.rnn_cell.BasicRNNCell(data["kernel"].shape[1])


def static_rnn() -> dict:
    steps = [tf.constant(step) for step in data["x"].transpose(1, 0, 2)]
    start = tf.constant(data["h0"])
    outputs, state = v1.nn.static_rnn(basic_cell(), steps, initial_state=start, sequence_length=sequence_length())
    return {"outputs": tf.stack(outputs), "state": state}


def raw_rnn() -> dict:
    """A BasicRNNCell that reads its own projected output, for data["steps"] steps."""

    def loop(time, output, state, loop_state):
        if output is None:  # the first call: nothing has been computed yet
            first = tf.constant(data["x_0"])
            return tf.fill([len(data["x_0"])], False), first, tf.constant(data["h0"]), tf.zeros_like(first[0]), None
        projected = output @ data["output_kernel"] + data["output_bias"]
        return tf.fill([len(data["x_0"])], time >= int(data["steps"])), projected, state, projected, loop_state

    outputs, state, _ = v1.nn.raw_rnn(basic_cell(), loop)
    return {"outputs": outputs.stack(), "state": state}


def lstm_state_order() -> dict:
    """The names of an LSTM's states, as character codes."""
    return {"order": tf.constant([ord(letter) for letter in " ".join(v1.nn.rnn_cell.LSTMStateTuple._fields)])}


def sequence_length() -> np.ndarray | None:
    """Return the lengths of the sequences, if any are given."""
    return data["sequence_length"].astype(np.int32) if "sequence_length" in data else None


def dynamic_rnn() -> dict:
    x, start = tf.constant(data["x"]), tf.constant(data["h0"])
    outputs, state = v1.nn.dynamic_rnn(basic_cell(), x, sequence_length(), initial_state=start)
    return {"outputs": outputs, "state": state}


def rnn_gradients() -> dict:
    """Return tf.gradients of sum(dhs * states): of the joint matrix, the bias and the initial state."""
    steps = [tf.constant(step) for step in data["x"].transpose(1, 0, 2)]
    h0 = tf.constant(data["h0"])
    outputs, _ = v1.nn.static_rnn(basic_cell(), steps, initial_state=h0)
    loss = tf.reduce_sum(tf.stack(outputs, axis=1) * data["dhs"])
    kernel, bias = v1.trainable_variables()
    return dict(zip(("joint", "bias", "h0"), v1.gradients(loss, [kernel, bias, h0]), strict=True))


def classifier_gradients() -> dict:
    """Return loss and gradients of a classifier: dynamic_rnn, a dense layer on its last state, cross-entropy."""
    _, state = v1.nn.dynamic_rnn(basic_cell(), tf.constant(data["x"]), initial_state=tf.constant(data["h0"]))
    out_kernel, out_bias = tf.constant(data["out_kernel"]), tf.constant(data["out_bias"])
    labels = tf.constant(data["y"].astype(np.int64))
    logits = state @ out_kernel + out_bias
    loss = tf.reduce_mean(v1.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    joint, bias = v1.global_variables()
    names = ("joint", "bias", "out_kernel", "out_bias")
    gradients = v1.gradients(loss, [joint, bias, out_kernel, out_bias])
    return {"loss": loss, **dict(zip(names, gradients, strict=True))}


def in_top_k() -> dict:
    """Return which of the logits (B, C) have their largest number at y (B,), the old way to count right answers."""
    return {"right": tf.math.in_top_k(data["y"].astype(np.int32), data["logits"], 1)}


def run_lstm(cell: object) -> dict:
    """Run an LSTM cell over data["x"] from data["h0"] and data["c0"]; give it its weights after the others."""
    start = v1.nn.rnn_cell.LSTMStateTuple(tf.constant(data["c0"]), tf.constant(data["h0"]))
    outputs, state = v1.nn.dynamic_rnn(cell, tf.constant(data["x"]), initial_state=start)
    return {"outputs": outputs, "h": state.h, "c": state.c}


def lstm() -> dict:
    return run_lstm(v1.nn.rnn_cell.LSTMCell(data["h0"].shape[1], forget_bias=float(data["forget_bias"])))


def basic_lstm() -> dict:
    return run_lstm(v1.nn.rnn_cell.BasicLSTMCell(data["h0"].shape[1], forget_bias=float(data["forget_bias"])))


def peephole_lstm() -> dict:
    units, forget_bias = data["h0"].shape[1], float(data["forget_bias"])
    return run_lstm(v1.nn.rnn_cell.LSTMCell(units, use_peepholes=True, forget_bias=forget_bias))


def lstm_weights(name: str) -> np.ndarray:
    """Return what the variable of an LSTM cell with this name should hold."""
    for row, gate in enumerate(("w_i_diag", "w_f_diag", "w_o_diag")):
        if gate in name:
            return data["peepholes"][row]
    return data["old_bias"] if "bias" in name else data["matrix"]


def gru_cell() -> dict:
    """Return what a GRUCell with data's weights answers to x from h0, and where its gates' bias starts.

    In a graph of its own, whose values come back as constants: its four weights have other names.
    """
    with tf.Graph().as_default(), v1.Session() as inner:
        cell = v1.nn.rnn_cell.GRUCell(data["h0"].shape[1])
        outputs, state = v1.nn.dynamic_rnn(cell, tf.constant(data["x"]), initial_state=tf.constant(data["h0"]))
        inner.run(v1.global_variables_initializer())
        variables = {"/".join(variable.op.name.split("/")[-2:]): variable for variable in v1.global_variables()}
        start = inner.run(variables["gates/bias"])
        for name, variable in variables.items():
            variable.load(data[name], inner)
        found = {"start": start, "outputs": inner.run(outputs), "state": inner.run(state)}
    return {name: tf.constant(value) for name, value in found.items()}


def old_masks() -> dict:
    """Return the mask of the old notes, the length they count from it, and tf.sequence_mask."""
    x = tf.constant(data["x"])
    used = tf.sign(tf.reduce_max(tf.abs(x), axis=2))
    counted = tf.cast(tf.reduce_sum(used, axis=1), tf.int32)
    return {"used": used, "counted": counted, "by_length": v1.sequence_mask(sequence_length(), x.shape[1])}


def weighted_loss() -> dict:
    """Return the loss of values against zeros, weighted: TensorFlow 1 divides by the weights that are not zero."""
    values = tf.constant(data["values"])
    return {"loss": v1.losses.absolute_difference(tf.zeros_like(values), values, weights=tf.constant(data["weights"]))}


def stack_of(cells: list, state_is_tuple: bool = True) -> dict:
    """Return what a MultiRNNCell of these cells answers to x, its weights data["w0"], data["w1"], ... in order.

    In a graph of its own, whose values come back as constants: its weights have other names. The function
    ``cells`` makes the cells in that graph; the initial states are data["s0"], data["s1"], ..., else zeros.
    """
    with tf.Graph().as_default(), v1.Session() as inner:
        cell = v1.nn.rnn_cell.MultiRNNCell([make() for make in cells], state_is_tuple=state_is_tuple)
        starts = [tf.constant(data[f"s{i}"]) for i in range(len(cells)) if f"s{i}" in data]
        start = tuple(starts) or None if state_is_tuple else tf.constant(data["joined"])
        outputs, states = v1.nn.dynamic_rnn(cell, tf.constant(data["x"]), initial_state=start, dtype=tf.float32)
        for number, variable in enumerate(v1.global_variables()):
            inner.run(variable.initializer)
            variable.load(data[f"w{number}"], inner)
        found = {"outputs": inner.run(outputs), "weights": np.array(len(v1.global_variables()))}
        found |= {f"state{i}": inner.run(state) for i, state in enumerate(states if state_is_tuple else [states])}
    return {name: tf.constant(value) for name, value in found.items()}


def stack_units() -> list:
    return [int(units) for units in data["units"]]


def basic_stack() -> dict:
    return stack_of([lambda n=n: v1.nn.rnn_cell.BasicRNNCell(n) for n in stack_units()])


def residual_stack() -> dict:
    """BasicRNNCells, all but the lowest in a ResidualWrapper."""
    cell, wrap = v1.nn.rnn_cell.BasicRNNCell, v1.nn.rnn_cell.ResidualWrapper
    return stack_of([(lambda n=n, i=i: wrap(cell(n)) if i else cell(n)) for i, n in enumerate(stack_units())])


def joined_lstm_stack() -> dict:
    """BasicLSTMCells whose states are joined to one tensor; it starts from data["joined"]."""
    cell = v1.nn.rnn_cell.BasicLSTMCell
    makers = [lambda n=n: cell(n, forget_bias=0.0, state_is_tuple=False) for n in stack_units()]
    return stack_of(makers, state_is_tuple=False)


def shared_cell_stack() -> dict:
    """One BasicRNNCell in three places."""
    cells: list = []

    def same_cell() -> object:
        if not cells:
            cells.append(v1.nn.rnn_cell.BasicRNNCell(stack_units()[0]))
        return cells[0]

    return stack_of([same_cell] * 3)


def dropout_wrapper() -> dict:
    """Return what a DropoutWrapper makes of a cell that hands on its input (kind 0), its state (1) or h itself (2).

    kind 0 drops inputs, kind 1 states, kind 2 outputs; all keep data["keep"], with one mask for all steps where
    data["variational"] is 1.
    """
    units, kind, keep = data["h0"].shape[1], int(data["kind"]), float(data["keep"])
    cell = v1.nn.rnn_cell.BasicRNNCell(units, activation=tf.identity)
    which = ("input_keep_prob", "state_keep_prob", "output_keep_prob")[kind]
    variational = {"variational_recurrent": True, "input_size": units} if int(data["variational"]) else {}
    wrapper = v1.nn.rnn_cell.DropoutWrapper(cell, **{which: keep}, **variational, dtype=tf.float32, seed=14)
    outputs, state = v1.nn.dynamic_rnn(wrapper, tf.constant(data["x"]), initial_state=tf.constant(data["h0"]))
    return {"outputs": outputs, "state": state}


def bidirectional_dynamic_rnn() -> dict:
    """Return outputs and states of both directions of BasicRNNCells with data's weights, for x and its lengths.

    In a graph of its own, whose values come back as constants: its weights have other names.
    """
    units = len(data["fw/bias"])
    with tf.Graph().as_default(), v1.Session() as inner:
        cells = [v1.nn.rnn_cell.BasicRNNCell(units) for _ in range(2)]
        x, lengths = tf.constant(data["x"]), sequence_length()
        pairs = v1.nn.bidirectional_dynamic_rnn(*cells, x, sequence_length=lengths, dtype=tf.float32)
        inner.run(v1.global_variables_initializer())
        for variable in v1.global_variables():
            _, direction, *_, name = variable.op.name.split("/")
            variable.load(data[f"{direction}/{name}"], inner)
        (outputs_fw, outputs_bw), (state_fw, state_bw) = inner.run(pairs)
    found = {"outputs_fw": outputs_fw, "outputs_bw": outputs_bw, "state_fw": state_fw, "state_bw": state_bw}
    return {name: tf.constant(value) for name, value in found.items()}


def joined_lstm_states() -> dict:
    """Return outputs and last states of two LSTMCells, one in each direction, joined as the old notes join them.

    In a graph of its own, whose values come back as constants: its weights have other names.
    """
    units = len(data["fw/bias"]) // 4
    with tf.Graph().as_default(), v1.Session() as inner:
        cells = [v1.nn.rnn_cell.LSTMCell(units, forget_bias=0.0) for _ in range(2)]
        x, lengths = tf.constant(data["x"]), sequence_length()
        outputs, (fw, bw) = v1.nn.bidirectional_dynamic_rnn(*cells, x, sequence_length=lengths, dtype=tf.float32)
        joined = v1.nn.rnn_cell.LSTMStateTuple(c=tf.concat([fw.c, bw.c], -1), h=tf.concat([fw.h, bw.h], -1))
        inner.run(v1.global_variables_initializer())
        for variable in v1.global_variables():
            _, direction, *_, name = variable.op.name.split("/")
            variable.load(data[f"{direction}/{name}"], inner)
        found = dict(zip(("outputs", "c", "h"), inner.run([tf.concat(outputs, -1), *joined]), strict=True))
    return {name: tf.constant(value) for name, value in found.items()}


def weighted_cross_entropy() -> dict:
    """Return the cross-entropy of logits against labels, weighted: the mean over the weights that are not zero."""
    labels = tf.constant(data["labels"].astype(np.int64))
    loss = v1.losses.sparse_softmax_cross_entropy(labels, tf.constant(data["logits"]), tf.constant(data["weights"]))
    return {"loss": loss}


with tf.Graph().as_default(), v1.Session() as session:
    results = globals()[sys.argv[1]]()  # the operation asked for: one of the functions above
    session.run(v1.global_variables_initializer())
    for variable in v1.global_variables():
        if "matrix" in data:
            variable.load(lstm_weights(variable.name), session)
            continue
        joint = np.concatenate([data["kernel"], data["recurrent"]])
        variable.load(data["bias"] if "bias" in variable.name else joint, session)
    print(json.dumps({name: value.tolist() for name, value in session.run(results).items()}))
