"""The fixed cast of all tests: who works here, who writes to us, and a stranger who must never see anything.

    cast = make_cast()
    conversation = cast.hears("+12025550101", "hello")       # a contact wrote to the shop's first number
    token = cast.token("agent")                              # plain text of a REST token with that role

Everything is made through the rooms' operations, so that a test starts from states that can really happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from django.db import transaction

from regulars.contacts.models import Contact
from regulars.contacts.operations.editing import create_contact, record_consent
from regulars.contacts.operations.grouping import identify_groups
from regulars.contacts.operations.identifying import PersonSeen, identify_contacts
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.receiving import receive_messages
from regulars.conversations.operations.starting import Incoming
from regulars.conversations.operations.statuses import IncomingStatus, receive_statuses
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.ports import (
    ContactRef,
    Identity,
    InboundMessage,
    MessageContent,
    MessageKind,
    StatusUpdate,
)
from regulars.kernel import clock
from regulars.kernel.models import Event, ParkedEvent
from regulars.workspaces.access import Actor, actor_of_member, actor_of_token, system_actor
from regulars.workspaces.models import ApiToken, Member, Team, Workspace
from regulars.workspaces.operations import (
    add_member,
    create_api_token,
    create_owner,
    revoke_api_token,
)
from regulars.workspaces.teams import create_team, set_teams

PASSWORD = "correct horse battery"
ACCOUNT = "100000000000101"
REPLY_WINDOW = timedelta(hours=24)
"""of the channel that the cast's number is on"""
FIRST_NUMBER, SECOND_NUMBER = "100000000000201", "100000000000202"
ALICE, BORIS, CHAI, DAMRONG = "+12025550101", "+79990000102", "+66810000103", "+66810000104"

_serial = count(1)


@dataclass(slots=True)
class House:
    """One workspace with its people, its two numbers on one connection, and its way to hear messages."""

    workspace: Workspace
    owner: Member
    connection: Connection
    inbox: Inbox
    """the shop's first number; everybody staffs it"""
    second_inbox: Inbox

    def actor(self, member: Member | None = None) -> Actor:
        """A member as an actor; without one, the house itself."""
        return actor_of_member(member) if member else system_actor(self.workspace.id, "tests")

    def token(self, role: str, *, scopes: Sequence[str] = ()) -> str:
        _row, plain = create_api_token(self.workspace, f"{role} token", role, scopes=list(scopes))
        return plain

    def token_actor(self, role: str, *, scopes: Sequence[str] = ()) -> Actor:
        row, _plain = create_api_token(self.workspace, f"{role} token", role, scopes=list(scopes))
        return actor_of_token(row)

    def revoke_tokens(self) -> None:
        for token in ApiToken.objects.filter(workspace=self.workspace):
            revoke_api_token(token, by=self.actor())

    def contact(self, phone: str, name: str = "") -> Contact:
        """Made if need be; ``name`` is their profile name."""
        return create_contact(
            self.workspace.id, PersonSeen((("phone", phone),), name), by=self.actor(), channel="whatsapp"
        )

    def hears(
        self,
        phone: str,
        text: str = "",
        *,
        name: str = "",
        inbox: Inbox | None = None,
        at: datetime | None = None,
        kind: MessageKind = "text",
        content: MessageContent | None = None,
        provider_id: str = "",
        target: str | None = None,
        reply_to: str | None = None,
        group: str | None = None,
    ) -> Conversation:
        """A contact writes to one of our numbers, or in a group; returns the conversation as it is afterwards."""
        message = InboundMessage(
            address=(inbox or self.inbox).address,
            provider_id=provider_id or f"wamid.in.{next(_serial)}",
            contact=ContactRef(identities=(Identity("phone", phone),), name=name),
            kind=kind,
            sent_at=(at or clock.now()).replace(microsecond=0),
            path="0/0/messages/0",
            text=text,
            content=content or MessageContent(),
            target_provider_id=target,
            reply_to_provider_id=reply_to,
            group_id=group,
        )
        return self.receives([message], inbox=inbox)[0]

    @transaction.atomic
    def receives(
        self,
        messages: Sequence[InboundMessage],
        *,
        inbox: Inbox | None = None,
        delivery_id: int | None = None,
    ) -> list[Conversation]:
        """Store a batch as the worker does, ledger included; the conversation of each message, in order."""
        number = inbox or self.inbox
        people = [
            PersonSeen(
                tuple((each.kind, each.value) for each in message.contact.identities), message.contact.name
            )
            for message in messages
        ]
        contact_ids = identify_contacts(self.workspace.id, self.connection.channel, people)
        named = {message.group_id for message in messages if message.group_id}
        groups = identify_groups(self.workspace.id, self.connection.channel, named)
        batch = [
            Incoming(
                message,
                number.id,
                contact_id,
                message.contact.name,
                delivery_id,
                self.connection.id,
                groups.get(message.group_id or ""),
            )
            for message, contact_id in zip(messages, contact_ids, strict=True)
            if contact_id is not None
        ]
        outcomes = receive_messages(self.workspace.id, batch, reply_window=REPLY_WINDOW)
        rows = [
            LedgerRow(self.connection.id, number.address, "inbound", outcome, "", 1) for outcome in outcomes
        ]
        add_to_ledger(
            [*rows, LedgerRow(self.connection.id, number.address, "inbound", "received", "", len(rows), 1)]
        )
        return [
            Conversation.objects.get(
                inbox=number,
                **({"group_id": each.group_id} if each.group_id else {"contact_id": each.contact_id}),
            )
            for each in batch
        ]

    @transaction.atomic
    def hears_status(self, message: Message, status: str, *, at: datetime | None = None) -> None:
        update = StatusUpdate(
            address=message.inbox.address,
            provider_id=message.provider_id or f"wamid.out.{message.id}",
            status=status,
            at=(at or clock.now()).replace(microsecond=0),
            path="0/0/statuses/0",
            callback_data=str(message.id),
        )
        receive_statuses(self.workspace.id, [IncomingStatus(update, message.inbox_id)])

    def opt(self, contact: Contact, state: str, *, at: datetime | None = None) -> None:
        """``state``: ``opted_in`` or ``opted_out``."""
        record_consent(
            contact.id,
            self.workspace.id,
            channel="whatsapp",
            purpose="marketing",
            state=state,
            source="tests",
            at=at or clock.now(),
            proof={},
        )


