"""Everything that is neither a message nor a status: templates, opt-outs, the address book, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from regulars.inboxes.ports import (
    AddressBookChange,
    ContactRef,
    GroupNews,
    IdentityChange,
    Notice,
    PreferenceChange,
    TemplateChange,
)

from .contents import read_errors
from .people import NOBODY, PERSON, PREVIOUS_PERSON, Ids, Keys, read_ids, read_person
from .reading import Json, fingerprint, identifier, instant, listed, mapping, text
from .walking import NOTICE_FIELDS, Change

_HANDOVER_SENDER = Keys("phone_number", "user_id", "parent_user_id")


def read_preference(
    change: Change, item: Mapping[str, Json], path: str, received_at: datetime
) -> PreferenceChange | Notice:
    value = text(item.get("value")).lower()
    if value not in ("stop", "resume"):
        return _notice(change, item, path, "unknown", Gist(event=value))
    return PreferenceChange(
        address=change.address,
        contact=read_person(change, item, PERSON),
        category=text(item.get("category")) or "marketing_messages",
        value="stop" if value == "stop" else "resume",
        at=instant(item.get("timestamp")) or instant(change.entry_time) or received_at,
        path=path,
        dedup_key=_dedup_key(change, item),
        details=text(item.get("detail")),
    )


def read_state_sync(
    change: Change, item: Mapping[str, Json], path: str, _received_at: datetime
) -> AddressBookChange | Notice:
    """One item of ``state_sync``: an entry of the owner's phone book; an edit comes as an addition."""
    action = text(item.get("action")).lower()
    entry = mapping(item.get("contact"))
    if action not in ("add", "edit", "remove") or not entry:
        return _notice(change, item, path, "unknown", Gist(event=action))
    ids = read_ids(entry, Keys("phone_number", "user_id", "parent_user_id"))
    return AddressBookChange(
        address=change.address,
        contact=ContactRef(
            identities=ids.identities(),
            name=text(entry.get("full_name")) or text(entry.get("first_name")),
            username=text(entry.get("username")),
            provider_address=ids.written,
        ),
        action="remove" if action == "remove" else "add",
        at=instant(mapping(item.get("metadata")).get("timestamp")),
        path=path,
    )


def read_template(
    change: Change, value: Mapping[str, Json], path: str, _received_at: datetime
) -> TemplateChange:
    kind, new, previous, reason, details = _TEMPLATE_READERS[change.field](value)
    language = text(value.get("message_template_language"))
    return TemplateChange(
        change=kind,
        provider_template_id=identifier(value.get("message_template_id")),
        name=text(value.get("message_template_name")),
        language=language.replace("-", "_"),
        path=path,
        dedup_key=_dedup_key(change, value),
        account=change.entry_id,
        at=instant(change.entry_time),
        new_value=new,
        previous_value=previous,
        reason=reason,
        details=details,
    )


TemplateChangeKind = Literal["status", "quality", "category", "category_notice", "components"]
TemplateGist = tuple[TemplateChangeKind, str, str, str, str]
"""kind, new value, previous value, reason, details"""


def _read_template_status(value: Mapping[str, Json]) -> TemplateGist:
    rejection, other = mapping(value.get("rejection_info")), mapping(value.get("other_info"))
    reason = text(value.get("reason"))
    told = (
        rejection.get("reason"),
        rejection.get("recommendation"),
        other.get("description"),
        mapping(value.get("disable_info")).get("disable_date"),
    )
    reason = text(other.get("title")) if reason in ("", "NONE") else reason
    return "status", text(value.get("event")), "", reason, _joined(*told)


def _read_template_quality(value: Mapping[str, Json]) -> TemplateGist:
    new, previous = text(value.get("new_quality_score")), text(value.get("previous_quality_score"))
    return "quality", new, previous, "", ""


def _read_template_category(value: Mapping[str, Json]) -> TemplateGist:
    """A notice names what the category *will* be in ``correct_category``, and the current one as new."""
    new, coming = text(value.get("new_category")), text(value.get("correct_category"))
    if coming:
        at = instant(value.get("category_update_timestamp"))
        return "category_notice", coming, new, "", at.isoformat() if at else ""
    return "category", new, text(value.get("previous_category")), "", ""


def _read_template_components(value: Mapping[str, Json]) -> TemplateGist:
    keys = ("message_template_title", "message_template_element", "message_template_footer")
    return "components", "", "", "", "\n".join(filter(None, (text(value.get(key)) for key in keys)))


_TEMPLATE_READERS: Mapping[str, Callable[[Mapping[str, Json]], TemplateGist]] = {
    "message_template_status_update": _read_template_status,
    "message_template_quality_update": _read_template_quality,
    "template_category_update": _read_template_category,
    "message_template_components_update": _read_template_components,
}


class Gist(NamedTuple):
    """What a notice says, in Meta's own words."""

    event: str = ""
    title: str = ""
    details: str = ""
    at: datetime | None = None
    contact: ContactRef = NOBODY
    identity_changes: tuple[IdentityChange, ...] = ()
    group_news: GroupNews | None = None
    errors: Json = None


