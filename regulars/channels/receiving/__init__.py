"""Stored deliveries of every channel become messages, statuses and notices: claiming, lanes, tally, setting aside.

What is a channel's own (how a body is read, what its notices mean) comes with its record (``channels.record``).
"""
