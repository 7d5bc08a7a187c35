"""Scheduled messages: what somebody wrote now and wants to leave later.

Owns the table of what waits for its time. When that has come it is composed like anything else that is said, with the
same id, so it leaves once; what may not leave by then comes back to its writer with the reason. Publishes what happens
to it until then (``events``); from then on it is a message. docs/decisions/scheduling.md
"""
