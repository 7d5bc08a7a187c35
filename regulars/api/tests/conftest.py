"""What the REST tests share: the cast, and a caller per token.

Django is set up after this file is read, so the product is imported inside the fixtures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from regulars.api.tests.client import Api
    from tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    from tests.cast import make_cast

    return make_cast()


@pytest.fixture
def as_role(cast: Cast) -> Callable[[str], Api]:
    from regulars.api.tests.client import Api

    return lambda role: Api(cast.token(role))


@pytest.fixture
def api(as_role: Callable[[str], Api]) -> Api:
    return as_role("admin")


@pytest.fixture(autouse=True)
def _generous_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.api import rate_limits

    monkeypatch.setattr(rate_limits, "buckets", rate_limits.Buckets(1_000_000, 1_000_000))