def read_notice(change: Change, value: Mapping[str, Json], path: str, _received_at: datetime) -> Notice:
    kind = NOTICE_FIELDS[change.field]
    gist = _GISTS[kind](value)
    if kind == "handover":
        gist = gist._replace(contact=read_person(change, mapping(value.get("sender")), _HANDOVER_SENDER))
    return _notice(change, value, path, kind, gist)


def read_errors_notice(change: Change, item: Json, path: str, _received_at: datetime) -> Notice:
    """``value.errors`` without a message of its own: something is wrong with the number or account."""
    errors = read_errors(item)
    first = errors[0] if errors else None
    gist = Gist(
        event=str(first.code) if first else "",
        title=first.title if first else "",
        details=first.details if first else "",
        errors=item,
    )
    return _notice(change, item, path, "channel_error", gist)


def read_group_notice(change: Change, item: Mapping[str, Json], path: str, _received_at: datetime) -> Notice:
    members = [
        *listed(item.get("added_participants")),
        *listed(item.get("removed_participants")),
        *listed(item.get("failed_participants")),
    ]
    contact = read_person(change, item, PERSON, is_loose=False)
    if not contact.identities and len(members) == 1:
        contact = read_person(change, mapping(members[0]), PERSON, is_loose=False)
    group_id, setting = identifier(item.get("group_id")), mapping(item.get("group_subject"))
    subject = text(item.get("subject")) or text(setting.get("text"))
    is_valid = bool(group_id and subject.strip()) and setting.get("update_successful") is not False
    gist = Gist(
        event=text(item.get("type")),
        title=subject or group_id,
        details=text(item.get("reason")) or text(item.get("initiated_by")),
        at=instant(item.get("timestamp")),
        contact=contact,
        group_news=GroupNews(group_id=group_id, subject=subject) if is_valid else None,
        errors=item.get("errors"),
    )
    return _notice(change, item, path, "group", gist)


def read_automatic_event(
    change: Change, item: Mapping[str, Json], path: str, _received_at: datetime
) -> Notice:
    """One ``automatic_events`` item: Meta saw a lead or purchase in a thread that an advertisement began."""
    gist = Gist(
        event=text(item.get("event_name")),
        title=text(item.get("ctwa_clid")),
        details=identifier(item.get("id")),
        at=instant(item.get("timestamp")),
    )
    return _notice(change, item, path, "automatic_event", gist)


def read_link_click(change: Change, item: Mapping[str, Json], path: str, _received_at: datetime) -> Notice:
    """It names no person."""
    click = mapping(item.get("marketing_messages_link_click_data"))
    gist = Gist(
        event=text(item.get("action_type")),
        title=text(click.get("tracking_token")),
        details=text(click.get("click_component")) or text(click.get("click_id")),
        at=instant(item.get("timestamp")),
    )
    return _notice(change, item, path, "link_click", gist)


def read_history_errors(
    change: Change, chunk: Mapping[str, Json], path: str, _received_at: datetime
) -> Notice:
    """The owner declined to share the phone's history, or sharing it failed."""
    notice = read_errors_notice(change, chunk.get("errors"), path, _received_at)
    gist = Gist(notice.event, notice.title, notice.details, errors=chunk.get("errors"))
    return _notice(change, chunk, path, "history_declined", gist)


def read_history_progress(
    change: Change, chunk: Mapping[str, Json], path: str, _received_at: datetime
) -> Notice:
    """A history chunk without messages: it only tells how far the sharing is."""
    metadata = mapping(chunk.get("metadata"))
    gist = Gist(event=text(metadata.get("phase")), details=text(metadata.get("progress")))
    return _notice(change, chunk, path, "history_progress", gist)


def read_unknown(change: Change, value: Json, path: str, _received_at: datetime) -> Notice:
    return _notice(change, value, path, "unknown", Gist(event=text(mapping(value).get("event"))))


def _notice(change: Change, item: Json, path: str, kind: str, gist: Gist) -> Notice:
    return Notice(
        kind=kind,
        field=change.field,
        path=path,
        dedup_key=_dedup_key(change, item),
        address=change.address,
        account=change.entry_id,
        event=gist.event,
        title=gist.title,
        details=gist.details,
        at=gist.at or instant(change.entry_time),
        contact=gist.contact,
        identity_changes=gist.identity_changes,
        group_news=gist.group_news,
        errors=read_errors(gist.errors),
    )


def _dedup_key(change: Change, item: Json) -> str:
    """Equal for the same notice in whatever delivery it comes again."""
    return fingerprint(change.field, change.entry_id, change.entry_time, item)


def _joined(*nodes: Json) -> str:
    return " ".join(part for part in (text(node) for node in nodes) if part)


