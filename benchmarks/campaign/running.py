"""Going through entries: what is done is noted, and what is noted is not done again."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from benchmarks.campaign.entries import Entry, Report
from benchmarks.campaign.results import Results

_CUT_OFF = (KeyboardInterrupt, SystemExit)


def run_entry(
    entry: Entry, results: Results, place: Path, report: Report, *, scale: float = 1.0, resumes: bool = False
) -> bool:
    """Whether all of it was done. ``place``: where entries have their folders.

    ``resumes``: goes on behind the last step that was done on this commit; else it begins anew.
    """
    key = entry.name if scale == 1 else f"{entry.name}, scale {scale:g}"
    folder = place / f"{results.path.stem}-{entry.name}-{scale:g}"
    if not (resumes and key in results.entries):
        shutil.rmtree(folder, ignore_errors=True)
        results.begin(key)
    elif results.entries[key]["state"] == "done":
        report(f"{key} is done already")
        return True
    folder.mkdir(
        mode=0o711, parents=True, exist_ok=True
    )  # PostgreSQL, which is another account under root, passes through
    try:
        with entry.open(folder, scale) as steps:
            for number, step in enumerate(steps, 1):
                if results.has(key, step.name):
                    continue
                report(f"{key}, {number} of {len(steps)}: {step.name}")
                began = time.monotonic()
                figures = step.run()
                results.note(key, step.name, time.monotonic() - began, figures)
                for figure in figures:
                    report(f"    {figure.name}: {figure.value:,.1f} {figure.unit}")
    except _CUT_OFF:
        results.end(key, "cut off", "go on with --resume")
        raise
    except Exception as error:  # noqa: BLE001 (whatever ends a step is its result)
        results.end(key, "failed", f"{type(error).__name__}: {error}")
        report(f"{key} failed: {error}")
        return False
    results.end(key, "done")
    shutil.rmtree(folder, ignore_errors=True)
    return True
