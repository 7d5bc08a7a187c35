"""Every list of conversations for roles that do not see all, beside that of an admin, over 100,000 conversations.

    python -m benchmarks.seeing 100000 15       prints the milliseconds of each; leaves nothing behind

One transaction makes a workspace (a hundred members in ten teams, three numbers, a tenth of the conversations
nobody's), asks, and is rolled back. The environment names the product's database and home.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.accepting import Effort
from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.product import Product
from benchmarks.seeding import environment_with_database

if TYPE_CHECKING:
    from regulars.workspaces.access import Actor

CONVERSATIONS, FEWER = 100_000, 200
"""with short rounds the second, which are asked for once"""
LONG_ROUND = 1.0
TEAMS, MEMBERS = 10, 100
NOBODYS, HANDED, BUSY, ADMINS = 0.1, 0.3, 0.3, 0.05
"""shares: of nobody, of what is handed to a team, of what one busy member and the admin have of the rest; an admin
who had nothing of their own would be no floor for *mine*"""
MOST_TIMES_ADMIN = 2.0
PAGES = 10
ADMIN = "admin"
LATE_PAGE = f"page {PAGES}"

Times = Mapping[str, Mapping[str, float]]
"""milliseconds by list and by who looks"""


class Looker(NamedTuple):
    """Who looks: how far their role reaches, and how much there is for them to see."""

    name: str
    reach: str
    place: int
    """among the members; the first has much"""
    teams: int


LOOKERS = (
    Looker("own, few", "own", 1, 1),
    Looker("own, many", "own", 0, 1),
    Looker("teams, few", "teams", 2, 0),
    Looker("teams, one of ten", "teams", 3, 1),
    Looker("teams, most", "teams", 4, 6),
)


def measure_seeing(product: Product, effort: Effort) -> Iterator[Figure]:
    is_long = effort.seconds >= LONG_ROUND
    count, rounds = (CONVERSATIONS, max(effort.rounds, 3) * 3) if is_long else (FEWER, 1)
    took: Times = run_child(
        [product.checkout.python, "-m", "benchmarks.seeing", str(count), str(rounds)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    for asked, times in took.items():
        others = {name: spent for name, spent in times.items() if name != ADMIN}
        slowest = max(others, key=lambda name: others[name])
        yield Figure(
            f"{asked}, for the slowest of {len(others)} roles ({slowest})",
            others[slowest],
            "ms",
            floor=times[ADMIN],
            floor_name="an admin's",
            at_most=MOST_TIMES_ADMIN,
        )


def measure(count: int, rounds: int) -> Times:
    from django.db import transaction

    with transaction.atomic():
        actors, narrowed = _workspace(count)
        took = measure_lists(actors, narrowed, rounds)
        transaction.set_rollback(True)
    return took


class Narrowed(NamedTuple):
    """What lists are narrowed to, in the workspace that is looked at."""

    number: Any
    common_tag: str
    rare_tag: str
    word: str
    colleague: str


Deed = Callable[[], object]


def measure_lists(
    actors: Mapping[str, Actor], narrowed: Narrowed, rounds: int
) -> dict[str, dict[str, float]]:
    """Of whoever sees everything, under :data:`ADMIN`, and of others."""
    deeds = {name: _deeds(actor, narrowed) for name, actor in actors.items()}
    took: dict[str, dict[str, list[float]]] = {}
    for asked in deeds[ADMIN]:
        took[asked] = {name: [] for name in actors}
        for place in range(rounds + 1):  # in turn: what slows one slows the others
            for name in actors:
                spent = _milliseconds(deeds[name][asked])
                if place:
                    took[asked][name].append(spent)
    return {
        asked: {name: round(median(times), 3) for name, times in by_name.items()}
        for asked, by_name in took.items()
    }


def _deeds(actor: Actor, narrowed: Narrowed) -> dict[str, Deed]:
    from regulars.conversations.queries.lists import (
        ConversationFilter,
        Order,
        Page,
        count_by_tag,
        count_for,
        count_up_to,
        list_conversations,
    )
    from regulars.conversations.queries.steady import list_steadily

    lists: dict[str, tuple[ConversationFilter, tuple[Order, ...]]] = {
        "open": (ConversationFilter(status="open"), ("newest", "longest_waiting", "created")),
        "mine": (ConversationFilter(status="open", assignee="me"), ("newest", "longest_waiting")),
        "a colleague's": (ConversationFilter(status="open", assignee=narrowed.colleague), ("newest",)),
        "unassigned": (
            ConversationFilter(status="open", assignee="none"),
            ("newest", "longest_waiting", "created"),
        ),
        "resolved": (ConversationFilter(status="resolved"), ("newest", "created")),
        "all": (ConversationFilter(), ("newest", "created")),
        "of a number": (
            ConversationFilter(status="open", inbox_id=narrowed.number),
            ("newest", "longest_waiting"),
        ),
        "with a common tag": (
            ConversationFilter(status="open", tag=narrowed.common_tag),
            ("newest", "longest_waiting"),
        ),
        "with a rare tag": (ConversationFilter(status="open", tag=narrowed.rare_tag), ("longest_waiting",)),
        "found by a word": (ConversationFilter(status="open", text=narrowed.word), ("longest_waiting",)),
    }
    deeds: dict[str, Deed] = {}

    def add(name: str, read: Callable[[str | None], Page]) -> None:
        begins: list[str | None] = []

        def late() -> Page:
            if not begins:
                begins.append(_beginning_of_page(PAGES, read))
            return read(begins[0])

        deeds[name] = lambda: read(None)
        deeds[f"{name}, {LATE_PAGE}"] = late

    for name, (wanted, orders) in lists.items():
        for order in orders:
            add(f"{name}, {order}", partial(_page, list_conversations, actor, wanted, order))
    opened, tagged = lists["open"][0], lists["with a common tag"][0]
    add("open, newest, over REST", lambda cursor: list_steadily(actor, opened, cursor=cursor))
    deeds["counters of the navigation"] = lambda: count_for(actor)
    deeds["how many have a tag"] = lambda: count_up_to(actor, tagged, 1_000)
    deeds["tags of the open ones counted"] = lambda: count_by_tag(actor, opened)
    return deeds


def _page(read: Callable[..., Any], actor: Actor, wanted: Any, order: str, cursor: str | None) -> Any:
    return read(actor, wanted, order=order, cursor=cursor)


def _beginning_of_page(number: int, read: Callable[[str | None], Any]) -> str | None:
    """The last page's, when there are not so many."""
    cursor: str | None = None
    for _page in range(1, number):
        following = read(cursor).next_cursor
        if following is None:
            break
        cursor = following
    return cursor


