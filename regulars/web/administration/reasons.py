"""The ledger's reasons in plain words; provider codes through the channel's own explanations."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.inboxes.channels import explain_code
from regulars.inboxes.models import Delivery


def reason_sentence(reason: str) -> str:
    if reason.isdigit():
        return f"{explain_code(int(reason))['title']} ({reason})"
    return _words().get(reason, reason or _("No reason given"))


def delivery_error(row: Delivery) -> str:
    """The exception's own words stand on the delivery's page."""
    if row.state == "failed":
        told = ngettext(
            "Could not be processed after %(count)d try",
            "Could not be processed after %(count)d tries",
            row.attempts,
        )
    else:
        told = ngettext(
            "Could not be processed, %(count)d try so far",
            "Could not be processed, %(count)d tries so far",
            row.attempts,
        )
    return told % {"count": row.attempts}


def reaction_purpose(name: str) -> str:
    _channel, _dot, purpose = name.partition(".")
    return {
        "sync_templates": _("Fetch the list of templates"),
        "learn_portfolios": _("Ask which business owns the account"),
        "check_numbers": _("Ask the platform about the number"),
        "learn_qualities": _("Ask how the numbers are rated"),
        "send_read_receipts": _("Show the contact that it was read"),
        "show_typing": _("Show the contact that somebody types"),
    }.get(purpose, name)


def notice_kind(kind: str) -> str:
    return {
        "account": _("Account"),
        "account_alert": _("Alert about the account"),
        "account_review": _("Review of the account"),
        "account_settings": _("Settings of the account"),
        "address_book": _("Address book of the phone"),
        "automatic_event": _("Automatic event"),
        "business_username": _("User name of the business"),
        "call": _("Call"),
        "capability": _("Limits of the account"),
        "channel_error": _("Error of the number"),
        "contact_identity": _("Address of a person"),
        "flow": _("Flow"),
        "group": _("Group"),
        "handover": _("Handover of a conversation"),
        "history_declined": _("Chat history declined"),
        "history_progress": _("Chat history on its way"),
        "link_click": _("Click on a link"),
        "number_name": _("Name of the number"),
        "number_quality": _("Quality of the number"),
        "partner": _("Partner"),
        "payment": _("Payment"),
        "payment_configuration": _("Settings of payments"),
        "preference": _("Wish of a contact"),
        "security": _("Security"),
        "template": _("Message template"),
        "template_misuse": _("Wrong category of a template"),
        "unknown": _("A new kind"),
    }.get(kind, kind)


def _words() -> dict[str, str]:
    return {
        "bad-signature": _("Wrong signature (is the app secret right?)"),
        "too-large": _("Larger than 4 MB"),
        "not-json": _("Not JSON"),
        "unknown-connection": _("Unknown webhook address"),
        "unknown-inbox": _("For a number that was not added"),
        "foreign-object": _("Not about an account of this channel"),
        "not-an-envelope": _("Not in the shape of a delivery"),
        "empty": _("Empty"),
        "malformed": _("Malformed"),
        "too-deep": _("Nested too deeply"),
        "processing-failed": _("Could not be processed; it can be read again"),
        "erased": _("Of a contact who has been removed"),
        "reply-window-closed": _("The reply window had closed"),
        "opted-out": _("The contact opted out"),
        "promotion-in-group": _("A promotion to a group"),
        "inbox-paused": _("The number was paused"),
        "connection-paused": _("The connection needed attention"),
        "no-longer-useful": _("Waited too long to be useful"),
        "stopped": _("Stopped by a member before it was sent"),
        "no-address": _("The contact has no address to send to"),
    }
