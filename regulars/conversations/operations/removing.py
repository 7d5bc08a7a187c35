"""Removing a contact with everything said and sent (BK-1)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from regulars.contacts.models import Contact
from regulars.contacts.operations.editing import delete_contact
from regulars.conversations.models import Message, OutgoingMessage
from regulars.conversations.operations.statuses import settle_jobs
from regulars.media.models import MediaFile
from regulars.media.operations import remove_files
from regulars.workspaces.access import Actor


@transaction.atomic
def remove_contact(contact: Contact, *, by: Actor) -> None:
    """Remove a contact, their conversations, messages and files, for good.

    What was still to leave, or left with an unknown result, ends as refused: the ledger keeps adding up.
    """
    by.require("contacts:delete")
    said = Message.objects.filter(Q(contact=contact) | Q(conversation__contact=contact))
    unsettled = OutgoingMessage.objects.select_for_update(of=("self",)).filter(
        message__in=said, state__in=["queued", "sending", "unknown"]
    )
    settle_jobs([(job.message_id, "refused", "contact-deleted") for job in unsettled])
    files = list(MediaFile.objects.filter(id__in=said.values("media_id")).values_list("id", flat=True))
    delete_contact(contact, by=by)
    remove_files(files)