@dataclass(slots=True)
class Cast(House):
    """Our own house, its people, and the stranger's house next door."""

    admin: Member
    lead: Member
    agent: Member
    mate: Member
    """another agent, in no team"""
    team: Team
    """the lead and the agent are in it"""
    alice: Contact
    boris: Contact
    """opted in to marketing"""
    chai: Contact
    """opted out of marketing"""
    stranger: House
    members: dict[str, Member] = field(default_factory=dict)
    """by role: owner, admin, lead, agent"""


def make_house(name: str, email: str, account: str, numbers: tuple[str, str]) -> House:
    owner = create_owner(name, email, PASSWORD, name="Olga Owner")
    connection = Connection.objects.create(
        workspace=owner.workspace,
        channel="whatsapp",
        name=name,
        account_id=account,
        verify_token="verify-me",
        app_secrets="app-secret-of-tests",
        access_token="access-token-of-tests",
    )
    first, second = (
        Inbox.objects.create(
            workspace=owner.workspace,
            connection=connection,
            name=title,
            address=address,
            display_address=shown,
        )
        for title, address, shown in (
            ("Shop", numbers[0], "+1 202-555-0199"),
            ("Support", numbers[1], "+1 202-555-0198"),
        )
    )
    return House(owner.workspace, owner, connection, first, second)


def make_cast() -> Cast:
    house = make_house("Lotus Shop", "owner@lotus.example", ACCOUNT, (FIRST_NUMBER, SECOND_NUMBER))
    strangers = make_house(
        "Other Firm", "owner@other.example", "100000000000901", ("100000000000911", "100000000000912")
    )
    people = {
        title: add_member(house.workspace, f"{title}@lotus.example", PASSWORD, name=name, role=role)
        for title, name, role in (
            ("admin", "Adele Admin", "admin"),
            ("lead", "Leo Lead", "lead"),
            ("agent", "Ann Agent", "agent"),
            ("mate", "Max Mate", "agent"),
        )
    }
    system = house.actor()
    team = create_team(house.workspace, "Care", by=system)
    for member in (people["lead"], people["agent"]):
        set_teams(member, [team], by=system)
    cast = Cast(
        house.workspace,
        house.owner,
        house.connection,
        house.inbox,
        house.second_inbox,
        **people,
        team=team,
        alice=house.contact(ALICE, "Alice"),
        boris=house.contact(BORIS, "Борис"),
        chai=house.contact(CHAI, "ชัย"),
        stranger=strangers,
        members={"owner": house.owner, **{role: people[role] for role in ("admin", "lead", "agent")}},
    )
    moment = clock.now() - timedelta(days=1)
    cast.opt(cast.boris, "opted_in", at=moment)
    cast.opt(cast.chai, "opted_out", at=moment)
    return cast


def parked_event(workspace_id: UUID, *, reaction: str, error: str) -> ParkedEvent:
    """The last event of a workspace, as if a reaction could not digest it."""
    row = Event.objects.filter(workspace_id=workspace_id).order_by("-id")[0]
    return ParkedEvent.objects.create(
        reaction=reaction,
        generation=row.generation,
        transaction_id=row.transaction_id,
        event_id=row.id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        body=row.body,
        happened_at=row.happened_at,
        error=error,
    )
