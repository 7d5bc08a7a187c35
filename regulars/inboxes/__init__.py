"""Inboxes: the connected numbers and accounts that people staff, and what arrives at them.

Owns connections (one link to a provider account), inboxes (one number on it), stored webhook deliveries,
the ledger and channel notices. Publishes what happens to them (``events``).
"""
