"""Lesson 08: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import FreeRun, SequenceModel


def draw_series(rng):
    return [
        Case("one step after the other", (np.arange(1, 9, dtype=np.float32), 3)),
        Case("one step after the other", (draws(rng, 17), 6)),
        Case("a single window", (draws(rng, 5), 4)),
    ]


def cut(series, steps):
    """Return inputs (B, T, 1) and targets (B, T, 1), shifted by one."""
    windows = np.lib.stride_tricks.sliding_window_view(series, steps + 1)[..., None]
    return windows[:, :-1].copy(), windows[:, 1:].copy()


def draw_baselines(rng):
    def case(group, level, steps, old, new):
        inputs, targets = cut(level + draws(rng, old + steps), steps)
        return Case(group, (inputs, targets, cut(level + draws(rng, new + steps), steps)[0]))

    return [case("a series around zero", 0.0, 5, 40, 7), case("a series around another level", 2.0, 3, 25, 6)]


def draw_projection(rng):
    def case(group, instances, steps, units, numbers):
        return Case(group, (draws(rng, instances, steps, units), draws(rng, units, numbers), draws(rng, numbers)))

    by_hand = (np.array([[[1, 2], [3, 4]]]), np.array([[1], [10]]), np.array([0.5]))
    return [
        case("one number per step", 3, 5, 4, 1),
        Case("one number per step", tuple(array.astype(np.float32) for array in by_hand)),
        case("several numbers per step", 4, 3, 6, 2),
    ]


def model_weights(rng, units):
    """Draw what ``SimpleRNN(units)`` and ``Dense(1)`` hold, for one feature."""
    shapes = ((1, units), (units, units), (units,), (units, 1), (1,))
    return [draws(rng, *shape, scale=0.7) for shape in shapes]


def draw_models(rng):
    return [
        Case("the same predictions", (model_weights(rng, 4), draws(rng, 3, 6, 1))),
        Case("the same predictions", (model_weights(rng, 7), draws(rng, 2, 5, 1))),
    ]


def draw_free_runs(rng):
    def case(group, instances, steps, ahead, scale=1.0):
        predict = SequenceModel(*model_weights(rng, 6))
        return Case(group, (predict, draws(rng, instances, steps, 1, scale=scale), ahead))

    return [
        case("one step", 3, 4, 1),
        case("on and on", 2, 5, 3),
        case("on and on", 3, 4, 7),
        case("from zeros", 1, 6, 4, scale=0.0),
    ]


def draw_evaluations(rng):
    def case(group, first, second, n_train, n_steps, horizon, standard=False):
        train, test = draws(rng, n_train), second[0] + second[1] * draws(rng, 9)
        train = (train - train.mean()) / train.std() if standard else first[0] + first[1] * train
        series = np.concatenate([train, test]).astype(np.float32)
        forecast = FreeRun(SequenceModel(*model_weights(rng, 5)))
        return Case(group, (forecast, series, n_train, n_steps, horizon))

    return [
        case("training part of mean 0 and deviation 1", None, (0.5, 1.5), 15, 4, 3, standard=True),
        case("any training part", (3.0, 2.0), (6.0, 4.0), 14, 5, 3),
        case("one step ahead", (-5.0, 0.5), (2.0, 3.0), 12, 3, 1),
    ]


EXERCISES = [
    Exercise(
        "make_windows",
        draw=draw_series,
        returns={"inputs": "B T D", "targets": "B T D"},
        reveal="Every input has its answer at the same place of the targets: the value one step later.",
        mistakes=[
            Mistake(
                "targets not shifted",
                edits=[("windows[:, 1:, None]", "windows[:, :-1, None]")],
                says="The targets are the inputs. A network that copies would be perfect and predict nothing: "
                "shift the targets by one step.",
            ),
            Mistake(
                "targets shifted back",
                edits=[("windows[:, :-1, None], windows[:, 1:, None]", "windows[:, 1:, None], windows[:, :-1, None]")],
                says="Inputs and targets have changed places: each target lies one step *before* its input. "
                "The inputs begin earlier.",
            ),
            Mistake(
                "only the next value",
                edits=[("windows[:, 1:, None]", "windows[:, -1:, None]")],
                says="The targets hold only the value after the window. "
                "One target per step is asked: the inputs, moved on by one.",
            ),
            Mistake(
                "the next value, without a step",
                source="""
