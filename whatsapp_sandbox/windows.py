"""Customer service windows and free entry points, per (business number, person).

A person's message or call opens or refreshes 24 hours of free-form messages. An answer within 24 hours to somebody
who came through an ad opens a 72-hour free entry point, which changes prices but not the right to write.
"""

from __future__ import annotations

from whatsapp_sandbox.model import FREE_ENTRY_WINDOW, PHONE_SHOWN, WINDOW, Customer, Thread


def is_open(thread: Thread, now: float) -> bool:
    return now - thread.last_inbound_at < WINDOW


def open_window(thread: Thread, now: float, *, from_ad: bool = False) -> None:
    thread.last_inbound_at = now
    if from_ad:
        thread.entered_by_ad_at = now


def close_window(thread: Thread) -> None:
    thread.last_inbound_at = 0.0
    thread.free_entry_until = 0.0


def answered(thread: Thread, now: float) -> None:
    """The business wrote: opens the free entry point when the person came through an ad."""
    if thread.entered_by_ad_at and now - thread.entered_by_ad_at < WINDOW and thread.free_entry_until < now:
        thread.free_entry_until = now + FREE_ENTRY_WINDOW
        thread.entered_by_ad_at = 0.0


def shows_phone(customer: Customer, thread: Thread, now: float) -> bool:
    """Whether this number's webhooks carry the person's phone number (the 30-day rule)."""
    return customer.identity != "hidden" or now - thread.phone_shared_at < PHONE_SHOWN
