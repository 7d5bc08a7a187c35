"""Transcripts: a conversation as a file, HTML or PDF, for whoever must hand it to somebody outside.

Owns the files until they go, a week after they were whole. A job makes them (``making``) page by page of the thread;
``lines`` says what of a message stands on paper, ``writing`` how. docs/decisions/transcripts.md
"""
