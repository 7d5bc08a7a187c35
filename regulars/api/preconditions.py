"""``ETag`` and ``If-Match``: what people edit has a version, and a change can be meant for one.

A shape with a ``version`` is answered with the header ``ETag``. A change whose function takes ``if_match: IfMatch``
gets the versions that the request names, and hands them to the write verb, which compares with the row held.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid

HEADER = "If-Match"
IfMatch = Collection[str] | None
"""None without the header, or with ``*``: any version"""
_TAG = re.compile(r'"([\x21\x23-\x2b\x2d-\x7e]*)"')
"""ours have no comma"""


def versions_of(request: HttpRequest) -> IfMatch:
    told = request.headers.get(HEADER)
    if told is None or told.strip() == "*":
        return None
    tags = [_TAG.fullmatch(each.strip()) for each in told.split(",")]
    if None in tags:
        raise Invalid(
            _("The header %(name)s is not right") % {"name": HEADER},
            fields={HEADER: '* or entity tags in quotes, like "5f0c6a1b9d3e4721"'},
        )
    return [tag[1] for tag in tags if tag]


def tag_with_version(response: HttpResponse, result: Any) -> None:
    version = getattr(result, "version", None)
    if isinstance(version, str):
        response["ETag"] = f'"{version}"'
