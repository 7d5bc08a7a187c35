"""Whose an account is decides which of people's ids are valid for its numbers."""

from __future__ import annotations

from django.db import connection, transaction

from regulars.inboxes.models import Connection
from regulars.inboxes.operations import change_portfolio
from regulars.workspaces.access import Actor

_PLACE = """
UPDATE contacts_contactidentity i SET portfolio = %(wanted)s
WHERE i.workspace_id = %(workspace)s AND i.channel = %(channel)s AND i.kind = 'bsuid'
  AND i.portfolio = %(previous)s
  AND (%(is_alone)s OR EXISTS (SELECT FROM conversations_conversation c
    JOIN inboxes_inbox b ON b.id = c.inbox_id
    WHERE c.contact_id = i.contact_id AND b.connection_id = %(connection)s))
  AND NOT EXISTS (SELECT FROM contacts_contactidentity o
    WHERE o.workspace_id = i.workspace_id AND o.channel = i.channel AND o.kind = i.kind AND o.value = i.value
      AND o.portfolio = %(wanted)s AND o.retired_at IS NULL)
"""


@transaction.atomic
def learn_portfolio(connection_row: Connection, portfolio: str, *, by: Actor) -> None:
    """What somebody has entered stays."""
    unknown = Connection.objects.select_for_update().filter(id=connection_row.id, portfolio="").first()
    if unknown is not None:
        set_portfolio(unknown, portfolio, by=by)


@transaction.atomic
def set_portfolio(connection_row: Connection, portfolio: str, *, by: Actor) -> None:
    """The ids of those who wrote to the account go along.

    When no other account names the portfolio of before, all its ids go: it was a mistake.
    """
    previous = change_portfolio(connection_row, portfolio, by=by)
    if previous is None:
        return
    same_kind = Connection.objects.filter(
        workspace_id=connection_row.workspace_id, channel=connection_row.channel
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _PLACE,
            {
                "wanted": connection_row.portfolio,
                "previous": previous,
                "workspace": connection_row.workspace_id,
                "channel": connection_row.channel,
                "connection": connection_row.id,
                "is_alone": bool(previous) and not same_kind.filter(portfolio=previous).exists(),
            },
        )
