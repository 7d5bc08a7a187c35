"""What a message carries: uploaded once, named, checked a last time, and uploaded anew when the copy is gone."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from asgiref.sync import async_to_sync
from django.test import override_settings

from regulars.channels.whatsapp.copies import PROVIDER_COPY_LIFETIME, forget_lost_copies
from regulars.channels.whatsapp.facts import FACTS
from regulars.channels.whatsapp.graph import GRAPH_VERSION, GraphClient, open_session
from regulars.channels.whatsapp.transport import WhatsAppTransport
from regulars.conversations.models import Message
from regulars.conversations.operations.claiming import Claimed
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.provider_ids import Named, take_ids
from regulars.inboxes.ports import (
    Accepted,
    Identity,
    InteractiveHeader,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingMedia,
    OutgoingTemplate,
    OutgoingText,
    ProviderError,
    Refused,
    ReplyButton,
    SendResult,
    StatusUpdate,
    TemplateCard,
    TemplateParameter,
    ToSend,
)
from regulars.kernel import clock
from regulars.media.models import MediaFile
from regulars.media.operations import store_upload
from regulars.media.tests.making import OPUS_STEREO, ogg, picture
from tests.cast import ALICE, Cast, make_cast

from .graph_server import NUMBER, GraphServer

PDF = b"%PDF-1.7\n"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_HOME=tmp_path):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


class Platform:
    """Answers uploads with new ids; refuses messages with the errors that are put in front."""

    def __init__(self) -> None:
        self.uploads: list[bytes] = []
        self.messages: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, dict[str, Any]]] = []

    async def upload(self, request: web.Request) -> web.Response:
        self.uploads.append(await request.read())
        return web.json_response({"id": f"copy-{len(self.uploads)}"})

    async def message(self, request: web.Request) -> web.Response:
        self.messages.append(json.loads(await request.read()))
        if self.refusals:
            status, error = self.refusals.pop(0)
            return web.json_response({"error": error}, status=status)
        return web.json_response({"messages": [{"id": f"wamid.{len(self.messages)}"}]})


class OneClient:
    """Stands where ``Clients`` stands: the same client for every connection."""

    def __init__(self, client: GraphClient) -> None:
        self.client = client

    async def of(self, _connection_id: object) -> GraphClient:
        return self.client


def _send(cast: Cast, platform: Platform, *contents: OutgoingContent) -> list[SendResult]:
    async def run() -> list[SendResult]:
        graph = GraphServer()
        await graph.server.start_server()
        session = open_session(graph.url)
        try:
            graph.on("POST", f"/{GRAPH_VERSION}/{NUMBER}/media", platform.upload)
            graph.on("POST", f"/{GRAPH_VERSION}/{NUMBER}/messages", platform.message)
            client = GraphClient(graph.url, "token-1", session)
            transport = WhatsAppTransport(OneClient(client))  # type: ignore[arg-type]
            return [await transport.send(_claimed(cast, content)) for content in contents]
        finally:
            await session.close()
            await graph.server.close()

    return async_to_sync(run)()


def _claimed(cast: Cast, content: OutgoingContent) -> Claimed:
    to_send = ToSend(
        message_id=str(uuid4()),
        address=NUMBER,
        recipient=Identity("phone", "+12025550117"),
        content=content,
        callback_data="",
    )
    return Claimed(to_send, cast.workspace.id, uuid4(), cast.inbox.id, cast.connection.id, uuid4())


def _upload(cast: Cast, content: bytes = PDF, name: str = "") -> MediaFile:
    by = cast.actor(cast.agent)
    return store_upload(cast.workspace.id, "document", io.BytesIO(content), name, "", by=by)


def _document(file: MediaFile, name: str = "") -> OutgoingMedia:
    return OutgoingMedia(kind="document", media_id=str(file.id), filename=name)


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("upload", "given", "left"),
    [
        ("price.pdf", "", "price.pdf"),
        ("price.pdf", "offer.pdf", "offer.pdf"),
        ("price", "", "price.pdf"),
        ("", "", "document.pdf"),
        ("../../etc/passwd", "", "passwd.pdf"),
        ("", "x/\u202efdp.견적", "fdp.견적.pdf"),
    ],
)
def test_a_document_always_leaves_with_a_name(cast, upload, given, left):
    platform = Platform()
    _send(cast, platform, _document(_upload(cast, name=upload), given))
    assert platform.messages[0]["document"] == {"id": "copy-1", "filename": left}


@pytest.mark.parametrize(
    ("link", "left"),
    [
        ("https://shop.example/files/price%20list.pdf?x=1", "price list.pdf"),
        ("https://shop.example/", "document"),
        ("https://shop.example/%2e%2e%2f", "document"),
    ],
)
def test_a_linked_document_is_named_after_its_link(cast, link, left):
    platform = Platform()
    _send(cast, platform, OutgoingMedia(kind="document", link=link))
    assert platform.messages[0]["document"] == {"link": link, "filename": left}


def test_documents_in_headers_have_names_too(cast):
    platform = Platform()
    media = _document(_upload(cast, name="terms.pdf"))
    header = (TemplateParameter(kind="document", media=media),)
    buttons = OutgoingInteractive(
        form="buttons",
        body="x",
        header=InteractiveHeader(media=media),
        buttons=(ReplyButton(id="a", title="b"),),
    )
    template = OutgoingTemplate(name="a", language="en", header=header, cards=(TemplateCard(header=header),))
    _send(cast, platform, buttons, template)
    wanted = {"id": "copy-1", "filename": "terms.pdf"}
    assert platform.messages[0]["interactive"]["header"]["document"] == wanted
    whole, carousel = platform.messages[1]["template"]["components"]
    assert whole["parameters"][0]["document"] == wanted
    assert carousel["cards"][0]["components"][0]["parameters"][0]["document"] == wanted


# --- copies -----------------------------------------------------------------------------------------


def test_a_copy_is_used_for_its_thirty_days(cast):
    platform = Platform()
    media = _document(_upload(cast))
    now = clock.now()
    for days, uploads in ((0, 1), (28, 1), (30, 2)):
        with clock.frozen_at(now + timedelta(days=days)):
            _send(cast, platform, media)
        assert len(platform.uploads) == uploads
    assert timedelta(days=30) > PROVIDER_COPY_LIFETIME


LOST = [
    (400, {"code": 131053, "message": "(#131053) Media upload error"}),
    (400, {"code": 131009, "message": "(#131009) Parameter value is not valid"}),
    (400, {"code": 100, "message": "(#100) Invalid parameter"}),
    (404, {"code": 100, "error_subcode": 33, "message": "Unsupported post request"}),
]


@pytest.mark.parametrize("refusal", LOST, ids=lambda each: str(each[1]["code"]))
def test_a_lost_copy_is_uploaded_anew_once_and_sent(cast, refusal):
    platform = Platform()
    media = _document(_upload(cast))
    _send(cast, platform, media)
    platform.refusals = [refusal]
    (result,) = _send(cast, platform, media)
    assert isinstance(result, Accepted)
    assert [each["document"]["id"] for each in platform.messages] == ["copy-1", "copy-1", "copy-2"]
    _send(cast, platform, media)
    assert platform.messages[-1]["document"]["id"] == "copy-2"


@pytest.mark.parametrize("refusal", LOST[:3], ids=lambda each: str(each[1]["code"]))
def test_what_is_refused_with_a_new_copy_is_refused(cast, refusal):
    platform = Platform()
    platform.refusals = [refusal] * 3
    media = _document(_upload(cast))
    (first,) = _send(cast, platform, media)
    assert isinstance(first, Refused)
    assert (len(platform.uploads), len(platform.messages)) == (1, 1)
    (second,) = _send(cast, platform, media)
    assert isinstance(second, Refused)
    assert (len(platform.uploads), len(platform.messages)) == (2, 3)


@pytest.mark.parametrize("code", [131026, 131047, 190])
def test_other_refusals_upload_nothing(cast, code):
    platform = Platform()
    media = _document(_upload(cast))
    _send(cast, platform, media)
    platform.refusals = [(400, {"code": code, "message": "no"})]
    _send(cast, platform, media)
    assert (len(platform.uploads), len(platform.messages)) == (1, 2)


def test_a_text_asks_for_no_files(cast):
    platform = Platform()
    platform.refusals = [LOST[0]]
    (result,) = _send(cast, platform, OutgoingText(body="hi"))
    assert isinstance(result, Refused)
    assert len(platform.messages) == 1


@pytest.mark.parametrize("code", [131053, 131026])
def test_a_message_that_fails_over_its_file_afterwards_forgets_the_copy(cast, code):
    file = _upload(cast)
    _send(cast, Platform(), _document(file))
    conversation = cast.hears(ALICE, "hello")
    message = queue_message(
        OutgoingDraft(conversation, _document(file)), by=cast.actor(cast.agent), channel=FACTS
    )
    Message.objects.filter(id=message.id).update(provider_id="wamid.9")
    take_ids([Named(message.inbox_id, "wamid.9", message.id)])
    failed = StatusUpdate(
        address=NUMBER,
        provider_id="wamid.9",
        status="failed",
        at=clock.now(),
        path="",
        errors=(ProviderError(code=code),),
    )
    forget_lost_copies(cast.workspace.id, [failed])
    file.refresh_from_db()
    assert list(file.provider_uploads) == ([] if code == 131053 else [NUMBER])


# --- the last look ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "is_voice", "reason"),
    [
        (picture("JPEG", "CMYK"), "image", False, "wrong_colors cmyk"),
        (picture(), "document", False, "not_allowed image/png"),
        (ogg(OPUS_STEREO), "audio", True, "no_voice opus, stereo"),
        (ogg(OPUS_STEREO), "video", False, "not_allowed audio/ogg"),
    ],
)
def test_what_the_platform_would_refuse_never_leaves(cast, content, kind, is_voice, reason):
    platform = Platform()
    media = OutgoingMedia(kind=kind, media_id=str(_upload(cast, content).id), is_voice=is_voice)
    (result,) = _send(cast, platform, media)
    assert isinstance(result, Refused)
    assert result.error.details == f"mime_type: {reason}"
    assert (platform.uploads, platform.messages) == ([], [])


@pytest.mark.parametrize("media_id", ["none of ours", str(UUID(int=7))])
def test_a_file_that_is_gone_is_refused(cast, media_id):
    (result,) = _send(cast, Platform(), OutgoingMedia(kind="image", media_id=media_id))
    assert isinstance(result, Refused)
