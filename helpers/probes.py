"""Things a check hands to a student's function beside tensors and numbers.

An exercise such as ``static_rnn(cell, xs, h0)`` takes a function. The check brings one of its own,
so that a wrong cell from an earlier exercise never costs this one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class TanhStep:
    """One step of a plain recurrent network: ``step(x_t, h_prev) -> h_t``.

    x_t (B, D), h_prev and h_t (B, U): ``tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)``.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)

    def __call__(self, x_t: Any, h_prev: Any) -> Any:
        import tensorflow as tf  # a probe is called only where TensorFlow runs

        return tf.tanh(x_t @ self.kernel + h_prev @ self.recurrent_kernel + self.bias)


@dataclasses.dataclass(frozen=True)
class LeakyCell:
    """A recurrent cell whose output is *not* its state, as in an LSTM.

    ``cell(x_t, state) -> (output, new_state)`` with x_t (B, D), state, output and new_state (B, U)::

        output    = tanh(x_t @ kernel + state @ recurrent_kernel + bias)
        new_state = keep * state + (1 - keep) * output

    A function that returns an output where the state is asked is seen at once.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    keep: float = 0.25

    def __call__(self, x_t: Any, state: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        output = tf.tanh(x_t @ self.kernel + state @ self.recurrent_kernel + self.bias)
        return output, self.keep * state + (1.0 - self.keep) * output


@dataclasses.dataclass(frozen=True)
class ProjectedCell:
    """A recurrent cell whose output has the size of its input, so that it can be fed back.

    ``cell(x_t, state) -> (output, new_state)`` with x_t and output (B, D), state and new_state (B, U)::

        new_state = tanh(x_t @ kernel + state @ recurrent_kernel + bias)
        output    = new_state @ output_kernel + output_bias
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    output_kernel: np.ndarray  # (U, D)
    output_bias: np.ndarray  # (D,)

    def __call__(self, x_t: Any, state: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        new_state = tf.tanh(x_t @ self.kernel + state @ self.recurrent_kernel + self.bias)
        return new_state @ self.output_kernel + self.output_bias, new_state


@dataclasses.dataclass(frozen=True)
class LSTMLayer:
    """A Keras LSTM with given weights that takes a limited number of steps at a time.

    ``layer(x, initial_state=None) -> (outputs, h, c)`` with x (B, T, D), outputs (B, T, U), h and c
    (B, U); initial_state is ``[h, c]``, or None for zeros. Raises ValueError for more than ``longest``
    steps: who wants to run a longer sequence has to carry the states from call to call.
    """

    kernel: np.ndarray  # (D, 4 * U)
    recurrent_kernel: np.ndarray  # (U, 4 * U)
    bias: np.ndarray  # (4 * U,)
    longest: int

    def __call__(self, x: Any, initial_state: Any = None) -> tuple[Any, Any, Any]:
        import keras

        if x.shape[1] > self.longest:
            raise ValueError(f"this layer takes at most {self.longest} steps at a time, x has {x.shape[1]}")
        units = self.recurrent_kernel.shape[0]
        layer = keras.layers.LSTM(units, return_sequences=True, return_state=True)
        layer.build(x.shape)
        layer.set_weights([self.kernel, self.recurrent_kernel, self.bias])
        return layer(x, initial_state=initial_state)


def run_with_weights(model: Any, x: Any, weights: Sequence[Any]) -> Any:
    """Return ``model(x)`` after giving a Keras model or layer these weights.

    Raises ValueError, in words that do not depend on the model's name, when they do not fit.
    """
    if not model.built:
        model(x)  # a model without an Input makes its weights when it sees data
    has = [tuple(weight.shape) for weight in model.weights]
    needs = [tuple(weight.shape) for weight in weights]
    if has != needs:
        raise ValueError(f"the model has weights of the shapes {has}; {needs} were expected")
    model.set_weights(list(weights))
    return model(x)


@dataclasses.dataclass(frozen=True)
class SequenceModel:
    """A small network with finished weights: ``model(x) -> predictions``, one at every step.

    x (B, T, D), predictions (B, T, K). A plain recurrent network that starts each call from a state of
    zeros, and a projection ``h_t @ out_kernel + out_bias`` after every step.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    out_kernel: np.ndarray  # (U, K)
    out_bias: np.ndarray  # (K,)

    def __call__(self, x: Any) -> Any:
        import tensorflow as tf

        h = tf.zeros((len(x), len(self.bias)))
        predictions = []
        for x_t in tf.unstack(tf.cast(x, tf.float32), axis=1):
            h = tf.tanh(x_t @ self.kernel + h @ self.recurrent_kernel + self.bias)
            predictions.append(h @ self.out_kernel + self.out_bias)
        return tf.stack(predictions, axis=1)


@dataclasses.dataclass(frozen=True)
class FreeRun:
    """A forecaster that lives on its own predictions: ``forecast(windows, steps) -> forecasts``.

    windows (B, T, 1), forecasts (B, steps). ``predict(windows)`` gives (B, T, 1) or (B, 1, 1): its last
    step is taken as the value that follows, put at the end of the window, and the oldest value goes.
    """

    predict: Any

    def __call__(self, windows: Any, steps: int) -> Any:
        import tensorflow as tf

        window, forecasts = tf.cast(windows, tf.float32), []
        for _ in range(steps):
            following = tf.cast(self.predict(window), tf.float32)[:, -1:]  # (B, 1, 1)
            forecasts.append(following[:, 0, 0])
            window = tf.concat([window[:, 1:], following], axis=1)
        return tf.stack(forecasts, axis=1)


@dataclasses.dataclass(frozen=True)
class LinearModel:
    """A weighted sum of a window's values and an intercept: ``model(windows) -> following values``.

    windows (B, T, 1), following values (B, 1, 1). :meth:`fit` finds the weights by least squares.
    """

    weights: np.ndarray  # (T,)
    intercept: float

    @classmethod
    def fit(cls, inputs: Any, targets: Any) -> LinearModel:
        """Return the model with the least squared error: inputs (B, T, 1), targets (B, T, 1), last step used."""
        windows = np.asarray(inputs, np.float64)[:, :, 0]
        columns = np.concatenate([windows, np.ones((len(windows), 1))], axis=1)
        found = np.linalg.lstsq(columns, np.asarray(targets, np.float64)[:, -1, 0], rcond=None)[0]
        return cls(found[:-1], float(found[-1]))

    def __call__(self, windows: Any) -> Any:
        following = np.asarray(windows, np.float64)[:, :, 0] @ self.weights + self.intercept
        return following[:, None, None]


@dataclasses.dataclass(frozen=True)
class TanhStepBackward:
    """One step of a plain recurrent network, backwards.

    ``step_backward(dh, x_t, h_prev, h_t) -> (dx, dh_prev, dkernel, drecurrent, dbias)`` for a step
    that made ``h_t = tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)``. A name with ``d`` in front
    is the derivative of the loss with respect to the rest of the name, and has its shape.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)

    def __call__(self, dh: Any, x_t: Any, h_prev: Any, h_t: Any) -> tuple[Any, Any, Any, Any, Any]:
        import tensorflow as tf

        da = dh * (1.0 - h_t**2)
        dx, dh_prev = da @ tf.transpose(self.kernel), da @ tf.transpose(self.recurrent_kernel)
        return dx, dh_prev, tf.transpose(x_t) @ da, tf.transpose(h_prev) @ da, tf.reduce_sum(da, axis=0)


