"""Puts the eight people into a sandbox.

Their numbers lie in ranges reserved for fiction where a country has one (United Kingdom 020 7946 0xxx, Australia
0491 570 xxx) and elsewhere in blocks of zeros that are not given out; all are valid to phone number libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whatsapp_sandbox.customers.stories import STORIES
from whatsapp_sandbox.model import Customer

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox


def add_cast(sandbox: Sandbox) -> None:
    for story in STORIES.values():
        if story.person["id"] in sandbox.customers:
            continue
        digits = story.person["phone"].lstrip("+")
        sandbox.add_customer(Customer(**{"wa_id": digits, "story": story.person["id"]} | story.person))