def make_windows(series, n_steps):
    starts = range(len(series) - n_steps)
    inputs = tf.stack([series[s:s + n_steps] for s in starts])[..., None]
    return inputs, tf.stack([series[s + n_steps] for s in starts])
""",
                says="The targets are one number per window, the value after it. One target per *step* is asked: "
                "the inputs, moved on by one.",
            ),
            Mistake(
                "pieces of n_steps values",
                edits=[("s + n_steps + 1", "s + n_steps")],
                says="The windows are one step short. Inputs and targets overlap: cut pieces of n_steps + 1 values.",
            ),
            Mistake(
                "targets a whole window later",
                source="""
def make_windows(series, n_steps):
    starts = range(len(series) - 2 * n_steps + 1)
    inputs = tf.stack([series[s:s + n_steps] for s in starts])
    return inputs[..., None], tf.stack([series[s + n_steps:s + 2 * n_steps] for s in starts])[..., None]
""",
                says="The targets begin where the inputs end. They begin one step after the inputs *begin*: "
                "the two overlap.",
            ),
            Mistake(
                "last window missing",
                edits=[("len(series) - n_steps)", "len(series) - n_steps - 1)")],
                says="The last window is missing. A window and its target take n_steps + 1 values, "
                "so there are len(series) - n_steps starts.",
            ),
            Mistake(
                "one window too many",
                edits=[("len(series) - n_steps)", "len(series) - n_steps + 1)")],
                says="The last window has no target: the series ends before it. "
                "There are len(series) - n_steps starts.",
            ),
            Mistake(
                "windows side by side",
                edits=[("range(len(series) - n_steps)", "range(0, len(series) - n_steps, n_steps)")],
                says="The windows stand side by side. Every value may begin a window: move on by one, not by n_steps.",
            ),
            Mistake(
                "no feature axis",
                edits=[("windows[:, :-1, None], windows[:, 1:, None]", "windows[:, :-1], windows[:, 1:]")],
                says="The feature axis is missing. A recurrent layer reads (B, T, D), here with D = 1: "
                "end the index with `None`.",
            ),
            Mistake(
                "feature axis in the middle",
                edits=[("windows[:, :-1, None], windows[:, 1:, None]", "windows[:, None, :-1], windows[:, None, 1:]")],
                says="The new axis stands in the middle: one step of many features. "
                "It comes last: many steps of one feature.",
            ),
            Mistake(
                "only the inputs",
                edits=[("windows[:, :-1, None], windows[:, 1:, None]", "windows[:, :-1, None]")],
                says="Only the inputs come back. Return both, `inputs, targets`.",
            ),
            Mistake(
                "the lesson's n_steps",
                edits=[("len(series) - n_steps)", "len(series) - N_STEPS)"), ("s + n_steps + 1", "s + N_STEPS + 1")],
                says="Your windows have the notebook's length, N_STEPS. Use the argument `n_steps`.",
            ),
            Mistake(
                "the lesson's series",
                source="""
def make_windows(x, n_steps):
    windows = tf.stack([series[s:s + n_steps + 1] for s in range(len(series) - n_steps)])
    return windows[:, :-1, None], windows[:, 1:, None]
""",
                says="These windows are cut from the notebook's series. Use the argument `series`.",
            ),
        ],
        alternatives=[
            Alternative(
                "strides of NumPy",
                source="""
import numpy as np
def make_windows(series, n_steps):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(series), n_steps + 1)[..., None]
    return windows[:, :-1], windows[:, 1:]
""",
            ),
            Alternative(
                "tf.signal.frame, twice",
                source="""
def make_windows(series, n_steps):
    inputs = tf.signal.frame(series[:-1], n_steps, 1)
    targets = tf.signal.frame(series[1:], n_steps, 1)
    return tf.expand_dims(inputs, -1), tf.expand_dims(targets, -1)
