"""Channels: what one is (``record``), what serves all of them, and one folder per kind of medium.

``door`` stores what comes by webhook, ``receiving`` reads it, ``fetching`` gets contacts' files; sending is
``conversations.delivering``. Kinds of medium never import each other, and nothing here imports one of them.
"""
