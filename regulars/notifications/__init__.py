"""Notifications: what a member is told of, by which ways, and that it was seen.

There is one notification for a member and a conversation, written anew with the newest of what happened. Rooms above
say what happens to whom (``ports.Source``, joined in ``config/wiring.py``) and who may see what; here stands nothing of
what was said: words are asked for when something is shown or sent. Whoever opens the conversation, on whatever screen,
has seen its notification everywhere.
"""
