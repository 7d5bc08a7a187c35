"""Conversations: the heart. Conversation, message, note, assignment, drafts, guardrails.

One conversation is the whole thread of a contact, or of a group, in an inbox; it goes open → snoozed → resolved
and opens again. Publishes the events of ``events.py``; needs the ports of ``inboxes.ports`` from the channels.
"""
