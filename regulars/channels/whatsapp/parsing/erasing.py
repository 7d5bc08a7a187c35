"""Taking one person out of a webhook body, and nobody else. Pure.

Their updates are replaced by ``ERASED`` in their places, so that every other update keeps its path and the count stays.
What remains is cleared of them where the platform (not another person) names them: in ``contacts``, as participants
of a group, as the one who is quoted. What others say about them in their own messages is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from regulars.channels.receiving.belonging import Holds, is_theirs
from regulars.channels.whatsapp.phones import phone_from_wa_id
from regulars.inboxes.ports import (
    Notice,
    Rejected,
    Update,
)

from .people import (
    PARTICIPANT,
    PARTICIPANT_RESPELLED,
    PERSON,
    PREVIOUS_PERSON,
    RECEIVER,
    RECIPIENT,
    SENDER,
)
from .places import child_of
from .reading import Json, identifier
from .walking import ERASED

PERSON_KEYS = frozenset(
    {
        *(*SENDER, *RECEIVER, *RECIPIENT, *PARTICIPANT, *PARTICIPANT_RESPELLED, *PERSON, *PREVIOUS_PERSON),
        "input",
        "phone_number",
    }
)
"""under which the platform names people"""
_SPOKEN = frozenset({"messages", "message_echoes"})


def erase(
    body: Json, updates: list[Update], holds: Holds, received_at: datetime
) -> tuple[list[Update], bool]:
    """Take the person out of a decoded body, in place; ``updates`` are what it was parsed into.

    Returns the updates that were erased, and whether the body is another one now.
    """
    gone = [each for each in updates if _must_go(body, each, holds, received_at)]
    for update in gone:
        _put_erased(body, update.path, getattr(update, "address", ""))
    return gone, _clear_mentions(body, holds, received_at) or bool(gone)


def _must_go(body: Json, update: Update, holds: Holds, received_at: datetime) -> bool:
    if is_theirs(update, holds, received_at):
        return True
    is_unread = isinstance(update, Rejected) or (isinstance(update, Notice) and update.kind == "unknown")
    return (
        is_unread
        and len(update.path.split("/")) > 1
        and _mentions(_at(body, update.path), holds, received_at)
    )


def _steps(path: str) -> list[str]:
    """The keys from the body down to an update; ``entry/change`` stands for the change as a whole."""
    entry, change, *rest = path.split("/")
    return ["entry", entry, "changes", change, *(["value", *rest] if rest else [])]


def _at(body: Json, path: str) -> Json:
    node = body
    for step in _steps(path):
        node = child_of(node, step)
    return node


def _put_erased(body: Json, path: str, address: str) -> None:
    steps = _steps(path)
    if len(steps) == 4:  # the whole change; its number stays, by which it is counted
        change = _at(body, path)
        change["value"] = {"metadata": {"phone_number_id": address}, ERASED: True}
        return
    parents: list[Any] = [body]
    for step in steps[:-1]:
        parents.append(child_of(parents[-1], step))
    holder, step = parents[-1], steps[-1]
    if isinstance(holder, list):
        holder[int(step)] = ERASED
    elif step.isdecimal():  # a lone value where a list belongs
        parents[-2][steps[-2]] = [ERASED]
    else:
        holder[step] = ERASED


def _mentions(node: Json, holds: Holds, at: datetime) -> bool:
    waiting = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif _is_address(item, holds, at):
            return True
    return False


def _is_address(node: Json, holds: Holds, at: datetime) -> bool:
    written = identifier(node)
    phone = phone_from_wa_id(written) if written else None
    if phone:
        return holds("phone", phone, at)
    return bool(written) and (holds("bsuid", written, at) or holds("parent_bsuid", written, at))


def _clear_mentions(body: Json, holds: Holds, at: datetime) -> bool:
    is_changed = False
    waiting: list[tuple[Json, bool]] = [(body, False)]
    while waiting:
        node, is_spoken = waiting.pop()
        if isinstance(node, list):
            waiting += [(child, is_spoken) for child in node]
        elif isinstance(node, dict):
            is_changed |= _clear_names(node, holds, at) if not is_spoken else False
            for key, child in node.items():
                if not is_spoken or key == "context":
                    waiting.append((child, key in _SPOKEN))
    return is_changed


def _clear_names(node: dict[str, Json], holds: Holds, at: datetime) -> bool:
    def names(child: Json) -> bool:
        return isinstance(child, Mapping) and any(
            key in PERSON_KEYS and _is_address(child[key], holds, at) for key in child
        )

    is_changed = False
    for key, child in node.items():
        is_thread = key == "id" and "messages" in node
        if key == "contacts" or key.endswith("participants"):
            kept = [each for each in child if not names(each)] if isinstance(child, list) else child
            if names(child) or kept != child:
                node[key], is_changed = [] if names(child) else kept, True
        elif (is_thread or key in PERSON_KEYS) and _is_address(child, holds, at):
            node[key], is_changed = "", True
        elif key == "context" and names(child):
            node[key], is_changed = {}, True
    return is_changed
