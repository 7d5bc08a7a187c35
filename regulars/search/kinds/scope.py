"""Who finds what lies in conversations, and what the operators leave of it.

Who sees few conversations, or asks for few, has their entries looked through; for everybody else what is found is held
against what they see. Both come to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q, UUIDField, Value
from django.utils.translation import gettext as _

from regulars.contacts.models import ContactTagging
from regulars.conversations.access import IsAmong, contacts_visible_to, first_visible, read_sight, visible_to
from regulars.conversations.models import ConversationTagging
from regulars.inboxes.access import inboxes_of
from regulars.kernel.errors import Invalid
from regulars.search.asking import Asked
from regulars.search.folding import fold
from regulars.search.keys import fact_key
from regulars.search.kinds.facts import SAID_BY_CONTACT
from regulars.search.operators import WHERE, WHO, meaning
from regulars.search.searchable import Entries
from regulars.tags.counting import uses_of
from regulars.tags.models import Tag, Tagging
from regulars.tags.queries import find_tag
from regulars.tags.taggings import tagged_with
from regulars.workspaces.access import Actor
from regulars.workspaces.permissions import REACHES
from regulars.workspaces.queries import members_of, teams_of

FEW, FEW_ASKED_FOR = 500, 5_000
"""conversations that are named one by one: those in sight, and those of which something is asked besides"""
COMMON = 3_000
"""uses of a tag from which on things are asked whether they have it, and not the tag what has it"""
MOST_NAMED = 200
"""people whom one name can mean"""


def by_facts(actor: Actor, entries: Entries, asked: Asked) -> Entries:
    for who in asked.who:
        entries = entries.filter(_said_by(actor, who))
    if asked.has:
        entries = entries.filter(_having(actor, *(f"has:{each}" for each in asked.has)))
    for where in asked.where:
        if numbers := _place(actor, where).numbers:
            entries = entries.filter(reduce(or_, (_having(actor, f"inbox:{each}") for each in numbers)))
    return entries


def in_conversations(actor: Actor, entries: Entries, asked: Asked) -> Entries:
    if not actor.can("conversations:read"):
        return entries.none()
    places = [_place(actor, where).matching for where in asked.where]
    narrowing = [*tagged(actor, asked.tags), *_being(actor, asked), *places]
    return _in_visible(actor, entries, reduce(and_, narrowing, Q()))


def as_far_as_files(actor: Actor, entries: Entries, asked: Asked) -> Entries:
    near = min(actor.far("files"), actor.far("conversations"), key=REACHES.index)
    return in_conversations(replace(actor, reach={**actor.reach, "conversations": near}), entries, asked)


def _in_visible(actor: Actor, entries: Entries, matching: Q) -> Entries:
    if actor.sees_all and not matching:
        return entries
    few = FEW_ASKED_FOR if matching else FEW
    first = first_visible(actor, lambda rows: rows.filter(matching), lambda rows: rows.order_by(), few + 1)
    ids = list(first.values_list("id", flat=True))
    if len(ids) <= few:
        return entries.filter(IsAmong("conversation_id", Value(ids, output_field=ArrayField(UUIDField()))))
    visible = visible_to(actor, read_sight(actor)).filter(matching).order_by()
    return entries.filter(conversation_id__in=visible.values("id"))


def _having(actor: Actor, *facts: str) -> Q:
    return Q(tokens__contains=[fact_key(actor.workspace_id, each) for each in facts])


class Who(NamedTuple):
    """Who is meant by a name: members of ours, and contacts; or whoever is a contact."""

    members: list[UUID]
    people: list[UUID]
    is_any_contact: bool = False


def said_by(actor: Actor, who: str) -> Who:
    """Raises ``Invalid`` when it is nobody."""
    match meaning(WHO, who):
        case "me":
            return Who([actor.member_id] if actor.member_id else [], [])
        case "customer":
            return Who([], [], is_any_contact=True)
    members = [each.id for each in members_of(actor.workspace_id) if _is_called(str(each), who)]
    people = _people_called(actor, who)
    if not members and not people:
        raise Invalid(
            _("Nobody whom you see is called “%(name)s”") % {"name": who}, fields={"q": f"from:{who}"}
        )
    return Who(members[:MOST_NAMED], people)


def _said_by(actor: Actor, who: str) -> Q:
    meant = said_by(actor, who)
    if meant.is_any_contact:
        return _having(actor, SAID_BY_CONTACT)
    ways = [_having(actor, f"by:{each}") for each in meant.members]
    if meant.people:
        by_them = IsAmong("contact_id", Value(meant.people, output_field=ArrayField(UUIDField())))
        ways.append(_having(actor, SAID_BY_CONTACT) & Q(by_them))
    return reduce(or_, ways) if ways else _having(actor, f"by:{None}")


def _is_called(name: str, asked: str) -> bool:
    return all(word in fold(name) for word in fold(asked).split())


def _people_called(actor: Actor, name: str) -> list[UUID]:
    if not actor.can("contacts:read"):
        return []
    named = Q()
    for word in name.split():
        named &= Q(name__icontains=word) | Q(profile_name__icontains=word) | Q(username__icontains=word)
    return list(contacts_visible_to(actor).filter(named).values_list("id", flat=True)[:MOST_NAMED])


class _Place(NamedTuple):
    """Numbers that entries know, or else what must hold of a conversation."""

    numbers: list[UUID]
    matching: Q


def _place(actor: Actor, where: str) -> _Place:
    """A number, a team's queue, groups, or threads with one person."""
    match meaning(WHERE, where):
        case "group":
            return _Place([], Q(group__isnull=False))
        case "direct":
            return _Place([], Q(group__isnull=True))
    numbers = [each.id for each in inboxes_of(actor) if _is_called(each.name, where)]
    teams = teams_called(actor, where)
    if teams:
        return _Place([], Q(team_id__in=teams) | Q(inbox_id__in=numbers))
    if not numbers:
        raise Invalid(
            _("No number and no team that you see is called “%(name)s”") % {"name": where},
            fields={"q": f"in:{where}"},
        )
    return _Place(numbers, Q())


