"""One walk over a webhook body that both counting and reading use, so that the two can never disagree.

A body is ``entry[] → changes[] → value → lists of items``. The walk yields *groups*: lists of items that are
read the same way. What cannot be read so becomes a group of one: a whole change, or a broken part.
"""

from __future__ import annotations

from typing import Any

from .reading import Json, identifier, listed, mapping

WHATSAPP_OBJECT = "whatsapp_business_account"
ERASED = "regulars:erased"
"""stands in a stored body where an item, or a whole change, of somebody was who has been removed; it is counted like
what was there, so that the places and the count of everything else stay as they are"""

LIST_NAMES = frozenset(
    {
        "automatic_events",
        "calls",
        "groups",
        "message_echoes",
        "messages",
        "state_sync",
        "statuses",
        "user_actions",
        "user_preferences",
    }
)
"""keys of ``value`` that hold one update per item, under whatever field they come"""

TEMPLATE_FIELDS = frozenset(
    {
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "template_category_update",
    }
)

NOTICE_FIELDS = {
    "account_alerts": "account_alert",
    "account_review_update": "account_review",
    "account_settings_update": "account_settings",
    "account_update": "account",
    "business_capability_update": "capability",
    "business_status_update": "account",
    "business_username_update": "business_username",
    "business_username_updates": "business_username",
    "flows": "flow",
    "messaging_handovers": "handover",
    "partner_solutions": "partner",
    "payment_configuration_update": "payment_configuration",
    "phone_number_name_update": "number_name",
    "phone_number_quality_update": "number_quality",
    "security": "security",
    "template_correct_category_detection": "template_misuse",
    "user_id_update": "contact_identity",
}
"""fields whose value is one notice as a whole, and the notice's kind"""

WHOLE_FIELDS = TEMPLATE_FIELDS | NOTICE_FIELDS.keys()

LIST_FIELDS = frozenset(
    {
        "automatic_events",
        "calls",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "history",
        "messages",
        "smb_app_state_sync",
        "smb_message_echoes",
        "standby",
        "user_preferences",
    }
)

_ENVELOPE_KEYS = frozenset({"messaging_product", "metadata", "contacts"})


class Change:
    """One change of one entry: what its items need to know about their surroundings."""

    __slots__ = ("address", "cache", "entry_id", "entry_time", "field", "in_standby", "thread", "value")

    def __init__(
        self, entry: Any, field: str, value: Any, address: str = "", in_standby: bool = False
    ) -> None:
        self.entry_id = identifier(entry.get("id"))
        self.entry_time = entry.get("time")
        self.field = field
        self.value = value
        self.address = address
        self.in_standby = in_standby
        self.thread: Any = None
        self.cache: Any = None


Group = tuple[str, Change, list[Json], str]
"""Items that one reader reads: reader, change, items, path. Item ``i`` of a list stands at ``{path}/{i}``, a lone
part at ``path`` itself."""

NOWHERE = Change({}, "", {})


def walk(body: Json) -> list[Group]:
    """Every update of a body, grouped; at least one group of one for whatever JSON there is."""
    entries = _entries(body)
    if isinstance(entries, str):
        return [(entries, NOWHERE, [body], "")]
    groups: list[Group] = []
    for position, entry in enumerate(entries):
        changes = listed(entry.get("changes")) if isinstance(entry, dict) else None
        if not changes:
            reason = "malformed" if changes is None else "empty"
            groups.append((reason, NOWHERE, [entry], str(position)))
            continue
        for index, change in enumerate(changes):
            path = f"{position}/{index}"
            if isinstance(change, dict):
                _walk_change(groups, entry, change, path)
            else:
                groups.append(("malformed", NOWHERE, [change], path))
    return groups


def _entries(body: Json) -> list[Json] | str:
    if not isinstance(body, dict):
        return "not_an_envelope"
    kind = body.get("object")
    if kind != WHATSAPP_OBJECT and isinstance(kind, str):
        return "foreign_object"
    if kind != WHATSAPP_OBJECT or "entry" not in body:
        return "not_an_envelope"
    return listed(body["entry"]) or "empty"


