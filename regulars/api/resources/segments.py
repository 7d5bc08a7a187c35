"""Segments: contacts that a condition holds for."""

from __future__ import annotations

from regulars.api.conditions import read_tree, take_of
from regulars.api.paging import PageQuery, Take, newest_first
from regulars.api.shapes.contacts import build_contacts
from regulars.api.shapes.segments import SegmentPreview, SegmentPreviewOrder
from regulars.contacts.models import Contact
from regulars.conversations.access import contacts_visible_to
from regulars.conversations.queries.asking import count_contacts, in_time
from regulars.workspaces.access import Actor

PREVIEWED = PageQuery(limit=10)


def preview_segment(actor: Actor, body: SegmentPreviewOrder) -> SegmentPreview:
    """How many contacts a condition holds for, and the ten newest of them; nothing is kept. A wrong one is a 422
    ``invalid`` that names the path of the leaf.
    """
    condition = read_tree(actor, body.conditions, "contact")
    take: Take[Contact] = take_of(actor, condition, "contact")
    first, _cursor = newest_first(contacts_visible_to(actor), "created_at", PREVIEWED, take)
    with in_time():
        count = count_contacts(actor, condition)
    return SegmentPreview(count=count, contacts=build_contacts(first))
