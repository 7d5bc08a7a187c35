"""What a message costs, as statuses tell it.

Since 2026-10-01 service messages and utility templates inside the window are billed; each number has a free tier of
service messages per calendar month (1,000, as providers report it).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whatsapp_sandbox.account import BusinessNumber
    from whatsapp_sandbox.model import ChatMessage, Thread

FREE_SERVICE_MESSAGES = 1_000
RATES = {
    "MARKETING": 0.025,
    "MARKETING_LITE": 0.022,
    "UTILITY": 0.004,
    "AUTHENTICATION": 0.0135,
    "SERVICE": 0.004,
}
"""Made-up prices of one billed message in the account's currency, the same in every country, for analytics."""


def pricing_of(message: ChatMessage, number: BusinessNumber, thread: Thread, now: float) -> dict[str, Any]:
    """Counts service messages of the month on the number."""
    kind = "regular"
    if thread.free_entry_until > now:
        kind = "free_entry_point"
    elif message.category == "service":
        month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
        used = number.free_service_used.get(month, 0)
        number.free_service_used = {month: used + 1}
        kind = "free_customer_service" if used < FREE_SERVICE_MESSAGES else "regular"
    category = "referral_conversion" if kind == "free_entry_point" else message.category
    if message.group_id and category in ("service", "utility", "marketing"):
        category = f"group_{category}"
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}


def conversation_of(thread: Thread, now: float, *, status: str) -> dict[str, Any] | None:
    """Since v24 it exists only inside a free entry point."""
    if thread.free_entry_until <= now:
        return None
    conversation: dict[str, Any] = {
        "id": f"{thread.number_id}{thread.customer_id}".encode().hex()[:32],
        "origin": {"type": "referral_conversion"},
    }
    if status == "sent":
        conversation["expiration_timestamp"] = str(int(thread.free_entry_until))
    return conversation


def cost_of(category: str, kind: str) -> float:
    return RATES.get(category.removeprefix("GROUP_"), RATES["UTILITY"]) if kind == "regular" else 0.0
