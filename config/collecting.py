"""The garbage collector of the long-lived processes."""

from __future__ import annotations

import gc


def settle() -> None:
    """Call when all is loaded: what is there by now stays, so the collector need not walk over it again and again.

    It also comes less often: a batch makes thousands of tuples, and with Python's defaults a tenth of the worker's
    time went into looking at them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
