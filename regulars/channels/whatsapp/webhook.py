"""What is WhatsApp's own about its webhooks' door: signature and handshake."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

from regulars.channels.record import Answer, IsSigned, WebhookRules
from regulars.channels.whatsapp.payloads import count_payload


def verifier_of(secrets: Sequence[bytes]) -> IsSigned:
    """HMAC-SHA256 over the raw bytes with any of the app secrets (reference §2.2)."""
    signers = tuple(hmac.new(secret, digestmod="sha256") for secret in secrets)

    def is_signed(body: bytes, written: bytes) -> bool:
        signature = written.removeprefix(b"sha256=")
        for signer in signers:
            signed = signer.copy()  # has hashed its secret already
            signed.update(body)
            if hmac.compare_digest(signed.hexdigest().encode(), signature):
                return True
        return False

    return is_signed


def shake_hands(verify_token: str, query: Mapping[str, list[str]]) -> Answer:
    """Meta's verification: echo the challenge if the token is ours (reference §2.1)."""
    if query.get("hub.mode") != ["subscribe"] or "hub.challenge" not in query:
        return 400, "hub.mode=subscribe, hub.challenge and hub.verify_token are needed"
    token = query.get("hub.verify_token", [""])[0]
    if not hmac.compare_digest(token.encode(), verify_token.encode()):
        return 403, "hub.verify_token is not this connection's"
    return 200, query["hub.challenge"][0]


WEBHOOKS = WebhookRules(
    signature_header=b"x-hub-signature-256",
    verifier=verifier_of,
    count=count_payload,
    shake_hands=shake_hands,
)
