"""The mail that tells somebody what they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from regulars.kernel import clock
from regulars.mail.letters import Facts
from regulars.mail.queueing import queue_mail

USEFUL_FOR = timedelta(hours=2)
"""later, the next one tells more"""


def post_digest(
    workspace_id: UUID,
    workspace: str,
    lines: Sequence[tuple[str, str]],
    *,
    left_out: int,
    stop_address: str,
    to: str,
    language: str,
) -> bool:
    """``lines``: a text and an address below the public one; False when the workspace sends no mail."""
    if not settings.PUBLIC_URL:
        return False  # the links would lead nowhere
    facts = Facts(
        workspace=workspace,
        link=f"{settings.PUBLIC_URL}/notifications",
        lines=tuple((text, f"{settings.PUBLIC_URL}{address}") for text, address in lines),
        left_out=left_out,
        stop_link=f"{settings.PUBLIC_URL}{stop_address}",
    )
    until = clock.now() + USEFUL_FOR
    return queue_mail(workspace_id, "digest", facts, to=to, language=language, useful_until=until) is not None
