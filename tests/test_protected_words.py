"""A word of a protected message is in no table, whichever way it came or goes; who may read it reads it everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from psycopg import sql

from regulars.attention.operations.editing import edit_note
from regulars.channels.whatsapp.tests.arriving import deliver, read_everything
from regulars.channels.whatsapp.tests.bodies import body as envelope
from regulars.channels.whatsapp.tests.bodies import message, value
from regulars.conversations.models import Conversation, Message, Note
from regulars.conversations.operations.claiming import claim_batch
from regulars.conversations.operations.composing import Composition, compose
from regulars.conversations.operations.exporting import start_export
from regulars.conversations.operations.handling import save_draft, write_note
from regulars.inboxes.channels import facts_of
from regulars.inboxes.models import Delivery
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.running import run_job
from regulars.kernel.resealing import seal_anew
from regulars.media.models import MediaFile
from regulars.protection.covering import COVER, CoverArguments
from regulars.protection.fields import SEALED, UnreadWordsError, is_hidden, is_protected
from regulars.protection.operations import Protection, change_protection
from regulars.scheduling.operations import schedule_message, send_due
from regulars.search.tests.following import follow, texts
from regulars.transcripts.operations import content_of, open_transcript, start_transcript
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.operations import create_api_token
from regulars.workspaces.roles import create_role
from regulars.workspaces.sight import looking, sight_of
from tests.cast import ALICE, Cast, make_cast

pytestmark = pytest.mark.django_db

CANARY = "quetzalcoatl"
SAID = f"about the contract: {CANARY}"
BEFORE = f"{CANARY} of a time before"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@contextmanager
def as_seen_by(actor: Actor) -> Iterator[None]:
    with looking(sight_of(actor)):
        yield


def places_of(word: str) -> list[str]:
    """Every column of every table in which it stands, in any of the ways that PostgreSQL shows one."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " JOIN pg_class ON pg_class.oid = format('public.%I', table_name)::regclass"
            " WHERE table_schema = 'public' AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1, 2"
        )
        for table, column, kind in cursor.fetchall():
            shown = "encode({}, 'escape')" if kind == "bytea" else "{}::text"
            asked = sql.SQL("SELECT count(*) FROM {} WHERE position({} IN lower({})) > 0").format(
                sql.Identifier(table), sql.Literal(word), sql.SQL(shown).format(sql.Identifier(column))
            )
            cursor.execute(asked)
            if cursor.fetchone() != (0,):
                found.append(f"{table}.{column}")
    return found


def come_in(cast: Cast) -> Conversation:
    """As the platform tells it: by the door, read by a worker; a text, and a file with a name and a caption."""
    sender = ALICE.lstrip("+")
    card = {"profile": {"name": "Alice"}, "wa_id": sender}
    file = {"id": "99", "mime_type": "application/pdf", "filename": f"{CANARY}.pdf", "caption": SAID}
    about = {"from": sender, "timestamp": str(int(clock.now().timestamp()))}
    said = message("text", {"body": SAID}, id="wamid.1", **about)
    sent = message("document", file, id="wamid.2", **about)
    deliver(cast, *(envelope(value(contacts=[card], messages=[each])) for each in (said, sent)))
    read_everything()
    return Conversation.objects.get()


def write_everywhere(cast: Cast, conversation: Conversation) -> None:
    by, channel = cast.actor(cast.owner), facts_of(cast.connection.channel)
    with as_seen_by(by):
        compose(Composition(conversation, [OutgoingText(body=SAID)]), by=by, channel=channel)
        note = write_note(conversation, SAID, by=by)
        edit_note(note, f"{SAID}, again", by=by)
        save_draft(conversation, cast.owner, "reply", CANARY)
        later = Composition(conversation, [OutgoingText(body=SAID)])
        schedule_message(
            later, clock.now() + timedelta(hours=1), stops_on_answer=False, by=by, channel=channel
        )


def blind(cast: Cast) -> Actor:
    """Sees conversations, and no protected message in them."""
    permissions = {"conversations:read", "contacts:read", "notes:write"}
    role = create_role(
        cast.workspace,
        "Blind",
        permissions=permissions,
        reach={"conversations": "all"},
        by=cast.actor(cast.owner),
    )
    cast.mate.role = role
    cast.mate.save()
    return actor_of_member(type(cast.mate).objects.get(id=cast.mate.id))


def test_the_scan_sees_what_lies_open(cast: Cast):
    cast.hears(ALICE, BEFORE)
    save_draft(Conversation.objects.get(), cast.owner, "reply", CANARY)
    assert places_of(CANARY) == ["conversations_message.text"]


def test_the_word_is_in_no_table(cast: Cast):
    conversation = come_in(cast)
    write_everywhere(cast, conversation)
    follow()
    by = cast.actor(cast.owner)
    transcript = start_transcript(conversation, "html", with_notes=True, by=by)
    for job in (transcript, start_export(cast.contact(ALICE), by=by)):
        run_job(job.id)
    assert places_of(CANARY) == []
    assert Message.objects.filter(text__startswith=SEALED).count() == 3


def test_who_may_read_it_reads_it_and_nobody_else(cast: Cast):
    conversation = come_in(cast)
    write_everywhere(cast, conversation)
    owner, other = cast.actor(cast.owner), blind(cast)
    with as_seen_by(owner):
        assert {each.text for each in Message.objects.all()} == {SAID}
        assert MediaFile.objects.get().filename == f"{CANARY}.pdf"
        assert Note.objects.get().text == f"{SAID}, again"
        assert all(is_protected(each.text) for each in Message.objects.all())
    with as_seen_by(other):
        said: Any
        for said in (*Message.objects.all(), *Note.objects.all()):
            assert is_hidden(said.text)
            assert CANARY not in said.text
            said.text, said.author_name = said.text, "x"
            with pytest.raises(UnreadWordsError):
                said.save()


