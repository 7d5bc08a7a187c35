"""The picture of the ad that a contact came from: a file of the message's own, seen and gone with it."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.conversations.access import media_visible_to
from regulars.conversations.models import Message
from regulars.conversations.operations.media_rows import LONGEST_ADDRESS
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.queries.threads import read_thread
from regulars.conversations.queries.touched import messages_showing
from regulars.conversations.tests.saying import receive, said
from regulars.inboxes.ports import MediaRef, MessageContent, Referral
from regulars.media.models import MediaFile
from regulars.media.operations import claim_files
from tests.cast import BORIS, Cast

pytestmark = pytest.mark.django_db

ADDRESS = "https://cdn.example/ad.jpg?signed=1"
AD = MessageContent(referral=Referral(source_kind="ad", picture_url=ADDRESS))


def _came(cast: Cast, provider_id: str = "m0", content: MessageContent = AD, **facts: object) -> Message:
    receive(cast, said(provider_id, 0, content=content, **facts))  # type: ignore[arg-type]
    return Message.objects.select_related("conversation").get(provider_id=provider_id)


def test_an_ad_brings_a_picture_of_the_workspace_to_fetch_once(cast):
    message = _came(cast)
    (file,) = claim_files(10)
    assert (file.source_url, file.provider_media_id, file.connection_id) == (ADDRESS, "", cast.connection.id)
    assert (file.id, file.workspace_id) == (message.ad_picture_id, cast.workspace.id)
    _came(cast)
    assert MediaFile.objects.count() == 1


def test_a_message_may_have_a_file_beside_its_ads_picture(cast):
    both = MessageContent(media=MediaRef(provider_media_id="1"), referral=AD.referral)
    message = _came(cast, kind="image", content=both)
    assert message.media_id != message.ad_picture_id
    assert MediaFile.objects.count() == 2


@pytest.mark.parametrize("address", ["", "https://cdn.example/" + "a" * LONGEST_ADDRESS])
def test_an_ad_without_a_usable_address_brings_none(cast, address):
    message = _came(cast, content=MessageContent(referral=Referral(source_kind="ad", picture_url=address)))
    assert message.ad_picture_id is None
    assert not MediaFile.objects.exists()


def _asked(cast: Cast, provider_id: str, content: MessageContent) -> int:
    with CaptureQueriesContext(connection) as asked:
        receive(cast, said(provider_id, 5, content=content))
    return len(asked)


def test_messages_without_an_ad_cost_no_statement_more(cast):
    _came(cast, "first", MessageContent())
    plain = _asked(cast, "plain", MessageContent())
    assert (
        _asked(cast, "bare", MessageContent(referral=Referral(source_kind="ad"))) <= plain + 1
    )  # its window
    assert _asked(cast, "ad", AD) > plain


def test_whoever_sees_the_message_sees_the_picture_and_it_shows_there(cast):
    message = _came(cast)
    picture = message.ad_picture_id
    assert isinstance(picture, UUID)
    seen = [
        media_visible_to(cast.actor(member)).filter(id=picture).exists()
        for member in (cast.admin, cast.agent)
    ]
    assert seen == [True, True]
    message.conversation.assignee = cast.admin
    message.conversation.save()
    assert not media_visible_to(cast.actor(cast.agent)).filter(id=picture).exists()
    assert messages_showing([cast.workspace.id], [picture]) == {message.id: message.conversation_id}
    (details,) = read_thread(message.conversation).messages
    assert details.ad_picture is not None
    assert details.ad_picture.id == picture


def test_the_picture_goes_with_the_contact_and_no_other(cast):
    gone = _came(cast)
    kept = _came(cast, "m1", phone=BORIS)
    remove_contact(cast.alice, by=cast.actor(cast.admin))
    assert list(MediaFile.objects.values_list("id", flat=True)) == [kept.ad_picture_id]
    assert gone.ad_picture_id != kept.ad_picture_id
