"""Every page of the settings, in the order of the navigation."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.web.account.keyboard import KEYBOARD
from regulars.web.account.views import ACCOUNT
from regulars.web.administration.views.audit import AUDIT
from regulars.web.administration.views.business_hours import BUSINESS_HOURS
from regulars.web.administration.views.connections import NUMBERS
from regulars.web.administration.views.deliveries import DELIVERIES
from regulars.web.administration.views.jobs import JOBS
from regulars.web.administration.views.ledger import LEDGER
from regulars.web.administration.views.mail import MAIL
from regulars.web.administration.views.members import MEMBERS
from regulars.web.administration.views.message_templates import MESSAGE_TEMPLATES
from regulars.web.administration.views.quick_replies import QUICK_REPLIES
from regulars.web.administration.views.roles import ROLES
from regulars.web.administration.views.second_factor import SECOND_FACTOR
from regulars.web.administration.views.tags import TAGS
from regulars.web.administration.views.teams import TEAMS
from regulars.web.administration.views.tokens import TOKENS
from regulars.web.cases.views.settings import CASE_SETTINGS
from regulars.web.idling.settings import IDLE_CONVERSATIONS
from regulars.web.inbox.views.blocking import BLOCKED_PEOPLE
from regulars.web.macros.settings import MACROS
from regulars.web.notifications.settings import NOTIFICATION_SETTINGS
from regulars.web.people.views import MERGES
from regulars.web.protection.settings import PROTECTION
from regulars.web.routing.settings import ROUTING
from regulars.web.saved_views.views import SAVED_VIEWS
from regulars.web.service_levels.settings import SERVICE_LEVELS
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.access import Actor


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    label: str | Promise
    pages: tuple[SettingsPage, ...]


GROUPS = (
    SettingsGroup(
        _("Settings"),
        (
            NUMBERS,
            MESSAGE_TEMPLATES,
            QUICK_REPLIES,
            MACROS,
            SAVED_VIEWS,
            MEMBERS,
            ROLES,
            TEAMS,
            SECOND_FACTOR,
            BUSINESS_HOURS,
            ROUTING,
            SERVICE_LEVELS,
            IDLE_CONVERSATIONS,
            TAGS,
            CASE_SETTINGS,
            BLOCKED_PEOPLE,
            PROTECTION,
            TOKENS,
            MAIL,
            NOTIFICATION_SETTINGS,
            KEYBOARD,
            ACCOUNT,
        ),
    ),
    SettingsGroup(_("Records"), (AUDIT, LEDGER, DELIVERIES, MERGES, JOBS)),
)
PAGES = tuple(page for group in GROUPS for page in group.pages)
TOPICS = tuple(topic for page in PAGES if (topic := page.topic))
"""what open pages follow (``web.live``)"""
_PAGE_OF_ROUTE = {route.name: page for page in PAGES for route in page.routes}


def groups_for(actor: Actor) -> list[SettingsGroup]:
    open_ones = [
        SettingsGroup(group.label, tuple(page for page in group.pages if page.is_open_to(actor)))
        for group in GROUPS
    ]
    return [group for group in open_ones if group.pages]


def page_of(route_name: str | None) -> SettingsPage | None:
    return _PAGE_OF_ROUTE.get(route_name)