""",
            ),
        ],
    ),
    Exercise(
        "baselines",
        draw=draw_baselines,
        returns={"copy_last": "N", "linear": "N"},
        reveal="Two forecasters in a few lines. Whatever you train from now on has to beat them.",
        rtol=1e-3,
        atol=1e-4,
        mistakes=[
            Mistake(
                "first value copied",
                edits=[("new_inputs[:, -1, 0]", "new_inputs[:, 0, 0]")],
                says="`copy_last` is the oldest value of the window. The newest stands at the end, at index -1.",
            ),
            Mistake(
                "mean of the window",
                edits=[("new_inputs[:, -1, 0]", "tf.reduce_mean(new_inputs, axis=1)[:, 0]")],
                says="`copy_last` is the mean of the window. Copy one value, the last.",
            ),
            Mistake(
                "old windows copied",
                edits=[("new_inputs[:, -1, 0]", "inputs[:, -1, 0]")],
                says="`copy_last` comes from the windows you fit on. The forecast is asked for `new_inputs`.",
            ),
            Mistake(
                "predicts the old windows",
                edits=[("columns(new_inputs) @ weights", "columns(inputs) @ weights")],
                says="`linear` predicts what follows the old windows, whose answers it was fitted to. "
                "Apply the weights to `new_inputs`.",
            ),
            Mistake(
                "fitted to the last input",
                edits=[("targets[:, -1, 0]", "inputs[:, -1, 0]")],
                says="The line is fitted to the last *input*, so it has learned to copy it. "
                "Fit it to the last *target*, the value after the window.",
            ),
            Mistake(
                "fitted to the first target",
                edits=[("targets[:, -1, 0]", "targets[:, 0, 0]")],
                says="The line is fitted to the first target, which the window itself holds. "
                "The value after the window is the last target.",
            ),
            Mistake(
                "intercept forgotten",
                edits=[
                    ("(columns(inputs), ", "(inputs[:, :, 0], "),
                    ("columns(new_inputs) @ weights", "np.asarray(new_inputs)[:, :, 0] @ weights"),
                ],
                says="The intercept is missing, so the line must pass through zero. "
                "`columns` adds a 1 to every window: use it both times.",
            ),
            Mistake(
                "fitted to the new windows",
                source="""
def baselines(inputs, targets, new_inputs):
    x = np.asarray(new_inputs)[:, :, 0]
    known, last = np.c_[x[:, :-1], np.ones(len(x))], x[:, -1]
    weights = np.linalg.lstsq(known, last, rcond=None)[0]
    return x[:, -1], np.c_[x[:, 1:], np.ones(len(x))] @ weights
""",
                says="The line is fitted to the new windows. It may learn from `inputs` and `targets` only; "
                "the new ones are for the forecast.",
            ),
            Mistake(
                "fitted to all targets",
                edits=[("targets[:, -1, 0]", "targets[:, :, 0]")],
                says="The line is fitted to all T targets at once, so it forecasts T values per window. "
                "Fit it to the last target, `targets[:, -1, 0]`.",
            ),
            Mistake(
                "no ones in the new windows",
                edits=[("columns(new_inputs) @ weights", "new_inputs[:, :, 0] @ weights")],
                says="The new windows have no column of ones, so one weight is left over. Use `columns(new_inputs)`.",
            ),
            Mistake(
                "only the linear one",
                edits=[("return copy_last, columns(new_inputs) @ weights", "return columns(new_inputs) @ weights")],
                says="Only one result comes back. Return both, `copy_last, linear`.",
            ),
            Mistake(
                "the weights for the forecast",
                edits=[("columns(new_inputs) @ weights", "weights")],
                says="The second result is the weights. Multiply the columns of `new_inputs` with them to forecast.",
            ),
            Mistake(
                "all of lstsq's results",
                edits=[("rcond=None)[0]", "rcond=None)")],
                says="`np.linalg.lstsq` returns four things, the weights first: end the call with `[0]`.",
            ),
        ],
        alternatives=[
            Alternative(
                "tf.linalg.lstsq",
                source="""
def baselines(inputs, targets, new_inputs):
    def columns(x):
        return tf.concat([x[:, :, 0], tf.ones((x.shape[0], 1))], axis=1)
    weights = tf.linalg.lstsq(columns(inputs), targets[:, -1])
    return new_inputs[:, -1, 0], (columns(new_inputs) @ weights)[:, 0]
""",
            ),
            Alternative(
                "centred, with a pseudo-inverse",
                source="""
import numpy as np
def baselines(inputs, targets, new_inputs):
    x, y, new = (np.asarray(a, np.float64)[:, :, 0] for a in (inputs, targets, new_inputs))
    weights = np.linalg.pinv(x - x.mean(axis=0)) @ (y[:, -1] - y[:, -1].mean())
    return new[:, -1], (new - x.mean(axis=0)) @ weights + y[:, -1].mean()
