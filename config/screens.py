"""What open screens are told: the topics of each room of screens. Not in ``wiring``: workers have no screens."""

from __future__ import annotations

from regulars.web.cases.live import CASE_LISTS, CASE_PAGE
from regulars.web.inbox.live import INBOX
from regulars.web.inbox.scheduled_live import LATER
from regulars.web.inbox.views.scheduling import SCHEDULED_LIST
from regulars.web.live.topics import Topic
from regulars.web.notifications.live import NOTIFICATIONS
from regulars.web.routing.now import NOW
from regulars.web.saved_views.live import VIEWS
from regulars.web.settings.register import TOPICS as SETTINGS

TOPICS: tuple[Topic, ...] = (
    INBOX,
    LATER,
    SCHEDULED_LIST,
    NOW,
    CASE_LISTS,
    CASE_PAGE,
    NOTIFICATIONS,
    VIEWS,
    *SETTINGS,
)
