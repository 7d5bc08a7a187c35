"""What a sending attempt came to, judged from the answer or from the way it failed.

Three questions decide: did the request leave at all, did WhatsApp answer with a code, what does the code mean.
Only a certain “no” may be tried again; a lost answer stays ``Uncertain`` until a status settles it, because
the Cloud API knows no idempotency key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
import orjson

from regulars.inboxes.ports import (
    Accepted,
    Deferred,
    Identity,
    Offer,
    ProviderError,
    Refused,
    SendResult,
    Uncertain,
)

from .error_codes import UNKNOWN_CODE, find_code, must_be_mended
from .error_kinds import (
    DEADLINE,
    MINUTE,
    NOT_BUILT,
    NOT_UNDERSTOOD,
    UNREACHABLE,
    ErrorCode,
)
from .parsing.meanings import meaning_of
from .phones import phone_from_wa_id

LONGEST_WAIT = 60 * MINUTE
PAIR_RATE = 131056
"""one customer too fast: Meta asks for 4^n seconds"""
NUMBER_GONE = 33
"""Meta says so as sub-code of 100 when the number that we send from does not exist"""

_CODE_IN_MESSAGE = re.compile(r"^\(#(\d+)\)")
_HELD = frozenset({"held_for_quality_assessment", "paused"})
_NEVER_WRITTEN = (
    aiohttp.ClientConnectorError,  # refused, unreachable, DNS, TLS
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.ClientProxyConnectionError,
)


def classify(
    http_status: int | None,
    body: bytes | None,
    exception: BaseException | None,
    *,
    is_written: bool | None = None,
    attempt: int = 1,
) -> SendResult:
    """``is_written`` says whether bytes of the request may have left; unknown counts as written unless the
    exception itself proves that no connection was made. ``attempt`` counts from 1.
    """
    if exception is not None:
        return _judge_exception(exception, is_written=is_written, attempt=attempt)
    answer = _decode(body)
    error = read_error(answer)
    if error is not None:
        return _judge_error(error, http_status or 0, is_transient=_is_transient(answer), attempt=attempt)
    if http_status is not None and 200 <= http_status < 300:
        return _read_acceptance(answer)
    return _judge_bare_status(http_status or 0, attempt)


def explain(code: int) -> Mapping[str, str]:
    entry = find_code(code) or UNKNOWN_CODE
    return {
        "title": str(entry.title),
        "explanation": str(entry.explanation),
        "advice": str(entry.advice),
    }


def offer_after(code: int) -> Offer:
    return (find_code(code) or UNKNOWN_CODE).offer


def not_built(details: str) -> Refused:
    """``details`` name no content."""
    return Refused(error=_own_error(NOT_BUILT, details))


def read_error(answer: Any) -> ProviderError | None:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return None
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    message = _text(error.get("message"))
    code = _code_of(error.get("code"), message)
    return ProviderError(
        code=code,
        title=_text(error.get("error_user_title")) or message,
        details=_text(details) or _text(error.get("error_user_msg")),
        href=_text(error.get("href")),
        subcode=_code_of(error.get("error_subcode", 0), ""),
        meaning=meaning_of(code),
    )


def judge_number(result: SendResult) -> SendResult:
    """The same judgement, for a request to a number of ours: “no such object” is then about the number itself."""
    if isinstance(result, Refused) and (result.error.code, result.error.subcode) == (100, NUMBER_GONE):
        return _defer(NUMBER_GONE, msgspec.structs.replace(result.error, code=NUMBER_GONE), 1)
    return result


def _judge_exception(exception: BaseException, *, is_written: bool | None, attempt: int) -> SendResult:
    name = type(exception).__name__
    if isinstance(exception, _NEVER_WRITTEN):
        return _defer(UNREACHABLE, _own_error(UNREACHABLE, name), attempt)
    if is_written is False:
        code = DEADLINE if isinstance(exception, TimeoutError) else UNREACHABLE
        return _defer(code, _own_error(code, name), attempt)
    return Uncertain(reason=name, error=_own_error(NOT_UNDERSTOOD, name))


def _judge_error(
    error: ProviderError, http_status: int, *, is_transient: bool, attempt: int
) -> Refused | Deferred | Uncertain:
    entry = find_code(error.code)
    if entry is None:
        if is_transient or http_status >= 500:
            return Uncertain(reason=f"code {error.code}", error=error)
        return Refused(error=error)
    if entry.outcome == "uncertain":
        return Uncertain(reason=f"code {error.code}", error=error)
    if entry.outcome == "deferred":
        return _defer(error.code, error, attempt)
    return Refused(error=error)


def _judge_bare_status(http_status: int, attempt: int) -> Deferred | Uncertain:
    """An answer without Graph's error shape came from something in between, or from a failing Graph.

    503 says that the request was not handled (RFC 9110, 15.6.4); other 5xx leave it open.
    """
    details = f"HTTP {http_status}"
    if http_status == 503:
        return _defer(UNREACHABLE, _own_error(UNREACHABLE, details), attempt)
    if 300 <= http_status < 500 and http_status != 408:
        # a filter in between may dislike this body
        deferred = _defer(UNREACHABLE, _own_error(UNREACHABLE, details), attempt)
        return msgspec.structs.replace(deferred, may_be_its_own=True)
    return Uncertain(reason=details, error=_own_error(NOT_UNDERSTOOD, details))


def _defer(code: int, error: ProviderError, attempt: int) -> Deferred:
    entry = find_code(code) or UNKNOWN_CODE
    return Deferred(
        error=error,
        wait=_wait(code, entry, attempt),
        pauses=entry.pauses,
        longest_wait=max(entry.wait, entry.longest_wait),
        may_be_its_own=must_be_mended(code),
    )


def _wait(code: int, entry: ErrorCode, attempt: int) -> timedelta:
    """The entry's first wait, doubled with every try; the pair rate grows fourfold, as Meta asks.

    The waits of numbers and connections grow too, but not with one message's tries (see ``inboxes.problems``).
    """
    if entry.pauses in {"number", "connection"}:
        return entry.wait
    base = 4 if code == PAIR_RATE else 2
    growth: int = base ** min(max(attempt, 1) - 1, 20)
    return min(entry.wait * growth, LONGEST_WAIT)


def _read_acceptance(answer: Any) -> Accepted | Uncertain:
    message = _first(answer, "messages")
    provider_id = _text(message.get("id"))
    if not provider_id:
        details = "no message id"
        return Uncertain(reason=details, error=_own_error(NOT_UNDERSTOOD, details))
    contact = _first(answer, "contacts")
    user_id, phone = _text(contact.get("user_id")), phone_from_wa_id(_text(contact.get("wa_id")))
    recipient = [Identity("bsuid", user_id)] if user_id else []
    if phone:
        recipient.append(Identity("phone", phone))
    return Accepted(
        provider_id=provider_id,
        held=_text(message.get("message_status")) in _HELD,
        recipient=tuple(recipient),
    )


def _first(answer: Any, key: str) -> Mapping[str, Any]:
    items = answer.get(key) if isinstance(answer, dict) else None
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}


def _decode(body: bytes | None) -> Any:
    try:
        return orjson.loads(body or b"null")
    except orjson.JSONDecodeError:
        return None


def _is_transient(answer: Any) -> bool:
    return answer["error"].get("is_transient") is True


def _code_of(node: Any, message: str) -> int:
    """The code; older answers have it only in front of the message. -1 when there is none at all."""
    if isinstance(node, int):
        return node
    if isinstance(node, str) and node.isascii() and node.isdigit():
        return int(node)
    match = _CODE_IN_MESSAGE.match(message)
    return int(match[1]) if match else -1


def _text(node: Any) -> str:
    return node if isinstance(node, str) else ""


def _own_error(code: int, details: str) -> ProviderError:
    """Worded in English like Meta's; screens use ``explain``."""
    return ProviderError(code=code, title=_OWN_TITLES[code], details=details)


_OWN_TITLES = {
    UNREACHABLE: "WhatsApp cannot be reached",
    NOT_UNDERSTOOD: "Answer not understood",
    NOT_BUILT: "Message could not be built",
    DEADLINE: "Waited too long",
}