""",
            ),
        ],
    ),
    Exercise(
        "project",
        draw=draw_projection,
        returns={"predictions": "B T K", "n_weights": ""},
        reveal="One small product serves every step of every window: its size knows nothing of B or T.",
        mistakes=[
            Mistake(
                "bias forgotten",
                edits=[("flat @ kernel + bias", "flat @ kernel")],
                says="The bias is missing: add `bias` to the product.",
            ),
            Mistake(
                "bias not counted",
                edits=[("tf.size(kernel) + tf.size(bias)", "tf.size(kernel)")],
                says="The predictions are right; the count leaves out the bias.",
            ),
            Mistake(
                "rows of the kernel counted",
                edits=[("tf.size(kernel) + tf.size(bias)", "kernel.shape[0] + bias.shape[0]")],
                says="The predictions are right; the count is not. A kernel (U, K) holds U times K numbers: `tf.size`.",
            ),
            Mistake(
                "one number per step taken for granted",
                edits=[("(B, T, -1))", "(B, T, 1))")],
                says="You fold back to one number per step. There are K: write -1, or `kernel.shape[1]`.",
            ),
            Mistake(
                "one set per step",
                edits=[("tf.size(kernel) + tf.size(bias)", "T * (tf.size(kernel) + tf.size(bias))")],
                says="The predictions are right; the count is T times too large. All steps share one kernel and bias.",
            ),
            Mistake(
                "only the last step",
                edits=[("tf.reshape(flat @ kernel + bias, (B, T, -1))", "outputs[:, -1] @ kernel + bias")],
                says="Only the last step is projected. While it learns, the network is asked at every step: (B, T, K).",
            ),
            Mistake(
                "left flat",
                edits=[("tf.reshape(flat @ kernel + bias, (B, T, -1))", "flat @ kernel + bias")],
                says="The predictions are still flat, (B*T, K). Reshape them to (B, T, K).",
            ),
            Mistake(
                "transposed before the reshape",
                edits=[("tf.reshape(outputs, (B * T, U))", "tf.reshape(tf.transpose(outputs, (1, 0, 2)), (B * T, U))")],
                says="Rows of different windows are mixed: you flattened time-major and filled it back batch-major. "
                "Flatten `outputs` as it is.",
            ),
            Mistake(
                "reshaped to time-major",
                edits=[("(B, T, -1))", "(T, B, -1))")],
                says="The axes come back as (T, B, K), and the numbers are not transposed with them. "
                "Reshape to (B, T, K).",
            ),
            Mistake(
                "relu on the predictions",
                edits=[("flat @ kernel + bias, (B", "tf.nn.relu(flat @ kernel + bias), (B")],
                says="The predictions go through ReLU, so none can be negative. "
                "A projection is a product and a bias, nothing more.",
            ),
            Mistake(
                "only the predictions",
                edits=[("return predictions, n_weights", "return predictions")],
                says="Only the predictions come back. Return the count too: `predictions, n_weights`.",
            ),
        ],
        alternatives=[
            Alternative(
                "a dense layer",
                source="""
def project(outputs, kernel, bias):
    layer = keras.layers.Dense(kernel.shape[1])
    layer.build(outputs.shape)
    layer.set_weights([kernel, bias])
    return layer(outputs), layer.count_params()
""",
            ),
            Alternative(
                "einsum",
                source="""
def project(outputs, kernel, bias):
    U, K = kernel.shape
    return tf.einsum("btu,uk->btk", outputs, kernel) + bias, (U + 1) * K
""",
            ),
            Alternative(
                "the wrapper",
                source="""
def project(outputs, kernel, bias):
    wrapper = keras.layers.TimeDistributed(keras.layers.Dense(len(bias)))
    wrapper(outputs)
    wrapper.set_weights([kernel, bias])
    return wrapper(outputs), wrapper.count_params()
""",
            ),
        ],
    ),
    Exercise(
        "save_and_restore",
        draw=draw_models,
        returns={"predictions": "B T K", "a file was written": ""},
        reveal="The check set all weights of the old model to zero before it asked the new one.",
        mistakes=[
            Mistake(
                "the same model",
                edits=[("return keras.models.load_model(path)", "model.load_weights(path)\n    return model")],
                says="You return the model you were given. In another session it is gone: "
                "return a new one, made from the file.",
            ),
            Mistake(
                "nothing loaded",
                edits=[("return keras.models.load_model(path)", "return keras.models.clone_model(model)")],
                random=True,
                says="The new model has weights drawn anew: nothing was read from the file. "
                "Load it, or call `load_weights` on the new model.",
            ),
            Mistake(
                "copied in memory",
                source="""