def _milliseconds(deed: Deed) -> float:
    began = perf_counter()
    deed()
    return 1000 * (perf_counter() - began)


def _workspace(count: int) -> tuple[dict[str, Actor], Narrowed]:
    """Who looks, by name, and what at."""
    from django.db import connection

    from regulars.inboxes.models import Connection, Inbox
    from regulars.tags.operations import tags_named
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
        Inbox.objects.create(workspace=workspace, connection=place, name=name, address=f"19000000000000{end}")
        for end, name in enumerate(("First", "Second", "Third"), 2)
    ]
    teams = [Team.objects.create(workspace=workspace, name=f"T{index}") for index in range(TEAMS)]
    numbers[2].teams.set(teams[6:])
    roles = {
        reach: create_role(
            workspace,
            f"Reaches {reach}",
            permissions=BUILT_IN["agent"].permissions,
            reach=dict.fromkeys(THINGS, reach),
            by=by,
        )
        for reach in ("own", "teams")
    }
    members = []
    for index in range(MEMBERS):
        user = User.objects.create(email=f"seeing{index}@bench.example")
        members.append(Member.objects.create(workspace=workspace, user=user, role=roles["own"]))
        members[-1].teams.set([teams[index % TEAMS]])
    tags = tags_named(workspace.id, ["common", "rare"], by=by)
    _fill(owner, numbers, teams, members, tags, count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    looking = Member.objects.select_related("user", "role")
    actors = {ADMIN: actor_of_member(looking.get(id=owner.id))}
    for looker in LOOKERS:
        member = members[looker.place]
        Member.objects.filter(id=member.id).update(role=roles[looker.reach])
        member.teams.set(teams[: looker.teams])
        actors[looker.name] = actor_of_member(looking.get(id=member.id))
    return actors, Narrowed(
        numbers[1].id, str(tags[0].id), str(tags[1].id), "Mina 7", str(members[TEAMS * 2].id)
    )


def _fill(
    admin: Any, numbers: list[Any], teams: list[Any], members: list[Any], tags: list[Any], count: int
) -> None:
    from regulars.contacts.models import Contact
    from regulars.conversations.models import Conversation, ConversationTagging
    from regulars.kernel import clock
    from regulars.tags.models import TagUse

    workspace, dice, now = admin.workspace, random.Random(1), clock.now()
    uses = [0, 0]

    def holder() -> Any:
        place = dice.random()
        return members[0] if place < BUSY else admin if place < BUSY + ADMINS else dice.choice(members)

    def conversation(contact: Contact) -> Conversation:
        said_at = now - timedelta(seconds=dice.randrange(10_000_000))
        return Conversation(
            workspace=workspace,
            inbox=dice.choice(numbers),
            contact=contact,
            assignee=None if dice.random() < NOBODYS else holder(),
            team=dice.choice(teams) if dice.random() < HANDED else None,
            status=dice.choice(["open", "open", "resolved"]),
            waiting_since=said_at if dice.random() < 0.5 else None,
            last_message_at=said_at,
        )

    for start in range(0, count, 5_000):
        places = range(start, min(count, start + 5_000))
        people = Contact.objects.bulk_create(
            Contact(workspace=workspace, name=f"Mina {place}") for place in places
        )
        made = Conversation.objects.bulk_create(conversation(each) for each in people)
        tagged = [(each, kind) for each in made for kind in (0, 1) if dice.random() < (0.3, 0.003)[kind]]
        ConversationTagging.objects.bulk_create(
            ConversationTagging(workspace=workspace, conversation=each, tag=tags[kind], by_kind="import")
            for each, kind in tagged
        )
        for _each, kind in tagged:
            uses[kind] += 1
    TagUse.objects.bulk_create(
        TagUse(tag=tag, subject="conversation", change=change) for tag, change in zip(tags, uses, strict=True)
    )


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
