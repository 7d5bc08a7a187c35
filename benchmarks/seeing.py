"""The list of conversations for a role that does not see all, beside that of an admin, over 100,000 conversations.

    python -m benchmarks.seeing 100000 5        prints the milliseconds of each; leaves nothing behind

One transaction makes a workspace (a hundred members in ten teams, two numbers, a hundredth of the conversations
nobody's), asks, and is rolled back. The environment names the product's database and home.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from benchmarks.accepting import Effort
from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.product import Product
from regulars.supervision.home import secret_key

if TYPE_CHECKING:
    from regulars.workspaces.access import Actor

CONVERSATIONS, FEWER = 100_000, 2_000
"""with short rounds the second"""
LONG_ROUND = 1.0
TEAMS, MEMBERS = 10, 100
NOBODYS = 0.01
MOST_TIMES_ADMIN = 2.0
REACHES: tuple[Literal["own", "teams"], ...] = ("own", "teams")


def measure_seeing(product: Product, effort: Effort) -> Iterator[Figure]:
    count = CONVERSATIONS if effort.seconds >= LONG_ROUND else FEWER
    took: dict[str, float] = run_child(
        [product.checkout.python, "-m", "benchmarks.seeing", str(count), str(effort.rounds)],
        environment={
            **product.environment,
            "DATABASE_URL": product.database_url,
            "REGULARS_SECRET_KEY": secret_key(product.home),
        },
        folder=product.checkout.root,
    )
    for reach in REACHES:
        yield Figure(
            f"list of {count:,} conversations, custom role that reaches {reach}",
            took[reach],
            "ms",
            floor=took["all"],
            floor_name="an admin's",
            at_most=MOST_TIMES_ADMIN,
        )


def measure(count: int, rounds: int) -> dict[str, float]:
    from django.db import transaction

    from regulars.conversations.queries.lists import ConversationFilter, list_conversations

    def once(actor: Actor) -> float:
        began = perf_counter()
        list_conversations(actor, ConversationFilter(status="open"))
        return 1000 * (perf_counter() - began)

    with transaction.atomic():
        actors = _workspace(count)
        for actor in actors.values():
            once(actor)
        took: dict[str, list[float]] = {name: [] for name in actors}
        for _round in range(max(rounds, 3) * 5):  # in turn: what slows one slows the others
            for name, actor in actors.items():
                took[name].append(once(actor))
        transaction.set_rollback(True)
    return {name: median(times) for name, times in took.items()}


def _workspace(count: int) -> dict[str, Actor]:
    """Who looks, by how far they reach."""
    from django.db import connection

    from regulars.inboxes.models import Connection, Inbox
    from regulars.workspaces.access import actor_of_member, system_actor
    from regulars.workspaces.models import Member, Team, User
    from regulars.workspaces.operations import create_owner
    from regulars.workspaces.permissions import BUILT_IN, THINGS
    from regulars.workspaces.roles import create_role

    owner = create_owner("Seeing", "seeing@bench.example", "an umbrella over an old lighthouse")
    workspace, by = owner.workspace, system_actor(owner.workspace_id, "benchmark")
    place = Connection.objects.create(
        workspace=workspace, channel="whatsapp", name="Seeing", account_id="190000000000001"
    )
    numbers = [
        Inbox.objects.create(workspace=workspace, connection=place, name=name, address=address)
        for name, address in (("First", "190000000000002"), ("Second", "190000000000003"))
    ]
    teams = [Team.objects.create(workspace=workspace, name=f"T{index}") for index in range(TEAMS)]
    numbers[1].teams.set(teams[:2])
    roles = {
        reach: create_role(
            workspace,
            f"Reaches {reach}",
            permissions=BUILT_IN["agent"].permissions,
            reach=dict.fromkeys(THINGS, reach),
            by=by,
        )
        for reach in REACHES
    }
    members = []
    for index in range(MEMBERS):
        user = User.objects.create(email=f"seeing{index}@bench.example")
        members.append(Member.objects.create(workspace=workspace, user=user, role=roles["own"]))
        members[-1].teams.set([teams[index % TEAMS]])
    _fill(workspace, numbers, teams, members, count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    looking = Member.objects.select_related("user", "role")
    one, other = members[0], members[TEAMS]
    Member.objects.filter(id=other.id).update(role=roles["teams"])
    people = {"all": owner, "own": one, "teams": other}
    return {name: actor_of_member(looking.get(id=each.id)) for name, each in people.items()}


def _fill(workspace: Any, numbers: list[Any], teams: list[Any], members: list[Any], count: int) -> None:
    from regulars.contacts.models import Contact
    from regulars.conversations.models import Conversation
    from regulars.kernel import clock

    dice, now = random.Random(1), clock.now()
    pick: Callable[[list[Any]], Any] = dice.choice
    for start in range(0, count, 5_000):
        people = Contact.objects.bulk_create(
            Contact(workspace=workspace) for _index in range(start, min(count, start + 5_000))
        )
        Conversation.objects.bulk_create(
            Conversation(
                workspace=workspace,
                inbox=pick(numbers),
                contact=each,
                assignee=None if dice.random() < NOBODYS else pick(members),
                team=pick(teams) if dice.random() < 0.3 else None,
                status=pick(["open", "open", "resolved"]),
                last_message_at=now - timedelta(seconds=dice.randrange(10_000_000)),
            )
            for each in people
        )


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
