"""Lesson 13 equals Keras's stacks, layers and counts, and the real MultiRNNCell of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

LESSON = "13_deep_rnn"
B, T, D = 3, 5, 2
UNITS = (4, 6, 3)


def draw_weights(rng, units, blocks=1):
    inputs = (D, *units[:-1])
    shapes = [((n, blocks * u), (u, blocks * u), (blocks * u,)) for n, u in zip(inputs, units, strict=True)]
    return [[rng.normal(size=shape).astype(np.float32) for shape in layer] for layer in shapes]


def draw(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


def old_weights(weights):
    """The variables of a MultiRNNCell of plain cells: for every layer a matrix for [x, h] and a bias."""
    joint = [part for kernel, recurrent, bias in weights for part in (np.concatenate([kernel, recurrent]), bias)]
    return {f"w{i}": part for i, part in enumerate(joint)}


def close(got, expected):
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(13)
    return {"x": draw(rng, B, T, D), "weights": draw_weights(rng, UNITS), "starts": [draw(rng, B, u) for u in UNITS]}


@pytest.fixture(scope="module")
def keras_stack(data):
    layer = keras.layers.RNN([keras.layers.SimpleRNNCell(u) for u in UNITS], return_sequences=True, return_state=True)
    layer.build(data["x"].shape)
    layer.set_weights([weight for layer_weights in data["weights"] for weight in layer_weights])
    return layer


def test_run_stack_is_the_keras_layer_of_cells(data, keras_stack):
    expected, *states = keras_stack(data["x"], initial_state=[[tf.constant(start)] for start in data["starts"]])
    outputs, final_states = solutions(LESSON)["run_stack"](data["x"], data["weights"], data["starts"])
    close(outputs, expected)
    for got, (state,) in zip(final_states, states, strict=True):
        close(got, state)


def test_run_stack_is_keras_layers_one_by_one(data):
    outputs = data["x"]
    for units, weights, start in zip(UNITS, data["weights"], data["starts"], strict=True):
        layer = keras.layers.SimpleRNN(units, return_sequences=True)
        layer.build(outputs.shape)
        layer.set_weights(weights)
        outputs = layer(outputs, initial_state=tf.constant(start))
    close(solutions(LESSON)["run_stack"](data["x"], data["weights"], data["starts"])[0], outputs)


def test_run_stack_is_the_real_old_multi_cell(data):
    starts = {f"s{i}": start for i, start in enumerate(data["starts"])}
    old = tf1({"x": data["x"], "units": UNITS, **starts, **old_weights(data["weights"])}, "basic_stack")
    outputs, states = solutions(LESSON)["run_stack"](data["x"], data["weights"], data["starts"])
    close(outputs, old["outputs"])
    for i, state in enumerate(states):
        close(state, old[f"state{i}"])


@pytest.mark.parametrize("kind", ["LSTMCell", "SimpleRNNCell", "GRUCell"])
def test_stack_step_is_keras_stacked_cells(data, kind):
    stacked = keras.layers.StackedRNNCells([getattr(keras.layers, kind)(u) for u in UNITS])
    stacked.build((B, D))
    cells = [lambda x_t, state, cell=cell: cell(x_t, state) for cell in stacked.cells]
    rng = np.random.default_rng(14)
    count = 2 if kind == "LSTMCell" else 1
    states = [[tf.constant(draw(rng, B, u)) for _ in range(count)] for u in UNITS]
    expected, expected_states = stacked(data["x"][:, 0], states if count > 1 else [state[0] for state in states])
    top, new_states = solutions(LESSON)["stack_step"](data["x"][:, 0], states, cells)
    close(top, expected)
    for got, want in zip(tf.nest.flatten(new_states), tf.nest.flatten(expected_states), strict=True):
        close(got, want)


def test_one_cell_in_three_places_has_one_set_of_weights_in_keras_and_in_tensorflow_1():
    rng = np.random.default_rng(15)
    units = 4
    weights = [draw(rng, units, units), draw(rng, units, units), draw(rng, units)]
    x = draw(rng, B, T, units)
    layer = keras.layers.RNN([keras.layers.SimpleRNNCell(units)] * 3, return_sequences=True)
    layer.build(x.shape)
    assert (len(layer.weights), layer.count_params()) == (3, 36)
    layer.set_weights(weights)
    old = tf1({"x": x, "units": [units], **old_weights([weights])}, "shared_cell_stack")
    assert old["weights"] == 2  # a joint matrix and a bias
    close(layer(x), old["outputs"])


@pytest.mark.parametrize(
    ("features", "layers", "budget"), [(1, 1, 4000), (1, 2, 4000), (1, 3, 4000), (1, 4, 4000), (2, 3, 110)]
)
def test_widest_counts_as_keras_does(features, layers, budget):
    def cost(units):
        layer = keras.layers.RNN([keras.layers.SimpleRNNCell(units) for _ in range(layers)])
        layer.build((None, None, features))
        return layer.count_params()

    units, parameters = solutions(LESSON)["widest"](features, layers, budget)
    assert parameters == cost(units) <= budget < cost(units + 1)


def test_joined_states_of_the_real_old_cells_go_on_in_keras():
    rng = np.random.default_rng(16)
    x, joined = draw(rng, B, T, D), draw(rng, B, 2 * sum(UNITS))
    weights = draw_weights(rng, UNITS, blocks=4)

    def old_order(weight):  # i, f, c, o -> i, j, f, o
        i, f, c, o = np.split(weight, 4, axis=-1)
        return np.concatenate([i, c, f, o], axis=-1)

    ordered = [[old_order(weight) for weight in layer] for layer in weights]
    old = tf1({"x": x, "joined": joined, "units": UNITS, **old_weights(ordered)}, "joined_lstm_stack")
    layer = keras.layers.RNN([keras.layers.LSTMCell(u) for u in UNITS], return_sequences=True, return_state=True)
    layer.build(x.shape)
    layer.set_weights([weight for layer_weights in weights for weight in layer_weights])
    from_joined = solutions(LESSON)["from_joined"]
    start = [[tf.constant(part) for part in pair] for pair in from_joined(joined, UNITS)]
    outputs, *states = layer(x, initial_state=start)
    close(outputs, old["outputs"])
    expected = from_joined(old["state0"].astype(np.float32), UNITS)
    for got, want in zip(tf.nest.flatten(states), tf.nest.flatten(expected), strict=True):
        close(got, want)


@pytest.mark.parametrize("epsilon", [0.001, 0.05])
def test_norm_step_is_keras_layer_normalisation_before_the_tanh(epsilon):
    rng = np.random.default_rng(17)
    units = 5
    x_t, h_prev, gamma, beta = draw(rng, B, D), draw(rng, B, units), draw(rng, units), draw(rng, units)
    kernel, recurrent_kernel, bias = (0.3 * weight for weight in draw_weights(rng, (units,))[0])
    norm = keras.layers.LayerNormalization(epsilon=epsilon)
    norm.build((None, units))
    norm.set_weights([gamma, beta])
    cell = keras.layers.SimpleRNNCell(units, activation=lambda z: tf.tanh(norm(z)))
    cell.build((None, D))
    cell.set_weights([kernel, recurrent_kernel, bias])
    step = solutions(LESSON)["norm_step"]
    got = step(x_t, h_prev, kernel, recurrent_kernel, bias, gamma, beta, epsilon)
    close(got, cell(x_t, [tf.constant(h_prev)])[0])
    assert norm.get_config()["axis"] == [-1]
    assert keras.layers.LayerNormalization().epsilon == 0.001  # the lesson says so


def test_residual_stack_is_the_real_old_wrapper_and_a_keras_model():
    rng = np.random.default_rng(18)
    units = (4, 4, 4)
    x, weights = draw(rng, B, T, D), draw_weights(rng, units)
    got = solutions(LESSON)["residual_stack"](x, weights)
    old = tf1({"x": x, "units": units, **old_weights(weights)}, "residual_stack")
    close(got, old["outputs"])
    tensor = keras.Input((None, D))
    inputs, layers = tensor, []
    for number, size in enumerate(units):
        layers.append(keras.layers.SimpleRNN(size, return_sequences=True))
        new = layers[-1](tensor)
        tensor = keras.layers.add([tensor, new]) if number else new
    model = keras.Model(inputs, tensor)
    for layer, layer_weights in zip(layers, weights, strict=True):
        layer.set_weights(layer_weights)
    close(got, model(x))


def test_the_sizes_of_the_depth_figure_cost_at_most_its_budget():
    widest = solutions(LESSON)["widest"]
    assert [widest(1, layers, 4000)[0] for layers in (1, 2, 3, 4)] == [62, 36, 27, 23]  # as the lesson has them
