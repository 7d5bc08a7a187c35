"""Meta's webhook bodies, from bytes to the neutral updates of ``inboxes.ports``. Pure: no HTTP, no clock.

``count_updates`` and ``parse_body`` share one walk, so that the ledger of a delivery always adds up: as many
updates come out as were counted when it arrived, per number. An update that cannot be read comes out as
``Rejected``, a kind that we do not know as ``Notice`` or as a message of kind ``unknown``; nothing raises and
nothing is dropped.

    raw bytes ── load_body ──> JSON tree ── parsing.walking ──> groups of items ── parsing.* ──> updates
              ├─ parsing.counting: the count alone, of a plain delivery
              └─ parsing.plain_text: the message, when a delivery is one plain text
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, cast

from regulars.channels.decoding import MAX_DEPTH, NotJSON, TooDeep, load_body
from regulars.inboxes.ports import Rejected, Update

from .parsing import changes, messages, statuses
from .parsing.counting import count_plain
from .parsing.plain_text import read_plain_text
from .parsing.walking import ERASED, LIST_NAMES, Change, walk

__all__ = [
    "MAX_DEPTH",
    "NotJSON",
    "TooDeep",
    "count_payload",
    "count_updates",
    "load_body",
    "parse_body",
    "parse_payload",
]

Reason = Literal["foreign_object", "not_an_envelope", "empty", "malformed", "too_deep", "erased"]
UNEXPECTED = "Unexpected"
"""begins the details of a rejection that is a defect of ours"""

Reader = Callable[[Change, Any, str, datetime], Update]


def count_payload(raw: bytes) -> dict[str, int]:
    return count_plain(raw) or count_updates(load_body(raw))


def count_updates(body: object) -> dict[str, int]:
    """By address (phone_number_id or empty); at least one in all."""
    counts: dict[str, int] = {}
    for _reader, change, items, _path in walk(body):
        address = change.address
        counts[address] = counts.get(address, 0) + len(items)
    return counts


def parse_payload(raw: bytes, received_at: datetime) -> list[Update]:
    """``received_at`` stands in for times that are missing or absurd."""
    plain = read_plain_text(raw)
    return [plain] if plain else parse_whole(raw, received_at)


def parse_whole(raw: bytes, received_at: datetime) -> list[Update]:
    """The long way of :func:`parse_payload`, which knows every kind."""
    try:
        body = load_body(raw)
    except TooDeep as error:
        return [Rejected(reason="too_deep", path="", details=str(error))]
    except NotJSON as error:
        return [Rejected(reason="malformed", path="", details=str(error))]
    return parse_body(body, received_at)


def parse_body(body: object, received_at: datetime) -> list[Update]:
    """In the body's order; as many as ``count_updates`` says."""
    updates: list[Update] = []
    for name, change, items, path in walk(body):
        reader = READERS.get(name)
        if reader is None:
            updates.append(Rejected(reason=cast("Reason", name), path=path, address=change.address))
        elif name in LIST_NAMES:
            for index, item in enumerate(items):
                if isinstance(item, dict):
                    updates.append(_read(reader, change, item, f"{path}/{index}", received_at))
                elif item == ERASED:
                    updates.append(Rejected(reason="erased", path=f"{path}/{index}", address=change.address))
                else:
                    details = f"Expected an object, found {type(item).__name__}."
                    updates.append(_reject(change, f"{path}/{index}", details))
        else:
            updates.append(_read(reader, change, items[0], path, received_at))
    return updates


def _read(reader: Reader, change: Change, item: Any, path: str, received_at: datetime) -> Update:
    """One bad item must not take others with it."""
    try:
        return reader(change, item, path, received_at)
    except Exception as error:  # noqa: BLE001 - a defect of ours must cost one update, not a whole delivery
        return _reject(change, path, f"{UNEXPECTED}: {type(error).__name__}")


def _reject(change: Change, path: str, details: str) -> Rejected:
    return Rejected(reason="malformed", path=path, address=change.address, details=details)


READERS: dict[str, Reader] = {
    "automatic_events": changes.read_automatic_event,
    "calls": statuses.read_call,
    "errors": changes.read_errors_notice,
    "groups": changes.read_group_notice,
    "history_errors": changes.read_history_errors,
    "history_progress": changes.read_history_progress,
    "message_echoes": messages.read_echo,
    "messages": messages.read_message,
    "notice": changes.read_notice,
    "state_sync": changes.read_state_sync,
    "statuses": statuses.read_status,
    "template": changes.read_template,
    "unknown": changes.read_unknown,
    "user_actions": changes.read_link_click,
    "user_preferences": changes.read_preference,
}
