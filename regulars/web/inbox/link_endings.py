"""Which words people may mean as the end of an address when they write no scheme. Pure.

Two letters after a full stop are a country's ending and, in a chat, often the next word (``thanks.it works``,
``gracias.de nada``) or the end of a file's name (``readme.md``). A missed link costs a copy; a link where none is
leads a colleague to a stranger's page. So a bare name counts only where its ending is no such word.
"""

from __future__ import annotations

from collections.abc import Sequence

from phonenumbers import SUPPORTED_REGIONS

_COUNTRIES = frozenset(region.lower() for region in SUPPORTED_REGIONS) | {"uk", "eu", "su"}


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_NATIVE = _words("рф укр бел")
_COMMON = _words("com net org info biz edu gov mil xyz shop") | _NATIVE
_WITH_A_PATH = _COMMON | _words(
    "app art asia blog cafe cc chat cloud club dev digital email example fashion fun gallery global group health int",
    "jobs link live market media mobi museum name news online page photo pro sale site social space store tech tel",
    "today top tours travel tube tv wiki work world zone",
)
_ALONE = _COMMON | _words("kr jp cn tw hk vn th ru ua kz uk fr nl pl cz sk hu bg ch dk br mx nz ng tr")
"""among the countries, those whose two letters are no word and no file in the languages that we meet"""
_SECOND_LEVEL = _words("ac co com edu go gob gov in ne net or org re web")
"""``example.co.kr``, ``example.com.br``: what stands before a country's ending there"""
_FILES = _words("avif gif heic jpeg jpg mov pdf png svg webp")
"""``logo@2x.png`` is a file"""


def may_have_a_path(labels: Sequence[str]) -> bool:
    return labels[0].lower() == "www" or labels[-1].lower() in _COUNTRIES | _WITH_A_PATH


def may_be_written_alone(labels: Sequence[str]) -> bool:
    ending = labels[-1].lower()
    if len(labels) > 2 and labels[0].lower() == "www":
        return True
    if not (labels[-1].islower() or all(label == label.upper() for label in labels)):
        return False  # ``Thanks.Info follows``
    if len(labels) > 2 and labels[-2].lower() in _SECOND_LEVEL and ending in _COUNTRIES:
        return True
    named = labels[-2]
    return ending in _ALONE and len(named) > 1 and (ending in _COMMON or not named.isdigit())


def may_receive_mail(ending: str) -> bool:
    return ending not in _FILES