@dataclasses.dataclass(frozen=True)
class WeightLoss:
    """The loss of a plain recurrent network as a function of one of its weights, in float64.

    ``loss(w)`` runs the network over ``x`` with ``w`` in the place of the weight named ``of`` and returns
    the number ``sum(dhs * states)``: its derivative with respect to the state of a step is ``dhs[:, t]``.
    """

    x: np.ndarray  # (B, T, D)
    initial_state: np.ndarray  # (B, U)
    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    dhs: np.ndarray  # (B, T, U)
    of: str = "recurrent_kernel"  # or "kernel" or "bias"

    def __call__(self, w: Any) -> float:
        names = ("kernel", "recurrent_kernel", "bias")
        weights = {name: np.asarray(w if name == self.of else getattr(self, name), np.float64) for name in names}
        h, loss = np.asarray(self.initial_state, np.float64), 0.0
        for t in range(self.x.shape[1]):
            h = np.tanh(self.x[:, t] @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["bias"])
            loss += float(np.sum(self.dhs[:, t] * h))
        return loss


@dataclasses.dataclass(frozen=True)
class RowClassifier:
    """A finished classifier of sequences: ``model(x) -> logits``, x (B, T, D) -> (B, C).

    A plain recurrent network reads all steps; a dense layer turns its last state into C logits.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    out_kernel: np.ndarray  # (U, C)
    out_bias: np.ndarray  # (C,)

    def __call__(self, x: Any) -> Any:
        import tensorflow as tf

        x = tf.convert_to_tensor(x)
        state = tf.zeros((x.shape[0], len(self.bias)), x.dtype)
        for x_t in tf.unstack(x, axis=1):
            state = tf.tanh(x_t @ self.kernel + state @ self.recurrent_kernel + self.bias)
        return state @ self.out_kernel + self.out_bias


def keras_classifier(weights: list[Any], steps: int | None = None) -> Any:
    """Return the Keras model ``SimpleRNN(U)``, ``Dense(C)``, which holds copies of ``weights``.

    weights: kernel (D, U), recurrent kernel (U, U), bias (U,), output kernel (U, C), output bias (C,).
    The model takes x (B, T, D) for any B and T and gives logits (B, C). With ``steps`` it is unrolled
    for T = steps, which compiles sooner when there are few.
    """
    import keras

    features, units = weights[0].shape
    model = keras.Sequential(
        [
            keras.Input((steps, features)),
            keras.layers.SimpleRNN(units, unroll=steps is not None),
            keras.layers.Dense(weights[3].shape[1]),
        ]
    )
    model.set_weights(weights)
    return model


@dataclasses.dataclass(frozen=True)
class StepMaker:
    """Makes train steps: ``make_step()`` returns a new ``step(x, y) -> loss``.

    Every new step has a network and an optimizer of its own, and starts from the same weights.
    weights and steps: as in :func:`keras_classifier`. optimizer: its name in Keras.
    x (B, T, D), y (B,) whole numbers below C; loss is one number.
    """

    weights: list[np.ndarray]
    learning_rate: float = 0.001
    optimizer: str = "Adam"
    steps: int | None = None

    def __call__(self) -> Any:
        import keras
        import tensorflow as tf

        model = keras_classifier(self.weights, self.steps)
        optimizer = getattr(keras.optimizers, self.optimizer)(self.learning_rate)
        optimizer.build(model.trainable_variables)  # a compiled step must not create variables

        def step(x: Any, y: Any) -> Any:
            with tf.GradientTape() as tape:
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x))
                loss = tf.reduce_mean(losses)
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
            return loss

        return step


def step_with_bias(bias: Any, x_t: Any, c_prev: Any) -> tuple[Any, Any]:
    """Take one step of a Keras LSTM whose gates read nothing but their bias; return ``(c_t, h_t)``, both (B, U).

    bias (4 * U,), in Keras's order; x_t and c_prev (B, U). Candidate u reads feature u with weight 1, all other
    weights are 0, and so is the last h. Raises ValueError when the bias has another shape.
    """
    import keras
    import tensorflow as tf

    units = c_prev.shape[1]
    bias, cell = tf.cast(bias, tf.float32), keras.layers.LSTMCell(units)
    if bias.shape != (4 * units,):
        raise ValueError(f"the bias has shape {tuple(bias.shape)}; an LSTM of {units} units needs ({4 * units},)")
    kernel = np.zeros((units, 4 * units), np.float32)
    kernel[:, 2 * units : 3 * units] = np.eye(units)
    cell.build((None, units))
    cell.set_weights([kernel, np.zeros((units, 4 * units)), bias])
    h_t, (_, c_t) = cell(x_t, [tf.zeros_like(c_prev), c_prev])
    return c_t, h_t


@dataclasses.dataclass(frozen=True)
class MixedSteps:
    """A network of which one knows who sees whom: ``model(x) -> outputs``, x (B, T, D) -> (B, T, U).

    ``tanh(mix @ x @ kernel)``: output s reads input t with the weight ``mix[s, t]``, and not at all where it is 0.
    """

    mix: np.ndarray  # (T, T)
    kernel: np.ndarray  # (D, U)

    def __call__(self, x: Any) -> Any:
        import tensorflow as tf

        return tf.tanh(tf.matmul(self.mix, tf.cast(x, tf.float32)) @ self.kernel)


def call_with_mask(layer: Any, x: Any, mask: Any) -> tuple[Any, Any]:
    """Call a Keras layer on ``x`` (B, T, D) that carries ``mask`` (B, T), booleans, or None.

    Returns what the layer gives, and the mask that the next layer sees (None when it sees none).
    """
    import keras
    import tensorflow as tf

    class Before(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return tf.identity(x)

        def compute_mask(self, x: Any, previous_mask: Any = None) -> Any:
            return mask

    class After(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.supports_masking = True  # else Keras warns that the mask ends here

        def call(self, x: Any, mask: Any = None) -> Any:
            self.seen = mask
            return x

    after = After()
    return after(layer(Before()(x))), after.seen
