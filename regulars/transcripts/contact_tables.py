"""The tables of this room that lead to a contact."""

from __future__ import annotations

from regulars.contacts.registry import ContactTable
from regulars.transcripts.models import Transcript, TranscriptPart

CONTACT_TABLES = (
    ContactTable(
        model=Transcript,
        unexported="a copy of messages, which are handed out",
        retain="transcripts.purge_transcripts",
    ),
    ContactTable(
        model=TranscriptPart,
        unexported="a copy of messages, which are handed out",
        retain="transcripts.purge_transcripts",
    ),
)
"""with the conversation they go, too"""
