"""Whatever only looks changes nothing: GET and HEAD on every route, and no table is different afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from psycopg import sql

from regulars.acts.actions import Prioritize
from regulars.acts.operations.acting import act_on
from regulars.attention.operations.mentioning import leave_note
from regulars.blocking.operations import block_contact
from regulars.cases.operations.arranging import create_category
from regulars.cases.operations.filing import add_file
from regulars.cases.operations.opening import NewCase, open_case
from regulars.contacts.models import MergeSuggestion
from regulars.contacts.operations.merging import merge_contacts
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import Composition
from regulars.conversations.operations.exporting import start_export
from regulars.inboxes.channels import facts_of
from regulars.inboxes.models import Delivery
from regulars.inboxes.ports import MediaRef, MessageContent, OutgoingText
from regulars.inboxes.replaying import WhichDeliveries, start_replay
from regulars.kernel import clock
from regulars.kernel.jobs.running import run_job
from regulars.kernel.models import ParkedEvent
from regulars.macros.operations import MacroDraft, create_macro
from regulars.mail.models import Mail
from regulars.media.models import MediaFile
from regulars.media.operations import store_upload
from regulars.notifications.digesting import stop_word
from regulars.notifications.subscribing import subscribe
from regulars.quick_replies.operations import ReplyDraft, create_reply
from regulars.quick_replies.wordings import Wording
from regulars.routing.operations import Wanted, create_queue
from regulars.saved_views.operations import ViewDraft, create_view
from regulars.scheduling.operations import schedule_message
from regulars.service_levels.access import access_levels
from regulars.tags.operations import create_tag
from regulars.transcripts.operations import start_transcript
from regulars.workspaces.jobs import add_schedule
from regulars.workspaces.models import ApiToken, AuditEntry, BrowserSession, Invitation
from regulars.workspaces.operations import invite_member
from regulars.workspaces.tokens import LAST_USE_IS_NOTED_EVERY
from tests.cast import ALICE, DAMRONG, Cast, make_cast, parked_event


def _paths(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _paths(each.url_patterns, prefix + str(each.pattern))
        else:
            yield (prefix + str(each.pattern)).replace("^.*$", "nowhere")


def ids_of_everything(cast: Cast) -> dict[str, str]:
    """Something real behind every name that an address has."""
    picture = MessageContent(media=MediaRef(provider_media_id="901", mime_type="image/jpeg"))
    conversation = cast.hears(ALICE, kind="image", content=picture)
    _row, secret = invite_member(
        cast.workspace, "new@lotus.example", "agent", by=cast.actor(cast.owner), inviter=cast.owner
    )
    case = open_case(NewCase(title="Late"), by=cast.actor())
    upload = store_upload(
        cast.workspace.id, "document", [b"%PDF-1.4 x"], "a.pdf", "application/pdf", by=cast.actor()
    )
    file = add_file(case, upload, by=cast.actor())
    return {
        "conversation_id": str(conversation.id),
        "message_id": str(Message.objects.get().id),
        "media_id": str(MediaFile.objects.get(kind="image").id),
        "contact_id": str(conversation.contact_id),
        "connection_id": str(cast.connection.id),
        "inbox_id": str(cast.inbox.id),
        "member_id": str(cast.agent.id),
        "team_id": str(cast.team.id),
        "tag_id": str(create_tag(cast.workspace.id, "vip", by=cast.actor()).id),
        "queue_id": str(create_queue(cast.workspace.id, Wanted("VIP"), by=cast.actor()).id),
        "level_id": str(access_levels(cast.actor())[0].id),
        "macro_id": str(create_macro(_macro(), by=cast.actor()).id),
        "view_id": str(create_view(ViewDraft("Open", audience="all"), by=cast.actor()).id),
        "tag": "vip",
        "case_id": str(case.id),
        "file_id": str(file.id),
        "category_id": str(create_category(cast.workspace.id, "Parcels", by=cast.actor()).id),
        "reply_id": str(create_reply(_reply(), by=cast.actor()).id),
        "token_id": str(ApiToken.objects.order_by("created_at")[0].id),
        "session_id": str(BrowserSession.objects.get().id),
        "delivery_id": str(Delivery.objects.create(connection=cast.connection, body=b"{}").id),
        "event_id": str(_parked(cast).id),
        "role_id": str(cast.agent.role_id),
        "merge_id": str(merge_contacts(cast.boris, cast.chai, by=cast.actor(cast.owner)).id),
        "suggestion_id": str(
            MergeSuggestion.objects.create(
                workspace=cast.workspace, first=cast.alice, second=cast.boris, reason="same_phone"
            ).id
        ),
        "export_id": _export(cast),
        "transcript_id": _transcript(cast),
        "block_id": str(block_contact(cast.hears(DAMRONG, "spam"), "spam", by=cast.actor(cast.owner)).id),
        "mail_id": str(
            Mail.objects.create(
                workspace=cast.workspace,
                kind="password-changed",
                to_address="ann@lotus.example",
                language="en",
                message_id="<1@lotus.example>",
                state="failed",
            ).id
        ),
        "factor_id": str(cast.agent.id),
        "entry_id": str(AuditEntry.objects.order_by("id")[0].id),
        "invitation_id": str(Invitation.objects.latest("created_at").id),
        "subject": "contact",
        "act_id": str(act_on(conversation, [Prioritize(priority="high")], by=cast.actor(cast.owner))),
        "note_id": str(leave_note(conversation, "for us", by=cast.actor(cast.agent)).note.id),
        "what": "assign",
        "job_id": str(start_replay(WhichDeliveries(), by=cast.actor(cast.owner)).id),
        "schedule_id": str(add_schedule("inboxes.replay", None, "0 3 * * *", by=cast.actor(cast.owner)).id),
        "scheduled_id": str(_scheduled(cast, conversation)),
        "secret": secret,
        "word": stop_word(cast.agent.id),
        "subscription_id": _browser(cast),
        "view": "open",
        "language": "ko",
    }


def _scheduled(cast: Cast, conversation: Conversation) -> UUID:
    return schedule_message(
        Composition(conversation, [OutgoingText(body="At nine")]),
        clock.now() + timedelta(hours=1),
        stops_on_answer=False,
        by=cast.actor(cast.agent),
        channel=facts_of(cast.connection.channel),
    ).id


def _macro() -> MacroDraft:
    return MacroDraft("Done", [{"do": "resolve"}], "all")


def _reply() -> ReplyDraft:
    return ReplyDraft("hi", "Greeting", (Wording(language="en", text="Good day"),))


def _browser(cast: Cast) -> str:
    row = subscribe(
        cast.owner,
        endpoint="https://push.example.org/one",
        public_key="B" + "A" * 86,
        secret="A" * 21 + "Q",
    )
    return str(row.id)


def _export(cast: Cast) -> str:
    job = start_export(cast.chai, by=cast.actor(cast.owner))
    run_job(job.id)
    return str(job.id)


def _transcript(cast: Cast) -> str:
    job = start_transcript(cast.hears(ALICE), "html", by=cast.actor(cast.owner))
    run_job(job.id)
    return str(job.id)


def _parked(cast: Cast) -> ParkedEvent:
    return parked_event(cast.workspace.id, reaction="whatsapp.show_typing", error="LookupError: no")


NOTED = {
    "/settings/deliveries/<str:delivery_id>",
    "/api/v1/inbound-deliveries/<str:delivery_id>",
    "/api/v1/contacts/<str:contact_id>/export",
    "/api/v1/exports/<str:export_id>/content",
    "/exports/<str:export_id>",
    "/api/v1/transcripts/<str:transcript_id>/content",
    "/transcripts/<str:transcript_id>",
}
"""raw words, or all of a person, are shown there; the audit trail notes who looked: a line in it, nothing else"""
AUDIT = "workspaces_auditentry"


def fill(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"<str:{name}>", value)
    assert "<" not in path, f"the test knows no {path}"
    return path


_HASH = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
_TOUCHED = """SELECT c.oid, pg_relation_filenode(c.oid), pg_stat_get_xact_tuples_inserted(c.oid),
pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_deleted(c.oid) FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY c.oid"""
"""what this transaction inserted, updated, deleted, made or emptied, of each table; also what it took back"""


def _contents() -> dict[str, Any]:
    """A hash of every table, whole."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(sql.SQL(_HASH).format(sql.Identifier(table)))
            found[table] = cursor.fetchone()[0]
    return found


