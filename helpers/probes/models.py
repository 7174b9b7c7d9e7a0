"""Whole networks, forecasters and losses that a check hands to a student's function."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from helpers.probes.registry import probe


@probe
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
        import tensorflow as tf

        x = tf.convert_to_tensor(x)
        if x.shape[1] is None:  # inside a graph
            message = f"this layer takes at most {self.longest} steps at a time"
            with tf.control_dependencies([tf.debugging.assert_less_equal(tf.shape(x)[1], self.longest, message)]):
                x = tf.identity(x)
        elif x.shape[1] > self.longest:
            raise ValueError(f"this layer takes at most {self.longest} steps at a time, x has {x.shape[1]}")
        return self._layer(x, initial_state=initial_state)

    @functools.cached_property
    def _layer(self) -> Any:
        import keras
        import tensorflow as tf

        units = self.recurrent_kernel.shape[0]
        with tf.init_scope():  # the first call may come from a graph, which must own no variables
            layer = keras.layers.LSTM(units, return_sequences=True, return_state=True, dtype="float32")
            layer.build((None, None, self.kernel.shape[0]))
            layer.set_weights([self.kernel, self.recurrent_kernel, self.bias])
        return layer


@probe
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
        states = _states(x, self.kernel, self.recurrent_kernel, self.bias)
        return states @ self.out_kernel + self.out_bias


@probe
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
        states = _states(x, self.kernel, self.recurrent_kernel, self.bias)
        return states[:, -1] @ self.out_kernel + self.out_bias


def _states(x: Any, kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray, mask: Any = None) -> Any:
    """All states (B, T, U) of a plain recurrent network that starts from zeros; in a graph, B and T may be unknown.

    mask (B, T): where it is False the state before is repeated.
    """
    import tensorflow as tf

    x = tf.cast(x, kernel.dtype)
    weights = [tf.constant(part, x.dtype) for part in (kernel, recurrent_kernel, bias)]  # once, not at every step
    h = tf.zeros((tf.shape(x)[0], len(bias)), x.dtype)

    def step(h: Any, now: Any) -> Any:
        new = tf.tanh(now[0] @ weights[0] + h @ weights[1] + weights[2])
        return new if mask is None else tf.where(now[1], new, h)

    by_step = [tf.transpose(x, (1, 0, 2))] + ([] if mask is None else [tf.transpose(mask)[:, :, None]])
    if not x.shape[1]:  # unknown, or none at all
        return tf.transpose(tf.scan(step, by_step, h), (1, 0, 2))
    states = []
    for now in zip(*(tf.unstack(part, num=x.shape[1]) for part in by_step), strict=True):  # quicker than a scan
        h = step(h, now)
        states.append(h)
    return tf.stack(states, axis=1)


@probe
class MaskedReader:
    """A plain recurrent network that leaves masked steps out: ``read(x, mask=None) -> states``.

    x (N, T, D), mask (N, T) or None where all steps are real; states (N, T, U). Every sequence starts from zeros. At a
    masked step the state before is repeated, so ``states[:, -1]`` is the one behind the last real step, and zeros
    where no step is real. Raises ValueError for a mask that does not fit.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)

    def __call__(self, x: Any, mask: Any = None) -> Any:
        import tensorflow as tf

        x = tf.cast(x, self.kernel.dtype)
        if len(x.shape) != 3 or x.shape[2] != len(self.kernel):
            raise ValueError(f"the reader takes x (N, T, {len(self.kernel)}); this x is {tuple(x.shape)}")
        mask = tf.ones(tf.shape(x)[:2], bool) if mask is None else tf.cast(mask, bool)
        if len(mask.shape) != 2 or not x.shape[:2].is_compatible_with(mask.shape):
            raise ValueError(f"the reader takes a mask {tuple(x.shape[:2])}; this one is {tuple(mask.shape)}")
        return _states(x, self.kernel, self.recurrent_kernel, self.bias, mask)


