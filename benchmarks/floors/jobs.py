"""The floor of jobs: procrastinate alone, with a task that does nothing, at as many at once as the product.

python -m benchmarks.floors.jobs COUNT      in an environment that has DATABASE_URL
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from time import monotonic

from procrastinate import App, PsycopgConnector

from benchmarks.children import run_child
from benchmarks.product import Product

QUEUE = "bare"
AT_ONCE = 2


def run_bare(product: Product, jobs: int) -> float:
    """Jobs a second, in a process of its own."""
    environment = {**product.environment, "DATABASE_URL": product.database_url}
    told = run_child([sys.executable, "-m", "benchmarks.floors.jobs", str(jobs)], environment=environment)
    return float(told["rate"])


async def _run(url: str, count: int) -> float:
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=2))

    @app.task(name="bare", queue=QUEUE)
    def nothing(number: int) -> None:
        pass

    async with app.open_async():
        await nothing.batch_defer_async(*({"number": number} for number in range(count)))  # type: ignore[arg-type]  # its dict is invariant
        began = monotonic()
        await app.run_worker_async(
            queues=[QUEUE],
            wait=False,
            concurrency=AT_ONCE,
            delete_jobs="always",
            install_signal_handlers=False,
        )
        return count / (monotonic() - began)


if __name__ == "__main__":
    print(json.dumps({"rate": asyncio.run(_run(os.environ["DATABASE_URL"], int(sys.argv[1])))}))
