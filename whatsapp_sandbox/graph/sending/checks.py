"""Readers for the fields of a message: each returns the value or raises the right code with the field's path.

131008 for what is missing, 131009 for what is there and wrong.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from whatsapp_sandbox.errors import invalid, missing

Json = dict[str, Any]


def need_object(owner: Json, key: str, path: str) -> Json:
    value = owner.get(key)
    if value is None:
        raise missing(f"{path}['{key}']" if path else key)
    if not isinstance(value, dict):
        raise invalid(_join(path, key), "must be an object")
    return value


def need_list(owner: Json, key: str, path: str, least: int, most: int) -> list[Json]:
    value = owner.get(key)
    if value is None:
        raise missing(_join(path, key))
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid(_join(path, key), "must be a list of objects")
    if not least <= len(value) <= most:
        raise invalid(_join(path, key), f"must have between {least} and {most} entries, got {len(value)}")
    return value


def need_text(owner: Json, key: str, path: str, longest: int) -> str:
    value = owner.get(key)
    if value is None or value == "":
        raise missing(_join(path, key))
    return check_text(value, _join(path, key), longest)


def may_text(owner: Json, key: str, path: str, longest: int) -> str | None:
    value = owner.get(key)
    return None if value is None else check_text(value, _join(path, key), longest)


def check_text(value: Any, path: str, longest: int) -> str:
    if not isinstance(value, str):
        raise invalid(path, "must be a string")
    if len(value) > longest:
        raise invalid(path, f"length invalid. Min length: 1, Max length: {longest}, got {len(value)}")
    if value != "" and not value.strip():
        raise invalid(path, "must not be blank")
    return value


def need_number(owner: Json, key: str, path: str, low: float, high: float) -> float:
    value = owner.get(key)
    if value is None:
        raise missing(_join(path, key))
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise invalid(_join(path, key), "must be a number") from error
    if isinstance(value, bool) or not low <= number <= high:
        raise invalid(_join(path, key), f"must be between {low:g} and {high:g}")
    return number


def need_choice(owner: Json, key: str, path: str, choices: tuple[str, ...]) -> str:
    value = owner.get(key)
    if value is None:
        raise missing(_join(path, key))
    if not isinstance(value, str) or value not in choices:
        raise invalid(_join(path, key), f"must be one of {{{', '.join(choices)}}}")
    return value


def need_link(owner: Json, key: str, path: str) -> str:
    link = need_text(owner, key, path, 2_000)
    if not is_web_address(link):
        raise invalid(_join(path, key), "is not a valid URI")
    return link


def is_web_address(link: str) -> bool:
    """Http or https with a host, and no spaces, line breaks or other invisible characters (which urlsplit drops)."""
    if any(character.isspace() or not character.isprintable() for character in link):
        return False
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and parts.scheme in ("http", "https")


def unique(values: list[str], path: str) -> None:
    if len(set(values)) != len(values):
        raise invalid(path, "must be unique")


def _join(path: str, key: str) -> str:
    return f"{path}['{key}']" if path else key
