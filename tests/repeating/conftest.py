from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _quiet(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.api import rate_limits

    settings.MEDIA_HOME = tmp_path
    monkeypatch.setattr(rate_limits, "buckets", rate_limits.Buckets(1_000_000, 1_000_000))