def save_and_restore(model, folder):
    restored = keras.models.clone_model(model)
    restored.set_weights(model.get_weights())
    return restored
""",
                says="The predictions are right, but there is no file in `folder`. "
                "Save to a path that begins with it, and restore from there.",
            ),
            Mistake(
                "no ending",
                edits=[(".keras", "")],
                says="Keras reads the format off the name: end it in `.keras` (or `.weights.h5` for `save_weights`).",
            ),
            Mistake(
                "braces left as text",
                edits=[('f"{folder}/', '"{folder}/')],
                says="The path begins with the text `{folder}`: put an f in front of the quotes, "
                "so that the folder's name is filled in.",
            ),
            Mistake(
                "nothing saved",
                edits=[("    model.save(path)\n", "")],
                says="There is no file to load yet: call `model.save(path)` first.",
            ),
            Mistake(
                "weights for a model",
                edits=[(".keras", ".weights.h5"), ("model.save(path)", "model.save_weights(path)")],
                says="A file of weights does not say what the layers are. Use `model.save`, "
                "or build the model again and call `load_weights`.",
            ),
            Mistake(
                "what load_weights returns",
                source="""
def save_and_restore(model, folder):
    path = f"{folder}/model.weights.h5"
    model.save_weights(path)
    return keras.models.clone_model(model).load_weights(path)
""",
                says="Nothing comes back: `save` and `load_weights` return None. Return the restored model.",
            ),
            Mistake(
                "the path",
                edits=[("keras.models.load_model(path)", "path")],
                says="The path comes back. Load the model from it and return the model.",
            ),
        ],
        alternatives=[
            Alternative(
                "weights only",
                source="""
def save_and_restore(model, folder):
    path = f"{folder}/trained.weights.h5"
    model.save_weights(path)
    restored = keras.models.clone_model(model)
    restored.load_weights(path)
    return restored
""",
            ),
            Alternative(
                "arrays of NumPy",
                source="""
import os
import numpy as np
def save_and_restore(model, folder):
    path = os.path.join(folder, "weights.npz")
    np.savez(path, *model.get_weights())
    restored = keras.Sequential.from_config(model.get_config())
    with np.load(path) as arrays:
        restored.set_weights([arrays[name] for name in arrays.files])
    return restored
""",
            ),
        ],
    ),
    choice(
        "where_it_starts",
        right="B",
        wrong={
            "A": "`A` is what the comment says. Python divides before it subtracts: only `t_min` is divided by 3, "
            "and that is 0.",
            "C": "`C` would be `t_max - t_max / 3`. Look again at what is divided by 3.",
            "D": "`D` needs the whole bracket to be 0. Work it out from the inside: `t_min / 3` first, "
            "then `t_max` minus that.",
        },
        reveal="`t_max - t_min / 3` is `30 - 0/3 = 30`: the window starts where training ended. "
        "`(t_max - t_min) / 3` was meant.",
    ),
    Exercise(
        "free_run",
        draw=draw_free_runs,
        returns={"forecasts": "B steps"},
        reveal="Your function runs on its own words: nothing of the true series enters after the first window.",
        mistakes=[
            Mistake(
                "nothing fed back",
                edits=[("        windows = tf.concat([windows[:, 1:], following], axis=1)\n", "")],
                says="Every forecast starts from the same window, so all are equal. "
                "Put each forecast at the end of the window for the next turn.",
            ),
            Mistake(
                "oldest value kept",
                edits=[("windows[:, 1:], following", "windows, following")],
                says="The window grows. The network was trained on windows of T steps: "
                "drop the oldest value when you add one.",
            ),
            Mistake(
                "newest value dropped",
                edits=[("windows[:, 1:], following", "windows[:, :-1], following")],
                says="You drop the newest value of the window. The oldest goes: `windows[:, 1:]`.",
            ),
            Mistake(
                "forecast put in front",
                edits=[("[windows[:, 1:], following]", "[following, windows[:, :-1]]")],
                says="The forecast is put at the oldest end of the window. It is the newest value, so it comes last.",
            ),
            Mistake(
                "first prediction taken",
                edits=[("predict(windows)[:, -1:]", "predict(windows)[:, :1]")],
                says="You take the prediction after the first step of the window. "
                "What follows the whole window is the last one, `[:, -1:]`.",
            ),
            Mistake(
                "an axis lost",
                edits=[
                    ("predict(windows)[:, -1:]", "predict(windows)[:, -1]"),
                    ("following[:, 0, 0]", "following[:, 0]"),
                ],
                says="`[:, -1]` drops the time axis, and `tf.concat` cannot join (B, 1) to (B, T, 1). "
                "Write `[:, -1:]`, which keeps it.",
            ),
            Mistake(
                "one turn late",
                edits=[
                    ("        forecasts.append(following[:, 0, 0])\n", ""),
                    (
                        "windows = tf.concat([windows[:, 1:], following], axis=1)",
                        "windows = tf.concat([windows[:, 1:], following], axis=1)\n"
                        "        forecasts.append(predict(windows)[:, -1, 0])",
                    ),
                ],
                says="The first forecast is missing: you keep the prediction made *after* the window has moved. "
                "Append `following`.",
            ),
            Mistake(
                "only the first window",
                source="""
