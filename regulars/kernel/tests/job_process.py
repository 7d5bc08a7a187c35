"""``python -m regulars.kernel.tests.job_process``: a worker that runs jobs and nothing else.

Of the tests' kinds, or those that ``TESTS_JOB_KINDS`` names.
"""

from __future__ import annotations

import asyncio
import os
import signal

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django
from django.conf import settings

django.setup()
settings.JOB_KINDS = os.environ.get("TESTS_JOB_KINDS", "regulars.kernel.tests.job_kinds.KINDS")

from regulars.kernel.jobs.context import stop_all  # noqa: E402
from regulars.kernel.jobs.queue import JobWorker  # noqa: E402
from regulars.kernel.jobs.running import run_job  # noqa: E402


async def main() -> None:
    worker = JobWorker(run_job)

    def stop() -> None:
        stop_all()
        worker.stop()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
