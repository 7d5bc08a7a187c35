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

    def __init__(self, detail: str | Promise = "", **facts: object) -> None:
        super().__init__(str(detail) or str(self.title))
        self.detail = detail
        self.facts: Mapping[str, object] = facts


class NotFound(ProductError):
    """The object does not exist, or the member may not know that it does."""

    code = "not-found"
    status = HTTPStatus.NOT_FOUND
    title = _("Not found")


class NotAllowed(ProductError):
    """The member is known but lacks the permission named in ``permission``."""

    code = "not-allowed"
    status = HTTPStatus.FORBIDDEN
    title = _("You do not have the right to do this")


class Invalid(ProductError):
    """The input breaks a rule; ``fields`` maps a field to what would be right."""

    code = "invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("Please check the input")


class Conflict(ProductError):
    """Somebody or something was faster, or the state does not allow it now."""

    code = "conflict"
    status = HTTPStatus.CONFLICT
    title = _("This changed in the meantime")
