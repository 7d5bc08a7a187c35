"""Postcards: the smallest channel there can be, in one folder. It keeps the house honest about what a channel is.

A body is a JSON list of cards and of returned cards; whoever knows the secret writes it into a header.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from regulars.channels.decoding import load_body
from regulars.channels.record import Channel, IsSigned, WebhookRules
from regulars.inboxes.ports import (
    ContactRef,
    Identity,
    InboundMessage,
    MediaRef,
    MessageContent,
    ProviderError,
    Rejected,
    StatusUpdate,
    Update,
)

from .facts import MOVED, PostcardFacts
from .post_office import PostOffice


def verifier_of(secrets: Sequence[bytes]) -> IsSigned:
    return lambda _body, written: any(hmac.compare_digest(secret, written) for secret in secrets)


def count(raw: bytes) -> dict[str, int]:
    counts: dict[str, int] = {}
    for card in load_body(raw):
        counts[card["box"]] = counts.get(card["box"], 0) + 1
    return counts


def parse(raw: bytes, received_at: datetime) -> list[Update]:
    return [_read(card, str(place), received_at) for place, card in enumerate(load_body(raw))]


def _read(card: dict[str, Any], path: str, at: datetime) -> Update:
    match card:
        case {"box": box, "returned": provider_id}:
            error = ProviderError(code=MOVED, title="moved away", meaning="unreachable")
            return StatusUpdate(
                address=box, provider_id=provider_id, status="failed", at=at, path=path, errors=(error,)
            )
        case {"box": box, "id": provider_id, "from": sender}:
            picture = card.get("picture")
            media = MediaRef(provider_media_id=picture, mime_type="image/png") if picture else None
            return InboundMessage(
                address=box,
                provider_id=provider_id,
                contact=ContactRef(identities=(Identity("line_user", sender),), name=sender),
                kind="image" if picture else "text",
                text=card.get("text", ""),
                content=MessageContent(media=media),
                sent_at=at,
                path=path,
            )
        case _:
            return Rejected(reason="malformed", path=path, address=card.get("box", ""))


def update_at(body: Any, path: str) -> Any:
    return body[int(path)] if isinstance(body, list) and int(path) < len(body) else None


def postcards(office: PostOffice) -> Channel:
    return Channel(
        facts=PostcardFacts(),
        webhooks=WebhookRules(signature_header=b"x-post-office", verifier=verifier_of, count=count),
        parse=parse,
        update_at=update_at,
        open_carrier=lambda: office,
    )
