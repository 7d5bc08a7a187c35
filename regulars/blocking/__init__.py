"""Blocks: contacts whose messages one of our numbers does not get any more, by the platform's own list.

Owns the ledger of them: asked for, in force, refused with the reason, lifted. A job carries out what is asked
(``carrying``); what the platform is told is the channel's (``ports``). Publishes each step (``events``).
docs/decisions/blocking.md
"""
