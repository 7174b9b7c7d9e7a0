"""What the lessons share: checks, data, figures; and, for instructors, grading.

Import ``helpers`` before TensorFlow: TensorFlow reads its log level once, at import,
and a log line on stderr inside a graded cell would cost a right answer its points.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Rounding must not depend on the processor's extensions: a lesson quotes its numbers.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
