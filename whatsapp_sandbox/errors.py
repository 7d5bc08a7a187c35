"""The error answers of the Graph API, as one table.

Codes, titles and HTTP statuses: Meta's page "Cloud API error codes" (state of September 2026).
"""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox.identifiers import new_trace_id

TITLES: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (400, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    104: (401, "An access token is required to request this resource."),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    200: (403, "Provide valid app ID"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130403: (403, "User is blocked by the business"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (503, "Service unavailable"),
    131020: (400, "Group is not valid"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Business account has been locked"),
    131037: (400, "WhatsApp provided number needs display name approval before message can be sent"),
    131041: (400, "Group is unknown"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (503, "Account in maintenance mode"),
    131059: (400, "Invalid paging cursor"),
    131060: (400, "Message unavailable"),
    131062: (400, "Business-scoped user id is not supported for this message"),
    131063: (400, "Marketing messages are disabled on Cloud API"),
    131064: (400, "Template misclassification limit"),
    131201: (400, "Group operation failed"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template content policy violated"),
    132008: (400, "Template parameter value is not valid"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "Template parameter validation failed"),
    132021: (400, "Template name already in use"),
    132068: (400, "Flow is in blocked state"),
    132069: (400, "Flow is in throttled state"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too many two step verification PIN guesses"),
    133009: (400, "Two step verification PIN guessed too fast"),
    133010: (400, "Phone number not registered"),
    133015: (400, "Phone number recently deleted"),
    133016: (400, "Too many registration attempts"),
    134100: (400, "Only marketing messages supported"),
    134101: (400, "Template is syncing"),
    134102: (400, "Template unavailable for marketing messages"),
    135000: (400, "Generic user error"),
    136024: (400, "Verification code request failed"),
    137000: (400, "Recipient identity key hash mismatch"),
    138000: (400, "Calling not enabled"),
    138006: (400, "No approved call permission"),
    139000: (400, "Blocked by integrity"),
    139001: (400, "Flow can't be updated"),
    139002: (400, "Flow can't be published"),
    139003: (400, "Flow can't be deprecated"),
    139004: (400, "Flow can't be deleted"),
    139100: (400, "Failed to block/unblock users"),
    139101: (400, "Blocklist limit reached"),
    139102: (400, "Blocklist concurrent update"),
    139103: (400, "Internal error"),
    147001: (400, "User name is not available"),
    2494191: (400, "Thread control operation not permitted"),
}


class GraphError(Exception):
    """An error answer: ``code`` decides the HTTP status and title, ``details`` says what was wrong."""

    def __init__(
        self,
        code: int,
        details: str,
        *,
        subcode: int | None = None,
        status: int | None = None,
        title: str | None = None,
        user_title: str | None = None,
        user_message: str | None = None,
        kind: str = "OAuthException",
        beside: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"({code}) {details}")
        default_status, default_title = TITLES.get(code, (400, "Generic error"))
        self.code = code
        self.details = details
        self.status = status or default_status
        self.title = title or default_title
        self.subcode = subcode
        self.user_title = user_title
        self.user_message = user_message
        self.kind = kind
        self.beside = beside or {}
        """What stands beside ``error`` when only a part failed."""

    def body(self) -> dict[str, Any]:
        """The JSON body: ``{"error": {message, type, code, error_data?, error_subcode?, fbtrace_id}}``."""
        numbered = self.code not in (0, 104, 190) and self.kind == "OAuthException"
        title = f"(#{self.code}) {self.title}" if numbered else self.title
        error: dict[str, Any] = {"message": title, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.user_title is not None:
            error |= {
                "is_transient": False,
                "error_user_title": self.user_title,
                "error_user_msg": self.user_message,
            }
        error["fbtrace_id"] = new_trace_id()
        return self.beside | {"error": error}


def missing(path: str) -> GraphError:
    return GraphError(131008, f"The parameter {path} is required.")


def invalid(path: str, why: str) -> GraphError:
    return GraphError(131009, f"{path}: {why}")


def unknown_object(object_id: str, method: str) -> GraphError:
    """100 with sub-code 33, what Graph says about ids that it cannot show: another type, and no "(#100)" in front."""
    verb = method.lower()
    return GraphError(
        100,
        "",
        subcode=33,
        kind="GraphMethodException",
        title=f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation.",
    )


def status_error(code: int, details: str = "") -> dict[str, Any]:
    title = TITLES.get(code, (400, "Generic error"))[1]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or title},
        "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
    }
