"""Idle conversations: resolved by a rule of the workspace when nobody has said anything for a time.

Start with ``finding.py`` (which ones they are now), then ``resolving.py`` (they are resolved, batch by batch).
"""
