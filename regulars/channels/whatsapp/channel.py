"""WhatsApp as one record, for ``config.wiring.CHANNELS``."""

from __future__ import annotations

from regulars.channels.record import Channel
from regulars.channels.whatsapp.facts import FACTS
from regulars.channels.whatsapp.payloads import parse_payload
from regulars.channels.whatsapp.webhook import WEBHOOKS

WHATSAPP = Channel(facts=FACTS, webhooks=WEBHOOKS, parse=parse_payload)
