"""What lesson 18 says of the two networks that it trains, and of what they write (see benchmarks/claims.py)."""

import numpy as np

CLAIMS = {
    "text, epoch 0: bits on what it learns from": lambda page: page.bits[0].mean(),
    "text, last epoch: bits on what it learns from": lambda page: page.bits[-1].mean(),
    "text, held out, state carried: bits": lambda page: page.held_bits["carried"],
    "text, held out, state reset at every chunk: bits": lambda page: page.held_bits["reset"],
    "text, counted, best groups: bits": lambda page: min(page.counted_bits),
    "text, first step of a chunk, reset: bits": lambda page: page.by_step["reset"][0],
    "text, first step of a chunk, carried: bits": lambda page: page.by_step["carried"][0],
    "text, steps 10 to 24 of a chunk, reset minus carried: bits": lambda page: (
        page.by_step["reset"][10:] - page.by_step["carried"][10:]
    ).mean(),
    **{
        f"probability of the likeliest at temperature {t}": lambda page, t=t: page.shares[f"temperature {t}"][0]
        for t in (0.5, 1.0, 2.0)
    },
    "writing, time of reading all again over one step each": lambda page: (
        page.took[page.go_on_rereading] / page.took[page.go_on]
    ),
    "writing, the same ids": lambda page: page.texts[page.go_on] == page.texts[page.go_on_rereading],
    "copies, network, temperature 0.3: characters": lambda page: len(page.copies["network, temperature 0.3"]),
    "copies, network, temperature 1.0: characters": lambda page: len(page.copies["network, temperature 1.0"]),
    "copies, counted groups: characters": lambda page: len(page.copies[f"counted groups of {page.best}"]),
    "copies, Shakespeare, held out: characters": lambda page: len(page.copies["Shakespeare, held out"]),
    "music, last epoch: bits a note": lambda page: np.mean(page.music_losses[-1]) / np.log(2),
    "music, held out: bits a note": lambda page: float(page.music_bits),
    "music, held out: share of known chords": lambda page: page.known_shares["Bach, held out"],
    "music, network: share of known chords": lambda page: page.known_shares["network, from one chord"],
    "music, held out: longest copy, notes": lambda page: page.music_copies["Bach, held out"],
    "music, network: longest copy, notes": lambda page: page.music_copies["network, from one chord"],
    "music, from one chord: steps in which the voices lie in order": lambda page: _in_order(page.from_chord[1:]),
    "music, from bars: steps in which the voices lie in order": lambda page: _in_order(page.from_bars[page.GIVEN :]),
    "files: the same characters": lambda page: page.same_again,
}

COMPARISONS = {
    "text, held out, reset minus carried: bits": lambda page: page.held_bits["reset"] - page.held_bits["carried"],
    "text, held out, network minus counted: bits": lambda page: page.held_bits["carried"] - min(page.counted_bits),
    "copies, temperature 0.3 minus 1.0: characters": lambda page: (
        len(page.copies["network, temperature 0.3"]) - len(page.copies["network, temperature 1.0"])
    ),
    "music, share of known chords, network minus held out": lambda page: (
        page.known_shares["network, from one chord"] - page.known_shares["Bach, held out"]
    ),
    "music, longest copy, network minus held out: notes": lambda page: (
        page.music_copies["network, from one chord"] - page.music_copies["Bach, held out"]
    ),
}


def _in_order(chords):
    """The share of steps in which no voice is above the one over it; rests count as in order."""
    steps = [[note for note in chord if note] for chord in np.asarray(chords).tolist()]
    return np.mean([sorted(step, reverse=True) == step for step in steps])
