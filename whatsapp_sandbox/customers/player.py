"""Plays the stories: people write first, wait a human while, answer, react, tap buttons, come back later.

Every person keeps a small dialog state (``sandbox.dialogs``), so a restarted sandbox goes on where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox import inbound
from whatsapp_sandbox.customers import circle
from whatsapp_sandbox.customers.stories import STORIES
from whatsapp_sandbox.customers.story import Line, Story, Turn
from whatsapp_sandbox.graph.calls import end_call, ring
from whatsapp_sandbox.model import ChatMessage, Customer

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

FIRST_AFTER = 1.0
"""Seconds until the first person writes; the others follow over about a minute."""
STAGGER = 7.5
THINKING = [3.0, 8.0]
TYPING_PER_CHARACTER = 0.05
TRICKLE = [60.0, 120.0]
LOOK_EVERY = 1.0
RINGS_FOR = 20.0
"""Seconds until somebody whom nobody answers hangs up."""


def start(sandbox: Sandbox, *, speaks_first: bool, again: bool = False) -> None:
    """``again``: the sandbox remembers an earlier run."""
    for place, (key, story) in enumerate(STORIES.items()):
        dialog = sandbox.dialogs.setdefault(
            key, {"turn": 0, "later": 0, "opened": False, "thanked": False, "asides": []}
        )
        dialog["answering"] = False
        if speaks_first and not dialog["opened"]:
            wait = FIRST_AFTER + place * STAGGER * sandbox.random.uniform(0.8, 1.2)
            sandbox.scheduler.after(wait, _open, sandbox, story, counted=False)
    circle.start(sandbox, speaks_first=speaks_first)
    if speaks_first:
        sandbox.scheduler.after(sandbox.delay(TRICKLE), _come_back, sandbox, counted=False)
    sandbox.scheduler.after(LOOK_EVERY, _look, sandbox, sandbox.feed.last, counted=False)


def _open(sandbox: Sandbox, story: Story) -> None:
    dialog = sandbox.dialogs[story.person["id"]]
    if not dialog["opened"]:
        dialog["opened"] = True
        _say(sandbox, story, story.opening)


def _look(sandbox: Sandbox, seen: int) -> None:
    for sequence, event in sandbox.feed.since(seen):
        seen = sequence
        if event["kind"] == "status":
            message = sandbox.messages.get(event["message"])
            if message is not None and message.status in ("read", "played"):
                _notice(sandbox, message)
    sandbox.scheduler.after(LOOK_EVERY, _look, sandbox, max(seen, sandbox.feed.last), counted=False)


def _notice(sandbox: Sandbox, message: ChatMessage) -> None:
    circle.notice(sandbox, message)
    customer = sandbox.customers.get(message.customer_id)
    story = STORIES.get(customer.story or "") if customer else None
    if story is None or message.type == "reaction" or message.direction != "out":
        return
    dialog = sandbox.dialogs[story.person["id"]]
    if dialog["answering"]:
        return  # one answer to several messages, as people do
    dialog["answering"] = True
    sandbox.scheduler.after(
        sandbox.delay(THINKING), _answer, sandbox, story, message.number_id, counted=False
    )


def _answer(sandbox: Sandbox, story: Story, number_id: str) -> None:
    dialog = sandbox.dialogs[story.person["id"]]
    dialog["answering"] = False
    customer = sandbox.customers.get(story.person["id"])
    if customer is None or not customer.online:
        return
    last = _last_from_business(sandbox, customer, number_id)
    dialog["opened"] = True
    if last is not None and inbound.options_of(last) and not last.tapped:
        _tap(sandbox, story, last)
        return
    turn = _aside(story, dialog, last) or _next_turn(story, dialog)
    if turn:
        _say(sandbox, story, turn, number_id)


def _tap(sandbox: Sandbox, story: Story, message: ChatMessage) -> None:
    options = inbound.options_of(message)
    inbound.tap(sandbox, message, options[min(story.taps, len(options) - 1)]["id"])


def _aside(story: Story, dialog: dict[str, Any], last: ChatMessage | None) -> Turn | None:
    text = str(last.body.get("body", "")).lower() if last is not None and isinstance(last.body, dict) else ""
    for word, turn in story.asides.items():
        if word in text and word not in dialog["asides"]:
            dialog["asides"].append(word)
            return turn
    return None


def _next_turn(story: Story, dialog: dict[str, Any]) -> Turn | None:
    place = dialog["turn"]
    if place < len(story.turns):
        dialog["turn"] = place + 1
        return story.turns[place]
    if not dialog["thanked"]:
        dialog["thanked"] = True
        return story.thanks
    return None


def _come_back(sandbox: Sandbox) -> None:
    resting = [story for story in STORIES.values() if _is_resting(sandbox, story)]
    if resting:
        story = sandbox.random.choice(resting)
        dialog = sandbox.dialogs[story.person["id"]]
        turn = story.later[dialog["later"] % len(story.later)]
        dialog["later"] += 1
        dialog["thanked"] = False
        _say(sandbox, story, turn)
    wait = sandbox.delay(TRICKLE) * (1 + _unanswered(sandbox) // len(STORIES))
    sandbox.scheduler.after(wait, _come_back, sandbox, counted=False)


def _is_resting(sandbox: Sandbox, story: Story) -> bool:
    dialog = sandbox.dialogs[story.person["id"]]
    customer = sandbox.customers.get(story.person["id"])
    return bool(dialog["opened"] and not dialog["answering"] and customer is not None and customer.online)


def _unanswered(sandbox: Sandbox) -> int:
    """Topics started so far: the longer the demo runs, the slower the trickle."""
    return sum(int(dialog["later"]) for dialog in sandbox.dialogs.values())


def _say(sandbox: Sandbox, story: Story, turn: Turn, number_id: str | None = None) -> None:
    numbers = sandbox.account.numbers
    number_id = number_id or numbers[min(story.number, len(numbers) - 1)].id
    wait = 0.0
    for line in turn:
        sandbox.scheduler.after(wait, _send, sandbox, story.person["id"], number_id, line, counted=False)
        wait += 1.5 + (len(line) if isinstance(line, str) else 30) * TYPING_PER_CHARACTER


def _send(sandbox: Sandbox, customer_id: str, number_id: str, line: Line) -> None:
    customer = sandbox.customers.get(customer_id)
    if customer is None or not customer.online:
        return
    spec: dict[str, Any] = {"type": "text", "text": line} if isinstance(line, str) else dict(line)
    if "call" in spec:
        call_id = ring(sandbox, number_id, customer)
        status = "COMPLETED" if spec["call"] else "FAILED"
        sandbox.scheduler.after(
            spec["call"] or RINGS_FOR, end_call, sandbox, call_id, status, spec["call"], counted=False
        )
        return
    if "react" in spec:
        last = _last_from_business(sandbox, customer, number_id)
        if last is None:
            return
        spec = {"type": "reaction", "reaction": {"message_id": last.id, "emoji": spec["react"]}}
    inbound.write(sandbox, customer, number_id, spec)


def _last_from_business(sandbox: Sandbox, customer: Customer, number_id: str) -> ChatMessage | None:
    for message_id in reversed(sandbox.thread(number_id, customer.id).message_ids):
        message = sandbox.messages.get(message_id)
        if message is not None and message.direction == "out" and message.type != "reaction":
            return message
    return None
