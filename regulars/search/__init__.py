"""Search: one index over what people said, wrote down, sent and know of each other, in any of their languages.

Owns the table of what things are found by, and how a search is written, read and answered. What can be searched is one
file a kind (``kinds``), joined in ``config/wiring.py``; the rooms below know nothing of it. The index follows the event
log (``reactions``), so it is a moment behind. Publishes nothing. ``docs/decisions/search.md``
"""
