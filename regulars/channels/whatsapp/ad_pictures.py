"""Pictures of advertisements: they lie at an address that a message names, open to all, on a host that we do not know.

Nothing of ours goes there: no token, and no browser of a member either, for the page draws our copy. What comes back
counts by its content.
"""

from __future__ import annotations

import asyncio
from typing import IO

import aiohttp
from yarl import URL

from regulars.channels.record import Fetched
from regulars.kernel.addresses import ForbiddenAddress
from regulars.media.previews import can_have_preview
from regulars.media.sniffing import sniff

from .graph import GraphClient
from .media import MediaProblem, MediaUnavailable, copy_bytes, opened

MOST_BYTES = 8 * 1024 * 1024
DEADLINE = 10.0
"""seconds for all of it: contacts' files wait behind it"""
_HEADERS = {"Accept": "image/jpeg,image/png,image/webp,image/gif", "Accept-Encoding": "identity"}
_PASSING = frozenset({408, 425, 429})


class NoPicture(MediaProblem):
    """The address leads to no picture that we could draw."""


async def fetch_ad_picture(client: GraphClient, source_url: str, target: IO[bytes]) -> Fetched:
    """``target``: empty, writable, seekable.

    Raises ``NoPicture``, ``MediaTooLarge``, ``MediaUnavailable`` or ``ForbiddenAddress``; the target then holds
    nothing usable.
    """
    try:
        async with (
            asyncio.timeout(DEADLINE),
            opened(client, URL(source_url), headers=_HEADERS) as response,
        ):
            _check_status(response.status)
            fetched = await copy_bytes(response, target, "", MOST_BYTES)
    except ForbiddenAddress:
        raise
    except ValueError as error:
        raise NoPicture("The address of the picture is none.") from error
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        raise MediaUnavailable(f"The picture's host failed: {type(error).__name__}.") from error
    facts = sniff(target)
    if not can_have_preview(facts):
        raise NoPicture(f"The address leads to {facts.mime_type}, which is no picture that we draw.")
    return fetched._replace(mime_type=facts.mime_type)


def _check_status(status: int) -> None:
    """Signed addresses run out (403, 404, 410): those do not come back."""
    if 400 <= status < 500 and status not in _PASSING:
        raise NoPicture(f"The picture's host answered HTTP {status}.")
    if status != 200:
        raise MediaUnavailable(f"The picture's host answered HTTP {status}.")
