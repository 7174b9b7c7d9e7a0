"""What TensorFlow, Keras and NumPy mean by their errors, in words for the one who wrote the line.

Their texts name the operation that gave up, which is seldom what went wrong: "Can't concatenate scalars" is a
missing axis, "Incompatible shapes [Op:Mul]" often a ``*`` in the place of ``@``. One table translates the common ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LONGEST = 300  # characters of an exception's own text


def telling(error: BaseException) -> str:
    """The name of an exception and what it means: a translation where there is one, else its own telling line."""
    line = telling_line(error)
    words = translate(line) or (line if len(line) <= LONGEST else line[:LONGEST] + "...")
    return f"{type(error).__name__}{': ' + words if words else ''}"


def telling_line(error: BaseException) -> str:
    """The line of an exception's text that says what happened; TensorFlow and Keras wrap it in several others."""
    try:
        text = re.sub(r"\x1b\[\d*m", "", str(error))
    except Exception:  # a __str__ that raises
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    line = lines[0]
    if line.startswith("in user code"):
        name = re.compile(r"^[A-Za-z]+(Error|Exception|Warning)?: ")
        line = next((line for line in reversed(lines) if name.match(line)), lines[-1])
        line = name.sub("", line)
    if line.startswith("Exception encountered when calling") and len(lines) > 1:
        line = lines[1 + lines.index(line)] if line in lines[:-1] else line
    return re.sub(r"\{\{function_node.*?\}\}\s*", "", line)


def translate(line: str) -> str:
    """What an error's telling line means, in a sentence or two; "" where the table has nothing on it."""
    for pattern, words in TABLE:
        if found := re.search(pattern, line):
            return words(found) if callable(words) else words
    return ""


def _sizes(text: str) -> list[str]:
    return text.split(",") if text else []


def _elementwise(found: re.Match[str]) -> str:
    left, right = (_sizes(found[name]) for name in ("left", "right"))
    sign = {"Mul": "*", "AddV2": "+", "Add": "+", "Sub": "-", "RealDiv": "/"}.get(found["op"], "")
    shapes = f"shapes [{found['left']}] and [{found['right']}] do not fit"
    if not sign:
        return f"{shapes} each other: counted from the last axis, sizes must be equal, or one of them 1."
    text = f"`{sign}` works number by number; {shapes}."
    if sign == "*" and len(left) == len(right) == 2 and left[1] == right[0]:
        text += " A matrix product is written `@`."
    return text


def _product(found: re.Match[str]) -> str:
    left, right = (_sizes(found[name]) for name in ("left", "right"))
    shapes = f"shapes [{found['left']}] and [{found['right']}] do not fit."
    text = f"in `a @ b`, a must have as many columns as b has rows; {shapes}"
    if len(left) == len(right) >= 2 and left[:-2] == right[:-2]:
        if left[-1] == right[-1]:
            return text + " Is one of them to be transposed?"
        if left[-2] == right[-2]:
            return text + " Is the left one to be transposed?"
        return text + " Are all arguments in the right order?"
    return text


def _sparse_labels(found: re.Match[str]) -> str:
    labels, logits = found["labels"], found["logits"]
    text = f"as labels this loss takes ids, with an axis less than the logits; it was given {labels} and {logits}."
    more = len(re.findall(r"\w+", labels)) > len(re.findall(r"\w+", logits))
    return f"{text}{' Have the two changed places?' if more else ''}"


def _refused_input(found: re.Match[str]) -> str:
    return (
        f"the signature takes a tensor of shape {found['wanted']} and type {found['wanted_type']}; "
        f"it was given {found['given']} and {found['given_type']}"
    )


TYPES = {"double": "float64", "float": "float32", "half": "float16"}


def _other_type(found: re.Match[str]) -> str:
    pair = ("wanted", "given") if found["wanted"] else ("wanted2", "given2")
    wanted, given = (TYPES.get(found[name], found[name]) for name in pair)
    if wanted == "bool":
        return f"a condition of booleans is needed, and {given} was given: compare first, as in `x > 0`."
    return f"numbers of two types meet, {wanted} and {given}: bring one to the other's with tf.cast."


