"""One mail to whoever was away and has not seen what they wanted to be told of by mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.locks import hold
from regulars.notifications.choosing import choices_of
from regulars.notifications.letters import SENTENCES
from regulars.notifications.levels import Choice, read_levels
from regulars.notifications.models import MAIL_AFTER, Notification, NotificationSettings
from regulars.notifications.ports import Describe, Seen, Words
from regulars.workspaces.models import BrowserSession, Member

AT_MOST_EVERY = timedelta(hours=1)
MOST_LINES = 20
LONGEST_TEXT = 120
_SIGNER = "regulars.notifications.unsubscribe"


@dataclass(frozen=True, slots=True)
class DigestLine:
    text: str
    address: str
    """of the conversation, below the public address"""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one mail is to tell; ``left_out``: how many conversations more there are."""

    workspace_id: UUID
    workspace: str
    to: str
    language: str
    lines: tuple[DigestLine, ...]
    left_out: int
    stop_address: str
    """where it can be ended without signing in"""


Post = Callable[[Digest], bool]
"""hands a digest to whoever sends mail; False when the workspace sends none"""


def send_digests(seen: Seen, describe: Describe, post: Post) -> None:
    """To members who saw nothing of it for as long as they chose, and were on no screen since; each once an hour."""
    now = clock.now()
    # unscoped: the house tells everybody
    waiting = Notification.objects.filter(read_at=None, is_mailed=True, at__lt=now - timedelta(minutes=5))
    members = set(waiting.values_list("member_id", flat=True).distinct())
    if not members:
        return
    # unscoped: as above
    seen_at = dict(
        BrowserSession.objects.filter(member_id__in=members)
        .values_list("member_id")
        .annotate(at=Max("last_seen_at"))
    )
    for member_id in sorted(members):
        _send_one(member_id, seen_at.get(member_id), (seen, describe, post))


@transaction.atomic
def _send_one(member_id: UUID, seen_at: object, ports: tuple[Seen, Describe, Post]) -> None:
    """The row of the choice is held: two workers never write the same mail."""
    seen, describe, post = ports
    hold(f"digest:{member_id}")
    now = clock.now()
    # unscoped: of a member that waits
    row = NotificationSettings.objects.filter(member_id=member_id).first()
    after = row.mail_after if row else MAIL_AFTER
    if row and row.mailed_at and row.mailed_at > now - AT_MOST_EVERY:
        return
    if seen_at is not None and seen_at > now - after:  # type: ignore[operator]  # a moment
        return
    # unscoped: as above
    mine = Notification.objects.filter(member_id=member_id, read_at=None, is_mailed=True, at__lt=now - after)
    rows = list(mine.order_by("-at"))
    allowed = seen({(member_id, each.conversation_id) for each in rows})
    rows = [each for each in rows if (member_id, each.conversation_id) in allowed]
    if rows and post(_digest(member_id, rows, describe)):
        # unscoped: as above
        Notification.objects.filter(id__in=[each.id for each in rows]).update(is_mailed=False)
        # unscoped: as above
        NotificationSettings.objects.filter(member_id=member_id).update(mailed_at=now)


def _digest(member_id: UUID, rows: list[Notification], describe: Describe) -> Digest:
    member = Member.objects.select_related("user", "workspace").get(id=member_id)
    choice = choices_of([member_id]).get(member_id, Choice())
    words = describe({(each.conversation_id, each.message_id) for each in rows})
    with translation.override(member.user.language):
        lines = tuple(
            DigestLine(
                _line(each, words.get(each.conversation_id), choice),
                reverse("conversation", args=[each.conversation_id]),
            )
            for each in rows[:MOST_LINES]
        )
    return Digest(
        member.workspace_id,
        member.workspace.name,
        member.user.email,
        member.user.language,
        lines,
        max(0, len(rows) - MOST_LINES),
        reverse("stop-notification-mail", args=[stop_word(member_id)]),
    )


def _line(notification: Notification, words: Words | None, choice: Choice) -> str:
    sentence = str(SENTENCES[notification.kind])
    if choice.is_private or words is None:
        return sentence
    text = words.text[:LONGEST_TEXT] if notification.kind != "assigned" else ""
    name = words.name or _("A conversation")
    return f"{name}: " + " · ".join(filter(None, (sentence, text)))


def stop_word(member_id: UUID) -> str:
    """Ends one member's mails and nothing else, however old it is."""
    return Signer(salt=_SIGNER).sign(str(member_id))


def member_of_stop_word(word: str) -> Member | None:
    """None for a word that we never gave."""
    try:
        member_id = UUID(Signer(salt=_SIGNER).unsign(word))
    except (BadSignature, ValueError):
        return None
    # unscoped: the word names whose it is
    return Member.objects.filter(id=member_id).first()


@transaction.atomic
def stop_mails(member: Member) -> None:
    """No kind comes by mail any more, and what waited for one waits no longer."""
    row, _made = NotificationSettings.objects.select_for_update().get_or_create(
        member=member, defaults={"workspace_id": member.workspace_id}
    )
    levels: dict[str, list[str]] = defaultdict(list)
    for kind, ways in read_levels(row.levels).items():
        levels[kind] = sorted(ways - {"mail"})
    row.levels = dict(levels)
    row.save(update_fields=["levels"])
    Notification.objects.filter(member=member, is_mailed=True).update(is_mailed=False)
