"""A contact is removed with everything, and the ledger still adds up."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from regulars.contacts.models import Contact
from regulars.conversations.ledger import read_ledger
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.operations.settling import record_results
from regulars.conversations.tests.saying import claim, open_conversation, queue, receive, said
from regulars.inboxes.ports import MediaRef, MessageContent, Uncertain
from regulars.kernel.errors import NotAllowed
from regulars.media.files import path_of
from regulars.media.models import MediaFile
from regulars.workspaces.models import AuditEntry
from tests.cast import BORIS

pytestmark = pytest.mark.django_db


def test_everything_of_a_contact_goes_and_the_ledger_adds_up(cast):
    conversation = open_conversation(cast)
    queue(cast, conversation, "unknown")
    record_results([(claim(cast)[0], Uncertain(reason="timeout"))])
    queue(cast, conversation, "waiting")
    kept = open_conversation(cast, BORIS)
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    assert list(Conversation.objects.all()) == [kept]
    assert Message.objects.filter(contact__phone=BORIS).count() == Message.objects.count()
    total, _parts = read_ledger(cast.workspace.id)
    assert (total.outbound.intended, total.outbound.refused) == (2, {"contact-deleted": 2})
    assert total.adds_up
    assert AuditEntry.objects.filter(verb="contacts:delete").count() == 1


def test_files_go_unless_somebody_else_sent_the_same(
    cast, tmp_path: Path, django_capture_on_commit_callbacks
):
    content = MessageContent(media=MediaRef(provider_media_id="1"))
    for number, phone in enumerate((cast.alice.phone, cast.alice.phone, BORIS)):
        receive(cast, said(f"m{number}", number, phone=phone, kind="image", content=content))
    hashes = ["a" * 64, "b" * 64, "b" * 64]
    with override_settings(MEDIA_HOME=tmp_path):
        for file, digest in zip(MediaFile.objects.order_by("id"), hashes, strict=True):
            MediaFile.objects.filter(id=file.id).update(sha256=digest, state="ready")
            path_of(digest).parent.mkdir(parents=True, exist_ok=True)
            path_of(digest).write_bytes(b"x")
        with django_capture_on_commit_callbacks(execute=True):
            remove_contact(cast.alice, by=cast.actor(cast.admin))
        assert [path_of(digest).exists() for digest in hashes[:2]] == [False, True]
    assert list(MediaFile.objects.values_list("sha256", flat=True)) == ["b" * 64]


def test_agents_remove_nobody(cast):
    with pytest.raises(NotAllowed):
        remove_contact(cast.alice, by=cast.actor(cast.agent))
    assert Contact.objects.filter(id=cast.alice.id).exists()
