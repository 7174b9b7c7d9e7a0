"""Lesson 07: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws
from helpers.probes import RowClassifier, StepMaker

# All different, and different from the notebook's own 28 steps, 28 pixels, 150 units and 10 classes.
B, T, D, U, C = 7, 4, 2, 5, 6


def weights(rng, features=D, units=U, classes=C):
    """Draw the five weights of a classifier: kernel, recurrent kernel, bias, output kernel and bias."""
    return [
        draws(rng, features, units),
        draws(rng, units, units, scale=0.5),
        draws(rng, units),
        draws(rng, units, classes),
        draws(rng, classes),
    ]


def labels(rng, size, classes=C):
    return rng.integers(0, classes, size)


def draw_pipelines(rng):
    def case(group, examples, batch_size, epochs):
        return Case(group, (draws(rng, examples, 3, 2), rng.permutation(examples), batch_size, epochs))

    return [case("a smaller last batch", 200, 36, 3), case("batches of one size", 210, 42, 2)]


def draw_steps(rng):
    def case(group, optimizer, sizes):
        batches = [(draws(rng, size, T, D), labels(rng, size)) for size in sizes]
        return Case(group, (weights(rng), optimizer, batches))

    return [
        case("one step, plain gradient descent", "sgd", [B]),
        case("two steps with Adam, which remembers the first", "adam", [B, 3]),
    ]


def draw_makers(rng):
    features, units, classes, steps, size = 2, 3, 4, 2, 5
    batches = [(draws(rng, size, steps, features), labels(rng, size, classes)) for _ in range(3)]
    make_step = StepMaker(weights(rng, features, units, classes), 0.1, "SGD", steps)
    return [Case("three ways, three batches", (make_step, batches))]


def logits_of(model, x):
    """Return what a RowClassifier answers, computed with NumPy."""
    state = np.zeros((len(x), U))
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ model.kernel + state @ model.recurrent_kernel + model.bias)
    return state @ model.out_kernel + model.out_bias


def draw_test_sets(rng):
    model = RowClassifier(*weights(rng))

    def batch(size, right):
        x = draws(rng, size, T, D)
        answers = logits_of(model, x).argmax(axis=1)
        wrong = rng.permutation(size)[right:]
        y = answers.copy()
        y[wrong] = (answers[wrong] + rng.integers(1, C, len(wrong))) % C
        return x, y.astype(np.int64)

    # Right answers per batch are chosen so that no wrong way of averaging hits the right share. In the
    # first test set a batch holds as many images as there are classes: there, a wrong axis raises no
    # error. It is drawn until the wrong axis gives a share that no other mistake gives.
    while True:
        alike = [batch(C, 5), batch(C, 2)]
        if sum(int((logits_of(model, x).argmax(axis=0) == y).sum()) for x, y in alike) in (1, 3):
            break
    return [
        Case("batches of one size", (model, alike)),
        Case("a smaller last batch", (model, [batch(B, 6), batch(B, 3), batch(3, 1)])),
    ]


def draw_answers(rng):
    def case(group, size, classes, answered, true):
        """Only the first ``answered`` classes occur as answers, and the first ``true`` ones as labels."""
        logits = draws(rng, size, classes)
        predicted = labels(rng, size, answered)
        y = labels(rng, size, true)
        predicted[:3], y[:3] = 1, 0  # one error three times
        predicted[3:5], y[3:5] = 1, 1
        predicted[5], y[5] = answered - 1, true - 1
        logits[np.arange(size), predicted] = 1.5 + rng.uniform(0.0, 0.4, size)
        return Case(group, (logits.astype(np.float32), y))

    return [
        case("all classes occur", 14, 4, answered=4, true=4),
        case("classes that do not occur", 11, 6, answered=4, true=2),
    ]


def draw_classes(rng):
    return [
        Case("the example by hand", (2,)),
        Case("the ten digits", (10,)),
        Case("other numbers of classes", (int(rng.integers(3, 9)),)),
        Case("other numbers of classes", (int(rng.integers(50, 1000)),)),
    ]


PIPELINE = """
def pipeline(x, y, batch_size, epochs):
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    return dataset{}
"""
SHUFFLED = "dataset = dataset.shuffle(len(x))"
BATCHED = "dataset.batch(batch_size).repeat(epochs)"
LOSSES = "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x))"
COUNTED = "predicted = tf.argmax(logits, axis=1)\n    "

EXERCISES = [
    Exercise(
        "pipeline",
        draw=draw_pipelines,
        returns={
            "batch sizes": "",
            "complete epochs": "",
            "labels fit": "",
            "what is mixed": "",
            "epochs differ": "",
        },
        reveal="Every epoch holds every example once, in a new order, and none runs over into the next. "
        "A buffer larger than the data is no mistake; with one that is smaller, examples stay near where they were.",
        mistakes=[
            Mistake(
                "repeated before it is shuffled",
                source=PIPELINE.format(".repeat(epochs).shuffle(len(x)).batch(batch_size)"),
                says="You repeat before you shuffle: the shuffle mixes the end of one epoch with the start of the "
                "next, so an epoch holds some examples twice and misses others. Shuffle first.",
            ),
            Mistake(
                "repeated before it is cut into batches",
                source=PIPELINE.format(".shuffle(len(x)).repeat(epochs).batch(batch_size)"),
                says="You repeat before you make batches: one batch then holds the end of an epoch and the start "
                "of the next. Batch first, so that each epoch is cut up by itself.",
            ),
            Mistake(
                "not shuffled",
                source=PIPELINE.format(".batch(batch_size).repeat(epochs)"),
                says="The examples come in the order of the data. Shuffle them: `.shuffle(len(x))`, first of all.",
            ),
            Mistake(
                "batches shuffled",
                source=PIPELINE.format(".batch(batch_size).shuffle(len(x)).repeat(epochs)"),
                says="You shuffle the batches, but a batch always holds the same neighbours. Shuffle the examples, "
                "before they are put into batches.",
            ),
            Mistake(
                "small buffer",
                edits=[("dataset.shuffle(len(x))", "dataset.shuffle(batch_size)")],
                says="The buffer is smaller than the data: an example only changes places with its neighbours. "
                "To mix everything the buffer has to hold all: `len(x)`.",
            ),
            Mistake(
                "shuffled once for all epochs",
                edits=[("shuffle(len(x))", "shuffle(len(x), reshuffle_each_iteration=False)")],
                says="Every epoch has the same order: something keeps the first one. Let `shuffle` draw a new order "
                "each time, as it does by default, and put no `cache` behind it.",
            ),
            Mistake(
                "not repeated",
                edits=[(".repeat(epochs)", "")],
                says="There is one epoch only. Add `.repeat(epochs)` at the end.",
            ),
            Mistake(
                "repeated without end",
                edits=[(".repeat(epochs)", ".repeat()")],
                says="`repeat()` without a number never ends. Give it the number of epochs.",
            ),
            Mistake(
                "last batch dropped",
                edits=[("batch(batch_size)", "batch(batch_size, drop_remainder=True)")],
                says="The smaller last batch is thrown away, and its examples with it. Leave `drop_remainder` out.",
            ),
            Mistake(
                "no batches",
                edits=[("dataset.batch(batch_size)", "dataset")],
                says="The examples come one by one. Put `batch_size` of them together with `.batch(batch_size)`.",
            ),
            Mistake(
                "data not cut into examples",
                edits=[("from_tensor_slices", "from_tensors")],
                says="`from_tensors` makes one big element of all data. `from_tensor_slices` cuts it into examples.",
            ),
            Mistake(
                "labels left out",
                edits=[("from_tensor_slices((x, y))", "from_tensor_slices(x)")],
                says="The labels are missing. Slice both at once: `from_tensor_slices((x, y))`.",
            ),
            Mistake(
                "inputs shuffled without their labels",
                source="""
