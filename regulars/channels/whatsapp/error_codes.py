"""The Cloud API's error codes in plain words, and what each means for a message that was being sent.

After Meta's error page of 2026-09-11; the outcomes are ours. ``refused``: certainly not sent and never will be
unchanged. ``deferred``: certainly not sent, later may work: a limit, an outage, an account or number that somebody
must mend. ``uncertain``: may have been sent, so that only a status or a person may decide about another try.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from .error_kinds import (
    ACCOUNT_LONGEST_WAIT,
    ACCOUNT_TOO_FAST,
    ACCOUNT_WAIT,
    BLOCK_LIST_FAILED,
    BUSY,
    CALLING_FAILED,
    CONTACT_SUPPORT,
    DEADLINE,
    FIX_CONTENT,
    FLOW_FAILED,
    GROUP_FAILED,
    HISTORY_NOT_SHARED,
    MAINTENANCE,
    MINUTE,
    NOT_BUILT,
    NOT_UNDERSTOOD,
    NOTHING_TO_DO,
    NUMBER_SETUP,
    PARAMETER_WRONG,
    PAYMENT_PROBLEM,
    PERMISSION_MISSING,
    REGISTRATION_FAILED,
    SEE_META,
    TEMPLATE_FORM_WRONG,
    TEMPLATE_VALUES_WRONG,
    TOKEN_REFUSED,
    UNKNOWN_FAILURE,
    UNREACHABLE,
    USE_TEMPLATE,
    USERNAME_FAILED,
    WAIT_OR_OTHER_WAY,
    ErrorCode,
)

CODES: dict[int, ErrorCode] = {
    0: TOKEN_REFUSED,
    190: TOKEN_REFUSED,
    104: TOKEN_REFUSED,
    3: PERMISSION_MISSING,
    10: PERMISSION_MISSING,
    131005: PERMISSION_MISSING,
    1: UNKNOWN_FAILURE,
    2: UNKNOWN_FAILURE,
    131000: UNKNOWN_FAILURE,
    131016: UNKNOWN_FAILURE,
    4: ACCOUNT_TOO_FAST,
    80007: ACCOUNT_TOO_FAST,
    33: ErrorCode(
        "deferred",
        _("Number not found"),
        _("The number was deleted at WhatsApp, or its id in our settings is wrong."),
        _("Check the phone number id in the inbox's settings."),
        "number",
        ACCOUNT_WAIT,
        ACCOUNT_LONGEST_WAIT,
    ),
    100: PARAMETER_WRONG,
    131008: PARAMETER_WRONG,
    131009: PARAMETER_WRONG,
    135000: PARAMETER_WRONG,
    368: ErrorCode(
        "deferred",
        _("Account restricted"),
        _("Meta has restricted the account for breaking its policy."),
        SEE_META,
        "connection",
        ACCOUNT_WAIT,
        ACCOUNT_LONGEST_WAIT,
    ),
    130403: ErrorCode(
        "refused",
        _("Contact is blocked"),
        _("We have blocked this contact on WhatsApp."),
        _("Unblock the contact first."),
    ),
    130429: ErrorCode(
        "deferred",
        _("Sending too fast"),
        _("This number sends more messages a second than WhatsApp allows it."),
        NOTHING_TO_DO,
        "number",
        timedelta(seconds=2),
    ),
    130472: ErrorCode(
        "refused",
        _("Meta's experiment"),
        _("Meta holds marketing messages back from this contact as part of an experiment."),
        WAIT_OR_OTHER_WAY,
        offer="nothing",
    ),
    130497: ErrorCode(
        "refused",
        _("Country not allowed"),
        _("This business may not write to contacts in that country."),
        WAIT_OR_OTHER_WAY,
    ),
    131021: ErrorCode(
        "refused",
        _("Sender and recipient are the same"),
        _("The number cannot write to itself."),
        _("Choose another recipient."),
    ),
    131026: ErrorCode(
        "refused",
        _("Cannot be delivered"),
        _("The number is not on WhatsApp, runs a very old version, or has not accepted the newest terms."),
        WAIT_OR_OTHER_WAY,
    ),
    131030: ErrorCode(
        "refused",
        _("Recipient not on the test list"),
        _("A test number may only write to the recipients on its list."),
        _("Add the recipient to the list in the app's dashboard, or use a real number."),
    ),
    131031: ErrorCode(
        "deferred",
        _("Account locked"),
        _("Meta has locked the account for breaking its policy, or the two-step PIN was wrong."),
        SEE_META,
        "connection",
        ACCOUNT_WAIT,
        ACCOUNT_LONGEST_WAIT,
    ),
    131037: ErrorCode(
        "deferred",
        _("Display name missing"),
        _("The number has no approved display name yet."),
        NUMBER_SETUP,
        "number",
        ACCOUNT_WAIT,
        ACCOUNT_LONGEST_WAIT,
    ),
    131042: PAYMENT_PROBLEM,
    131044: PAYMENT_PROBLEM,
    131045: REGISTRATION_FAILED,
    131047: ErrorCode(
        "refused",
        _("Reply window closed"),
        _("More than 24 hours have passed since the contact's last message."),
        USE_TEMPLATE,
        offer="template",
    ),
    131048: ErrorCode(
        "deferred",
        _("Number limited because of complaints"),
        _("Too many messages of this number were blocked or reported as spam."),
        _("Stop broadcasts from this number and wait until its quality has recovered."),
        "number",
        5 * MINUTE,
        ACCOUNT_LONGEST_WAIT,
    ),
    131049: ErrorCode(
        "refused",
        _("Held back by Meta"),
        _("This contact has had enough marketing messages lately, from all businesses together."),
        _(
            "Do not write to this contact for at least a day. Trying again makes it worse, so it is not offered here."
        ),
        offer="nothing",
    ),
    131050: ErrorCode(
        "refused",
        _("Contact stopped marketing"),
        _("The contact has told WhatsApp to stop marketing messages from this business."),
        _("Send no more marketing until the contact resumes it."),
        offer="nothing",
    ),
    131051: ErrorCode(
        "refused",
        _("Kind of message not supported"),
        _("WhatsApp cannot pass on messages of this kind."),
        FIX_CONTENT,
    ),
    131052: ErrorCode(
        "refused",
        _("File could not be fetched"),
        _("WhatsApp could not fetch the file, for instance because it is larger than 100 MB."),
        _("Ask for a smaller file or another way to share it."),
    ),
    131053: ErrorCode(
        "refused",
        _("File not accepted"),
        _("The file's type, codec or size is not what WhatsApp takes."),
        _("Convert the file and send it again."),
    ),
    131055: ErrorCode(
        "refused",
        _("Wrong way to send"),
        _("This message may not go through the Marketing Messages API."),
        FIX_CONTENT,
    ),
    131056: ErrorCode(
        "deferred",
        _("Too many messages to one contact"),
        _("WhatsApp allows about one message every six seconds to the same contact."),
        NOTHING_TO_DO,
        "contact",
        timedelta(seconds=4),
    ),
    131057: MAINTENANCE,
    2494100: MAINTENANCE,
    131059: PARAMETER_WRONG,
    131060: ErrorCode(
        "refused",
        _("Message not available"),
        _("WhatsApp could not pass on the content; it can be read in the phone app."),
        _("Look in the WhatsApp Business app, or ask the contact to send it again."),
    ),
    131062: ErrorCode(
        "refused",
        _("Phone number needed"),
        _("This kind of message cannot go to a contact whose phone number we do not know."),
        _("Ask the contact for the phone number."),
    ),
    131063: ErrorCode(
        "refused",
        _("Marketing switched off"),
        _("The account sends marketing only through the Marketing Messages API."),
        _("Change this in WhatsApp Manager."),
    ),
    131064: ErrorCode(
        "refused",
        _("Limited because of template categories"),
        _("Meta limits the account because templates were put into the wrong category."),
        _("Correct the templates' categories and wait."),
    ),
    131020: GROUP_FAILED,
    131041: GROUP_FAILED,
    131208: BUSY,
    132000: TEMPLATE_VALUES_WRONG,
    132012: TEMPLATE_VALUES_WRONG,
    132018: TEMPLATE_VALUES_WRONG,
    132008: TEMPLATE_VALUES_WRONG,
    132001: ErrorCode(
        "refused",
        _("Template not available"),
        _("The template does not exist or is not approved in this language."),
        _("Load the templates again and choose an approved one."),
    ),
    132005: ErrorCode(
        "refused",
        _("Text too long"),
        _("With the values filled in, the template's text is too long."),
        _("Shorten the values."),
    ),
    132007: ErrorCode(
        "refused",
        _("Content against the policy"),
        _("The template's content breaks WhatsApp's policy."),
        _("Change the template and submit it again."),
    ),
    132015: ErrorCode(
        "refused",
        _("Template paused"),
        _("Meta has paused the template because of low quality, or stopped a broadcast with it."),
        _("Use another template, or wait until it is active again."),
    ),
    132016: ErrorCode(
        "refused",
        _("Template disabled"),
        _("Meta has disabled the template for good because of low quality."),
        _("Create a new template."),
    ),
    132021: ErrorCode(
        "refused",
        _("Template name taken"),
        _("Another template already has this name."),
        _("Choose another name."),
    ),
    132068: FLOW_FAILED,
    132069: FLOW_FAILED._replace(outcome="deferred", advice=NOTHING_TO_DO, wait=60 * MINUTE),
    133000: REGISTRATION_FAILED,
    133004: BUSY,
    133005: REGISTRATION_FAILED,
    133006: REGISTRATION_FAILED,
    133008: REGISTRATION_FAILED,
    133009: REGISTRATION_FAILED,
    133010: REGISTRATION_FAILED,
    133015: REGISTRATION_FAILED,
    133016: REGISTRATION_FAILED,
    134011: ErrorCode(
        "refused",
        _("Payment terms not accepted"),
        _("The terms of WhatsApp payments have not been accepted."),
        _("Accept the terms in WhatsApp Manager."),
    ),
    134100: PARAMETER_WRONG,
    134101: BUSY._replace(wait=10 * MINUTE),
    134102: PARAMETER_WRONG,
    136024: ErrorCode(
        "refused",
        _("Verification code not sent"),
        _("WhatsApp could not send the verification code."),
        _("Wait some minutes and ask for the code again."),
    ),
    137000: ErrorCode(
        "refused",
        _("Contact's identity changed"),
        _("The contact's security code has changed, perhaps because of a new phone."),
        _("Make sure that it still is the same person, then confirm it."),
    ),
    2388019: TEMPLATE_FORM_WRONG,
    2388039: TEMPLATE_FORM_WRONG,
    2388040: TEMPLATE_FORM_WRONG,
    2388047: TEMPLATE_FORM_WRONG,
    2388072: TEMPLATE_FORM_WRONG,
    2388073: TEMPLATE_FORM_WRONG,
    2388293: TEMPLATE_FORM_WRONG,
    2388299: TEMPLATE_FORM_WRONG,
    2494191: PERMISSION_MISSING._replace(outcome="refused", pauses="message"),
    2593107: HISTORY_NOT_SHARED,
    2593108: HISTORY_NOT_SHARED,
    2593109: HISTORY_NOT_SHARED,
    UNREACHABLE: ErrorCode(
        "deferred",
        _("WhatsApp cannot be reached"),
        _("No connection to WhatsApp's servers could be made."),
        NOTHING_TO_DO,
        "connection",
        timedelta(seconds=2),
    ),
    NOT_UNDERSTOOD: UNKNOWN_FAILURE._replace(
        title=_("Answer not understood"),
        explanation=_(
            "WhatsApp's answer was lost or unreadable. The message may have been sent all the same."
        ),
    ),
    NOT_BUILT: ErrorCode(
        "refused",
        _("Message could not be built"),
        _("A file or address that the message needs is missing."),
        FIX_CONTENT,
    ),
    DEADLINE: BUSY._replace(
        title=_("Waited too long"),
        explanation=_("No connection to WhatsApp became free in time; the message has not left."),
        wait=timedelta(seconds=5),
    ),
}

TRANSIENT = frozenset({1, 2, 131000, 131016})
"""failures of the platform itself; where certainly nothing left they are worth two more tries"""

RANGES: tuple[tuple[int, int, ErrorCode], ...] = (
    (200, 299, PERMISSION_MISSING),
    (131201, 131215, GROUP_FAILED),
    (138000, 138018, CALLING_FAILED),
    (139000, 139004, FLOW_FAILED),
    (139100, 139103, BLOCK_LIST_FAILED),
    (147001, 147005, USERNAME_FAILED),
)

UNKNOWN_CODE = ErrorCode(
    "refused",
    _("Not accepted by WhatsApp"),
    _("WhatsApp refused the message for a reason that we do not know yet."),
    CONTACT_SUPPORT,
)


def find_code(code: int) -> ErrorCode | None:
    if code in CODES:
        return CODES[code]
    return next((entry for first, last, entry in RANGES if first <= code <= last), None)


def must_be_mended(code: int) -> bool:
    entry = find_code(code)
    return entry is not None and entry.longest_wait == ACCOUNT_LONGEST_WAIT
