"""What conditions can ask of the cases of a contact (``kernel.conditions``)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.cases.models import Case
from regulars.cases.queries.settings import categories_in
from regulars.contacts.models import Contact
from regulars.kernel.conditions import columns
from regulars.kernel.conditions.fields import (
    Choice,
    Choices,
    Contribution,
    Field,
    Label,
    Measure,
    Rows,
    one_of,
)

STATUSES: dict[str, Label] = {
    "open": pgettext_lazy("case status", "Open"),
    "waiting_customer": pgettext_lazy("case status", "Waiting for the customer"),
    "waiting_others": pgettext_lazy("case status", "Waiting for others"),
    "resolved": pgettext_lazy("case status", "Resolved"),
}


def _categories_as_choices(workspace_id: UUID) -> list[Choice]:
    return [Choice(str(each.id), each.name) for each in categories_in(workspace_id)]


def _cases_about(contact: Contact) -> list[Case]:
    """The oldest first."""
    cases = Case.objects.filter(workspace_id=contact.workspace_id, contact_links__contact_id=contact.id)
    return list(cases.order_by("opened_at", "id"))


_ROWS = Rows(
    "cases",
    "contact",
    "cases_case counted JOIN cases_casecontact counted_contact ON counted_contact.case_id = counted.id",
    "counted_contact.contact_id",
    "counted.workspace_id",
    "counted.opened_at",
    fields={
        each.name: each
        for each in (
            columns.choice("status", _("Status"), "counted", "status", one_of(*STATUSES.items())),
            columns.plain(
                "reference",
                "category",
                _("Category"),
                "counted",
                "category_id",
                choices=Choices(asked=_categories_as_choices),
            ),
        )
    },
    load=_cases_about,
    get_at=lambda case: case.opened_at,
    asks_for=("cases:read", "cases"),
)
CONDITIONS = Contribution(
    fields=(
        Field(
            "cases.count",
            "number",
            _("Cases"),
            "contact",
            rows=_ROWS,
            measure=Measure(
                "count",
                only_sql="counted.merged_into_id IS NULL",
                only=lambda case: case.merged_into_id is None,
            ),
        ),
    ),
)
