"""Refusals as RFC 9457 problems: one JSON form for everything that is not a success.

    {"type": "/problems/reply-window-closed", "title": …, "status": 409, "detail": …,
     "code": "reply-window-closed", "allowed": ["template"], "closed_at": …}

``type`` is a URI reference that names the kind of problem; ``code`` is its last part, for comparing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from regulars.answering.answering import AnsweredMeanwhile, BeingAnswered
from regulars.blocking.operations import CannotBlock
from regulars.conversations.guardrails import LIMIT_EXCEEDED, VALUES_MISSING
from regulars.conversations.operations.composing import MediaNotReady, NoReaction, TemplateNotUsable
from regulars.conversations.operations.forwarding import CannotForward
from regulars.inboxes.ports import LimitProblem
from regulars.kernel.encoding import encode
from regulars.kernel.errors import (
    ChangedMeanwhile,
    Conflict,
    FormTooLong,
    Invalid,
    NotAllowed,
    NotFound,
    NotUTF8,
    ProductError,
)
from regulars.workspaces.guessing import TooManyAttempts

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
RETRY_WHEN_UNAVAILABLE_SECONDS = 5


class Unauthorized(ProductError):
    """No token, an unknown one or a revoked one."""

    code = "unauthorized"
    status = HTTPStatus.UNAUTHORIZED
    title = _("A valid token is needed")


class NotJSON(ProductError):
    """The body cannot be read at all."""

    code = "not-json"
    status = HTTPStatus.BAD_REQUEST
    title = _("The body is not JSON")


class MethodNotAllowed(ProductError):
    """The path exists, with other methods; ``allowed`` names them."""

    code = "method-not-allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = _("This path does not know that method")


class LengthRequired(ProductError):
    """The body came in chunks, without a Content-Length."""

    code = "length-required"
    status = HTTPStatus.LENGTH_REQUIRED
    title = _("Send the header Content-Length")


class TooLarge(ProductError):
    """The body is larger than ``limit`` bytes."""

    code = "too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = _("The body is too large")


class TooManyRequests(ProductError):
    """The token's rate is used up; ``retry_after`` is in seconds."""

    code = "too-many-requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = _("Too many requests")


class IdempotencyKeyReused(ProductError):
    """The key came with another request before."""

    code = "idempotency-key-reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This Idempotency-Key belongs to another request")


class IdempotencyInProgress(ProductError):
    """The first request with this key has not been answered yet."""

    code = "idempotency-in-progress"
    status = HTTPStatus.CONFLICT
    title = _("The first request with this Idempotency-Key is still running")


class ContactExists(Conflict):
    """Somebody has one of the identities already; ``contact`` is who."""

    code = "contact-exists"
    title = _("A contact with this identity exists already")


class ProviderFailed(ProductError):
    """The provider did not answer, or refused; what was stored before still stands."""

    code = "provider-failed"
    status = HTTPStatus.BAD_GATEWAY
    title = _("The provider did not do it")


class Unavailable(ProductError):
    """The database is away; nothing was done."""

    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = _("Temporarily unavailable")


class InternalError(ProductError):
    """Our mistake; ``incident`` finds it in the log."""

    code = "internal-error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = _("Something went wrong on our side")


CATALOG: Mapping[str, tuple[HTTPStatus, str]] = {
    **{
        each.code: (each.status, (each.__doc__ or "").splitlines()[0])
        for each in (
            NotJSON,
            Unauthorized,
            NotAllowed,
            NotFound,
            MethodNotAllowed,
            Conflict,
            ChangedMeanwhile,
            ContactExists,
            MediaNotReady,
            TemplateNotUsable,
            NoReaction,
            CannotForward,
            CannotBlock,
            AnsweredMeanwhile,
            BeingAnswered,
            IdempotencyInProgress,
            LengthRequired,
            TooLarge,
            FormTooLong,
            NotUTF8,
            Invalid,
            IdempotencyKeyReused,
            TooManyRequests,
            TooManyAttempts,
            InternalError,
            ProviderFailed,
            Unavailable,
        )
    },
    "reply-window-closed": (HTTPStatus.CONFLICT, "Free text may not leave now; ``allowed`` names what may."),
    "opted-out": (HTTPStatus.CONFLICT, "The contact opted out of marketing."),
    "promotion-in-group": (HTTPStatus.CONFLICT, "Marketing templates never go to groups."),
    "not-for-groups": (HTTPStatus.CONFLICT, "The channel takes no such message for a group."),
    "group-automation-off": (HTTPStatus.CONFLICT, "Machines may not write in this group."),
    "contact-blocked": (HTTPStatus.CONFLICT, "The contact is blocked on this number; lift that first."),
    "inbox-paused": (HTTPStatus.CONFLICT, "Sending through this number is paused."),
    LIMIT_EXCEEDED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The message breaks limits of the channel; ``limits`` names field, code, limit and actual value.",
    ),
    VALUES_MISSING: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The template has places without a value; ``limits`` names each, and what else is wrong.",
    ),
}
"""code -> status and meaning of every problem, for the documentation"""


def respond_with(error: ProductError) -> HttpResponse:
    body = to_problem(error)
    response = HttpResponse(encode(body), status=body["status"], content_type=MEDIA_TYPE)
    match error:
        case Unauthorized():
            response["WWW-Authenticate"] = 'Bearer realm="regulars"'
        case MethodNotAllowed():
            response["Allow"] = ", ".join(_texts(error.facts.get("allowed")))
    if "retry_after" in error.facts:
        response["Retry-After"] = str(error.facts["retry_after"])
    return response


def to_problem(error: ProductError) -> dict[str, Any]:
    is_limit = error.code in (LIMIT_EXCEEDED, VALUES_MISSING)
    facts = {name: value for name, value in error.facts.items() if name != "problems"}
    if is_limit:
        facts["limits"] = [_limit(each) for each in _limit_problems(error.facts.get("problems"))]
    return {
        "type": TYPE_PREFIX + error.code,
        "title": str(error.title),
        "status": int(HTTPStatus.UNPROCESSABLE_ENTITY if is_limit else error.status),
        "detail": str(error.detail) or str(error.title),
        "code": error.code,
        **{name: value for name, value in facts.items() if value is not None},
    }


def _limit(problem: LimitProblem) -> dict[str, object]:
    facts: dict[str, object] = {
        "field": problem.field,
        "code": problem.code,
        "limit": problem.limit,
        "actual": problem.actual,
    }
    return facts | ({"found": problem.found} if problem.found else {})


def _limit_problems(value: object) -> list[LimitProblem]:
    return [each for each in value if isinstance(each, LimitProblem)] if isinstance(value, Sequence) else []


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) else []