def _touched() -> list[tuple[Any, ...]]:
    """Different as soon as the test's one transaction wrote a row anywhere: only then a table can have changed."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED)
        return list(cursor.fetchall())


A_LOOK_TAKES = timedelta(milliseconds=100)


def read_to_its_end(response: Any) -> None:
    """A file is closed there."""
    if response.streaming:
        list(response.streaming_content)


@pytest.mark.django_db
def test_looking_changes_nothing():
    """Each look is a little later than the one before, so that whatever writes the time shows; together they stay
    within the minute after which it is written down again when a token or a session was used last.
    """
    began = clock.now()
    with clock.frozen_at(began):
        answered, changes, noted = _look_everywhere(began)
    assert changes == []
    assert noted == {path for path in answered if path in NOTED}
    broken = {path for path, status in answered.items() if status >= 500}
    assert broken == {"/readyz"}  # there is no worker here, and it says so
    assert answered["/conversations/<str:conversation_id>"] == 200
    assert answered["/conversations/<str:conversation_id>/assignment"] == 405
    assert answered["/conversations/<str:conversation_id>/status"] == 405


def _look_everywhere(began: datetime) -> tuple[dict[str, int], list[str], set[str]]:
    """The status of every address, which looks changed a table, and which addresses are audited at GET and HEAD."""
    cast = make_cast()
    headers = {"Authorization": f"Bearer {cast.token('owner')}"}
    client = Client(raise_request_exception=False)
    client.force_login(cast.owner.user)
    client.get("/api/v1/me", headers=headers)
    ids = ids_of_everything(cast)
    paths = sorted(_paths(get_resolver().url_patterns))
    assert len(paths) * A_LOOK_TAKES < LAST_USE_IS_NOTED_EVERY
    before, touched, answered, changes = _contents(), _touched(), {}, []
    audited: dict[str, set[str]] = {}
    for place, path in enumerate(paths, start=1):
        address = fill(path, ids)
        for method in ("get", "head"):
            with clock.frozen_at(began + place * A_LOOK_TAKES):
                response = getattr(client, method)(address, headers=headers if "/api/" in path else {})
            answered[path] = response.status_code
            read_to_its_end(response)
            untouched, touched = touched, _touched()
            if touched == untouched:
                continue
            after = _contents()
            changed = {table for table in after if after[table] != before[table]}
            if AUDIT in changed:
                audited.setdefault(path, set()).add(method)
            changes += [f"{method.upper()} {path} changes {table}" for table in sorted(changed - {AUDIT})]
            before = after
    half = [path for path, methods in audited.items() if methods != {"get", "head"}]
    return answered, changes + [f"{path} is audited at one of GET and HEAD" for path in half], set(audited)
