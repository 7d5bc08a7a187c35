"""Usage headers of management calls: how much of the hour's calls is used up.

Shapes: Meta's page "Graph API rate limits" (2026). Percentages are of ``rates.management_per_hour``; time is not
measured here and follows the calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox


def headers(sandbox: Sandbox, waba_id: str | None, version: str) -> dict[str, str]:
    """``X-App-Usage``, ``X-Business-Use-Case-Usage`` of the account, and the version that answered."""
    found = {"facebook-api-version": version}
    allowed = sandbox.switches.rates.management_per_hour
    if allowed is None:
        return found
    if waba_id is None:
        return found | {"X-App-Usage": orjson.dumps(_spent(0)).decode()}
    now = sandbox.now()
    used = sandbox.limits.management_used(waba_id, now)
    percent = min(100, used * 100 // allowed) if allowed else 100
    wait = 60 - int(now % 3600) // 60 if used > allowed else 0
    case = {"type": "whatsapp"} | _spent(percent) | {"estimated_time_to_regain_access": wait}
    found["X-App-Usage"] = orjson.dumps(_spent(percent)).decode()
    found["X-Business-Use-Case-Usage"] = orjson.dumps({waba_id: [case]}).decode()
    return found


def _spent(percent: int) -> dict[str, int]:
    return {"call_count": percent, "total_cputime": percent, "total_time": percent}
