"""The demo's group: three of the people taste coffee together and talk about it on the shop's first number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whatsapp_sandbox import inbound
from whatsapp_sandbox.graph.groups import announce
from whatsapp_sandbox.model import ChatMessage, Group

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

GROUP_ID = "Y2FwaV9ncm91cDp0YXN0aW5nLWNpcmNsZQ=="
SUBJECT = "Harbor & Pine tasting circle"
PEOPLE = ("oliver", "lucia", "rafael")
Said = tuple[str, str]
"""Who says what."""

OPENING: list[Said] = [
    ("oliver", "Evening all! Does Thursday at six suit everybody for the winter roasts?"),
    ("lucia", "Thursday works for me. May I bring my sister?"),
    ("oliver", "Of course, the more the merrier."),
    ("rafael", "I can only come at half past six, please start without me"),
]
TURNS: list[list[Said]] = [
    [("lucia", "Wonderful, thank you!"), ("rafael", "Perfect 👍")],
    [("oliver", "Should we bring our own cups?")],
    [("rafael", "See you all on Thursday then")],
]
OPENS_AFTER = 14.0
BETWEEN = [4.0, 7.0]
_DIALOG = "tasting-circle"


def start(sandbox: Sandbox, *, speaks_first: bool) -> None:
    dialog = sandbox.dialogs.setdefault(_DIALOG, {"turn": 0, "later": 0, "opened": False, "answering": False})
    dialog["answering"] = False
    if speaks_first and not dialog["opened"]:
        sandbox.scheduler.after(OPENS_AFTER, _open, sandbox, counted=False)


def _open(sandbox: Sandbox) -> None:
    dialog = sandbox.dialogs[_DIALOG]
    if dialog["opened"]:
        return
    dialog["opened"] = True
    number = sandbox.account.numbers[0]
    group = Group(GROUP_ID, number.id, SUBJECT, "", "auto_approve", sandbox.now(), "tastingcircle0000000aa")
    group.participants.extend(person for person in PEOPLE if person in sandbox.customers)
    announce(sandbox, group, request_id="tasting-circle")
    _say(sandbox, OPENING)


def notice(sandbox: Sandbox, message: ChatMessage) -> None:
    dialog = sandbox.dialogs.get(_DIALOG)
    if message.group_id != GROUP_ID or message.direction != "out" or dialog is None or dialog["answering"]:
        return
    if dialog["turn"] < len(TURNS):
        dialog["answering"] = True
        sandbox.scheduler.after(sandbox.delay(BETWEEN), _answer, sandbox, counted=False)


def _answer(sandbox: Sandbox) -> None:
    dialog = sandbox.dialogs[_DIALOG]
    dialog["answering"] = False
    dialog["turn"] += 1
    _say(sandbox, TURNS[dialog["turn"] - 1])


def _say(sandbox: Sandbox, lines: list[Said]) -> None:
    wait = 0.5
    for person, text in lines:
        sandbox.scheduler.after(wait, _send, sandbox, person, text, counted=False)
        wait += sandbox.delay(BETWEEN)


def _send(sandbox: Sandbox, person: str, text: str) -> None:
    group, customer = sandbox.groups.get(GROUP_ID), sandbox.customers.get(person)
    if group is not None and customer is not None and customer.online and person in group.participants:
        inbound.write(sandbox, customer, group.number_id, {"type": "text", "text": text}, group.id)
