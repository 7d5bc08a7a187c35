"""Nobody answers over anybody: who holds a conversation while they write, and what was answered meanwhile.

Owns the table of holds. ``answer`` is the door for whoever answers from a screen, or says over REST what they know of:
it looks, under the lock of the conversation, whether a colleague answers or has answered, and only then composes.
docs/decisions/holds.md
"""
