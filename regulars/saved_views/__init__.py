"""Saved views: a condition over conversations with a name and an order, one's own or shared with everybody or teams.

In which order a member has them, and which of them are counted, is the member's own. Who opens a shared view sees of it
what they see anywhere. Records ``SavedViewCreated`` and its kind (``events``).
"""