def _no_axis(found: re.Match[str]) -> str:
    axes = "1 axis" if found["axes"] == "1" else f"{found['axes']} axes"
    return f"there is no axis {found['axis']}: the tensor has {axes}, counted from 0."


def _no_slot(found: re.Match[str]) -> str:
    if found["size"] == "0":
        return "the TensorArray has no slots: make it as long as the sequence, with `size`."
    return f"the TensorArray has {found['size']} slots, counted from 0: there is none with the number {found['slot']}."


SPEC = r"TensorSpec\(shape=(?P<{0}>[^)]*\)), dtype=tf\.(?P<{0}_type>\w+)"
UNKNOWN = (
    "inside a graph the length may be unknown, and `x.shape[1]` is None then: use `tf.shape(x)[1]`, and a loop that "
    "TensorFlow runs, over `tf.range` or with tf.while_loop."
)
NO_NUMBERS = (
    "inside a graph a tensor has no numbers yet, so NumPy and `.numpy()` cannot read it: use the operations of "
    "TensorFlow instead."
)
NO_BOOL = (
    "inside a graph a tensor has no value yet, so `if`, `while` and `and` cannot look at it: use tf.where, tf.cond "
    "or tf.while_loop."
)
IS_NONE = (
    "None stands where a tensor is needed. Does a function that is called lack its `return`, or is it a gradient of "
    "what the tape did not watch?"
)

