"""``python -m benchmarks.passing``: the worker with one reaction more, which takes every event and does nothing.

The product's own take few kinds; what this one leaves undone is the least that one would that takes every message.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from benchmarks.product import Product
from benchmarks.seeding import environment_with_database
from benchmarks.waiting import wait_for
from regulars.supervision.system import end_with_parent

EVERYTHING = "benchmarks.everything"
START_PATIENCE = 60.0
_HAS_BEGUN = "SELECT EXISTS (SELECT FROM kernel_reactioncursor WHERE name = %s)"


@contextmanager
def passing_worker(product: Product) -> Iterator[None]:
    """In place of the product's worker, which has to be stopped."""
    environment = environment_with_database(product)
    with (product.home / "passing.log").open("ab") as log:
        process = subprocess.Popen(
            [product.checkout.python, "-m", "benchmarks.passing"],
            cwd=product.checkout.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread: nothing can deadlock)
        )
    try:
        wait_for(lambda: bool(product.ask(_HAS_BEGUN, [EVERYTHING])), START_PATIENCE, "the worker's start")
        yield
    finally:
        process.terminate()
        process.wait(START_PATIENCE)


def _main() -> None:
    import django

    django.setup()
    import uvloop

    from config import running, wiring
    from regulars.kernel.events import Event
    from regulars.kernel.reactions import Reaction

    everything = Reaction(EVERYTHING, tuple(Event.kinds.values()), lambda _happened: None)
    wiring.REACTIONS = (*wiring.REACTIONS, everything)
    if refusal := running.refusal_to_run():
        sys.exit(refusal)
    from config import worker

    uvloop.run(worker.main())


if __name__ == "__main__":
    _main()
