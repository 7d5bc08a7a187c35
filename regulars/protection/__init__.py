"""Protection: messages with sensitive words lie sealed in the database, and are shown to those who may read them.

Start with ``matching.py`` (which messages these are), then ``fields.py`` (how they lie, and who reads what).
"""
