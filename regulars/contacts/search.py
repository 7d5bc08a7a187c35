"""Finding contacts by name, number in any writing, user name, BSUID or tag, and groups by subject.

At once, for lists; what is searched everywhere stands in an index, a moment behind (``regulars.search``).
"""

from __future__ import annotations

import re
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.contacts.models import SHORT_ID_LENGTH, Contact, ContactIdentity, ContactTagging, Group
from regulars.tags.taggings import tagged_by_word
from regulars.workspaces.access import Actor
from regulars.workspaces.sight import NUMBERS

WHOLE_NUMBER_DIGITS = 10
"""from so many digits on a text is a whole number and not a part of one"""
SUBSCRIBER_DIGITS = 8
_NOT_DIGITS = re.compile(r"\D+")
_LOOKS_LIKE_NUMBER = re.compile(r"^[+()\d\s.\-/]{3,}$")


def matching_contacts(actor: Actor, text: str) -> QuerySet[Contact]:
    """For whoever may see contacts and their ids. Who may not see numbers finds one only by the whole of it: nobody
    guesses it digit by digit.
    """
    workspace_id = actor.workspace_id
    contacts = Contact.objects.filter(workspace_id=workspace_id)
    text = text.replace("\x00", "")
    sees_numbers = actor.can(NUMBERS)
    if _LOOKS_LIKE_NUMBER.match(text.strip()):
        by_number = _by_digits if sees_numbers else _by_whole_number
        return contacts.filter(by_number(workspace_id, text))
    if not sees_numbers:
        contacts = contacts.exclude(_is_called_by_a_number())
    for word in text.split():
        contacts = contacts.filter(_called(workspace_id, word) | Q(id__in=_owners(workspace_id, word)))
    return contacts


def named_contacts(workspace_id: UUID, text: str) -> QuerySet[Contact]:
    """By what everybody sees who sees a thread with them: by their names and tags."""
    contacts = Contact.objects.filter(workspace_id=workspace_id)
    for word in text.replace("\x00", "").split():
        contacts = contacts.filter(_called(workspace_id, word))
    return contacts


def _called(workspace_id: UUID, word: str) -> Q:
    names = Q(name__icontains=word) | Q(profile_name__icontains=word) | Q(username__icontains=word)
    return names | Q(id__in=tagged_by_word(ContactTagging, workspace_id, word))


def matching_groups(workspace_id: UUID, text: str) -> QuerySet[Group]:
    words = text.replace("\x00", "").split()
    if not words:
        return Group.objects.none()
    wanted = Q()
    for word in words:
        wanted &= Q(subject__icontains=word)
    if len(words) == 1 and len(words[0]) >= SHORT_ID_LENGTH:
        wanted |= Q(address__contains=words[0])
    return Group.objects.filter(wanted, workspace_id=workspace_id)


def _owners(workspace_id: UUID, value: str) -> QuerySet[ContactIdentity, UUID]:
    identities = ContactIdentity.objects.filter(workspace_id=workspace_id, value=value)
    return identities.values_list("contact_id", flat=True)


def _by_whole_number(workspace_id: UUID, text: str) -> Q:
    """In its international writing."""
    number = "+" + _NOT_DIGITS.sub("", text).removeprefix("00")
    return Q(id__in=_owners(workspace_id, number))


def _is_called_by_a_number() -> Q:
    """Nothing else is to be found of them by words than parts of it."""
    number = r"^[+()\d\s.\-/]{7,}$"
    return Q(name__regex=number) | Q(name="", profile_name__regex=number)


def _by_digits(workspace_id: UUID, text: str) -> Q:
    """A number in any writing: with or without +, country code, trunk zero or punctuation.

    Spellings that differ in the middle (Brazil's ninth digit, Mexico's 1, Argentina's 9 and 15, a trunk zero in
    brackets) agree in the last eight digits, which are few enough people's to be shown together.
    """
    digits = _NOT_DIGITS.sub("", text)
    written = Q(value__contains=digits.lstrip("0") or digits)
    if len(digits) >= WHOLE_NUMBER_DIGITS:
        written |= Q(value__endswith=digits[-SUBSCRIBER_DIGITS:])
    known = ContactIdentity.objects.filter(written, workspace_id=workspace_id, kind="phone")
    return Q(id__in=known.values_list("contact_id", flat=True)) | Q(name__icontains=text.strip())
