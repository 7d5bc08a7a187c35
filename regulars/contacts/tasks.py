"""What contacts need done in the background. Thin; safe to run twice."""

from __future__ import annotations

from regulars.contacts.operations.tagging import CONTACTS
from regulars.tags.tagging import end_due_tags


def end_due_taggings() -> int:
    return end_due_tags(CONTACTS)
