"""Where a pasted map link, or coordinates as people write them, point to. Pure; nothing is fetched.

Map services: Google, Apple, OpenStreetMap, Waze, Kakao and Bing write latitude first, Yandex and 2GIS longitude first;
``geo:`` is RFC 5870, with Android's ``?q=``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, unquote_plus, urlsplit

_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_BETWEEN = r"(?:\s*[,;~]\s*|\s+)"
"""one way to read any stretch of spaces: with two, a long one is tried at every place (minutes for a long paste)"""
_PAIR = re.compile(rf"({_NUMBER}){_BETWEEN}({_NUMBER})")
_MARKER = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})")
"""Google: the place itself, where ``@`` is only the middle of the map"""
_MIDDLE = re.compile(rf"@({_NUMBER}),({_NUMBER})")
_HASH = re.compile(rf"map=\d+(?:\.\d+)?/({_NUMBER})/({_NUMBER})")
_DECIMAL_COMMA = re.compile(r"([-+]?\d{1,3}),(\d+)(?:\s*[;,]\s*|\s+)([-+]?\d{1,3}),(\d+)")
_DEGREES = re.compile(
    r"""(\d{1,3}(?:[.,]\d+)?)\s*°\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:["″”]|'')\s*)?"""
    r"([NSEWСЮВЗ])",
    re.IGNORECASE,
)
_SIDES = {"N": 1, "S": -1, "E": 1, "W": -1, "С": 1, "Ю": -1, "В": 1, "З": -1}
_NAMED = ("q", "query", "ll", "sll", "center", "destination", "daddr", "coordinate", "cp", "to")
_LONGITUDE_FIRST = re.compile(r"(^|\.)(yandex\.\w+|2gis\.\w+)$")
_LABEL = re.compile(r"\(([^()]+)\)\s*$")


class Pin(NamedTuple):
    """A place on the map; ``name`` as the link gives it, if it does."""

    latitude: float
    longitude: float
    name: str = ""


def find_pin(written: str) -> Pin | None:
    written = written.strip()
    if re.match(r"(https?|geo):", written, re.IGNORECASE):
        return _in_link(written)
    return _in_words(written)


def is_link(written: str) -> bool:
    return bool(re.match(r"(https?://|geo:|\w[\w.-]*\.\w+/)", written.strip(), re.IGNORECASE))


def _in_link(link: str) -> Pin | None:
    try:
        parts = urlsplit(link)
        query = parse_qs(parts.query)
    except ValueError:
        return None
    is_turned = bool(_LONGITUDE_FIRST.search(parts.hostname or ""))
    for first, second in _pairs_in(link, unquote_plus(parts.path), unquote_plus(parts.fragment), query):
        latitude, longitude = (second, first) if is_turned else (first, second)
        if pin := _pin(latitude, longitude, _name_in(unquote_plus(parts.path), query)):
            return pin
    return None


def _pairs_in(link: str, path: str, fragment: str, query: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    if found := _MARKER.search(link):
        yield found[1], found[2]
    if "mlat" in query and "mlon" in query:
        yield query["mlat"][0], query["mlon"][0]
    for name in (*_NAMED, "pt", "m"):
        if found := _PAIR.search(query.get(name, [""])[0]):
            yield found[1], found[2]
    for pattern, text in ((_HASH, fragment), (_PAIR, path), (_MIDDLE, path)):
        if found := pattern.search(text):
            yield found[1], found[2]


def _name_in(path: str, query: dict[str, list[str]]) -> str:
    label = _LABEL.search(query.get("q", [""])[0])
    place = re.search(r"/place/([^/@]+)", path)
    kakao = re.search(rf"/link/(?:map|to)/([^/,]+),{_NUMBER},", path)
    name = label[1] if label else place[1] if place else kakao[1] if kakao else query.get("q", [""])[0]
    return "" if _PAIR.search(name) or "°" in name else name.strip()


def _in_words(text: str) -> Pin | None:
    if len(degrees := _DEGREES.findall(text)) == 2:
        return _of_degrees(degrees)
    if found := _DECIMAL_COMMA.fullmatch(text):
        return _pin(f"{found[1]}.{found[2]}", f"{found[3]}.{found[4]}")
    found = _PAIR.fullmatch(text.strip("()[] "))
    return _pin(found[1], found[2]) if found else None


def _of_degrees(parts: list[tuple[str, str, str, str]]) -> Pin | None:
    values: dict[bool, float] = {}
    for degrees, minutes, seconds, side in parts:
        whole, sixtieth, rest = (float(each.replace(",", ".") or 0) for each in (degrees, minutes, seconds))
        is_latitude = side.upper() in "NSСЮ"
        values[is_latitude] = _SIDES[side.upper()] * (whole + sixtieth / 60 + rest / 3600)
    return _pin(str(values[True]), str(values[False])) if len(values) == 2 else None


def _pin(latitude: str, longitude: str, name: str = "") -> Pin | None:
    try:
        pin = Pin(round(float(latitude), 6), round(float(longitude), 6), name)
    except ValueError:
        return None
    return pin if abs(pin.latitude) <= 90 and abs(pin.longitude) <= 180 else None
