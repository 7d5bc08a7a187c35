"""WhatsApp through Meta's Cloud API: deliveries in, messages out.

Owns the vendor's vocabulary: webhook bodies, limits, error codes, template definitions and the Graph client.
Everything that leaves this package speaks the neutral types of ``regulars.inboxes.ports``.
"""