def free_run(predict, windows, steps):
    sequence = list(np.array(windows)[0, :, 0])
    T = len(sequence)
    for _ in range(steps):
        window = np.array(sequence[-T:], np.float32).reshape(1, T, 1)
        sequence.append(np.array(predict(window))[0, -1, 0])
    return np.array(sequence[T:])
""",
                says="Only the first window runs. Keep the batch axis and let all B windows run together: (B, steps).",
            ),
            Mistake(
                "the lesson's N_STEPS",
                source="""
def free_run(predict, windows, steps):
    sequence = windows
    for _ in range(steps):
        sequence = tf.concat([sequence, predict(sequence[:, -N_STEPS:])[:, -1:]], axis=1)
    return sequence[:, N_STEPS:, 0]
""",
                says="Your windows have the notebook's length, N_STEPS. Theirs is `windows.shape[1]`.",
            ),
            Mistake(
                "all predictions fed back",
                edits=[
                    ("following = predict(windows)[:, -1:]", "windows = predict(windows)"),
                    ("following[:, 0, 0]", "windows[:, -1, 0]"),
                    ("        windows = tf.concat([windows[:, 1:], following], axis=1)\n", ""),
                ],
                says="All T predictions become the next window, so guesses replace values you know. "
                "Keep the window and add the last prediction only.",
            ),
            Mistake(
                "steps and windows swapped",
                edits=[("tf.stack(forecasts, axis=1)", "tf.stack(forecasts, axis=0)")],
                says="The result is (steps, B). Stack along axis 1 to get (B, steps).",
            ),
            Mistake(
                "the window returned",
                edits=[("return tf.stack(forecasts, axis=1)", "return windows[:, -steps:, 0]")],
                says="You return the last window. It holds T values, which may be fewer than `steps`: "
                "collect the forecasts in a list.",
            ),
            Mistake(
                "window and forecasts",
                edits=[
                    ("forecasts = []", "forecasts, given = [], windows[:, :, 0]"),
                    ("tf.stack(forecasts, axis=1)", "tf.concat([given, tf.stack(forecasts, axis=1)], axis=1)"),
                ],
                says="The result begins with the window you were given. Return the new values only: (B, steps).",
            ),
            Mistake(
                "one step too few",
                edits=[("range(steps)", "range(1, steps + (steps == 1))")],
                says="One forecast is missing: run `steps` turns, from 0 to steps - 1.",
            ),
            Mistake(
                "only the last forecast",
                edits=[("return tf.stack(forecasts, axis=1)", "return forecasts[-1][:, None]")],
                says="Only the last forecast comes back. Collect one per turn and stack them: (B, steps).",
            ),
            Mistake(
                "an axis of length 1",
                edits=[("forecasts.append(following[:, 0, 0])", "forecasts.append(following[:, 0])")],
                says="The result is (B, steps, 1). Take the number out of its feature axis: `[:, 0, 0]`.",
            ),
        ],
        alternatives=[
            Alternative(
                "one growing tensor",
                source="""
def free_run(predict, windows, steps):
    T = windows.shape[1]
    sequence = windows
    for _ in range(steps):
        sequence = tf.concat([sequence, predict(sequence[:, -T:])[:, -1:]], axis=1)
    return sequence[:, T:, 0]
""",
            ),
            Alternative(
                "NumPy, in place",
                source="""
