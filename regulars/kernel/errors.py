"""Errors that carry the decision: what happened, what was not done, what to do, and the HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ProductError(Exception):
    """A refusal that a person can read. ``code`` is stable and kebab-case (the REST problem type)."""

    code = "problem"
    status = HTTPStatus.BAD_REQUEST
    title: str | Promise = _("That did not work")
    advice: str | Promise = ""
    """what is safe, and the one thing to do next; people see it under what happened"""

    def __init__(self, detail: str | Promise = "", **facts: object) -> None:
        super().__init__(str(detail) or str(self.title))
        self.detail = detail
        self.facts: Mapping[str, object] = facts


class NotFound(ProductError):
    """The object does not exist, or the member may not know that it does."""

    code = "not-found"
    status = HTTPStatus.NOT_FOUND
    title = _("There is nothing here")
    advice = _("It may have been removed, or belong to somebody else now. Nothing was changed.")


class NotAllowed(ProductError):
    """The member is known but lacks the permission named in ``permission``."""

    code = "not-allowed"
    status = HTTPStatus.FORBIDDEN
    title = _("Your role does not include this")
    advice = _("Nothing was changed. An owner or admin can give you another role.")


class Invalid(ProductError):
    """The input breaks a rule; ``fields`` maps a field to what would be right."""

    code = "invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("Please check what you entered")
    advice = _("Nothing was saved. Correct it and try again.")


class Conflict(ProductError):
    """Somebody or something was faster, or the state does not allow it now."""

    code = "conflict"
    status = HTTPStatus.CONFLICT
    title = _("This changed in the meantime")
    advice = _("Look at it as it is now, then decide.")


class ChangedMeanwhile(ProductError):
    """Somebody changed it since the version was read that the change was meant for; ``version`` is what it is now."""

    code = "changed-meanwhile"
    status = HTTPStatus.PRECONDITION_FAILED
    title = _("Somebody else changed this in the meantime")
    advice = _("Nothing was saved. Look at it as it is now, then decide.")


class NotUTF8(ProductError):
    """The body announces another encoding; whoever took it for UTF-8 would change people's words."""

    code = "not-utf-8"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = _("Send text in UTF-8")


class FormTooLong(ProductError):
    """A form of more fields or files than anybody fills in."""

    code = "form-too-long"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = _("The form has too many fields")
    advice = _("Nothing was saved. Send fewer at once.")


REFUSAL = "regulars.refusal"
"""where a request (``META``) says why it is not looked at further: a :class:`ProductError`, or None"""
