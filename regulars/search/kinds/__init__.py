"""What can be searched: a record for each kind of thing, one file each; joined in ``config/wiring.py: SEARCHABLES``."""
