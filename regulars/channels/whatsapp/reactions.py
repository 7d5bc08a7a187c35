"""What WhatsApp does about events: keep the template list fresh, tell contacts that they are read and answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from regulars.channels.whatsapp.error_codes import must_be_mended
from regulars.channels.whatsapp.graph import GraphClient, GraphError, NumberInfo, open_session
from regulars.channels.whatsapp.sender import probe
from regulars.conversations.events import ConversationAnswered, ConversationChanged
from regulars.conversations.models import Message
from regulars.conversations.operations.portfolios import learn_portfolio
from regulars.inboxes.events import InboxAdded, NoticeReceived
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.operations import note_qualities
from regulars.inboxes.ports import Deferred, Refused
from regulars.inboxes.problems import note_problem
from regulars.kernel import clock
from regulars.kernel.events import Event, Recorded
from regulars.message_templates.operations import replace_templates
from regulars.workspaces.access import system_actor

logger = logging.getLogger(__name__)

T = TypeVar("T")
Question = Callable[[GraphClient], Awaitable[T]]
CALLS_AT_A_TIME = 20
TYPING_FRESH = timedelta(seconds=10)
"""typing that is older than this is no news anymore"""


def sync_templates(events: Sequence[Recorded]) -> None:
    """Of connections that are new or work again, or whose templates the platform changed."""
    asked_about = [
        each for each in events if not isinstance(each.event, NoticeReceived) or each.event.kind == "template"
    ]
    for connection_row, templates in _ask_each(_connections_of(asked_about), _list_templates):
        replace_templates(connection_row, templates)


def sync_all_templates() -> int:
    return sum(try_to_sync(row) for row in Connection.objects.filter(channel="whatsapp"))


def try_to_sync(connection_row: Connection) -> bool:
    """As ``sync_templates_of``, and false too when the platform cannot be asked: one account stops no other."""
    try:
        return sync_templates_of(connection_row)
    except GraphError:
        return False


def sync_templates_of(connection_row: Connection) -> bool:
    """Make the stored list equal to the account's; false when the platform refuses (that is noted in the log).

    Raises ``GraphError`` when asking later may help.
    """
    try:
        templates = asyncio.run(_with_client(connection_row.access_token, _list_templates(connection_row)))
    except GraphError as error:
        _log_refusal(connection_row, error)
        if isinstance(error.result, Deferred) and not must_be_mended(error.error.code):
            raise
        return False
    replace_templates(connection_row, templates)
    return True


def _list_templates(connection_row: Connection) -> Question[list[dict[str, object]]]:
    return lambda client: client.list_templates(connection_row.account_id)


def learn_portfolios(events: Sequence[Recorded]) -> None:
    """Ask whose accounts those are that were connected without saying so; people's ids are valid in a portfolio."""
    _learn_portfolios(_connections_of(events).filter(portfolio=""))


def learn_all_portfolios() -> int:
    return _learn_portfolios(Connection.objects.filter(channel="whatsapp", portfolio=""))


def _learn_portfolios(connections: QuerySet[Connection]) -> int:
    known = [(row, portfolio) for row, portfolio in _ask_each(connections, _get_portfolio) if portfolio]
    for connection_row, portfolio in known:
        learn_portfolio(connection_row, portfolio, by=system_actor(connection_row.workspace_id, "whatsapp"))
    return len(known)


def _get_portfolio(connection_row: Connection) -> Question[str]:
    return lambda client: client.get_portfolio(connection_row.account_id)


def learn_qualities(events: Sequence[Recorded]) -> None:
    _learn_qualities(_connections_of(events))


def learn_all_qualities() -> int:
    return _learn_qualities(Connection.objects.filter(channel="whatsapp"))


def _learn_qualities(connections: QuerySet[Connection]) -> int:
    known = _ask_each(connections, _list_numbers)
    return sum(
        note_qualities(row, {number.id: number.quality_rating for number in numbers})
        for row, numbers in known
    )


def _list_numbers(connection_row: Connection) -> Question[list[NumberInfo]]:
    return lambda client: client.list_numbers(connection_row.account_id)


def _connections_of(events: Sequence[Recorded]) -> QuerySet[Connection]:
    bodies = [each.event for each in events]
    accounts = {each.connection_id for each in bodies if not isinstance(each, InboxAdded)}
    numbers = {each.inbox_id for each in bodies if isinstance(each, InboxAdded)}
    return Connection.objects.filter(
        Q(id__in=accounts) | Q(inboxes__id__in=numbers), channel="whatsapp"
    ).distinct()


