"""The ledger's reasons in plain words; provider codes through the channel's own explanations."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.web.channels import facts_of


def reason_sentence(reason: str) -> str:
    """What a reason of the ledger means; an unknown one is shown as it is."""
    if reason.isdigit():
        return f"{facts_of('whatsapp').explain(int(reason))['title']} ({reason})"
    return _words().get(reason, reason or _("No reason given"))


def _words() -> dict[str, str]:
    return {
        "bad-signature": _("Wrong signature (is the app secret right?)"),
        "too-large": _("Larger than 4 MB"),
        "not-json": _("Not JSON"),
        "unknown-connection": _("Unknown webhook address"),
        "unknown-inbox": _("For a number that is not added"),
        "foreign-object": _("Not about a WhatsApp account"),
        "not-an-envelope": _("Not in the shape of a delivery"),
        "empty": _("Empty"),
        "malformed": _("Malformed"),
        "too-deep": _("Nested too deeply"),
        "processing-failed": _("Could not be processed; it can be replayed"),
        "reply-window-closed": _("The reply window had closed"),
        "opted-out": _("The contact opted out"),
        "promotion-in-group": _("A promotion to a group"),
        "inbox-paused": _("The number was paused"),
        "connection-paused": _("The connection needed attention"),
        "no-longer-useful": _("It had waited until it was of no use any more"),
        "stopped": _("Stopped by a member before it left"),
        "no-address": _("The contact has no address to send to"),
    }