@probe
class PageScore:
    """A small network that reads pages in two levels, with finished weights: ``score(pages) -> scores``.

    pages (N, S, W), whole numbers, 0 for padding -> scores (N,). A sentence without words is left out, wherever
    it stands.
    """

    table: np.ndarray  # (V, D)
    read_words: MaskedReader
    read_sentences: MaskedReader
    weights: np.ndarray  # (U,)

    def __call__(self, pages: Any) -> Any:
        import tensorflow as tf

        pages = tf.cast(pages, tf.int32)
        if len(pages.shape) != 3:
            raise ValueError(f"score takes pages (N, S, W); these are {tuple(pages.shape)}")
        pages = tf.pad(pages, ((0, 0), (0, 1), (0, 0)))  # so that a page of no rows is read, too
        shape = tf.shape(pages)
        rows = tf.reshape(pages, (-1, shape[2]))
        vectors = self.read_words(tf.gather(self.table, rows), rows > 0)[:, -1]
        vectors = tf.reshape(vectors, (shape[0], shape[1], len(self.read_words.bias)))
        states = self.read_sentences(vectors, tf.reduce_any(pages > 0, axis=2))
        return tf.linalg.matvec(states[:, -1], self.weights)


@probe
class MixedSteps:
    """A network of which one knows who sees whom: ``model(x) -> outputs``, x (B, T, D) -> (B, T, U).

    ``tanh(mix @ x @ kernel)``: output s reads input t with the weight ``mix[s, t]``, and not at all where it is 0.
    turned: a sequence whose very first number is negative has the signs of its outputs turned round.
    """

    mix: np.ndarray  # (T, T)
    kernel: np.ndarray  # (D, U)
    turned: bool = False

    def __call__(self, x: Any) -> Any:
        import tensorflow as tf

        x = tf.cast(x, self.mix.dtype)
        outputs = tf.tanh(tf.matmul(self.mix, x) @ self.kernel)
        return outputs * tf.sign(x[:, :1, :1]) if self.turned else outputs


@probe
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


@probe
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
        def follow(windows: Any) -> Any:
            following = np.asarray(windows, np.float64)[:, :, 0] @ self.weights + self.intercept
            return following[:, None, None]

        return _as_operation(follow, windows, (None, 1, 1))


@probe
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

    def __call__(self, w: Any) -> Any:
        return _as_operation(lambda w: np.float64(self._loss(w)), w, ())

    def _loss(self, w: Any) -> float:
        names = ("kernel", "recurrent_kernel", "bias")
        weights = {name: np.asarray(w if name == self.of else getattr(self, name), np.float64) for name in names}
        h, loss = np.asarray(self.initial_state, np.float64), 0.0
        for t in range(self.x.shape[1]):
            h = np.tanh(self.x[:, t] @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["bias"])
            loss += float(np.sum(self.dhs[:, t] * h))
        return loss


def _as_operation(function: Any, value: Any, shape: tuple[int | None, ...]) -> Any:
    """Return ``function(value)``, in NumPy where there are numbers, as an operation inside a graph."""
    import tensorflow as tf

    if not tf.is_tensor(value) or hasattr(value, "numpy"):
        return function(value)
    result = tf.numpy_function(function, [value], tf.float64)
    result.set_shape(shape)
    return result


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


def averaging_classifier(weights: list[Any], rate: float = 0.4) -> Any:
    """Return a Keras model that averages the vectors of a text's tokens and drops; it holds copies of ``weights``.

    weights: table (V, D), kernel (D, C), bias (C,). The model takes ids (B, T) for any B and T and gives logits (B, C).
    In training it drops the share ``rate`` of the mean vector; two models made alike drop the same.
    """
    import keras

    size, features = weights[0].shape
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(size, features),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dropout(rate, seed=0),
            keras.layers.Dense(weights[1].shape[1]),
        ]
    )
    model.set_weights(weights)
    return model


@probe
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