def pipeline(x, y, batch_size, epochs):
    xs = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x))
    ys = tf.data.Dataset.from_tensor_slices(y)
    return tf.data.Dataset.zip((xs, ys)).batch(batch_size).repeat(epochs)
""",
                says="The labels do not move with their images, so most images get a wrong one. "
                "Put x and y into one dataset, and then shuffle.",
            ),
            Mistake(
                "results thrown away",
                source="""
def pipeline(x, y, batch_size, epochs):
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    dataset.shuffle(len(x))
    dataset.batch(batch_size)
    dataset.repeat(epochs)
    return dataset
""",
                says="`shuffle`, `batch` and `repeat` change nothing in place: each returns a new dataset. "
                "Keep it: `dataset = dataset.shuffle(...)`, and so on.",
            ),
            Mistake(
                "batch size and epochs swapped",
                edits=[("batch(batch_size).repeat(epochs)", "batch(epochs).repeat(batch_size)")],
                says="The two numbers have changed places: `batch` takes `batch_size`, `repeat` takes `epochs`.",
            ),
            Mistake(
                "one epoch too many",
                edits=[("repeat(epochs)", "repeat(epochs + 1)")],
                says="There is one epoch too many: `repeat(n)` gives n passes in all, the first included.",
            ),
            Mistake(
                "the notebook's own data",
                edits=[("((x, y))", "((x_train, y_train))"), ("len(x)", "len(x_train)")],
                says="You use the notebook's `x_train` and `y_train`. Use what the function is given: `x` and `y`.",
            ),
            Mistake(
                "labels before images",
                edits=[("((x, y))", "((y, x))")],
                says="The pairs hold the label first. Put x before y: `from_tensor_slices((x, y))`.",
            ),
            Mistake(
                "two arguments for a pair",
                edits=[("((x, y))", "(x, y)")],
                says="`from_tensor_slices` takes one argument. Put x and y into brackets of their own: `((x, y))`.",
            ),
        ],
        alternatives=[
            Alternative(
                "NumPy and a generator",
                source="""
