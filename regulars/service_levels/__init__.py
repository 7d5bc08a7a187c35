"""Service levels: by when an answer is promised, whether that is kept, and what waits for a follow-up.

Start with ``promising.py`` (pure: when an answer is due), then ``drawing.py`` (the clocks are as the conversations
are), then ``ringing.py`` (what the time does: warned, breached, each once).
"""
