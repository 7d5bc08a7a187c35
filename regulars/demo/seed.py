"""Making the demo workspace: people, teams, one connection to the sandbox with two numbers, and a token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.conf import settings
from django.db import transaction

from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.operations import Credentials, add_connection, add_inbox, change_inbox
from regulars.kernel.ids import new_secret
from regulars.tags.generating import WORDS
from regulars.tags.operations import create_tag
from regulars.workspaces.access import system_actor
from regulars.workspaces.business_hours import HoursOfWork, change_hours_of_work, parse_week
from regulars.workspaces.models import Member, Workspace
from regulars.workspaces.operations import (
    add_member,
    create_api_token,
    create_owner,
)
from regulars.workspaces.teams import create_team, set_teams

WORKSPACE = "Harbor & Pine"
PASSWORD = "demo-quiet-lighthouse-soup"  # noqa: S105 - printed for everybody, on this machine only
ACCOUNT_ID = "100000000000101"
SANDBOX_TOKEN = "sandbox-token"  # noqa: S105 - the sandbox's published default
ZONE = "Europe/Stockholm"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OPENED = (
    {**{day: [("09:00", "18:00")] for day in _WEEKDAYS}, "saturday": [("10:00", "16:00")]},
    [("2026-12-30", "Stocktaking"), ("2027-05-14", "The day after Ascension")],
    "SE",
)
NUMBERS = (
    ("Shop", "100000000000201", "+1 202-555-0142"),
    ("Wholesale", "100000000000202", "+44 20 7946 0142"),
)
Person = tuple[str, str, str, str, tuple[str, ...]]
"""mail, name, role, language of the screens, teams"""
PEOPLE: tuple[Person, ...] = (
    ("owner@demo.example", "Maya Lindqvist", "owner", "en", ()),
    ("admin@demo.example", "Jonas Weber", "admin", "en", ()),
    ("lead@demo.example", "김서연", "lead", "ko", ("Shop desk", "Wholesale desk")),
    ("agent@demo.example", "Ana Petrova", "agent", "en", ("Shop desk",)),
    ("agent2@demo.example", "นิชา วงศ์ดี", "agent", "th", ("Shop desk", "Wholesale desk")),
    ("agent3@demo.example", "Дарья Котова", "agent", "ru", ("Shop desk",)),
)
"""who is there, with the language of their screens; the first of a role is whom the documents name"""


class SignIn(TypedDict):
    email: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class Made:
    """A workspace with its people (the owner first) and two numbers on one connection."""

    workspace: Workspace
    members: list[Member]
    connection: Connection
    secret: str
    """of its webhooks"""
    inboxes: list[Inbox]


def make_workspace(name: str, people: Sequence[Person], password: str) -> Made:
    """Needs a transaction. The first of ``people`` owns it."""
    owner = create_owner(name, people[0][0], password, name=people[0][1], time_zone=ZONE)
    workspace = owner.workspace
    by = system_actor(workspace.id, "demo")
    teams = {team: create_team(workspace, team, by=by) for team in ("Shop desk", "Wholesale desk")}
    members = [owner]
    for email, member_name, role, language, team_names in people[1:]:
        member = add_member(workspace, email, password, name=member_name, role=role, language=language)
        set_teams(member, [teams[team_name] for team_name in team_names], by=by)
        members.append(member)
    secret = new_secret(24)
    credentials = Credentials(ACCOUNT_ID, SANDBOX_TOKEN, (secret,), app_id="100000000000001")
    connection = add_connection(workspace.id, "whatsapp", "WhatsApp sandbox", credentials, by=by)
    inboxes = [add_inbox(connection, number, address, shown, by=by) for number, address, shown in NUMBERS]
    change_inbox(inboxes[1], by=by, teams=[teams["Wholesale desk"]])
    change_hours_of_work(workspace.id, HoursOfWork(ZONE, parse_week(*OPENED), episode_hours=24), by=by)
    for word in WORDS:
        create_tag(workspace.id, word.name, color=word.color, description=word.description, by=by)
    return Made(workspace, members, connection, secret, inboxes)


@transaction.atomic
def seed_demo(give_past: Callable[[Made], None] | None = None) -> dict[str, object]:
    """Returns its part of the ready file (see docs/reference/ready-file.md)."""
    made = make_workspace(WORKSPACE, PEOPLE, PASSWORD)
    if give_past:
        give_past(made)
    _token, plain = create_api_token(made.workspace, "demo", "admin", by=made.members[0])
    return {
        "workspace": made.workspace.slug,
        "api_token": plain,
        "members": [sign_in_of(member, PASSWORD) for member in made.members],
        "connections": [_connection(made.connection, made.secret, made.inboxes)],
    }


def sign_in_of(member: Member, password: str) -> SignIn:
    return {"email": member.user.email, "password": password, "role": member.role.handle}


def _connection(connection: Connection, secret: str, inboxes: list[Inbox]) -> dict[str, object]:
    return {
        "kind": connection.channel,
        "key": connection.key,
        "webhook_url": f"{settings.PUBLIC_URL}/webhooks/whatsapp/{connection.key}",
        "verify_token": connection.verify_token,
        "app_secret": secret,
        "inboxes": [
            {
                "id": str(inbox.id),
                "name": inbox.name,
                "phone_number_id": inbox.address,
                "display_phone_number": inbox.display_address,
            }
            for inbox in inboxes
        ],
    }
