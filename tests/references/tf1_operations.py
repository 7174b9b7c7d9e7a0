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


OPERATIONS = {"static_rnn": static_rnn}

with tf.Graph().as_default(), v1.Session() as session:
    results = OPERATIONS[sys.argv[1]]()
    session.run(v1.global_variables_initializer())
    for variable in v1.global_variables():
        joint = np.concatenate([data["kernel"], data["recurrent"]])
        variable.load(data["bias"] if "bias" in variable.name else joint, session)
    print(json.dumps({name: value.tolist() for name, value in session.run(results).items()}))
