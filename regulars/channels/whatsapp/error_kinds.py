"""What the error codes have in common: how each ends, and the words that several of them share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from django.utils.translation import gettext_lazy as _

from regulars.inboxes.ports import Offer, Pauses

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Outcome = Literal["refused", "deferred", "uncertain"]

UNREACHABLE = 990001
NOT_UNDERSTOOD = 990002
NOT_BUILT = 990003
DEADLINE = 990004
"""codes of our own, far from Meta's: the network, the answer, the content, the time"""


class ErrorCode(NamedTuple):
    """One code. ``wait`` is the first delay of a deferred message; it grows with every try up to ``longest_wait``."""

    outcome: Outcome
    title: _StrPromise
    explanation: _StrPromise
    advice: _StrPromise
    pauses: Pauses = "message"
    wait: timedelta = timedelta(0)
    longest_wait: timedelta = timedelta(minutes=1)
    offer: Offer = "again"
    """what may be offered to whoever sees that it failed"""


MINUTE = timedelta(minutes=1)
ACCOUNT_WAIT = timedelta(seconds=15)
ACCOUNT_LONGEST_WAIT = 15 * MINUTE
"""how often we ask whether an account or a number that somebody must mend works again"""

FIX_CONNECTION = _("Open the connection's settings and enter a new access token.")
FIX_PERMISSION = _("Give the app's system user the missing permission in Meta Business settings.")
FIX_CONTENT = _("Change the message and send it again.")
FIX_TEMPLATE = _("Load the templates again, then fill in every value of the template.")
CONTACT_SUPPORT = _("If it keeps happening, look at Meta's status page or ask Meta's support.")
CHECK_FIRST = _("Wait for a delivery mark or ask the contact before sending it again.")
NOTHING_TO_DO = _("Nothing to do: it is sent automatically as soon as that is possible.")
WAIT_OR_OTHER_WAY = _("Try another way to reach this contact.")
SEE_META = _("Look at the account's notices in Meta Business Manager.")
GROUPS_NOTE = _("Check the group's state in WhatsApp Manager.")
NUMBER_SETUP = _("Finish the setup of this number in WhatsApp Manager.")
USE_TEMPLATE = _("Send a message template instead, or wait until the contact writes.")

TOKEN_REFUSED = ErrorCode(
    "deferred",
    _("Access token refused"),
    _("WhatsApp does not accept our access token: it has expired or was withdrawn."),
    FIX_CONNECTION,
    "connection",
    ACCOUNT_WAIT,
    ACCOUNT_LONGEST_WAIT,
)
PERMISSION_MISSING = ErrorCode(
    "deferred",
    _("Permission missing"),
    _("Our access token lacks a permission that sending needs."),
    FIX_PERMISSION,
    "connection",
    ACCOUNT_WAIT,
    ACCOUNT_LONGEST_WAIT,
)
PARAMETER_WRONG = ErrorCode(
    "refused",
    _("Message not accepted"),
    _("Something in the message is missing or not in the form that WhatsApp wants."),
    FIX_CONTENT,
)
TEMPLATE_VALUES_WRONG = ErrorCode(
    "refused",
    _("Template values do not fit"),
    _("The values do not match the template in number or form."),
    FIX_TEMPLATE,
)
UNKNOWN_FAILURE = ErrorCode(
    "uncertain",
    _("WhatsApp had a problem"),
    _("WhatsApp reported a problem of its own. The message may have been sent all the same."),
    CHECK_FIRST,
)
GROUP_FAILED = ErrorCode(
    "refused", _("Group message not accepted"), _("WhatsApp did not accept this for the group."), GROUPS_NOTE
)
CALLING_FAILED = ErrorCode(
    "refused",
    _("Call not possible"),
    _("WhatsApp refused the call."),
    _("Check that calls are switched on for this number and that the contact allowed them."),
)
FLOW_FAILED = ErrorCode(
    "refused",
    _("Form not available"),
    _("The WhatsApp form in this message is blocked, not published or broken."),
    _("Repair the form in WhatsApp Manager."),
)
BLOCK_LIST_FAILED = ErrorCode(
    "refused",
    _("Block list not changed"),
    _("The list of blocked contacts is full or was being changed by somebody else."),
    _("Try again in a minute."),
)
USERNAME_FAILED = ErrorCode(
    "refused",
    _("User name not accepted"),
    _("WhatsApp did not accept the business user name."),
    _("Choose another user name."),
)
TEMPLATE_FORM_WRONG = ErrorCode(
    "refused",
    _("Template not accepted"),
    _("WhatsApp does not take the template in this form."),
    _("Change the template and submit it again."),
)
REGISTRATION_FAILED = ErrorCode(
    "deferred",
    _("Number not registered"),
    _("The number cannot send because its registration failed or is not finished."),
    NUMBER_SETUP,
    "number",
    ACCOUNT_WAIT,
    ACCOUNT_LONGEST_WAIT,
)
BUSY = ErrorCode(
    "deferred",
    _("WhatsApp is busy"),
    _("WhatsApp asked us to try again later."),
    NOTHING_TO_DO,
    "message",
    MINUTE,
)
MAINTENANCE = ErrorCode(
    "deferred",
    _("Number under maintenance"),
    _("WhatsApp is changing something about this number, for instance its speed; it takes some minutes."),
    NOTHING_TO_DO,
    "number",
    5 * MINUTE,
)
ACCOUNT_TOO_FAST = ErrorCode(
    "deferred",
    _("Too many requests"),
    _("The account or the app has made more requests than Meta allows in an hour."),
    NOTHING_TO_DO,
    "connection",
    5 * MINUTE,
)
PAYMENT_PROBLEM = ErrorCode(
    "refused",
    _("Payment method problem"),
    _("WhatsApp cannot charge the account, so paid messages are not sent."),
    _("Add or renew the payment method in Meta Business settings."),
)
HISTORY_NOT_SHARED = ErrorCode(
    "refused",
    _("History not shared"),
    _("The phone app's history cannot be loaded: it was declined, already loaded, or a day has passed."),
    _("Disconnect the number in the phone app and connect it again to get another chance."),
)