def _read_account(value: Mapping[str, Json]) -> Gist:
    restrictions = [mapping(entry).get("restriction_type") for entry in listed(value.get("restriction_info"))]
    details = _joined(
        *restrictions,
        mapping(value.get("violation_info")).get("violation_type"),
        mapping(value.get("ban_info")).get("waba_ban_state"),
        mapping(value.get("disconnection_info")).get("reason"),
    )
    return Gist(event=text(value.get("event")), title=text(value.get("phone_number")), details=details)


def _read_account_alert(value: Mapping[str, Json]) -> Gist:
    alert = {**value, **mapping(value.get("alert_info"))}
    return Gist(
        event=text(alert.get("alert_type")),
        title=_joined(alert.get("alert_severity"), alert.get("alert_status")),
        details=text(alert.get("alert_description")),
    )


def _read_number_name(value: Mapping[str, Json]) -> Gist:
    return Gist(
        event=text(value.get("decision")),
        title=text(value.get("requested_verified_name")),
        details=text(value.get("rejection_reason")),
    )


def _read_number_quality(value: Mapping[str, Json]) -> Gist:
    limit = text(value.get("max_daily_conversations_per_business")) or text(value.get("current_limit"))
    return Gist(event=text(value.get("event")), title=text(value.get("display_phone_number")), details=limit)


def _read_capability(value: Mapping[str, Json]) -> Gist:
    limit = text(value.get("max_daily_conversations_per_business"))
    return Gist(event=limit or text(value.get("max_daily_conversation_per_phone")))


def _read_security(value: Mapping[str, Json]) -> Gist:
    return Gist(event=text(value.get("event")), title=text(value.get("display_phone_number")))


def _read_flow(value: Mapping[str, Json]) -> Gist:
    return Gist(
        event=text(value.get("event")),
        title=identifier(value.get("flow_id")),
        details=text(value.get("message")),
    )


def _read_handover(value: Mapping[str, Json]) -> Gist:
    word = text(value.get("type"))
    control = mapping(value.get(word))
    previous = text(control.get("previous_owner_role")) or text(control.get("previous_owner_app_role"))
    new = text(control.get("new_owner_role")) or text(control.get("new_owner_app_role"))
    return Gist(event=word, title=new, details=previous, at=instant(value.get("timestamp")))


def _read_contact_identity(value: Mapping[str, Json]) -> Gist:
    """The short-lived field ``user_id_update``: ``{user_id: {previous, current}}``, alone or in a list."""
    rows = listed(value.get("user_id_update")) or listed(value.get("user_id_updates")) or [value]
    changes = tuple(filter(None, (_read_user_id_change(mapping(row)) for row in rows)))
    if not changes:
        return Gist()
    first = mapping(rows[0])
    return Gist(
        event="user_id_changed",
        at=instant(first.get("timestamp")) or instant(value.get("timestamp")),
        contact=ContactRef(
            identities=changes[0].previous, provider_address=_ids_of_side(first, "previous").written
        ),
        identity_changes=changes,
    )


def _read_user_id_change(row: Mapping[str, Json]) -> IdentityChange | None:
    previous, current = _ids_of_side(row, "previous"), _ids_of_side(row, "current")
    if not (previous.bsuid or previous.parent) or not (current.bsuid or current.parent):
        return None
    return IdentityChange(
        reason="user_id_changed",
        previous=previous.identities(),
        current=current.identities(),
        provider_address=current.written,
    )


def _ids_of_side(row: Mapping[str, Json], side: str) -> Ids:
    """What was or is: in pairs, or spelled as in a system message (``previous_user_id``, ``user_id``)."""
    pair, parents = row.get("user_id"), row.get("parent_user_id")
    if isinstance(pair, dict) or isinstance(parents, dict):
        told = {"user_id": mapping(pair).get(side), "parent_user_id": mapping(parents).get(side)}
        return read_ids({**told, "wa_id": row.get("wa_id")}, PERSON)
    return read_ids(row, PERSON if side == "current" else PREVIOUS_PERSON)


def _read_template_misuse(value: Mapping[str, Json]) -> Gist:
    return Gist(
        event=text(value.get("category")) or text(value.get("new_category")),
        title=text(value.get("message_template_name")),
        details=text(value.get("correct_category")),
    )


def _read_business_username(value: Mapping[str, Json]) -> Gist:
    return Gist(event=text(value.get("status")), title=text(value.get("username")))


def _read_generic(value: Mapping[str, Json]) -> Gist:
    event = text(value.get("event")) or text(value.get("decision")) or text(value.get("status"))
    return Gist(event=event, details=text(value.get("message")))


_GISTS: Mapping[str, Callable[[Mapping[str, Json]], Gist]] = {
    "account": _read_account,
    "account_alert": _read_account_alert,
    "account_review": _read_generic,
    "account_settings": _read_generic,
    "business_username": _read_business_username,
    "capability": _read_capability,
    "contact_identity": _read_contact_identity,
    "flow": _read_flow,
    "handover": _read_handover,
    "number_name": _read_number_name,
    "number_quality": _read_number_quality,
    "partner": _read_generic,
    "payment_configuration": _read_generic,
    "security": _read_security,
    "template_misuse": _read_template_misuse,
}
