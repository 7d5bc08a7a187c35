"""What two names of tags have in common: written differently, they are one word. Pure."""

from __future__ import annotations

import unicodedata

NAME_LENGTH = 64
DESCRIPTION_LENGTH = 500


def clean_name(name: str) -> str:
    """As it is shown: letters composed, one space between words."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def fold_name(name: str) -> str:
    """As it is compared: without regard to case, width (``\uff36\uff29\uff30``) and spaces around words.

    Case folding may leave letters apart that belong together; hence the second normalization.
    """
    folded = unicodedata.normalize("NFKC", name.replace("\x00", "")).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