def test_it_is_found_by_who_may_read_it_alone(cast: Cast):
    come_in(cast)
    follow()
    owner, other = cast.actor(cast.owner), blind(cast)
    assert texts(owner, CANARY) == [f"{SAID}\n{CANARY}.pdf", SAID]
    assert texts(owner, "quetzal", "file") == [f"{CANARY}.pdf\n{SAID}"]
    assert texts(other, CANARY) == texts(other, "contract") == texts(other, CANARY, "file") == []


def test_what_goes_out_says_the_words(cast: Cast):
    conversation = come_in(cast)
    write_everywhere(cast, conversation)
    (first,) = claim_batch(cast.inbox.id, 10)
    assert first.to_send.content == OutgoingText(body=SAID)
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert send_due()
    assert [each.text for each in _outgoing(cast)] == [SAID, SAID]
    assert places_of(CANARY) == []


def _outgoing(cast: Cast) -> list[Message]:
    with as_seen_by(cast.actor(cast.owner)):
        return list(Message.objects.filter(direction="out"))


def test_a_transcript_has_what_its_asker_may_read(cast: Cast):
    conversation = come_in(cast)
    owner = cast.actor(cast.owner)
    job = start_transcript(conversation, "html", by=owner)
    run_job(job.id)
    assert CANARY in b"".join(content_of(open_transcript(job.id, by=owner))).decode()


def test_another_key_of_the_server_opens_it_all(cast: Cast):
    conversation = come_in(cast)
    write_everywhere(cast, conversation)
    follow()
    before = settings.SECRET_KEY
    with override_settings(SECRET_KEY="of now " * 8, SECRET_KEY_FALLBACKS=[before]):
        *_, last = seal_anew()
        assert (last.sealed["lost"], last.sealed["before"] > 8) == (0, True)
    with override_settings(SECRET_KEY="of now " * 8, SECRET_KEY_FALLBACKS=[]):
        owner = cast.actor(cast.owner)
        with as_seen_by(owner):
            assert {each.text for each in Message.objects.all()} == {SAID}
        assert SAID.encode() in bytes(Delivery.objects.earliest("id").body)
        assert len(texts(owner, CANARY)) == 3


def test_what_was_said_before_is_protected_by_a_job(cast: Cast):
    cast.hears(ALICE, BEFORE)
    conversation = Conversation.objects.get()
    by = cast.actor(cast.owner)
    write_note(conversation, BEFORE, by=by)
    follow()
    change_protection(Protection(True, {"en": [CANARY]}), by=by)
    assert places_of(CANARY) == [
        "conversations_message.text",
        "conversations_note.text",
        "protection_protectionsettings.words",
    ]
    job = start_job(COVER, CoverArguments(), by=by)
    run_job(job.id)
    job.refresh_from_db()
    assert job.result == {"looked_at": 2, "protected": 2}
    follow()
    assert places_of(CANARY) == ["protection_protectionsettings.words"]
    assert (texts(by, "time before"), texts(blind(cast), "time before")) == ([BEFORE], [])
    change_protection(Protection(False, {}), by=by)
    cast.hears(ALICE, SAID)
    with as_seen_by(by):
        assert [is_protected(each.text) for each in Message.objects.order_by("id")] == [True, False]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"en": ["x"]}, "words.en"),
        ({"th": ["y" * 61]}, "words.th"),
        ({"ru": [f"слово {number}" for number in range(201)]}, "words.ru"),
        ({"xx": ["word"]}, "words.xx"),
    ],
)
def test_words_that_cannot_be_are_named(cast: Cast, words: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refused:
        change_protection(Protection(True, words), by=cast.actor(cast.owner))
    fields: Any = refused.value.facts["fields"]
    assert list(fields) == [field]


def test_screens_and_rest_say_that_it_is_there_and_no_word_of_it(cast: Cast, client: Client):
    conversation = come_in(cast)
    write_everywhere(cast, conversation)
    blind(cast)
    _row, token = create_api_token(cast.workspace, "blind", str(cast.mate.role.id), by=cast.owner)
    pages = ("/inbox/open", f"/conversations/{conversation.id}", f"/search?q={CANARY}", "/search?q=contract")
    rest = (
        f"/api/v1/conversations/{conversation.id}",
        *(
            f"/api/v1/conversations/{conversation.id}/{what}"
            for what in ("messages?raw=1", "messages", "notes")
        ),
        "/api/v1/scheduled-messages",
    )
    client.force_login(cast.mate.user)
    for path in pages:
        page = client.get(path)
        said = page.content.decode()
        assert (page.status_code, SAID in said, f"{CANARY}.pdf" in said) == (200, False, False)
    assert "Protected message" in client.get(pages[1]).content.decode()
    for path in rest:
        told = client.get(path, headers={"authorization": f"Bearer {token}"})
        assert (told.status_code, CANARY in told.content.decode()) in {(200, False), (403, False)}, path
    messages = client.get(rest[2], headers={"authorization": f"Bearer {token}"}).json()["items"]
    assert {(each["is_hidden"], each["text"], each["media"]) for each in messages} == {(True, "", None)}