def pipeline(x, y, batch_size, epochs):
    def batches():
        for _ in range(epochs):
            order = np.random.permutation(len(x))
            for start in range(0, len(x), batch_size):
                chosen = order[start : start + batch_size]
                yield tf.gather(x, chosen), tf.gather(y, chosen)
    return tf.data.Dataset.from_generator(
        batches, output_signature=(tf.TensorSpec(None, x.dtype), tf.TensorSpec(None, y.dtype)))
""",
            ),
            Alternative(
                "a list of batches",
                source="""
def pipeline(x, y, batch_size, epochs):
    batches = []
    for _ in range(epochs):
        order = tf.random.shuffle(tf.range(len(x)))
        for chosen in tf.split(order[: len(x) // batch_size * batch_size], len(x) // batch_size):
            batches.append((tf.gather(x, chosen), tf.gather(y, chosen)))
        if len(x) % batch_size:
            chosen = order[-(len(x) % batch_size) :]
            batches.append((tf.gather(x, chosen), tf.gather(y, chosen)))
    return batches
""",
            ),
            Alternative(
                "a large buffer, read ahead",
                edits=[("len(x)", "10_000"), (BATCHED, BATCHED + ".prefetch(tf.data.AUTOTUNE)")],
            ),
        ],
    ),
    Exercise(
        "train_step",
        draw=draw_steps,
        returns={"losses": "", "new weights": ""},
        reveal="Forward, loss, gradient, update: every training loop repeats these four lines.",
        mistakes=[
            Mistake(
                "never updated",
                edits=[("    optimizer.apply(gradients, model.trainable_variables)\n", "")],
                says="The weights stay as they were: the gradients are computed and not used. "
                "Hand them to `optimizer.apply`.",
            ),
            Mistake(
                "softmax before the loss",
                edits=[("model(x))", "tf.nn.softmax(model(x)))")],
                says="A softmax stands before a loss that takes its own softmax. The loss wants the logits, "
                "as the model returns them.",
            ),
            Mistake(
                "sum for mean",
                edits=[("reduce_mean", "reduce_sum")],
                says="The gradient is that of a sum over the batch: a tape sums a vector of losses. Inside `with`, "
                "take the mean.",
            ),
            Mistake(
                "one loss per instance",
                edits=[("loss = tf.reduce_mean(losses)", "loss = losses")],
                says="The loss has one number per instance. Take the mean of them: one number for the batch.",
            ),
            Mistake(
                "loss outside the tape",
                source="""
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        pass
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x)))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss
""",
                says="No gradient reaches the weights. Call the model *and* compute the loss inside the `with` block, "
                "from the logits and without `argmax`.",
            ),
            Mistake(
                "only the last layer",
                source="""
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x))
        loss = tf.reduce_mean(losses)
    variables = model.layers[-1].trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss
