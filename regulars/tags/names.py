"""What two names of tags have in common: written differently, they are one word. Pure."""

from __future__ import annotations

import unicodedata

NAME_LENGTH = 64
DESCRIPTION_LENGTH = 500
LONGEST_WRITTEN = 1_000
"""what is longer is nobody's name and stays as it is: to put n marks in order takes Python n² steps"""


def clean_name(name: str) -> str:
    """As it is shown: letters composed, one space between words."""
    if len(name) > LONGEST_WRITTEN:
        return name
    return " ".join(unicodedata.normalize("NFC", name).split())


def fold_name(name: str) -> str:
    """As it is compared: without regard to case, width (``\uff36\uff29\uff30``) and spaces around words.

    Case folding may leave letters apart that belong together; hence the second normalization.
    """
    name = name.replace("\x00", "")
    if len(name) > LONGEST_WRITTEN:
        return name
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