TABLE: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (
        r"Only input tensors may be passed as positional arguments",
        "Keras takes tensors by their place and everything else by its name: training=training.",
    ),
    (
        r"object has no attribute '_unique_id'",
        "optimizer.apply takes the gradients first and then the variables.",
    ),
    (
        r"unsupported operand type\(s\) for .*'IndexedSlices'",
        "the gradient of a table comes as IndexedSlices, the rows that were looked up: hand it to optimizer.apply, or "
        "make a tensor of it with tf.convert_to_tensor.",
    ),
    (
        r"Can't concatenate scalars|rank 2 but is rank 0 .*Concat",
        "tf.concat joins tensors along an axis that they have; one of these is a single number. Was an index too many "
        "taken, or is a new axis needed ([:, None])?",
    ),
    (
        r"Ranks of all input tensors should match: shape\[0\] = (\S+) vs\. shape\[\d+\] = (\S+)",
        lambda found: (
            f"tf.concat joins tensors with the same number of axes; these have shapes {found[1]} and {found[2]}. "
            "tf.stack makes a new axis."
        ),
    ),
    (
        r"concat_dim: Tensor conversion requested dtype int32",
        "tf.concat takes a list of tensors first and then the axis: tf.concat([a, b], axis=1).",
    ),
    (
        r"Got multiple values for argument 'axis'",
        "tf.concat and tf.stack take a list of tensors first and then the axis: tf.concat([a, b], axis=1).",
    ),
    (
        r"ConcatOp : Dimension \d+ in both shapes must be equal: shape\[\d+\] = (\S+) vs\. shape\[\d+\] = (\S+)"
        r"|Dimension \d+ in both shapes must be equal.* = ConcatV2\[.*input shapes: (\[[\d,?]*\]), (\[[\d,?]*\])",
        lambda found: (
            "tf.concat joins tensors that are equally long along all other axes; these have shapes "
            f"{found[1] or found[3]} and {found[2] or found[4]}. Is another axis to be joined?"
        ),
    ),
    (
        r"'dims' must be 1-dimension, not 0|must be rank 1 but is rank 0 .*ReverseV2",
        "tf.reverse takes a list of axes: tf.reverse(x, axis=[1]).",
    ),
    (
        r"Expected int for argument 'seq_dim' not None",
        "tf.reverse_sequence has to be told which axis is time: seq_axis=1.",
    ),
    (r"Incompatible shapes: \[(?P<left>[\d,]*)\] vs\. \[(?P<right>[\d,]*)\].*\[Op:(?P<op>\w+)\]", _elementwise),
    (
        r"Dimensions must be equal.* = (?P<op>Mul|AddV2|Sub|RealDiv)\[.*input shapes: "
        r"\[(?P<left>[\d,?]*)\], \[(?P<right>[\d,?]*)\]",
        _elementwise,
    ),
    (r"Matrix size-incompatible: In\[0\]: \[(?P<left>[\d,]*)\], In\[1\]: \[(?P<right>[\d,]*)\]", _product),
    (
        r"Dimensions must be equal.* = (?:Batch)?MatMul\w*\[.*input shapes: "
        r"\[(?P<left>[\d,?]*)\], \[(?P<right>[\d,?]*)\]",
        _product,
    ),
    (
        r"In\[[01]\] ndims must be >= 2|In\[0\] and In\[1\] has different ndims",
        "`@` multiplies matrices, and one of these has fewer axes: was one taken away, as in x[0]?",
    ),
    (
        r"was expected to be an? (?P<wanted>\w+) tensor but is an? (?P<given>\w+) tensor"
        r"|must have the same dtype, got tf\.(?P<wanted2>\w+) != tf\.(?P<given2>\w+)",
        _other_type,
    ),
    (
        r"Value for attr '\w+' of bool is not in the list of allowed values",
        "booleans stand where numbers are needed: bring them to the others' type with tf.cast.",
    ),
    (
        r"Shapes of all inputs must match: values\[0\]\.shape = (\S+) != values\[\d+\]\.shape = (\S+)",
        lambda found: (
            f"a list of tensors becomes one only when their shapes are equal; here are {found[1]} and {found[2]}."
        ),
    ),
    (
        r"does not support item assignment|no attribute '__setitem__'",
        "a tensor cannot be changed: collect the parts in a list and make a new one with tf.stack or tf.concat.",
    ),
    (r"Cannot convert a symbolic tf\.Tensor|SymbolicTensor' object has no attribute 'numpy'", NO_NUMBERS),
    (
        r"KerasTensor' object has no attribute|KerasTensor cannot be used as input to a TensorFlow function",
        "a symbolic Keras tensor is a place in a model, without numbers: use Keras layers and keras.ops on it.",
    ),
    (r"symbolic `tf\.Tensor` as a Python `bool` is not allowed", NO_BOOL),
    (
        r"Iterating over a symbolic `tf\.Tensor` is not allowed",
        "inside a graph Python cannot go through a tensor of unknown length: use a loop that TensorFlow runs, over "
        "`tf.range` or with tf.while_loop.",
    ),
    (
        r"NoneType' object cannot be interpreted as an integer|Cannot infer argument `num` from shape"
        r"|Expected int32, but got None",
        UNKNOWN,
    ),
    (
        r"is out of scope and cannot be used here|InaccessibleTensorError",
        "a tensor was taken out of a loop or a branch of the graph, by a Python list or variable: hand it on as a loop "
        "variable, or write it into a tf.TensorArray.",
    ),
    (
        r"enters the loop with shape (\(.*?\)), but has shape (.*?) after one iteration",
        lambda found: (
            f"what the loop carries must keep its shape: it goes in as {found[1]} and comes out as {found[2]}. "
            "A tf.TensorArray can grow."
        ),
    ),
    (
        r"enters the loop with type <dtype: '(\w+)'> but has type <dtype: '(\w+)'>",
        lambda found: (
            f"what the loop carries must keep its type: it goes in as {found[1]} and comes out as {found[2]}."
        ),
    ),
    (
        r"only supports singleton tf\.Variables created on the first call|Creating variables on a non-first call",
        "a traced function creates layers, optimizer variables or tf.Variables when it is called: create them once, "
        "outside of it.",
    ),
    (
        r"non-persistent GradientTape can only be used",
        "a tape gives its gradients once: ask for all of them in one call, as a list, or use "
        "tf.GradientTape(persistent=True).",
    ),
    (
        r"No gradients provided for any variable",
        "all gradients are None: the loss does not depend on these variables as far as the tape saw. Is the model "
        "called inside the tape?",
    ),
    (r"convert a value \(None\) with an unsupported type|unsupported operand type.*'NoneType'", IS_NONE),
    (
        r"Binding inputs to tf\.function failed due to .*?"
        rf"{SPEC.format('given')}.*?{SPEC.format('wanted')}",
        _refused_input,
    ),
    (
        r"transpose expects a vector of size (\d+)\. But input\(1\) is a vector of size (\d+)",
        lambda found: f"the tensor has {found[1]} axes, and the new order names {found[2]} of them.",
    ),
    (
        r"Number of ways to split should evenly divide the split dimension.*split_dim (\d+) \(size = (\d+)\) and "
        r"num_split (\d+)",
        lambda found: f"axis {found[1]} has size {found[2]}, which is not {found[3]} equal parts. Is it another axis?",
    ),
    (r"Invalid reduction dimension \(?(?P<axis>-?\d+) for input with (?P<axes>\d+) dim", _no_axis),
    (r"split_dim < input rank \((?P<axes>\d+)\), but got (?P<axis>-?\d+)", _no_axis),
    (r"concatenating dimensions in the range \[-\d+, (?P<axes>\d+)\), but got (?P<axis>-?\d+)", _no_axis),
    (r"axis (?P<axis>-?\d+) is out of bounds for array of dimension (?P<axes>\d+)", _no_axis),
    (
        r"slice index (-?\d+) of dimension (\d+) out of bounds",
        lambda found: f"along axis {found[2]} there is no entry {found[1]}: entries count from 0.",
    ),
    (
        r"indices(?:\[[\d,]+\])? = (-?\d+) is not in \[0, (\d+)\)",
        lambda found: f"entry {found[1]} is asked for, and there are {found[2]}, counted from 0.",
    ),
    (r"write to index (?P<slot>-?\d+) but array is not resizeable and size is: (?P<size>\d+)", _no_slot),
    (
        r"Argument `?size`? must be provided if argument `?flow`? is not provided",
        "a TensorArray needs its `size`, which is missing or None here; inside a graph `x.shape[1]` may be None: use "
        "`tf.shape(x)[1]`.",
    ),
    (
        r"'ShouldUseWrapper' object|'TensorArray' object is not (?:subscriptable|iterable)",
        "a TensorArray is no tensor: its method `.stack()` makes one of it, with the slots along axis 0.",
    ),
    (
        r"(?:labels\.shape\.rank`|Argument `output`) must (?:equal|have rank)"
        r".*(?:labels|target)\.shape=(?P<labels>\(.*?\)).*(?:logits|output)\.shape=(?P<logits>\(.*?\))",
        _sparse_labels,
    ),
    (
        r"logits and labels must be broadcastable|Arguments `target` and `output` must have the same rank",
        "as labels this loss takes a share for each class; for ids there is the one with `sparse` in its name.",
    ),
    (
        r"condition (\[[\d,]*\]), then (\[[\d,]*\]), and else (\[[\d,]*\]) must be broadcastable",
        lambda found: (
            f"tf.where chooses entry by entry; a condition of shape {found[1]} and values of {found[2]} and {found[3]} "
            "do not fit: counted from the last axis, sizes must be equal, or one of them 1."
        ),
    ),
    (
        r"truth value of an array with more than one element is ambiguous",
        "`if`, `while` and `and` ask for one yes or no, and here is one for each entry: choose entry by entry with "
        "tf.where, or ask for any or all of them.",
    ),
    (
        r"only (?:0-dimensional|length-1|size-1) arrays can be converted to Python scalars",
        "`int` and `float` make a number of a single one, and this is an array of several: which of them is meant?",
    ),
    (
        r"not supported between instances of 'complex'",
        "complex numbers cannot be compared, and a negative number to a power that is not whole becomes one: is the "
        "power taken of the right thing?",
    ),
    (
        r"(?:assignment destination|output array) is read-only",
        "the inputs must stay as they are, also under `+=`: make a copy, or something new.",
    ),
    (
        r"module 'tensorflow' has no attribute '(log|inverse|svd|\w*_cross_entropy\w*|softmax|relu|dropout|l2_loss)'",
        lambda found: f"there is no `tf.{found[1]}`: look for it in tf.math, tf.nn and tf.linalg.",
    ),
    (
        r"expected ndim=(\d+), found ndim=(\d+)\. Full shape received: (\(.*?\))",
        lambda found: f"the layer takes a tensor with {found[1]} axes; it was given one of shape {found[3]}.",
    ),
    (
        r"EagerTensor' object is not callable",
        "round brackets call a function, and here they stand behind a tensor: an entry is taken with [ ].",
    ),
]
