"""Reading of Meta's webhook bodies, in parts; ``payloads.py`` next door is the way in. Pure."""
