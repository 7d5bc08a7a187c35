"""Media: files that came in or go out, with their type, size and hash.

Owns the rows and the bytes (content-addressed below REGULARS_HOME/media). Fetching from a provider is done
by the channel; this room says what waits and stores what came. Publishes what happens to them (``events``).
"""