def in_place(actor: Actor, where: str) -> Q:
    """What holds of conversations there. Raises ``Invalid`` for a place that there is not."""
    place = _place(actor, where)
    return Q(inbox_id__in=place.numbers) if place.numbers else place.matching


def teams_called(actor: Actor, name: str) -> list[UUID]:
    return [each.id for each in teams_of(actor.workspace_id) if _is_called(each.name, name)]


def _being(actor: Actor, asked: Asked) -> list[Q]:
    being = {
        "unread": Q(unread_count__gt=0),
        "waiting": Q(waiting_since__isnull=False),
        "mine": Q(assignee_id=actor.member_id) if actor.member_id else Q(pk__in=[]),
        "unassigned": Q(assignee__isnull=True),
    }
    statuses = [Q(status__in=asked.statuses)] if asked.statuses else []
    return [*statuses, *(being[each] for each in asked.states)]


def tagged(actor: Actor, words: Sequence[str]) -> list[Q]:
    """The conversation has it, or whom it is with."""
    return [
        with_any_tag(ConversationTagging, "id", actor.workspace_id, [word])
        | with_any_tag(ContactTagging, "contact_id", actor.workspace_id, [word])
        for word in words
    ]


def with_any_tag(taggings: type[Tagging], column: str, workspace_id: UUID, words: Sequence[str]) -> Q:
    """Raises ``Invalid`` for a tag that there is not."""
    having = Q()
    for word in words:
        tag = find_tag(workspace_id, word)
        if tag is None:
            raise Invalid(_("There is no tag “%(name)s”") % {"name": word}, fields={"q": f"tag:{word}"})
        having &= _with_tag(taggings, column, tag)
    return having


def _with_tag(taggings: type[Tagging], column: str, tag: Tag) -> Q:
    tagged = tagged_with(taggings, tag.id)
    if uses_of([tag.id]).get(tag.id, {}).get(taggings.subject, 0) > COMMON:
        return Q(**{f"{column}__in": tagged})
    return Q(IsAmong(column, ArraySubquery(tagged)))
