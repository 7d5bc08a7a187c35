"""What open screens are told: the topics of each room of screens. Not in ``wiring``: workers have no screens."""

from __future__ import annotations

from regulars.web.inbox.live import INBOX
from regulars.web.live.topics import Topic
from regulars.web.notifications.live import NOTIFICATIONS
from regulars.web.settings.register import TOPICS as SETTINGS

TOPICS: tuple[Topic, ...] = (INBOX, NOTIFICATIONS, *SETTINGS)