import numpy as np
def free_run(predict, windows, steps):
    B, T, _ = windows.shape
    sequence = np.zeros((B, T + steps, 1), np.float32)
    sequence[:, :T] = windows
    for t in range(steps):
        sequence[:, T + t] = np.asarray(predict(tf.constant(sequence[:, t:T + t])))[:, -1]
    return sequence[:, T:, 0]
""",
            ),
        ],
    ),
    Exercise(
        "honest_errors",
        draw=draw_evaluations,
        returns={"errors": "horizon"},
        reveal="One error per horizon, in the units of the series, and no year of the test part was ever seen.",
        mistakes=[
            Mistake(
                "scaler fitted on all",
                edits=[("train = series[:n_train]", "train = series")],
                says="Mean and deviation come from the whole series, so the future has leaked into the scale. "
                "Take them from `series[:n_train]`.",
            ),
            Mistake(
                "scaler fitted on the test part",
                edits=[("train = series[:n_train]", "train = series[n_train:]")],
                says="Mean and deviation come from the test part, which nobody knows yet. "
                "Take them from `series[:n_train]`.",
            ),
            Mistake(
                "shuffled before the split",
                edits=[("train = series[:n_train]", "train = tf.random.shuffle(series)[:n_train]")],
                random=True,
                says="The series is shuffled before it is split, so later years leak into the training part. "
                "Split by time: the first n_train values.",
            ),
            Mistake(
                "not scaled",
                edits=[("scaled = (series - mean) / std", "scaled, mean, std = series, 0.0, 1.0")],
                says="The forecaster was trained on scaled values and gets raw ones. "
                "Scale with the mean and deviation of the training part.",
            ),
            Mistake(
                "errors in scaled units",
                edits=[("forecast(windows, horizon) * std + mean", "forecast(windows, horizon)")],
                says="The forecasts are still scaled, the truth is not. Multiply by the deviation and add the mean.",
            ),
            Mistake(
                "all in scaled units",
                edits=[
                    ("series[o:o + horizon]", "scaled[o:o + horizon]"),
                    ("forecast(windows, horizon) * std + mean", "forecast(windows, horizon)"),
                ],
                says="The errors are in scaled units. Scale the forecasts back and compare them with `series` itself.",
            ),
            Mistake(
                "windows not scaled",
                edits=[("scaled[o - n_steps:o]", "series[o - n_steps:o]")],
                says="The windows are cut from the raw series. The forecaster expects scaled ones: use `scaled`.",
            ),
            Mistake(
                "mean not added back",
                edits=[("* std + mean", "* std")],
                says="The forecasts are scaled back by half: multiply by the deviation *and* add the mean.",
            ),
            Mistake(
                "mean added first",
                edits=[("forecast(windows, horizon) * std + mean", "(forecast(windows, horizon) + mean) * std")],
                says="The mean is added before the deviation is multiplied. Undo the scaling in reverse order: "
                "first times std, then plus mean.",
            ),
            Mistake(
                "variance for deviation",
                edits=[("tf.math.reduce_std(train)", "tf.math.reduce_variance(train)")],
                says="You divide by the variance. The deviation is its root: `tf.math.reduce_std`.",
            ),
            Mistake(
                "no feature axis",
                edits=[("for o in origins])[..., None]", "for o in origins])")],
                says="The windows are (B, T). The forecaster reads (B, T, 1): give them a feature axis, `[..., None]`.",
            ),
            Mistake(
                "divided by n - 1",
                edits=[("tf.math.reduce_std(train)", "np.std(train, ddof=1)")],
                says="That deviation divides by n - 1. The scaler here is `tf.math.reduce_std`, which divides by n.",
            ),
            Mistake(
                "fed with the truth",
                edits=[
                    (
                        "forecasts = forecast(windows, horizon) * std + mean",
                        "later = [tf.stack([scaled[o + h - n_steps:o + h] for o in origins])[..., None] "
                        "for h in range(horizon)]\n"
                        "    forecasts = tf.concat([forecast(w, 1) for w in later], axis=1) * std + mean",
                    )
                ],
                says="Each step is forecast from the true values just before it: one-step forecasts, `horizon` times. "
                "Forecast all steps from the window before the origin.",
            ),
            Mistake(
                "windows one year late",
                edits=[("scaled[o - n_steps:o]", "scaled[o - n_steps + 1:o + 1]")],
                says="The window reaches the origin itself, so it holds the first value to forecast. "
                "It ends one before: `scaled[o - n_steps:o]`.",
            ),
            Mistake(
                "windows after the origin",
                edits=[("scaled[o - n_steps:o]", "scaled[o:o + n_steps]")],
                says="The windows begin at the origin: they hold the future that is to be forecast. "
                "They end before it: `scaled[o - n_steps:o]`.",
            ),
            Mistake(
                "one true value per origin",
                edits=[("series[o:o + horizon]", "series[o]")],
                says="The truth is one value per origin, the forecast has `horizon`. Cut `series[o:o + horizon]`.",
            ),
            Mistake(
                "the lesson's N_STEPS",
                edits=[("scaled[o - n_steps:o]", "scaled[o - N_STEPS:o]")],
                says="Your windows have the notebook's length, N_STEPS. Use the argument `n_steps`.",
            ),
            Mistake(
                "truth one year late",
                edits=[("series[o:o + horizon]", "series[o + 1:o + 1 + horizon]")],
                says="The truth starts one step late. "
                "The first forecast is for the origin itself: `series[o:o + horizon]`.",
            ),
            Mistake(
                "truth one year late, last origin left out",
                edits=[
                    ("series[o:o + horizon]", "series[o + 1:o + 1 + horizon]"),
                    ("len(series) - horizon + 1)", "len(series) - horizon)"),
                ],
                says="The truth starts one step late. "
                "The first forecast is for the origin itself: `series[o:o + horizon]`.",
            ),
            Mistake(
                "judged on the training part",
                edits=[("range(n_train, len(series) - horizon + 1)", "range(n_steps, n_train - horizon + 1)")],
                says="The origins lie in the training part, where the forecaster has seen the answers. "
                "Keep the origins that are given.",
            ),
            Mistake(
                "one error per origin",
                edits=[("axis=0", "axis=1")],
                says="That is one error per origin. Average over the origins, axis 0, to get one error per horizon.",
            ),
            Mistake(
                "one error for all",
                edits=[(", axis=0))", "))")],
                says="That is one number for all horizons. Average over axis 0 only, to see the error grow.",
            ),
            Mistake(
                "not rooted",
                edits=[
                    (
                        "tf.sqrt(tf.reduce_mean(tf.square(forecasts - truth), axis=0))",
                        "tf.reduce_mean(tf.square(forecasts - truth), axis=0)",
                    )
                ],
                says="That is the mean squared error. Take its root, so that the error has the units of the series.",
            ),
            Mistake(
                "mean absolute error",
                edits=[
                    (
                        "tf.sqrt(tf.reduce_mean(tf.square(forecasts - truth), axis=0))",
                        "tf.reduce_mean(tf.abs(forecasts - truth), axis=0)",
                    )
                ],
                says="That is the mean absolute error. The root of the mean *square* is asked.",
            ),
            Mistake(
                "root before the mean",
                edits=[
                    (
                        "tf.sqrt(tf.reduce_mean(tf.square(forecasts - truth), axis=0))",
                        "tf.abs(tf.reduce_mean(forecasts - truth, axis=0))",
                    )
                ],
                says="Errors of different sign cancel in your mean. Square them, then average, then take the root.",
            ),
        ],
        alternatives=[
            Alternative(
                "one origin at a time",
                source="""
