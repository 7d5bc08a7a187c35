"""One line per update, for tables that people can check at a glance."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from regulars.inboxes.ports import (
    AddressBookChange,
    Call,
    ContactRef,
    Identity,
    InboundMessage,
    MessageContent,
    Notice,
    PreferenceChange,
    Rejected,
    StatusUpdate,
    TemplateChange,
    Update,
)


def tell(update: Update) -> str:
    """What an update says, without ids of messages and times."""
    match update:
        case InboundMessage():
            return _join(
                _message_head(update),
                who(update.contact),
                f"{len(update.text)} characters" if update.text else "",
                _facts(update),
            )
        case StatusUpdate():
            return _join("status", update.status, who(update.contact), _status_facts(update))
        case Call():
            return _join("call", update.direction, update.event, who(update.contact), update.status)
        case PreferenceChange():
            return _join("preference", update.category, update.value, who(update.contact))
        case AddressBookChange():
            return _join("address-book", update.action, who(update.contact))
        case TemplateChange():
            change = f"{update.previous_value}>{update.new_value}"
            return _join("template", update.change, update.language, change, update.reason)
        case Notice():
            return _join("notice", update.kind, update.event, who(update.contact))
        case Rejected():
            return _join("rejected", update.reason, update.path)


def who(contact: ContactRef) -> str:
    """Which kinds of identities, and whether there are names."""
    kinds = _kinds(contact.identities)
    return _join(kinds, "named" if contact.name else "", "username" if contact.username else "")


def _kinds(identities: Sequence[Identity]) -> str:
    return "+".join(identity.kind for identity in identities)


def _message_head(message: InboundMessage) -> str:
    source = "" if message.source == "live" else f"({message.source})"
    return f"{message.direction}{source} {message.kind}"


def _facts(message: InboundMessage) -> str:
    content = message.content
    found = []
    for field in msgspec.structs.fields(MessageContent):
        value = getattr(content, field.name)
        if value:
            found.append(f"{field.name}{_short(value)}")
    if message.target_provider_id:
        found.append("has-target")
    if message.reply_to_provider_id:
        found.append("is-reply")
    if message.group_id:
        found.append("in-group")
    if message.history_status:
        found.append(f"was-{message.history_status}")
    return " ".join(found)


def _short(value: object) -> str:
    """Which fields of a struct are set; choices and events by their word, lists by their length."""
    if isinstance(value, tuple):
        return "".join(_short(each) for each in value)
    if not isinstance(value, msgspec.Struct):
        return f"={value}"
    names = [field.name for field in msgspec.structs.fields(value) if getattr(value, field.name)]
    words = [
        str(getattr(value, name)) if name in ("kind", "event", "raw_kind", "code") else name for name in names
    ]
    return f"({' '.join(words)})"


def _status_facts(update: StatusUpdate) -> str:
    return _join(
        "ours" if update.callback_data else "",
        " ".join(str(error.code) for error in update.errors),
        update.pricing_category and f"{update.pricing_category}/{update.pricing_type}",
        update.window_origin and f"window={update.window_origin}",
        f"by {who(update.participant)}" if update.participant.identities else "",
        "in-group" if update.group_id else "",
    )


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
