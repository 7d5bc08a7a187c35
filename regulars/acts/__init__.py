"""Acts: what a member does to conversations in one go, to one or to a hundred thousand, and takes back.

An act is a list of actions (assign, tag, snooze …). Owns what each act changed, for as long as it can be taken back.
It publishes ``ActUndone``; all else is told by the verbs of ``conversations`` that an act calls.
"""