import numpy as np
def honest_errors(forecast, series, n_train, n_steps, horizon):
    series = np.asarray(series, np.float64)
    mean, std = series[:n_train].mean(), series[:n_train].std()
    squares, count = np.zeros(horizon), 0
    for origin in range(n_train, len(series) - horizon + 1):
        window = (series[origin - n_steps:origin] - mean) / std
        guess = np.asarray(forecast(tf.constant(window[None, :, None], tf.float32), horizon))[0] * std + mean
        squares += (guess - series[origin:origin + horizon]) ** 2
        count += 1
    return np.sqrt(squares / count)
""",
            ),
            Alternative(
                "a scaler of Keras",
                source="""
def honest_errors(forecast, series, n_train, n_steps, horizon):
    scaler = keras.layers.Normalization(axis=None)
    scaler.adapt(series[:n_train])
    mean, std = tf.reshape(scaler.mean, ()), tf.sqrt(tf.reshape(scaler.variance, ()))
    rows = tf.signal.frame(series[n_train - n_steps:], n_steps + horizon, 1)
    errors = forecast(scaler(rows[:, :n_steps])[..., None], horizon) * std + mean - rows[:, n_steps:]
    return tf.sqrt(tf.reduce_mean(errors ** 2, axis=0))
""",
            ),
        ],
    ),
]