""",
                says="Only the last layer learns. Take `model.trainable_variables`, which holds all weights.",
            ),
            Mistake(
                "loss after the step",
                edits=[
                    (
                        "return loss",
                        "return tf.reduce_mean(\n"
                        "        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x)))",
                    )
                ],
                says="That is the loss of the new weights. Return the loss the gradient was made of: "
                "it is there already, and costs nothing.",
            ),
            Mistake(
                "uphill",
                edits=[("loss = tf.reduce_mean(losses)", "loss = -tf.reduce_mean(losses)")],
                says="The loss has the wrong sign, so the step goes uphill. The optimizer makes a loss smaller: "
                "give it the loss itself.",
            ),
            Mistake(
                "an optimizer of its own",
                edits=[
                    (
                        "optimizer.apply(gradients",
                        "keras.optimizers.SGD(float(optimizer.learning_rate)).apply(gradients",
                    )
                ],
                says="A new optimizer is made at every step. Adam remembers earlier gradients and would forget "
                "them: use the given `optimizer`.",
            ),
            Mistake(
                "two steps",
                edits=[
                    (
                        "    optimizer.apply(gradients, model.trainable_variables)\n",
                        "    optimizer.apply(gradients, model.trainable_variables)\n" * 2,
                    )
                ],
                says="The gradients are applied twice. One call of `train_step` is one step.",
            ),
            Mistake(
                "gradients returned",
                edits=[("return loss", "return gradients")],
                says="The gradients come back. Return the loss; the gradients have done their work.",
            ),
            Mistake(
                "labels and logits swapped",
                edits=[("labels=y, logits=model(x)", "labels=model(x), logits=y")],
                says="Labels and logits have changed places: `labels=y`, and `logits` is what the model returns.",
            ),
            Mistake(
                "the loss for one-hot labels",
                edits=[("sparse_softmax", "softmax")],
                says="`softmax_cross_entropy_with_logits` wants one-hot labels. For labels that are whole numbers "
                "take the `sparse_` one.",
            ),
            Mistake(
                "shares for logits, in Keras",
                source="""
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(y, model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss
""",
                says="This Keras loss expects shares that add up to 1, and the model gives logits. "
                "Say `from_logits=True`, or use the function of the text.",
            ),
            Mistake(
                "gradient's arguments swapped",
                edits=[
                    ("tape.gradient(loss, model.trainable_variables)", "tape.gradient(model.trainable_variables, loss)")
                ],
                says="The tape is asked for the gradient of the weights with respect to the loss. "
                "The loss comes first: `tape.gradient(loss, variables)`.",
            ),
            Mistake(
                "variables before gradients",
                edits=[("apply(gradients, model.trainable_variables)", "apply(model.trainable_variables, gradients)")],
                says="Gradients and variables have changed places: `optimizer.apply(gradients, variables)`.",
            ),
            Mistake(
                "apply_gradients without pairs",
                edits=[("optimizer.apply(", "optimizer.apply_gradients(")],
                says="`apply_gradients` wants pairs, `zip(gradients, variables)`. "
                "With two lists, call `optimizer.apply(gradients, variables)`.",
            ),
            Mistake(
                "the notebook's own network",
                edits=[("model(x))", "network(x))")],
                says="You call the notebook's `network`. Call the `model` that the function is given.",
            ),
            Mistake(
                "model returned too",
                edits=[("return loss", "return loss, model")],
                says="Return the loss alone. The model is changed in place: the caller has it already.",
            ),
        ],
        alternatives=[
            Alternative(
                "the Keras loss and apply_gradients",
                source="""
def train_step(model, optimizer, x, y):
    loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_function(y, model(x, training=True))
    variables = model.trainable_weights
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return float(loss)
""",
            ),
            Alternative(
                "log of the softmax, one-hot",
                source="""
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        log_probabilities = tf.nn.log_softmax(model(x))
        loss = -tf.reduce_sum(tf.one_hot(y, log_probabilities.shape[1]) * log_probabilities) / len(y)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss.numpy()
""",
            ),
            Alternative(
                "Keras's own step",
                source="""
def train_step(model, optimizer, x, y):
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    return model.train_on_batch(x, y)
""",
            ),
        ],
    ),
    Exercise(
        "three_ways",
        draw=draw_makers,
        returns={"ways": "", "losses": "way batch"},
        reveal="Three ways to run one program: the numbers are the same, the times are not.",
        mistakes=[
            Mistake(
                "one step for all",
                source="""
def three_ways(make_step):
    step = make_step()
    return step, tf.function(step), tf.function(step, jit_compile=True)
""",
                says="All three share one network, so the second goes on training where the first has stopped. "
                "Call `make_step()` once for each.",
            ),
            Mistake(
                "XLA forgotten",
                edits=[(", jit_compile=True", "")],
                says="The third runs as an ordinary graph. XLA needs `jit_compile=True`.",
            ),
            Mistake(
                "nothing compiled",
                source="def three_ways(make_step):\n    return make_step(), make_step(), make_step()\n",
                says="All three are plain Python. Wrap the second and the third in `tf.function`.",
            ),
            Mistake(
                "the maker compiled",
                edits=[
                    ("tf.function(make_step())", "tf.function(make_step)"),
                    ("tf.function(make_step(), jit", "tf.function(make_step, jit"),
                ],
                says="You compile the maker of steps. Call it first, and compile the step that it returns: "
                "`tf.function(make_step())`.",
            ),
            Mistake(
                "all compiled",
                source="""
def three_ways(make_step):
    return tf.function(make_step()), tf.function(make_step()), tf.function(make_step(), jit_compile=True)
""",
                says="The first is compiled too. Eager means the step as it is, with nothing around it.",
            ),
            Mistake(
                "XLA before graph",
                source="""
def three_ways(make_step):
    return make_step(), tf.function(make_step(), jit_compile=True), tf.function(make_step())
""",
                says="The three are right, in another order. Return eager, graph, XLA.",
            ),
            Mistake(
                "two ways only",
                source="""
def three_ways(make_step):
    return make_step(), tf.function(make_step(), jit_compile=True)
""",
                says="Two functions come back. Three are asked: eager, graph, XLA.",
            ),
            Mistake(
                "graph and XLA share a step",
                source="""
def three_ways(make_step):
    step = make_step()
    return make_step(), tf.function(step), tf.function(step, jit_compile=True)
""",
                says="Graph and XLA share one network, so XLA goes on where the graph has stopped. "
                "Call `make_step()` for each of the three.",
            ),
            Mistake(
                "the maker for the eager step",
                source="""
def three_ways(make_step):
    return make_step, tf.function(make_step()), tf.function(make_step(), jit_compile=True)
""",
                says="The first is the maker, not a step. Call it: `make_step()`.",
            ),
            Mistake(
                "steps called",
                source="""
def three_ways(make_step):
    return make_step()(), tf.function(make_step())(), tf.function(make_step(), jit_compile=True)()
""",
                says="You call the steps, without a batch. Return the functions themselves; the check calls them.",
            ),
            Mistake(
                "a dictionary",
                source="""
def three_ways(make_step):
    return {
        "eager": make_step(), "graph": tf.function(make_step()), "XLA": tf.function(make_step(), jit_compile=True)}
""",
                says="That is a dictionary. Return three functions, separated by commas: eager, graph, XLA.",
            ),
            Mistake(
                "one way only",
                source="def three_ways(make_step):\n    return tf.function(make_step())\n",
                says="One function comes back. Return three, separated by commas: eager, graph, XLA.",
            ),
        ],
        alternatives=[
            Alternative(
                "decorated",
                source="""
def three_ways(make_step):
    eager, of_graph, of_xla = make_step(), make_step(), make_step()
    @tf.function
    def graph(x, y):
        return of_graph(x, y)
    @tf.function(jit_compile=True)
    def xla(x, y):
        return of_xla(x, y)
    return [eager, graph, xla]
""",
            ),
        ],
    ),
    Exercise(
        "accuracy",
        draw=draw_test_sets,
        returns={"the share": ""},
        reveal="Count first, divide once: then batches of any size add up.",
        mistakes=[
            Mistake(
                "last batch only",
                source="""
def accuracy(model, batches):
    for x, y in batches:
        share = np.mean(tf.argmax(model(x), axis=1) == y)
    return share
""",
                says="That is the accuracy of the last batch alone. Add up over all batches, and divide once at "
                "the end.",
            ),
            Mistake(
                "first batch only",
                source="""
def accuracy(model, batches):
    for x, y in batches:
        return np.mean(tf.argmax(model(x), axis=1) == y)
""",
                says="The function returns after its first batch. Move `return` behind the loop.",
            ),
            Mistake(
                "mean of the batches",
                source="""
def accuracy(model, batches):
    return np.mean([np.mean(tf.argmax(model(x), axis=1) == y) for x, y in batches])
""",
                says="You average the accuracies of the batches, so an image in a small batch counts more than "
                "others. Add up right answers and images, and divide once.",
            ),
            Mistake(
                "wrong axis",
                edits=[("axis=1", "axis=0")],
                says="`argmax` runs over the images instead of the classes: axis 0 of (B, C) is the batch. "
                "Take `axis=1`.",
            ),
            Mistake(
                "a count",
                edits=[("right / total", "right")],
                says="That is how many are right. Divide by the number of images to get a share.",
            ),
            Mistake(
                "percent",
                edits=[("right / total", "100 * right / total")],
                says="That is in percent. A share from 0 to 1 is asked: leave the 100 out.",
            ),
            Mistake(
                "errors counted",
                edits=[("predicted == y", "predicted != y")],
                says="That is the share of wrong answers. Count where prediction and label are the same.",
            ),
            Mistake(
                "as if all batches were full",
                source="""
def accuracy(model, batches):
    right = sum(np.sum(tf.argmax(model(x), axis=1) == y) for x, y in batches)
    return right / (len(batches) * len(batches[0][1]))
""",
                says="You divide as if all batches had the size of the first. The last may be smaller: "
                "add up the true sizes.",
            ),
            Mistake(
                "last batch left out",
                edits=[("in batches:", "in batches[:-1]:")],
                says="The last batch is left out. Its images count as much as all others.",
            ),
            Mistake(
                "counter set back",
                source="""
def accuracy(model, batches):
    total = 0
    for x, y in batches:
        right = 0
        right += np.sum(tf.argmax(model(x), axis=1) == y)
        total += len(y)
    return right / total
""",
                says="The counter of right answers starts from 0 in every batch. Set it to 0 before the loop.",
            ),
            Mistake(
                "divided by the number of batches",
                edits=[("total += len(y)", "total += 1")],
                says="You divide by the number of batches. Divide by the number of images: add `len(y)` each time.",
            ),
            Mistake(
                "divided by the classes",
                edits=[("len(y)", "model(x).shape[1]")],
                says="You divide by the number of classes. Divide by the number of images: `len(y)` of every batch.",
            ),
            Mistake(
                "logits compared with labels",
                edits=[("tf.argmax(model(x), axis=1)", "model(x)")],
                says="You compare logits with labels. First find the class with the largest logit: `tf.argmax`.",
            ),
            Mistake(
                "truth values added by TensorFlow",
                edits=[("np.sum(predicted == y)", "tf.reduce_sum(predicted == y)")],
                says="`tf.reduce_sum` cannot add True and False. `np.sum` can, or cast them first: "
                "`tf.cast(..., tf.int32)`.",
            ),
            Mistake(
                "shares added up",
                edits=[("np.sum(", "np.mean(")],
                says="You add up shares and divide by a count. Add up how many are right: `np.sum`.",
            ),
            Mistake(
                "whole-number division",
                edits=[("right / total", "right // total")],
                says="`//` rounds down to a whole number. Divide with `/`.",
            ),
            Mistake(
                "the notebook's test set",
                source="""
def accuracy(model, batches):
    return np.mean(np.argmax(model(x_test), axis=1) == y_test)
""",
                says="You use the notebook's `x_test` and `y_test`. Use the given `batches`.",
            ),
        ],
        alternatives=[
            Alternative(
                "all predictions first",
                source="""
def accuracy(model, batches):
    predicted = np.concatenate([np.argmax(model(x), axis=-1) for x, _ in batches])
    return float((predicted == np.concatenate([y for _, y in batches])).mean())
""",
            ),
            Alternative(
                "a Keras metric",
                source="""
def accuracy(model, batches):
    metric = keras.metrics.SparseCategoricalAccuracy()
    for x, y in batches:
        metric.update_state(y, model(x))
    return metric.result()
""",
            ),
            Alternative(
                "is the label among the best one",
                source="""
def accuracy(model, batches):
    hits = tf.concat([tf.math.in_top_k(y, model(x), k=1) for x, y in batches], axis=0)
    return tf.reduce_mean(tf.cast(hits, tf.float32))
""",
            ),
        ],
    ),
    choice(
        "best_epoch",
        right="B",
        wrong={
            "A": "`A` overlooks who did the choosing. No weight was fitted to these images, but the *epoch* was: "
            "you took the one where they happened to come out well.",
            "C": "`C` has the wrong direction. The best of fifteen noisy numbers is rarely one that had bad luck.",
            "D": "`D` would hold for an epoch fixed beforehand: noise goes both ways. The best of fifteen has more "
            "often had good luck than bad.",
        },
        reveal="Choosing is fitting. Choose on validation images, then look at the test images once.",
    ),
    Exercise(
        "confusion",
        draw=draw_answers,
        returns={"the matrix": "true predicted"},
        reveal="Its diagonal, divided by its sum, is the accuracy; everything else says what went wrong.",
        mistakes=[
            Mistake(
                "transposed",
                edits=[("(y, predicted,", "(predicted, y,")],
                says="Rows and columns are swapped: a row is a true class, a column an answer. "
                "The labels come first: `(y, predicted, ...)`.",
            ),
            Mistake(
                "wrong axis",
                edits=[("axis=1", "axis=0")],
                says="`argmax` runs over the images instead of the classes: axis 0 of (B, C) is the batch. "
                "Take `axis=1`.",
            ),
            Mistake(
                "number of classes left out",
                edits=[(", num_classes=logits.shape[1]", "")],
                says="A class that does not occur gets no row, and the matrix is too small. "
                "Say `num_classes=logits.shape[1]`.",
            ),
            Mistake(
                "classes counted in the labels",
                edits=[("logits.shape[1]", "len(set(y.numpy().tolist()))")],
                says="You count the classes that occur in the labels, and one may be missing. "
                "The logits have a column for every class.",
            ),
            Mistake(
                "as many classes as images",
                edits=[("logits.shape[1]", "logits.shape[0]")],
                says="The matrix has a row for every image. It needs one for every class: `logits.shape[1]`.",
            ),
            Mistake(
                "ten classes, whatever comes",
                edits=[("logits.shape[1]", "10")],
                says="The number of classes is fixed at 10. Take it from the logits: `logits.shape[1]`.",
            ),
            Mistake(
                "every pair once",
                source="""
def confusion(logits, y):
    matrix = np.zeros((logits.shape[1], logits.shape[1]))
    matrix[y, np.argmax(logits, axis=1)] += 1
    return matrix
""",
                says="Each pair is counted once, however often it occurs: `+=` with arrays as index adds to a place "
                "only once. Use `tf.math.confusion_matrix`, or a loop.",
            ),
            Mistake(
                "shares of each row",
                edits=[
                    ("return tf.math", "matrix = tf.math"),
                    (
                        "num_classes=logits.shape[1])",
                        "num_classes=logits.shape[1])\n"
                        "    return tf.math.divide_no_nan(\n"
                        "        tf.cast(matrix, tf.float32), tf.cast(tf.reduce_sum(matrix, 1, True), tf.float32))",
                    ),
                ],
                says="The rows are divided by their sums. Return the counts themselves.",
            ),
            Mistake(
                "errors only",
                edits=[
                    ("return tf.math", "matrix = tf.math"),
                    (
                        "num_classes=logits.shape[1])",
                        "num_classes=logits.shape[1])\n    return matrix - tf.linalg.diag(tf.linalg.diag_part(matrix))",
                    ),
                ],
                says="The diagonal is empty. Right answers are counted too: they lie there.",
            ),
            Mistake(
                "right answers only",
                edits=[
                    ("return tf.math", "matrix = tf.math"),
                    (
                        "num_classes=logits.shape[1])",
                        "num_classes=logits.shape[1])\n    return tf.linalg.diag_part(matrix)",
                    ),
                ],
                says="Only the diagonal comes back. Return the whole matrix, errors included.",
            ),
            Mistake(
                "logits for answers",
                edits=[("tf.argmax(logits, axis=1)", "logits")],
                says="The matrix counts classes, and these are logits. First take their `argmax` along the classes.",
            ),
            Mistake(
                "one row many times",
                source="""
def confusion(logits, y):
    matrix = [[0] * logits.shape[1]] * logits.shape[1]
    for true, answer in zip(y, np.argmax(logits, axis=1)):
        matrix[int(true)][int(answer)] += 1
    return matrix
""",
                says="All rows are one and the same list: `[row] * n` does not copy. Start from `np.zeros((C, C))`.",
            ),
        ],
        alternatives=[
            Alternative(
                "a loop",
                source="""
def confusion(logits, y):
    matrix = np.zeros((logits.shape[1], logits.shape[1]), int)
    for true, answer in zip(y.numpy(), np.argmax(logits, axis=1)):
        matrix[true, answer] += 1
    return matrix
""",
            ),
            Alternative(
                "a product of one-hot matrices",
                source="""
def confusion(logits, y):
    classes = logits.shape[1]
    return tf.one_hot(y, classes, axis=0) @ tf.one_hot(tf.argmax(logits, axis=-1), classes)
""",
            ),
        ],
    ),
    Exercise(
        "loss_floor",
        draw=draw_classes,
        returns={"the floor": ""},
        reveal="For ten classes 1.461: a loss that stops above it can belong to a perfect network with one softmax "
        "too many.",
        mistakes=[
            Mistake(
                "zero",
                source="def loss_floor(classes):\n    return 0.0\n",
                says="That is the floor without the bug. The second softmax sees one 1 and many zeros, takes `exp` of "
                "all, and `exp(0)` is 1: the wrong classes keep a share.",
            ),
            Mistake(
                "the loss of a guess",
                source="def loss_floor(classes):\n    return np.log(classes)\n",
                says="That is the loss of a network that knows nothing: all classes equal. "
                "Take a perfect one, whose first softmax gives 1 to the right class.",
            ),
            Mistake(
                "the right class counted twice",
                edits=[("classes - 1", "classes")],
                says="There are `classes - 1` wrong classes, not `classes`: the right one is in the sum already.",
            ),
            Mistake(
                "sign",
                edits=[("-np.log", "np.log")],
                says="The sign is wrong. The log of a share is negative; the loss is its negative, a positive number.",
            ),
            Mistake(
                "the share itself",
                source="def loss_floor(classes):\n    return np.e / (np.e + classes - 1)\n",
                says="That is the share that the second softmax gives to the right class. The loss is its `-np.log`.",
            ),
            Mistake(
                "log to base 10",
                edits=[("np.log(", "np.log10(")],
                says="That is the logarithm to base 10. The loss uses the natural one, `np.log`.",
            ),
            Mistake(
                "log to base 2",
                edits=[("np.log(", "np.log2(")],
                says="That is the logarithm to base 2. The loss uses the natural one, `np.log`.",
            ),
            Mistake(
                "ten classes, whatever comes",
                edits=[("classes - 1)", "9)")],
                says="That is right for ten classes only. Use the argument `classes`.",
            ),
            Mistake(
                "two classes, whatever comes",
                edits=[("classes - 1)", "1)")],
                says="That is right for two classes only. There are `classes - 1` wrong ones, each with `exp(0)`.",
            ),
            Mistake(
                "the loss of a wrong class",
                edits=[("np.log(np.e / (", "np.log(1 / (")],
                says="That is the loss if a *wrong* class were true. The right one has `exp(1)` above the line.",
            ),
        ],
        alternatives=[
            Alternative(
                "asking TensorFlow",
                source="""
def loss_floor(classes):
    perfect = tf.one_hot([0], classes)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0], logits=perfect)[0]
""",
            ),
            Alternative(
                "simplified", edits=[("-np.log(np.e / (np.e + classes - 1))", "np.log(np.e + classes - 1) - 1")]
            ),
        ],
    ),
]
