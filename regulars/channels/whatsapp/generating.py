"""What WhatsApp's traces look like, for generated rows."""

from __future__ import annotations

from regulars.channels.whatsapp.facts import FACTS
from regulars.conversations.generating import Platform
from regulars.inboxes.ports import ProviderError

PLATFORM = Platform(
    kind=FACTS.kind,
    id_prefix="wamid.HBgM",
    id_digits=44,  # as long as the real ones
    window_seconds=int(FACTS.reply_window.total_seconds()) if FACTS.reply_window else 0,
    failures=(
        ProviderError(code=131026, title="Message undeliverable"),
        ProviderError(
            code=131047,
            title="Re-engagement message",
            details="More than 24 hours have passed since the customer last replied",
        ),
        ProviderError(code=131053, title="Media upload error"),
    ),
)
