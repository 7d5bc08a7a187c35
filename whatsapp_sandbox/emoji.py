"""Whether a text is one emoji, as reactions must be.

The shapes of an emoji: Unicode Technical Standard #51, "possible emoji" (ED-9 to ED-17): a flag of two letters, a
keycap, or one or more characters with a skin tone or presentation selector, joined by U+200D.
"""

from __future__ import annotations

import re

_PICTURES = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001f1ad\U0001f200-\U0001faff"
)
_ELEMENT = f"[{_PICTURES}](?:\ufe0f|[\U0001f3fb-\U0001f3ff])?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_ONE = re.compile(f"(?:{_FLAG}|{_KEYCAP}|{_ELEMENT}(?:\u200d{_ELEMENT})*)")


def is_one_emoji(text: str) -> bool:
    """True for one emoji, however many code points it has; False for none, several, or anything beside it."""
    return _ONE.fullmatch(text) is not None
