"""What conditions can ask of a contact (``kernel.conditions``)."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.contacts.history import beginning_of_consent
from regulars.contacts.models import Contact, ContactHistory, ContactTagging
from regulars.kernel.conditions import columns
from regulars.kernel.conditions.fields import (
    Choice,
    Choices,
    Contribution,
    Family,
    Field,
    Label,
    Measure,
    Sql,
    Subject,
    one_of,
)
from regulars.kernel.conditions.windows import AsOf
from regulars.kernel.history import counted_rows
from regulars.tags.condition_fields import tags_of
from regulars.workspaces.queries import active_members_of

CONTACT = Subject("contact", pgettext_lazy("subject of conditions", "Contact"), "contacts_contact")
PURPOSES: dict[str, tuple[Label, tuple[str, ...]]] = {
    "answer": (_("Consent: answers"), ("answer",)),
    "order": (_("Consent: orders"), ("order",)),
    "appointment": (_("Consent: appointments"), ("appointment",)),
    "survey": (_("Consent: surveys"), ("survey",)),
    "promotion": (_("Consent: promotions"), ("promotion", "marketing")),
    "authentication": (_("Consent: sign-in codes"), ("authentication",)),
}
"""purpose → its label, and the words that rows have for it"""
_NAMES = ("name", "profile_name", "username")
"""the first that is there is what a contact is called. A number is no name: nobody finds one out by asking"""


def members_as_choices(workspace_id: UUID) -> list[Choice]:
    """Whom something can be given to."""
    return [Choice(str(member.id), str(member)) for member in active_members_of(workspace_id)]


def _name(contact: Contact, _as_of: AsOf) -> str | None:
    return next((found for each in _NAMES if (found := getattr(contact, each))), None)


def _name_sql(_as_of: AsOf) -> Sql:
    names = ", ".join(f"NULLIF(contact.{each}, '')" for each in _NAMES)
    return Sql(f"COALESCE({names})")


_HISTORY = counted_rows(ContactHistory)


def _is_about(beginnings: tuple[str, ...], row: Any) -> bool:
    return bool(row.fact.startswith(beginnings))


def _consent(purpose: str, label: Label, words: tuple[str, ...]) -> Field:
    """The newest word, on whatever channel."""
    beginnings = tuple(map(beginning_of_consent, words))
    return Field(
        f"consent.{purpose}",
        "choice",
        label,
        "contact",
        choices=one_of(
            ("opted_in", pgettext_lazy("consent", "opted in")),
            ("opted_out", pgettext_lazy("consent", "opted out")),
        ),
        rows=_HISTORY,
        measure=Measure(
            "latest",
            sql="counted.value",
            get=lambda row: row.value,
            only_sql=" OR ".join(f"starts_with(counted.fact, '{each}')" for each in beginnings),
            only=partial(_is_about, beginnings),
        ),
        has_history=True,
    )


CONDITIONS = Contribution(
    (CONTACT,),
    (
        Field("contact.name", "text", pgettext_lazy("person", "Name"), "contact", sql=_name_sql, get=_name),
        columns.text("contact.language", _("Language"), "contact", "language"),
        columns.text("contact.country", _("Country"), "contact", "country"),
        columns.text("contact.time_zone", _("Time zone"), "contact", "time_zone"),
        columns.remembered(columns.text("contact.tier", _("Tier"), "contact", "tier"), _HISTORY, "tier"),
        columns.remembered(columns.text("contact.stage", _("Stage"), "contact", "stage"), _HISTORY, "stage"),
        columns.plain("number", "contact.score", _("Score"), "contact", "score"),
        tags_of("contact.tags", _("Tags of the contact"), ContactTagging),
        columns.remembered(
            columns.plain(
                "reference",
                "contact.owner",
                _("Owner"),
                "contact",
                "owner_id",
                choices=Choices(asked=members_as_choices),
            ),
            _HISTORY,
            "owner",
            is_id=True,
        ),
        columns.units_since(
            "contact.created_days_ago",
            _("Days since they first wrote or were added"),
            "contact",
            "created_at",
            columns.DAY,
            has_history=True,
        ),
        *(_consent(purpose, label, words) for purpose, (label, words) in PURPOSES.items()),
    ),
    (
        Family(
            "contact.fields.",
            Field("contact.fields.<key>", "any", _("Field of your own"), "contact"),
            partial(columns.json_key, column="fields"),
        ),
    ),
)