def _walk_change(groups: list[Group], entry: Any, change: Any, path: str) -> None:
    field = change.get("field")
    field = field if isinstance(field, str) else ""
    value = change.get("value")
    if not isinstance(value, dict):
        reader = "unknown" if field and value is not None else "malformed"
        reader = "malformed" if field in WHOLE_FIELDS or field in LIST_FIELDS else reader
        groups.append((reader, Change(entry, field, value), [value], path))
        return
    metadata = value.get("metadata")
    address = identifier(metadata.get("phone_number_id")) if isinstance(metadata, dict) else ""
    scope = Change(entry, field, value, address or _address_elsewhere(value), field == "standby")
    if ERASED in value:
        groups.append(("erased", scope, [value], path))
    elif field in TEMPLATE_FIELDS:
        groups.append(("template", Change(entry, field, value), [value], path))
    elif field in NOTICE_FIELDS:
        groups.append(("notice", scope, [value], path))
    elif not _walk_value(groups, entry, scope, path):
        is_empty = field in LIST_FIELDS and all(key in _ENVELOPE_KEYS or not value[key] for key in value)
        groups.append(("empty" if is_empty else "unknown", scope, [value], path))


def _walk_value(groups: list[Group], entry: Any, scope: Change, path: str) -> bool:
    before = len(groups)
    value = scope.value
    for name in value:
        if name in LIST_NAMES:
            if items := listed(value[name]):
                groups.append((name, scope, items, f"{path}/{name}"))
        elif name == "history":
            _walk_history(groups, entry, scope, f"{path}/history")
        elif name == "errors":
            if value[name] and not _belong_to_the_message(value):
                groups.append(("errors", scope, [value[name]], f"{path}/errors"))
        elif name == "standby" and value[name]:
            _walk_standby(groups, entry, scope, f"{path}/standby")
    return len(groups) > before


def _belong_to_the_message(value: Any) -> bool:
    """Errors beside exactly one message explain that message (a re-sent interactive comes so)."""
    messages = value.get("messages")
    return isinstance(messages, list) and len(messages) == 1 and isinstance(messages[0], dict)


def _walk_standby(groups: list[Group], entry: Any, scope: Change, path: str) -> None:
    """Everything nested once more: the thread belongs to another sender."""
    inner = scope.value["standby"]
    if not isinstance(inner, dict):
        groups.append(("malformed", scope, [inner], path))
        return
    metadata = mapping(inner.get("metadata"))
    address = scope.address or identifier(metadata.get("phone_number_id"))
    nested = {key: node for key, node in inner.items() if key != "standby"}
    if not _walk_value(groups, entry, Change(entry, scope.field, nested, address, in_standby=True), path):
        groups.append(("unknown", scope, [inner], path))


def _walk_history(groups: list[Group], entry: Any, scope: Change, path: str) -> None:
    for position, chunk in enumerate(listed(scope.value["history"])):
        chunk_path = f"{path}/{position}"
        if not isinstance(chunk, dict):
            groups.append(("malformed", scope, [chunk], chunk_path))
            continue
        before = len(groups)
        if chunk.get("errors"):
            groups.append(("history_errors", scope, [chunk], chunk_path))
        for index, thread in enumerate(listed(chunk.get("threads"))):
            _walk_thread(groups, entry, scope, thread, f"{chunk_path}/threads/{index}")
        if len(groups) == before:
            groups.append(("history_progress", scope, [chunk], chunk_path))


def _walk_thread(groups: list[Group], entry: Any, scope: Change, thread: Json, path: str) -> None:
    if not isinstance(thread, dict):
        groups.append(("malformed", scope, [thread], path))
    elif items := listed(thread.get("messages")):
        threaded = Change(entry, scope.field, scope.value, scope.address)
        threaded.thread = thread
        groups.append(("messages", threaded, items, f"{path}/messages"))


def _address_elsewhere(value: Any) -> str:
    for holder in (value.get("recipient"), value.get("phone_number_settings"), value):
        if isinstance(holder, dict) and (address := identifier(holder.get("phone_number_id"))):
            return address
    return identifier(value.get("entity_id")) if value.get("entity_type") == "PHONE_NUMBER" else ""
