"""Lesson 01 equals the cells of Keras and the numbers of the notes."""

import numpy as np
import pytest
import tensorflow as tf
from reference import solutions

LESSON = "01_two_steps"
B, T, D, U = 3, 6, 2, 5


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    shapes = {"x": (B, T, D), "h0": (B, U), "kernel": (D, U), "recurrent": (U, U), "bias": (U,)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def test_one_step_is_the_keras_cell(data):
    s = solutions(LESSON)
    cell = s["keras_cell"](data["kernel"], data["recurrent"], data["bias"])
    mine = s["one_step"](data["x"][:, 0], data["h0"], data["kernel"], data["recurrent"], data["bias"])
    np.testing.assert_allclose(mine, cell(data["x"][:, 0], [data["h0"]])[0], atol=1e-6)
    assert s["count_parameters"](D, U) == cell.count_params()


def test_the_example_for_paper_gives_the_numbers_of_the_notes():
    outputs = solutions(LESSON)["joint_outputs"](
        tf.constant([1.0, 2.0]),
        tf.constant([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]),
        tf.constant([0.1, -0.1]),
        tf.constant([[1.0], [2.0]]),
        tf.constant([0.1]),
    )
    np.testing.assert_allclose(outputs, [1.56128, 2.72707], atol=5e-6)
