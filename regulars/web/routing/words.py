"""Availability, reasons and ways to choose, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, str | Promise]
STATES: Words = {
    "online": pgettext_lazy("availability", "Online"),
    "away": pgettext_lazy("availability", "Away"),
    "off_duty": pgettext_lazy("availability", "Off duty"),
}
VERDICTS: Words = {
    "chosen": pgettext_lazy("why somebody gets a conversation", "got it"),
    "put_back": pgettext_lazy("why somebody gets a conversation", "gave it back"),
    "next": pgettext_lazy("why somebody gets a conversation", "another one was before them"),
    "specialist_first": pgettext_lazy("why somebody gets a conversation", "it is for the specialist first"),
    "full": pgettext_lazy("why somebody gets a conversation", "has as many as fit"),
    "away": pgettext_lazy("why somebody gets a conversation", "is away"),
    "off_duty": pgettext_lazy("why somebody gets a conversation", "is off duty"),
    "language": pgettext_lazy("why somebody gets a conversation", "does not speak the language"),
    "skill": pgettext_lazy("why somebody gets a conversation", "lacks the skill"),
    "team": pgettext_lazy("why somebody gets a conversation", "is not in the team"),
}
RULES: Words = {
    "returning": _("They had this contact before"),
    "owner": _("They own the contact"),
    "specialist": _("They are the queue's specialist"),
    "least_loaded": _("They had the least to do"),
    "longest_idle": _("They had been idle longest"),
    "round_robin": _("It was their turn"),
}
METHODS: Words = {
    "least_loaded": _("Who has the least to do"),
    "longest_idle": _("Who has been idle longest"),
    "round_robin": _("One after the other"),
}
CAUSES: Words = {
    "MessageReceived": _("The contact wrote"),
    "ConversationReopenedByMessage": _("The contact came back"),
    "ConversationAssigned": _("Somebody put it back"),
    "ConversationHandedToTeam": _("It was handed to a team"),
    "ConversationReopened": _("Somebody reopened it"),
    "ConversationWoken": _("Its snooze was over"),
    "AnswerFailed": _("Our answer did not get there"),
    "ConversationTagged": _("It got another tag"),
    "ConversationUntagged": _("It got another tag"),
    "ConversationPrioritized": _("It got another priority"),
    "RoutingChanged": _("Routing was switched on"),
    "QueueCreated": _("The queues were changed"),
    "QueueChanged": _("The queues were changed"),
    "QueueRemoved": _("The queues were changed"),
    "RoutingLookedOver": _("It had been overlooked"),
}
OUTCOMES: Words = {
    "given": _("Given to %(name)s"),
    "kept": _("Stays with %(name)s"),
    "overtaken": _("Meant for %(name)s, but somebody else was faster"),
}
