"""``python -m tests.running.tea_worker``: the product's worker with the kernel's kinds of jobs for tests.

``REGULARS_TESTS_JOBS_STOP_SECONDS`` is how long it waits for their next step when it is asked to end.
"""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings

django.setup()
settings.JOB_KINDS = "regulars.kernel.tests.job_kinds.KINDS"

import uvloop  # noqa: E402

from config import worker  # noqa: E402

if __name__ == "__main__":
    if seconds := os.environ.get("REGULARS_TESTS_JOBS_STOP_SECONDS"):
        worker.JOBS_STOP_SECONDS = float(seconds)
    uvloop.run(worker.main())
