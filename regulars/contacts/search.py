"""Finding contacts by name, number in any writing, user name, BSUID or tag."""

from __future__ import annotations

import re
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.contacts.models import Contact, ContactIdentity

_NOT_DIGITS = re.compile(r"\D+")
_LOOKS_LIKE_NUMBER = re.compile(r"^[+()\d\s.\-/]{3,}$")


def matching_contacts(workspace_id: UUID, text: str) -> QuerySet[Contact]:
    """Contacts whose name, number, user name or tag contains every word of ``text``."""
    contacts = Contact.objects.filter(workspace_id=workspace_id)
    if _LOOKS_LIKE_NUMBER.match(text.strip()):
        return contacts.filter(_by_digits(workspace_id, text))
    for word in text.split():
        contacts = contacts.filter(
            Q(name__icontains=word)
            | Q(profile_name__icontains=word)
            | Q(username__icontains=word)
            | Q(tags__contains=[word])
            | Q(id__in=_owners(workspace_id, word))
        )
    return contacts


def _owners(workspace_id: UUID, value: str) -> QuerySet[ContactIdentity, UUID]:
    identities = ContactIdentity.objects.filter(workspace_id=workspace_id, value=value)
    return identities.values_list("contact_id", flat=True)


def _by_digits(workspace_id: UUID, text: str) -> Q:
    """A number in any writing: with or without +, country code, trunk zero or punctuation."""
    digits = _NOT_DIGITS.sub("", text)
    tail = digits.lstrip("0") or digits
    known = ContactIdentity.objects.filter(workspace_id=workspace_id, kind="phone", value__contains=tail)
    return Q(id__in=known.values_list("contact_id", flat=True)) | Q(name__icontains=text.strip())
