"""Routing: who waits in which queue, and to whom it is given, once for each cause, the moment somebody is free.

Start with ``deciding.py`` (pure: who gets what, and why nobody else), then ``passing.py`` (one pass over a workspace's
queues), then ``reactions.py`` (what happened that a pass answers).
"""
