"""``POST /{phone_number_id}/messages``: check, limit, record, answer.

The order is the platform's: the shape of the request first (HTTP errors), then what only sending can tell, which
comes as a ``failed`` status unless ``answers.synchronous_codes`` says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whatsapp_sandbox import statuses, windows
from whatsapp_sandbox.account import BusinessNumber
from whatsapp_sandbox.errors import GraphError, invalid, missing
from whatsapp_sandbox.graph.call import Call
from whatsapp_sandbox.graph.sending import kinds
from whatsapp_sandbox.graph.sending.checks import Json, need_object
from whatsapp_sandbox.graph.sending.groups import send_to_group
from whatsapp_sandbox.graph.sending.interactive import check_interactive
from whatsapp_sandbox.graph.sending.receipts import mark_read
from whatsapp_sandbox.graph.sending.recipients import find_recipient, is_reachable
from whatsapp_sandbox.graph.sending.template_message import fill_template, find_template
from whatsapp_sandbox.identifiers import new_message_id
from whatsapp_sandbox.limits import take_pair
from whatsapp_sandbox.model import ChatMessage, Customer, Template, Thread
from whatsapp_sandbox.processing import process_files

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

TYPES = (
    *("text", "image", "video", "audio", "document", "sticker"),
    *("location", "contacts", "reaction", "interactive", "template", "pin"),
)
CALLBACK_LONGEST = 512
REACTION_LATEST = 30 * 24 * 3600.0


async def post_messages(call: Call) -> Json:
    if "whatsapp_business_messaging" not in call.token.permissions:
        raise GraphError(131005, "(#131005) Access denied: the token lacks whatsapp_business_messaging.")
    number = call.sandbox.numbers[call.object_id]
    body = await call.parameters()
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    if "status" in body:
        return mark_read(call.sandbox, number, body)
    return send(call.sandbox, number, body)


async def post_marketing_messages(call: Call) -> Json:
    number = call.sandbox.numbers[call.object_id]
    body = await call.parameters()
    if body.get("type", "template") != "template":
        raise GraphError(134100, "Only template messages of the marketing category can be sent here.")
    template = find_template(call.sandbox, number.waba_id, need_object(body, "template", ""))
    if template.category != "MARKETING":
        raise GraphError(134100, f"Template {template.name} is {template.category}, not MARKETING.")
    return send(call.sandbox, number, body | {"type": "template"}, marketing_door=True)


def send(sandbox: Sandbox, number: BusinessNumber, body: Json, *, marketing_door: bool = False) -> Json:
    _check_number(sandbox, number)
    kind = _check_base(body)
    if body.get("recipient_type", "individual") == "group":
        return send_to_group(sandbox, number, body, kind)
    template = _check_body(sandbox, number, kind, body)
    shown = fill_template(sandbox, template, body["template"]) if template else None
    if template and template.category == "MARKETING" and not marketing_door:
        _check_marketing_door(sandbox, number)
    customer, answer = find_recipient(sandbox, number, body, template)
    thread = sandbox.thread(number.id, customer.id)
    refusal = _limits(sandbox, number, customer, thread, body, template)
    message = _record(sandbox, customer, thread, body, kind, template, shown)
    if kind == "reaction" and refusal is None:
        _react(sandbox, message)
    held = _hold(sandbox, message, template)
    if refusal is not None:
        sandbox.scheduler.after(0.2, statuses.fail, sandbox, message, refusal.code, refusal.details)
    elif not held:
        _dispatch(sandbox, message)
    return _answer(message, answer, kind, held)


def _answer(message: ChatMessage, contact: Json, kind: str, held: bool) -> Json:
    sent: Json = {"id": message.id}
    if kind == "template":
        sent["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def _check_number(sandbox: Sandbox, number: BusinessNumber) -> None:
    if number.deleted:
        raise GraphError(33, "The business phone number has been deleted.")
    if not number.registered:
        raise GraphError(133010, "Register the phone number before sending.")
    locked = sandbox.switches.answers.locked_code
    if locked is not None:
        raise GraphError(locked, "Set by answers.locked_code.")


def _check_base(body: Json) -> str:
    kind = body.get("type", "text")
    if kind not in TYPES:
        raise GraphError(131051, f"Param type must be one of {{{', '.join(TYPES)}}} - got {kind!r}.")
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(100, "Param recipient_type must be one of {individual, group}.")
    if not body.get("to") and not body.get("recipient"):
        raise missing("to or recipient")
    data = body.get("biz_opaque_callback_data")
    if data is not None and (not isinstance(data, str) or len(data) > CALLBACK_LONGEST):
        raise GraphError(
            100, f"Param biz_opaque_callback_data must be at most {CALLBACK_LONGEST} characters long."
        )
    if not isinstance(body.get("category", ""), str):
        raise invalid("category", "must be a string")
    context = body.get("context")
    if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
        raise invalid("context['message_id']", "must be the id of a message")
    if context is not None and kind == "reaction":
        raise invalid("context", "is not supported for reactions")
    return str(kind)


def _check_body(sandbox: Sandbox, number: BusinessNumber, kind: str, body: Json) -> Template | None:
    content = body.get(kind)
    if content is None:
        raise missing(kind)
    if kind == "contacts":
        kinds.check_contacts(content)
        return None
    if not isinstance(content, dict):
        raise invalid(kind, "must be an object")
    if kind == "text":
        kinds.check_plain_text(content)
    elif kind in kinds.MEDIA_TYPES:
        kinds.check_media(sandbox, kind, content)
    elif kind == "template":
        return find_template(sandbox, number.waba_id, content)
    elif kind == "interactive":
        check_interactive(sandbox, content)
    elif kind == "location":
        kinds.check_location(content)
    elif kind == "reaction":
        kinds.check_reaction(content)
    else:
        raise GraphError(131051, "pin is for groups only.")
    return None


def _check_marketing_door(sandbox: Sandbox, number: BusinessNumber) -> None:
    waba = sandbox.wabas[number.waba_id]
    if waba.marketing_disabled or not sandbox.switches.answers.marketing_on_cloud_api:
        raise GraphError(131063, "Marketing templates of this account go through /marketing_messages.")


def _limits(
    sandbox: Sandbox,
    number: BusinessNumber,
    customer: Customer,
    thread: Thread,
    body: Json,
    template: Template | None,
) -> GraphError | None:
    try:
        _check_limits(sandbox, number, customer, thread, body, template)
    except GraphError as error:
        if error.code in sandbox.switches.answers.synchronous_codes:
            raise
        return error
    return None


def _check_limits(
    sandbox: Sandbox,
    number: BusinessNumber,
    customer: Customer,
    thread: Thread,
    body: Json,
    template: Template | None,
) -> None:
    now = sandbox.now()
    rates = sandbox.switches.rates
    rate = 20.0 if number.coexistence and rates.messages_per_second else rates.messages_per_second
    if number.blocked and customer.id in number.blocked:
        raise GraphError(130403, "The business has blocked this user.")
    if not sandbox.limits.count_throughput(number.id, rate, now):
        raise GraphError(130429, "Cloud API message throughput has been reached.")
    take_pair(thread, rates, now)
    _check_person(sandbox, customer, body, template)
    if body.get("type") == "reaction":
        _check_target(sandbox, thread, body["reaction"]["message_id"])
    if windows.is_open(thread, now):
        return
    if template is None and not (body.get("category") and sandbox.switches.answers.direct_send):
        raise GraphError(
            131047,
            "Message failed to send because more than 24 hours have passed since the customer last replied to this "
            "number.",
        )
    if not sandbox.limits.reach(sandbox.wabas[number.waba_id].portfolio_id, customer.id, rates.tier, now):
        raise GraphError(
            131048, f"The portfolio's messaging limit {rates.tier} is used up for the last 24 hours."
        )


def _check_person(sandbox: Sandbox, customer: Customer, body: Json, template: Template | None) -> None:
    if not is_reachable(customer, sandbox.switches.answers):
        raise GraphError(131026, "Message undeliverable.")
    if body.get("recipient_identity_key_hash") not in (None, customer.identity_key_hash):
        raise GraphError(137000, "The recipient's identity key has changed.")
    marketing = template is not None and template.category == "MARKETING"
    if customer.refuse_code is not None and (
        marketing or customer.refuse_code not in (131049, 131050, 130472)
    ):
        raise GraphError(customer.refuse_code, "Set on this customer.")
    if marketing and customer.marketing_stopped:
        raise GraphError(131050, "The user has stopped marketing messages from this business.")
    if marketing and not sandbox.switches.answers.us_marketing and _is_american(customer):
        raise GraphError(131049, "Marketing templates are not delivered to users in the United States.")


def _check_target(sandbox: Sandbox, thread: Thread, message_id: str) -> None:
    """A reaction to nothing: no such message in this chat, one of more than 30 days, deleted, or itself a reaction.

    The platform accepts it and tells 131009 by webhook (Meta's page "reaction messages").
    """
    if not sandbox.switches.recording.full:
        return  # nobody knows what was said
    target = sandbox.messages.get(message_id)
    if (
        target is None
        or (target.number_id, target.customer_id) != (thread.number_id, thread.customer_id)
        or target.group_id is not None
        or target.type == "reaction"
        or target.revoked
        or sandbox.now() - target.at > REACTION_LATEST
    ):
        raise GraphError(
            131009, "The message to react to does not exist, is too old, deleted, or a reaction itself."
        )


def _is_american(customer: Customer) -> bool:
    if not customer.phone.startswith("+1"):
        return False
    import phonenumbers

    return phonenumbers.region_code_for_number(phonenumbers.parse(customer.phone)) == "US"


def _record(
    sandbox: Sandbox,
    customer: Customer,
    thread: Thread,
    body: Json,
    kind: str,
    template: Template | None,
    shown: Json | None,
) -> ChatMessage:
    now = sandbox.now()
    message = ChatMessage(
        id=new_message_id(),
        number_id=thread.number_id,
        customer_id=customer.id,
        direction="out",
        type=kind,
        body=body[kind],
        at=now,
        context=body.get("context"),
        callback_data=body.get("biz_opaque_callback_data"),
        by_user_id=not body.get("to"),
        category=template.category.lower() if template else str(body.get("category") or "service"),
        template=shown,
    )
    if body.get("to"):
        thread.phone_shared_at = now
    windows.answered(thread, now)
    sandbox.counters["accepted"] += 1
    if sandbox.switches.recording.full:
        sandbox.keep(message)
    sandbox.recent.append((message.id, customer.wa_id, message.callback_data))
    return message


def _react(sandbox: Sandbox, reaction: ChatMessage) -> None:
    target = sandbox.messages.get(reaction.body["message_id"])
    if target is not None:
        if reaction.body["emoji"]:
            target.reactions["business"] = reaction.body["emoji"]
        else:
            target.reactions.pop("business", None)


def _hold(sandbox: Sandbox, message: ChatMessage, template: Template | None) -> bool:
    if template is None or not sandbox.switches.answers.hold_for_quality:
        return False
    sandbox.held.append(message.id)
    sandbox.in_flight[message.id] = message
    return True


def _dispatch(sandbox: Sandbox, message: ChatMessage) -> None:
    process_files(sandbox, message, lambda: statuses.plan(sandbox, message))


def release_held(sandbox: Sandbox, *, drop: bool) -> int:
    held, sandbox.held[:] = list(sandbox.held), []
    for message_id in held:
        message = sandbox.in_flight.get(message_id)
        if message is not None and drop:
            statuses.fail(sandbox, message, 132015, "The template was paused after negative signals.")
        elif message is not None:
            statuses.plan(sandbox, message)
    return len(held)