def _ask_each(
    connections: QuerySet[Connection], question: Callable[[Connection], Question[T]]
) -> list[tuple[Connection, T]]:
    """The answers of those accounts whose platform gives one.

    A refusal, an outage, a token that is not valid: none is a failure of ours, and another try at once would be told
    the same. What stops the whole account is noted; when it is over (``ConnectionRecovered``), or another token is put
    in (``CredentialsReplaced``), the question is asked again. Everybody is asked before anything is written: see
    ``kernel.reactions``.
    """
    answers: list[tuple[Connection, T]] = []
    problems: list[tuple[Inbox, Deferred]] = []
    for connection_row in connections:
        for is_last in (False, True):
            try:
                answer = asyncio.run(_with_client(connection_row.access_token, question(connection_row)))
            except GraphError as error:
                _log_refusal(connection_row, error)
                if is_last or isinstance(error.result, Refused):
                    break
                number = connection_row.inboxes.filter(is_active=True).order_by("created_at").first()
                problem = _ask_about(number) if number else None
                if number and problem:
                    problems.append((number, problem))
                if problem or not number:
                    break  # else it was over in a moment: once more
            else:
                answers.append((connection_row, answer))
                break
    for number, problem in problems:
        note_problem(number.id, number.connection_id, problem)
    return answers


def _log_refusal(connection_row: Connection, error: GraphError) -> None:
    logger.warning(
        "the platform did not answer a question about an account",
        extra={"connection": str(connection_row.id), "code": error.error.code},
    )


def check_numbers(events: Sequence[Recorded]) -> None:
    """Ask the platform about numbers that are new, or new to their credentials: a wrong id is told before a customer
    waits for an answer that cannot leave.
    """
    added = {each.event.inbox_id for each in events if isinstance(each.event, InboxAdded)}
    renewed = {each.event.connection_id for each in events if not isinstance(each.event, InboxAdded)}
    inboxes = Inbox.objects.filter(
        Q(id__in=added) | Q(connection_id__in=renewed), connection__channel="whatsapp"
    )
    found = [(inbox, _ask_about(inbox)) for inbox in inboxes.select_related("connection")]
    for inbox, problem in found:
        if problem is not None:
            note_problem(inbox.id, inbox.connection_id, problem)


def _ask_about(inbox: Inbox) -> Deferred | None:
    async def ask(client: GraphClient) -> Deferred | None:
        return await probe(client, inbox.address)

    return asyncio.run(_with_client(inbox.connection.access_token, ask))


def send_read_receipts(events: Sequence[Recorded]) -> None:
    """For the newest message of each conversation that a member has read. Best effort."""
    conversation_ids = {each.event.conversation_id for each in events if _was_read(each.event)}
    read = _newest_inbound(conversation_ids).filter(conversation__unread_count=0)
    _tell(read, lambda client, message: client.mark_read(message.inbox.address, str(message.provider_id)))


def _was_read(event: Event) -> bool:
    match event:
        case ConversationAnswered():
            return event.unread > 0
        case ConversationChanged():
            return event.what == "unread"
        case _:
            return True


def show_typing(events: Sequence[Recorded]) -> None:
    """Only fresh news. Best effort; the platform marks as read, too."""
    fresh = clock.now() - TYPING_FRESH
    conversation_ids = {each.event.conversation_id for each in events if each.happened_at > fresh}
    answered = _newest_inbound(conversation_ids)
    _tell(
        answered, lambda client, message: client.show_typing(message.inbox.address, str(message.provider_id))
    )


def _newest_inbound(conversation_ids: Collection[UUID]) -> QuerySet[Message]:
    return (
        Message.objects.filter(
            conversation_id__in=conversation_ids,
            conversation__group__isnull=True,
            inbox__connection__channel="whatsapp",
            direction="in",
            source="live",
            provider_id__isnull=False,
        )
        .order_by("conversation_id", "-sent_at", "-id")
        .distinct("conversation_id")
        .select_related("inbox__connection")
    )


def _tell(messages: QuerySet[Message], call: Callable[[GraphClient, Message], Awaitable[None]]) -> None:
    by_token: dict[str, list[Message]] = {}
    for message in messages:
        by_token.setdefault(message.inbox.connection.access_token, []).append(message)
    for token, told in by_token.items():
        asyncio.run(_with_client(token, _calls(told, call)))


def _calls(
    messages: Sequence[Message], call: Callable[[GraphClient, Message], Awaitable[None]]
) -> Callable[[GraphClient], Awaitable[None]]:
    async def all_of_them(client: GraphClient) -> None:
        gate = asyncio.Semaphore(CALLS_AT_A_TIME)

        async def one(message: Message) -> None:
            async with gate:
                try:
                    await call(client, message)
                except GraphError as error:
                    logger.info("a receipt was refused", extra={"code": error.error.code})

        await asyncio.gather(*(one(message) for message in messages))

    return all_of_them


async def _with_client(token: str, action: Callable[[GraphClient], Awaitable[T]]) -> T:
    async with open_session(settings.WHATSAPP_GRAPH_URL) as session:
        return await action(GraphClient(settings.WHATSAPP_GRAPH_URL, token, session))
