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
    outputs, state = v1.nn.static_rnn(basic_cell(), steps, initial_state=tf.constant(data["h0"]))
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


OPERATIONS = {"static_rnn": static_rnn, "raw_rnn": raw_rnn, "lstm_state_order": lstm_state_order}

with tf.Graph().as_default(), v1.Session() as session:
    results = OPERATIONS[sys.argv[1]]()
    session.run(v1.global_variables_initializer())
    for variable in v1.global_variables():
        joint = np.concatenate([data["kernel"], data["recurrent"]])
        variable.load(data["bias"] if "bias" in variable.name else joint, session)
    print(json.dumps({name: value.tolist() for name, value in session.run(results).items()}))
