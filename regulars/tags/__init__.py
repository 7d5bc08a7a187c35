"""Tags: the words that people and machines put on things, and the rules of putting them there.

Owns the table of tags and how often each is in use. Every room with something to tag keeps its own taggings, a
subclass of ``Tagging``; what is the same for all of them (put, take off, end, merge) is here (``taggings``,
``operations``). Publishes what happens to tags themselves (``events``); the rooms publish what happens to their things.
"""
