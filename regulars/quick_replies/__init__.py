"""Quick replies: texts that members keep and insert into what they write, filled in for whoever they write to.

Owns the replies with their wordings by language, their files, and how often each was sent, by whom. Which names a
text can use, and what they stand for in a conversation, other rooms contribute (``ports``, ``config/wiring.py``).
Publishes what happens to replies (``events``).
"""
