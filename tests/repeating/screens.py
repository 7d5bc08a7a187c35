"""Every form of the screens that changes something, as somebody would fill it in; and the routes that only show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.attention.operations.mentioning import leave_note
from regulars.contacts.models import Merge, MergeSuggestion
from regulars.contacts.operations.merging import merge_contacts
from regulars.conversations.models import Conversation, Message, Note, OutgoingMessage
from regulars.inboxes.events import InboxChanged
from regulars.inboxes.models import Delivery
from regulars.inboxes.replaying import WhichDeliveries, start_replay
from regulars.kernel.events import record
from regulars.kernel.jobs.asking import insert
from regulars.kernel.jobs.models import Job, JobSchedule
from regulars.kernel.models import ParkedEvent
from regulars.mail.models import Mail, MailServer
from regulars.mail.servers import ServerFacts, set_up_server
from regulars.media.models import MediaFile
from regulars.message_templates.models import MessageTemplate
from regulars.notifications.digesting import stop_word
from regulars.notifications.subscribing import subscribe
from regulars.tags.models import Tag
from regulars.tags.operations import create_tag
from regulars.workspaces.jobs import add_schedule, cancel_job
from regulars.workspaces.models import ApiToken, BrowserSession, Invitation, Role
from regulars.workspaces.operations import create_api_token, invite_member
from regulars.workspaces.resetting import make_link
from regulars.workspaces.roles import create_role
from tests.cast import ALICE, PASSWORD, Cast, parked_event

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
from .of_pages import ONLY_SHOWN

Values = dict[str, object]
SENDER = {"sender_address": "inbox@lotus.example"}
NEW_PASSWORD = "seven tall lanterns drift"


@dataclass(frozen=True)
class Form:
    """Where a form goes and what it says. ``is_signed_in`` is false at the doors, where nobody is known yet."""

    path: str
    values: Values = field(default_factory=dict)
    is_signed_in: bool = True


@dataclass(frozen=True)
class Stage:
    """What stands there before a form is sent."""

    cast: Cast
    conversation: Conversation
    message: Message
    failed: Message
    unknown: Message
    waiting: Message
    template: MessageTemplate
    media: MediaFile
    token: ApiToken
    invitation: Invitation
    secret: str


def set_stage(cast: Cast) -> Stage:
    """A conversation with something of everything in it."""
    conversation = cast.hears(ALICE, "hello", provider_id="wamid.hello")
    workspace, owner = cast.workspace, cast.actor(cast.owner)
    invitation, secret = invite_member(workspace, "new@lotus.example", "agent", by=owner, inviter=cast.owner)
    token, _plain = create_api_token(workspace, "old", "agent", by=cast.owner)
    media = MediaFile.objects.create(
        workspace=workspace,
        connection_id=cast.connection.id,
        kind="image",
        state="failed",
        provider_media_id="1",
    )
    conversation.messages.update(media=media)
    return Stage(
        cast,
        conversation,
        conversation.messages.get(),
        _sent(cast, conversation, "failed"),
        _sent(cast, conversation, "unknown"),
        _sent(cast, conversation, "queued"),
        MessageTemplate.objects.create(
            workspace=workspace,
            connection=cast.connection,
            name="hello",
            language="en",
            status="APPROVED",
            category="UTILITY",
            components=[{"type": "BODY", "text": "Hello"}],
        ),
        media,
        token,
        invitation,
        secret,
    )


def _sent(cast: Cast, conversation: Conversation, status: str) -> Message:
    message = Message.objects.create(
        workspace=cast.workspace,
        inbox=conversation.inbox,
        conversation=conversation,
        contact=conversation.contact,
        direction="out",
        kind="text",
        text=status,
        content={"outgoing": {"type": "text", "body": status}},
        author_kind="member",
        status=status,
        sent_at=conversation.created_at,
    )
    state = "refused" if status == "failed" else status
    OutgoingMessage.objects.create(
        message=message, inbox=conversation.inbox, conversation=conversation, state=state
    )
    return message


def in_thread(end: str, **values: object) -> Callable[[Stage], Form]:
    return lambda stage: Form(f"/conversations/{stage.conversation.id}/{end}", values)


def on_settings(end: str, **values: object) -> Callable[[Stage], Form]:
    return lambda _stage: Form(f"/settings/{end}", values)


def _note(stage: Stage) -> Note:
    return leave_note(stage.conversation, "first words", by=stage.cast.actor(stage.cast.owner)).note


def _upload(_stage: Stage) -> Form:
    file = SimpleUploadedFile("sizes.pdf", b"%PDF-1.4 sizes", "application/pdf")
    return Form("/media", {"file": file})


def _end_session(stage: Stage) -> Form:
    Client().force_login(stage.cast.owner.user)
    session = BrowserSession.objects.get(user=stage.cast.owner.user)
    return Form(f"/settings/account/sessions/{session.id}/end")


def mail_server(stage: Stage) -> MailServer:
    given = ServerFacts(
        host="smtp.lotus.example", port=587, security="starttls", sender_address=SENDER["sender_address"]
    )
    return set_up_server(given, by=stage.cast.actor(stage.cast.owner))


def failed_mail(stage: Stage) -> Mail:
    return Mail.objects.create(
        workspace=stage.cast.workspace,
        kind="password-changed",
        to_address="ann@lotus.example",
        language="en",
        message_id="<1@lotus.example>",
        state="failed",
    )


def came(stage: Stage, state: str = "failed") -> Delivery:
    return Delivery.objects.create(
        connection=stage.cast.connection, state=state, body=b"{}", update_counts={stage.cast.inbox.address: 1}
    )


def parked(stage: Stage) -> ParkedEvent:
    record(InboxChanged(stage.cast.workspace.id, stage.cast.inbox.id))
    return parked_event(stage.cast.workspace.id, reaction="whatsapp.show_typing", error="LookupError")


def suggested(stage: Stage) -> MergeSuggestion:
    cast = stage.cast
    return MergeSuggestion.objects.create(
        workspace=cast.workspace, first=cast.alice, second=cast.boris, reason="same_phone"
    )


def merged(stage: Stage) -> Merge:
    return merge_contacts(stage.cast.alice, stage.cast.boris, by=stage.cast.actor(stage.cast.owner))


def night_role(stage: Stage) -> Role:
    return create_role(
        stage.cast.workspace,
        "Night desk",
        permissions=["conversations:read"],
        reach={},
        by=stage.cast.actor(stage.cast.owner),
    )


def waiting_job(stage: Stage) -> Job:
    came(stage)
    return start_replay(WhichDeliveries(state="failed"), by=stage.cast.actor(stage.cast.owner))


def stopped_job(stage: Stage) -> Job:
    return cancel_job(waiting_job(stage), by=stage.cast.actor(stage.cast.owner))


def undone_job(stage: Stage) -> Job:
    """One that is being taken back already: no kind can be, yet."""
    job, by = stopped_job(stage), stage.cast.owner
    insert(job.workspace_id, job.kind, job.arguments, stage.cast.actor(by).doer, undoes=job)
    return job


def scheduled(stage: Stage) -> JobSchedule:
    return add_schedule("inboxes.replay", None, "0 3 * * *", by=stage.cast.actor(stage.cast.owner))


def _replay_failed(stage: Stage) -> Form:
    came(stage)
    return Form("/settings/deliveries/failed/replay")


def _retry_parked(stage: Stage) -> Form:
    parked(stage)
    return Form("/settings/parked-events/replay")


def _sync(stage: Stage) -> Form:
    """Without an account nobody has to be asked, and the network stays quiet."""
    stage.cast.connection.delete()
    return Form("/settings/templates/sync")


def _tag(stage: Stage, name: str = "vip") -> Tag:
    return create_tag(stage.cast.workspace.id, name, by=stage.cast.actor())


def on_tag(end: str, **values: object) -> Callable[[Stage], Form]:
    return lambda stage: Form(f"/settings/tags/{_tag(stage).id}/{end}", values)


def _merge(stage: Stage) -> Form:
    other = _tag(stage, "other")
    return Form(f"/settings/tags/{_tag(stage).id}/merge", {"into": str(other.id)})


ACCOUNT = {"name": "Europe", "account_id": "100000000000555", "access_token": "EAA", "app_secret": "secret"}
PERSON: Values = {"name": "Nell", "password": PASSWORD, "language": "en", "time_zone": "Asia/Seoul"}

HOURS: Values = {"when": "week", "monday": "09:00–18:00", "time_zone": "Asia/Seoul", "episode_hours": "12"}
ROLE: Values = {
    "reach_conversations": "own",
    "reach_contacts": "own",
    "reach_cases": "own",
    "reach_files": "own",
    "may_conversations": ["conversations:read"],
}


def _forms(table: Mapping[str, Callable[[Stage], Where]]) -> dict[str, Callable[[Stage], Form]]:
    return {name: _form(where) for name, where in table.items()}


def _form(where: Callable[[Stage], Where]) -> Callable[[Stage], Form]:
    return lambda stage: Form(*where(stage))


BROWSER = {
    "endpoint": "https://push.example.org/one",
    "public_key": "B" + "A" * 86,
    "secret": "A" * 21 + "Q",
}


def _remove_browser(stage: Stage) -> Form:
    row = subscribe(
        stage.cast.owner,
        endpoint=BROWSER["endpoint"],
        public_key=BROWSER["public_key"],
        secret=BROWSER["secret"],
    )
    return Form(f"/settings/notifications/browsers/{row.id}/remove")


FORMS: dict[str, Callable[[Stage], Form]] = {
    **_forms(of_cases.SCREENS),
    **_forms(of_acts.SCREENS),
    **_forms(of_messages.SCREENS),
    **_forms(of_scheduling.SCREENS),
    **_forms(of_routing.SCREENS),
    **_forms(of_service_levels.SCREENS),
    **_forms(of_idling.SCREENS),
    **_forms(of_quick_replies.SCREENS),
    **_forms(of_views.SCREENS),
    "messages": in_thread("messages", text="Good day"),
    "message-preview": in_thread("preview", text="Good day"),
    "notes": in_thread("notes", text="She is a café"),
    "edit-note": lambda stage: Form(f"/notes/{_note(stage).id}/text", {"text": "other words"}),
    "draft": in_thread("draft", mode="reply", text="half a sen"),
    "assignment": in_thread("assignment", member="me"),
    "conversation-status": in_thread("status", status="resolved"),
    "reading": in_thread("reading", state="read"),
    "presence": in_thread("presence", state="looking"),
    "mute-conversation": in_thread("muting", state="muted"),
    "read-notifications": lambda _stage: Form("/notifications/read"),
    "stop-notification-mail": lambda stage: Form(
        f"/notifications/mail/{stop_word(stage.cast.agent.id)}/stop", is_signed_in=False
    ),
    "choose-notification-ways": lambda _stage: Form(
        "/settings/notifications/ways", {"has-reply": "1", "reply": "badge"}
    ),
    "choose-notification-preset": on_settings("notifications/preset", preset="mentions"),
    "choose-quiet-hours": lambda _stage: Form(
        "/settings/notifications/quiet", {"start": "22:00", "end": "07:00"}
    ),
    "choose-push-privacy": on_settings("notifications/privacy", private="on"),
    "push-key": on_settings("notifications/key"),
    "add-push-browser": on_settings("notifications/browsers", **BROWSER),
    "leave-push-browser": on_settings("notifications/browsers/leave", endpoint=BROWSER["endpoint"]),
    "remove-push-browser": _remove_browser,
    "template-message": lambda stage: Form(
        f"/conversations/{stage.conversation.id}/template", {"template": str(stage.template.id)}
    ),
    "message-reaction": lambda stage: Form(f"/messages/{stage.message.id}/reaction", {"emoji": "👍"}),
    "message-retry": lambda stage: Form(f"/messages/{stage.failed.id}/retry"),
    "message-decision": lambda stage: Form(
        f"/messages/{stage.unknown.id}/decision", {"decision": "send_again"}
    ),
    "message-stop": lambda stage: Form(f"/messages/{stage.waiting.id}/stop"),
    "contact": lambda stage: Form(f"/contacts/{stage.cast.alice.id}", {"about": "Likes blue"}),
    "tag-contact": lambda stage: Form(f"/contacts/{stage.cast.alice.id}/tagging", {"tag": "vip"}),
    "tag-conversation": in_thread("tagging", tag="vip"),
    "contact-merges": lambda stage: Form(
        f"/contacts/{stage.cast.alice.id}/merges", {"with": str(stage.cast.boris.id)}
    ),
    "export-contact": lambda stage: Form(f"/contacts/{stage.cast.alice.id}/export"),
    "undo-merge": lambda stage: Form(f"/merges/{merged(stage).id}/undo"),
    "merge-suggestion": lambda stage: Form(
        f"/merge-suggestions/{suggested(stage).id}", {"state": "dismissed"}
    ),
    "condition-form": lambda _stage: Form("/conditions/contact/form"),
    "upload": _upload,
    "receive-share": lambda _stage: Form("/share/received", {"text": "Look at this"}, is_signed_in=False),
    "media-retry": lambda stage: Form(f"/media/{stage.media.id}/retry"),
    "connect": on_settings("numbers/connect", **ACCOUNT),
    "credentials": lambda stage: Form(
        f"/settings/connections/{stage.cast.connection.id}/credentials", {"app_secret": "another"}
    ),
    "portfolio": lambda stage: Form(
        f"/settings/connections/{stage.cast.connection.id}/portfolio", {"portfolio": "100000000000777"}
    ),
    "add-number": lambda stage: Form(
        f"/settings/connections/{stage.cast.connection.id}/numbers",
        {"name": "Berlin", "address": "100000000000556"},
    ),
    "change-number": lambda stage: Form(f"/settings/numbers/{stage.cast.inbox.id}", {"name": "Outlet"}),
    "sync-templates": _sync,
    "replay-failed": _replay_failed,
    "replay-delivery": lambda stage: Form(f"/settings/deliveries/{came(stage).id}/replay"),
    "retry-parked": _retry_parked,
    "retry-parked-event": lambda stage: Form(f"/settings/parked-events/{parked(stage).id}/replay"),
    "cancel-job": lambda stage: Form(f"/settings/jobs/{waiting_job(stage).id}/cancel"),
    "resume-job": lambda stage: Form(f"/settings/jobs/{stopped_job(stage).id}/resume"),
    "undo-job": lambda stage: Form(f"/settings/jobs/{undone_job(stage).id}/undo"),
    "add-schedule": on_settings("schedules/new", kind="inboxes.replay", every="day", at="03:30"),
    "remove-schedule": lambda stage: Form(f"/settings/schedules/{scheduled(stage).id}/removal"),
    "set-up-mail": on_settings(
        "mail/server", host="smtp.lotus.example", port="587", security="starttls", version="0", **SENDER
    ),
    "give-up-mail": lambda stage: Form("/settings/mail/server/removal", {"was": mail_server(stage).host}),
    "test-mail": on_settings("mail/test"),
    "retry-mail": lambda stage: Form(f"/settings/mail/{failed_mail(stage).id}/retry"),
    "invite-again": lambda stage: Form(f"/settings/invitations/{stage.invitation.id}/again"),
    "withdraw-invitation": lambda stage: Form(f"/settings/invitations/{stage.invitation.id}/withdrawal"),
    "reset-second-factor": lambda stage: Form(f"/settings/members/{stage.cast.agent.id}/second-factor"),
    "change-second-factor-rule": on_settings("second-factor/change", asked="everybody", grace="7"),
    "check-audit-trail": on_settings("audit/check"),
    "export-audit-trail": on_settings("audit/export", format="csv"),
    "reset-password": lambda stage: Form(f"/settings/members/{stage.cast.agent.id}/password"),
    "invite": on_settings("members/invite", email="other@lotus.example", role="agent"),
    "change-member": lambda stage: Form(f"/settings/members/{stage.cast.agent.id}", {"role": "lead"}),
    "add-role": on_settings("roles/new", name="Night desk", copy_of="agent"),
    "change-role": lambda stage: Form(
        f"/settings/roles/{night_role(stage).id}", {**ROLE, "name": "Early desk"}
    ),
    "remove-role": lambda stage: Form(f"/settings/roles/{night_role(stage).id}/removal", {"to": "agent"}),
    "add-team": on_settings("teams/new", name="Night"),
    "change-protection": on_settings("protection/change", is_on="on", **{"words.en": "contract"}),
    "cover-words": on_settings("protection/cover"),
    "change-business-hours": on_settings("business-hours/change", **HOURS),
    "rename-team": lambda stage: Form(f"/settings/teams/{stage.cast.team.id}/name", {"name": "Night"}),
    "remove-team": lambda stage: Form(f"/settings/teams/{stage.cast.team.id}/removal", {"to": ""}),
    "add-tag": on_settings("tags/new", name="vip", color="red"),
    "change-tag": on_tag("change", name="VIP", color="red"),
    "merge-tag": _merge,
    "remove-tag": on_tag("removal"),
    "tokens": on_settings("tokens", name="script", role="agent"),
    "revoke-token": lambda stage: Form(f"/settings/tokens/{stage.token.id}/revoke"),
    "preferences": lambda _stage: Form("/preferences", {"theme": "dark", "density": "compact"}),
    "change-password": lambda _stage: Form(
        "/settings/account/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}
    ),
    "end-session": _end_session,
    "end-other-sessions": lambda _stage: Form("/settings/account/sessions/others/end"),
    "sign-out": lambda _stage: Form("/sign-out"),
    "sign-in": lambda stage: Form(
        "/sign-in", {"email": stage.cast.agent.user.email, "password": PASSWORD}, is_signed_in=False
    ),
    "forgotten-password": lambda stage: Form(
        "/password/forgotten",
        {"email": stage.cast.agent.user.email, "server": mail_server(stage).host},
        is_signed_in=False,
    ),
    "password-reset": lambda stage: Form(
        f"/password/new/{make_link(stage.cast.agent.user).secret}",
        {"password": NEW_PASSWORD},
        is_signed_in=False,
    ),
    "invitation": lambda stage: Form(f"/invitations/{stage.secret}", PERSON, is_signed_in=False),
    "choose-language": lambda _stage: Form("/language", {"language": "ko"}, is_signed_in=False),
    "set-up": lambda _stage: Form(
        "/set-up",
        {**PERSON, "workspace_name": "Second Shop", "email": "second@lotus.example"},
        is_signed_in=False,
    ),
}
"""by the name of the route"""

FORMS_OTHERWISE = {
    **_forms(of_acts.OTHERWISE),
    **_forms(of_scheduling.OTHERWISE),
    **_forms(of_quick_replies.OTHERWISE),
}
"""the same routes, with more said"""

SHOWN_THOUGH_POSTED = {
    *("condition-form", "message-preview", "preview-quick-reply", "plan-quick-replies", "receive-share"),
}
"""what is sent there is drawn, and changes nothing"""

PROVED_BY_THEMSELVES = {
    *("second-step", "enter-by-passkey", "passkey-question", "prove-yourself", "proof-question"),
    *("add-second-factor", "add-passkey", "new-passkey-question", "new-recovery-codes"),
    *("rename-second-factor", "remove-second-factor"),
}
"""forms about a second factor: a code, an answer and a question are good once, and an answer that shows a secret is
kept nowhere (``tests/attacks/test_second_factor.py``)"""

REFUSED_AGAIN = {"change-password", "sign-out"}
"""forms that end what they need themselves: a repetition is refused, and changes nothing"""

COUNTS_GUESSES = {"change-password", "forgotten-password", "sign-in"}
"""forms that commit on their own, whatever becomes of them"""

SHOWN_ONLY = {
    *ONLY_SHOWN,
    *of_cases.ONLY_SHOWN,
    *of_acts.ONLY_SHOWN,
    *of_messages.ONLY_SHOWN,
    *of_scheduling.ONLY_SHOWN,
    *of_routing.ONLY_SHOWN,
    *of_service_levels.ONLY_SHOWN,
    *of_idling.ONLY_SHOWN,
    *of_quick_replies.ONLY_SHOWN,
    *of_views.ONLY_SHOWN,
}
"""routes that only GET asks"""
