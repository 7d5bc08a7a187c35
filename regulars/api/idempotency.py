"""``Idempotency-Key``: a POST that is repeated has its effect once and is answered the same (``kernel.intents``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.api.problems import IdempotencyInProgress, IdempotencyKeyReused
from regulars.kernel.errors import Invalid
from regulars.kernel.intents import IntentInProgress, IntentUsed

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
LONGEST_KEY = 255


def key_of(request: HttpRequest) -> str | None:
    """None without one; raises ``Invalid`` for one that cannot be kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(
            _("The header %(name)s is not right") % {"name": HEADER},
            fields={HEADER: f"1 to {LONGEST_KEY} printable ASCII characters, such as a UUID"},
        )
    return key


def hash_request(request: HttpRequest, body: bytes) -> str:
    """What makes two requests the same one: method, path with query, and body."""
    head = f"{request.method} {request.get_full_path()}\n"
    return hashlib.sha256(head.encode() + body).hexdigest()


@contextmanager
def in_the_words_of_http() -> Iterator[None]:
    try:
        yield
    except IntentUsed as error:
        raise IdempotencyKeyReused(
            _("Use a new key for a new request; a key names one request for 24 hours")
        ) from error
    except IntentInProgress as error:
        raise IdempotencyInProgress(_("Ask again with the same key in a moment"), retry_after=1) from error
