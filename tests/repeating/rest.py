"""Every change through REST, as a script would ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from regulars.attention.operations.following import follow
from regulars.attention.operations.mentioning import leave_note
from regulars.contacts.operations.tagging import set_contact_tags
from regulars.conversations.models import Note
from regulars.conversations.operations.handling import withdraw_note
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.tags.models import Tag
from regulars.tags.operations import create_tag

from . import (
    of_acts,
    of_cases,
    of_idling,
    of_messages,
    of_quick_replies,
    of_routing,
    of_scheduling,
    of_service_levels,
    of_views,
)
from .building import Where
from .screens import (
    SENDER,
    Stage,
    came,
    failed_mail,
    mail_server,
    merged,
    night_role,
    parked,
    scheduled,
    stopped_job,
    suggested,
    undone_job,
    waiting_job,
)


@dataclass(frozen=True)
class Call:
    path: str
    body: object = None


def _replay_failed(stage: Stage) -> Call:
    came(stage)
    return Call("/inbound-deliveries/replay", {"state": "failed"})


def _retry_parked(stage: Stage) -> Call:
    parked(stage)
    return Call("/parked-events/replay", {})


def _tag(stage: Stage, name: str = "vip") -> Tag:
    return create_tag(stage.cast.workspace.id, name, by=stage.cast.actor())


def _untag_contact(stage: Stage) -> Call:
    set_contact_tags(stage.cast.alice, ["vip"], by=stage.cast.actor())
    return Call(f"/contacts/{stage.cast.alice.id}/taggings/vip")


def _untag_conversation(stage: Stage) -> Call:
    set_conversation_tags(stage.conversation, ["vip"], by=stage.cast.actor())
    return Call(f"/conversations/{stage.conversation.id}/taggings/vip")


def _note(stage: Stage) -> Note:
    """Of the member who made the token."""
    return leave_note(stage.conversation, "first words", by=stage.cast.actor(stage.cast.owner)).note


def _withdrawn(stage: Stage) -> Note:
    note = _note(stage)
    withdraw_note(note, by=stage.cast.actor(stage.cast.owner))
    return note


def _unfollow(stage: Stage) -> Call:
    follow(stage.conversation, by=stage.cast.actor(stage.cast.owner))
    return Call(f"/conversations/{stage.conversation.id}/unfollow")


def _merge(stage: Stage) -> Call:
    _tag(stage, "other")
    return Call(f"/tags/{_tag(stage).id}/merge", {"into": "other"})


def _calls(table: Mapping[str, Callable[[Stage], Where]]) -> dict[str, Callable[[Stage], Call]]:
    return {name: _call(where) for name, where in table.items()}


def _call(where: Callable[[Stage], Where]) -> Callable[[Stage], Call]:
    return lambda stage: Call(*where(stage))


REST: dict[str, Callable[[Stage], Call]] = {
    **_calls(of_cases.CALLS),
    **_calls(of_acts.CALLS),
    **_calls(of_messages.CALLS),
    **_calls(of_scheduling.CALLS),
    **_calls(of_routing.CALLS),
    **_calls(of_service_levels.CALLS),
    **_calls(of_idling.CALLS),
    **_calls(of_quick_replies.CALLS),
    **_calls(of_views.CALLS),
    "POST /contacts": lambda _stage: Call(
        "/contacts", {"identities": [{"kind": "phone", "value": "+12025550166"}]}
    ),
    "PATCH /contacts/{contact_id}": lambda stage: Call(f"/contacts/{stage.cast.alice.id}", {"about": "x"}),
    "DELETE /contacts/{contact_id}": lambda stage: Call(f"/contacts/{stage.cast.alice.id}"),
    "POST /contacts/{contact_id}/taggings": lambda stage: Call(
        f"/contacts/{stage.cast.alice.id}/taggings", {"tag": "vip"}
    ),
    "DELETE /contacts/{contact_id}/taggings/{tag}": _untag_contact,
    "POST /conversations/{conversation_id}/taggings": lambda stage: Call(
        f"/conversations/{stage.conversation.id}/taggings", {"tag": "vip"}
    ),
    "DELETE /conversations/{conversation_id}/taggings/{tag}": _untag_conversation,
    "PATCH /notes/{note_id}": lambda stage: Call(f"/notes/{_note(stage).id}", {"text": "other words"}),
    "DELETE /notes/{note_id}": lambda stage: Call(f"/notes/{_note(stage).id}"),
    "POST /notes/{note_id}/restore": lambda stage: Call(f"/notes/{_withdrawn(stage).id}/restore"),
    "POST /conversations/{conversation_id}/follow": lambda stage: Call(
        f"/conversations/{stage.conversation.id}/follow"
    ),
    "POST /conversations/{conversation_id}/unfollow": _unfollow,
    "POST /conversations/{conversation_id}/mute": lambda stage: Call(
        f"/conversations/{stage.conversation.id}/mute"
    ),
    "POST /conversations/{conversation_id}/unmute": lambda stage: Call(
        f"/conversations/{stage.conversation.id}/unmute"
    ),
    "POST /notifications/read": lambda _stage: Call("/notifications/read", {}),
    "PATCH /me/notification-settings": lambda _stage: Call("/me/notification-settings", {"is_private": True}),
    "POST /segments/preview": lambda _stage: Call("/segments/preview", {"conditions": {"all": []}}),
    "POST /tags": lambda _stage: Call("/tags", {"name": "vip"}),
    "PATCH /tags/{tag_id}": lambda stage: Call(f"/tags/{_tag(stage).id}", {"color": "red"}),
    "DELETE /tags/{tag_id}": lambda stage: Call(f"/tags/{_tag(stage).id}"),
    "POST /tags/{tag_id}/merge": _merge,
    "PATCH /conversations/{conversation_id}": lambda stage: Call(
        f"/conversations/{stage.conversation.id}", {"priority": "high"}
    ),
    "POST /conversations/{conversation_id}/messages": lambda stage: Call(
        f"/conversations/{stage.conversation.id}/messages", {"kind": "text", "text": "hi"}
    ),
    "POST /conversations/{conversation_id}/notes": lambda stage: Call(
        f"/conversations/{stage.conversation.id}/notes", {"text": "hi"}
    ),
    "POST /messages": lambda stage: Call(
        "/messages",
        {
            "kind": "template",
            "inbox": str(stage.cast.inbox.id),
            "to": "+12025550177",
            "template": {"name": "hello", "language": "en"},
        },
    ),
    "POST /messages/{message_id}/send-again": lambda stage: Call(f"/messages/{stage.unknown.id}/send-again"),
    "POST /messages/{message_id}/stop": lambda stage: Call(f"/messages/{stage.waiting.id}/stop"),
    "POST /messages/{message_id}/mark-sent": lambda stage: Call(f"/messages/{stage.unknown.id}/mark-sent"),
    "POST /media": lambda _stage: Call("/media", b"%PDF-1.4 sizes"),
    "POST /media/{media_id}/retry": lambda stage: Call(f"/media/{stage.media.id}/retry"),
    "POST /inbound-deliveries/replay": _replay_failed,
    "POST /inbound-deliveries/{delivery_id}/replay": lambda stage: Call(
        f"/inbound-deliveries/{came(stage).id}/replay"
    ),
    "DELETE /jobs/{job_id}": lambda stage: Call(f"/jobs/{waiting_job(stage).id}"),
    "POST /jobs/{job_id}/resume": lambda stage: Call(f"/jobs/{stopped_job(stage).id}/resume"),
    "POST /jobs/{job_id}/undo": lambda stage: Call(f"/jobs/{undone_job(stage).id}/undo"),
    "POST /job-schedules": lambda _stage: Call(
        "/job-schedules", {"kind": "inboxes.replay", "cron": "0 3 * * *"}
    ),
    "DELETE /job-schedules/{schedule_id}": lambda stage: Call(f"/job-schedules/{scheduled(stage).id}"),
    "POST /parked-events/replay": _retry_parked,
    "POST /parked-events/{event_id}/replay": lambda stage: Call(f"/parked-events/{parked(stage).id}/replay"),
    "POST /members/invitations": lambda _stage: Call(
        "/members/invitations", {"email": "new@lotus.example", "role": "agent"}
    ),
    "DELETE /members/invitations/{invitation_id}": lambda stage: Call(
        f"/members/invitations/{stage.invitation.id}"
    ),
    "PUT /mail/server": lambda _stage: Call(
        "/mail/server", {"host": "smtp.lotus.example", "port": 587, "security": "starttls", **SENDER}
    ),
    "DELETE /mail/server": lambda stage: Call("/mail/server", {"host": mail_server(stage).host}),
    "POST /mails/{mail_id}/retry": lambda stage: Call(f"/mails/{failed_mail(stage).id}/retry"),
    "PATCH /members/{member_id}": lambda stage: Call(f"/members/{stage.cast.mate.id}", {"role": "lead"}),
    "POST /contacts/{contact_id}/merge": lambda stage: Call(
        f"/contacts/{stage.cast.alice.id}/merge", {"with": str(stage.cast.boris.id)}
    ),
    "DELETE /members/{member_id}/second-factors": lambda stage: Call(
        f"/members/{stage.cast.agent.id}/second-factors"
    ),
    "PATCH /second-factor-rule": lambda _stage: Call(
        "/second-factor-rule", {"everybody_from": "2030-01-01T00:00:00Z"}
    ),
    "POST /audit/checks": lambda _stage: Call("/audit/checks", {}),
    "POST /audit/exports": lambda _stage: Call("/audit/exports", {"format": "json"}),
    "POST /exports": lambda stage: Call("/exports", {"contact": str(stage.cast.alice.id)}),
    "POST /merges/{merge_id}/undo": lambda stage: Call(f"/merges/{merged(stage).id}/undo"),
    "POST /merge-suggestions/{suggestion_id}/accept": lambda stage: Call(
        f"/merge-suggestions/{suggested(stage).id}/accept", {"keep": str(stage.cast.alice.id)}
    ),
    "POST /merge-suggestions/{suggestion_id}/dismiss": lambda stage: Call(
        f"/merge-suggestions/{suggested(stage).id}/dismiss"
    ),
    "POST /merge-suggestions/{suggestion_id}/reopen": lambda stage: Call(
        f"/merge-suggestions/{suggested(stage).id}/reopen"
    ),
    "POST /roles": lambda _stage: Call(
        "/roles", {"name": "Night desk", "permissions": ["conversations:read"]}
    ),
    "PATCH /roles/{role_id}": lambda stage: Call(f"/roles/{night_role(stage).id}", {"name": "Early desk"}),
    "DELETE /roles/{role_id}": lambda stage: Call(f"/roles/{night_role(stage).id}"),
    "PATCH /protection": lambda _stage: Call("/protection", {"words": {"en": ["contract"]}}),
    "POST /protection/cover": lambda _stage: Call("/protection/cover", {}),
    "PATCH /business-hours": lambda _stage: Call("/business-hours", {"time_zone": "Asia/Seoul"}),
    "POST /teams": lambda _stage: Call("/teams", {"name": "Night"}),
    "PATCH /teams/{team_id}": lambda stage: Call(f"/teams/{stage.cast.team.id}", {"name": "Night"}),
    "DELETE /teams/{team_id}": lambda stage: Call(f"/teams/{stage.cast.team.id}"),
    "POST /tokens": lambda _stage: Call("/tokens", {"name": "n", "role": "agent"}),
    "DELETE /tokens/{token_id}": lambda stage: Call(f"/tokens/{stage.token.id}"),
}
"""by method and path"""

REST_OTHERWISE = {
    **_calls(of_acts.CALLS_OTHERWISE),
    **_calls(of_scheduling.CALLS_OTHERWISE),
    **_calls(of_quick_replies.CALLS_OTHERWISE),
}
"""the same routes, with more said"""

TALKS_TO_PROVIDER = {"POST /message-templates/sync", "POST /mail/test"}
"""run outside a transaction and write what the provider lists, or nothing: repeating them changes nothing"""
