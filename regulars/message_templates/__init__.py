"""Message templates: wordings that the provider approved, as the account has them now.

Owns the synced list. Publishes what happens to it (``events``).
"""
