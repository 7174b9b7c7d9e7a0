"""Things a check hands to a student's function beside tensors and numbers, and ways to call what they wrote.

An exercise such as ``static_rnn(cell, xs, h0)`` takes a function. The check brings one of its own,
so that a wrong cell from an earlier exercise never costs this one.
"""

from helpers.probes.cells import LeakyCell, ProjectedCell, TanhStep, TanhStepBackward
from helpers.probes.decoders import DecoderStep
from helpers.probes.harness import (
    LoopError,
    Unfit,
    call_and_count_traces,
    call_with_mask,
    call_with_unknown_length,
    cells_with_dropout,
    run_with_weights,
    step_with_bias,
    train_and_show,
)
from helpers.probes.models import (
    FreeRun,
    LinearModel,
    LSTMLayer,
    MaskedReader,
    MixedSteps,
    PageScore,
    RowClassifier,
    SequenceModel,
    StepMaker,
    WeightLoss,
    averaging_classifier,
    keras_classifier,
)
from helpers.probes.scans import JoinSteps, ScanStates, scan_in_rounds
from helpers.probes.writers import Chooser, ChunkLoss, NextStep, generate_and_count

__all__ = [
    "Chooser",
    "ChunkLoss",
    "DecoderStep",
    "FreeRun",
    "JoinSteps",
    "LSTMLayer",
    "LeakyCell",
    "LinearModel",
    "LoopError",
    "MaskedReader",
    "MixedSteps",
    "NextStep",
    "PageScore",
    "ProjectedCell",
    "RowClassifier",
    "ScanStates",
    "SequenceModel",
    "StepMaker",
    "TanhStep",
    "TanhStepBackward",
    "Unfit",
    "WeightLoss",
    "averaging_classifier",
    "call_and_count_traces",
    "call_with_mask",
    "call_with_unknown_length",
    "cells_with_dropout",
    "generate_and_count",
    "keras_classifier",
    "run_with_weights",
    "scan_in_rounds",
    "step_with_bias",
    "train_and_show",
]
