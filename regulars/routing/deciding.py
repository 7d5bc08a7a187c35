"""Who gets what, and why nobody else: the rules of routing, over what was read. Pure.

What waits comes in the order in which it is served. It goes to the queue's specialist, else to whoever had the contact
last, else to the contact's owner, else by the queue's method to one of those who serve it: online, with room, in its
teams, with its skill and language. What nobody can take waits on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal, get_args
from uuid import UUID

Rule = Literal["specialist", "returning", "owner", "least_loaded", "longest_idle", "round_robin"]
Verdict = Literal[
    "chosen",
    "put_back",
    "next",
    "specialist_first",
    "full",
    "away",
    "off_duty",
    "language",
    "skill",
    "team",
]
"""why somebody got it or did not, the most telling first; ``next``: they could have, another one was before them"""
MOST_CONSIDERED = 20
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Server:
    """A member as far as it decides what they are given. ``load``: how many wait for their answer."""

    id: UUID
    name: str
    state: str
    load: int
    capacity: int
    team_ids: frozenset[UUID] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    """as ``plain_language`` says them"""
    given_at: datetime = NEVER
    idle_since: datetime = NEVER


@dataclass(frozen=True, slots=True)
class Service:
    """A queue as far as it decides who serves it."""

    id: UUID
    name: str
    position: int = 0
    team_ids: frozenset[UUID] = frozenset()
    skill: str = ""
    wants_language: bool = False
    specialist_id: UUID | None = None
    method: Literal["least_loaded", "longest_idle", "round_robin"] = "least_loaded"


@dataclass(frozen=True, slots=True)
class Wait:
    """A conversation that waits."""

    conversation_id: UUID
    service: Service | None
    """None: no queue takes it; only whoever had it before may"""
    staff: frozenset[UUID] = frozenset()
    """the teams that staff its number; none: everybody does"""
    team_id: UUID | None = None
    """the team that it was handed to"""
    language: str = ""
    held_by: UUID | None = None
    previous_id: UUID | None = None
    owner_id: UUID | None = None
    put_back_by: UUID | None = None
    others_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """Somebody who could have got it, and what was against it."""

    server: Server
    verdict: Verdict
    load: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What waits, and who gets it."""

    wait: Wait
    server: Server
    rule: Rule
    considered: tuple[Considered, ...]


def plain_language(code: str) -> str:
    """``pt_BR`` and ``pt`` are answered by the same people."""
    return code.replace("_", "-").partition("-")[0].casefold()


def decide(waits: Iterable[Wait], servers: Sequence[Server], at: datetime) -> list[Choice]:
    """The choices, in the order of the waits; what is left out waits on."""
    desk = Desk(servers, at)
    return list(desk.serve(waits))


@dataclass
class Desk:
    """The servers while waits are given to them: how loaded each is, and who is next."""

    servers: Sequence[Server]
    at: datetime
    _by_id: dict[UUID, Server] = field(init=False)
    _load: dict[UUID, int] = field(init=False)
    _turn: dict[UUID, tuple[datetime, int]] = field(init=False)
    """when each was given something, and in which place of this pass"""
    _pools: dict[object, list[tuple[Server, Verdict | None]]] = field(default_factory=dict)
    _given: int = 0

    def __post_init__(self) -> None:
        self._by_id = {each.id: each for each in self.servers}
        self._load = {each.id: each.load for each in self.servers}
        self._turn = {each.id: (each.given_at, 0) for each in self.servers}

    def serve(self, waits: Iterable[Wait]) -> Iterator[Choice]:
        free = sum(max(each.capacity - each.load, 0) for each in self.servers if each.state == "online")
        for wait in waits:
            if free <= 0:
                return
            if found := self._find(wait):
                rule, server = found
                choice = Choice(wait, server, rule, tuple(self._consider(wait, server)))
                self._load[server.id] += 1
                self._given += 1
                self._turn[server.id] = (self.at, self._given)
                free -= 1
                yield choice

    def explain(self, wait: Wait) -> list[Considered]:
        """Why nobody has it now."""
        return list(self._consider(wait, None))

    def _find(self, wait: Wait) -> tuple[Rule, Server] | None:
        service = wait.service
        if service and service.specialist_id:
            if specialist := self._if_free(wait, service.specialist_id):
                return "specialist", specialist
            if self._is_reserved(wait):
                return None
        for rule, member_id in _preferred(wait):
            server = self._if_free(wait, member_id)
            if server and _is_staff(server, wait):
                return rule, server
        if service is None:
            return None
        able = [server for server, against in self._pool(wait) if not against and self._is_free(server)]
        able = [server for server in able if server.id != wait.put_back_by]
        return (service.method, min(able, key=self._order(service.method))) if able else None

    def _is_reserved(self, wait: Wait) -> bool:
        return wait.others_from is not None and wait.others_from > self.at

    def _if_free(self, wait: Wait, member_id: UUID | None) -> Server | None:
        server = self._by_id.get(member_id) if member_id else None
        return server if server and server.id != wait.put_back_by and self._is_free(server) else None

    def _is_free(self, server: Server) -> bool:
        return server.state == "online" and self._load[server.id] < server.capacity

    def _order(self, method: str) -> Callable[[Server], tuple[Any, ...]]:
        def by_load(server: Server) -> tuple[Any, ...]:
            load = self._load[server.id]
            return load / server.capacity, load, self._turn[server.id], server.id

        def by_idleness(server: Server) -> tuple[Any, ...]:
            given, place = self._turn[server.id]
            return max(given, server.idle_since), place, server.id

        def by_turn(server: Server) -> tuple[Any, ...]:
            return self._turn[server.id], server.id

        return {"least_loaded": by_load, "longest_idle": by_idleness, "round_robin": by_turn}[method]

    def _pool(self, wait: Wait) -> list[tuple[Server, Verdict | None]]:
        """Everybody, with what is against them for good (team, skill, language); who could serve it goes first."""
        key = (wait.service, wait.staff, wait.team_id, wait.language)
        if key not in self._pools:
            told = [(server, _unfit(server, wait)) for server in self.servers]
            speaking = _speaking(wait, told)
            pool: list[tuple[Server, Verdict | None]] = [
                (server, against or ("language" if speaking and server.id not in speaking else None))
                for server, against in told
            ]
            self._pools[key] = sorted(pool, key=lambda each: each[1] is not None)
        return self._pools[key]

    def _consider(self, wait: Wait, chosen: Server | None) -> Iterator[Considered]:
        others = (each for each in self._pool(wait) if each[0] is not chosen)
        asked = [*([(chosen, None)] if chosen else []), *islice(others, MOST_CONSIDERED - bool(chosen))]
        told = [(server, self._verdict(wait, server, against, chosen)) for server, against in asked]
        told.sort(key=lambda each: _INTEREST[each[1]])
        for server, verdict in told:
            yield Considered(server, verdict, self._load[server.id])

    def _verdict(self, wait: Wait, server: Server, against: Verdict | None, chosen: Server | None) -> Verdict:
        if server is chosen:
            return "chosen"
        if server.id == wait.put_back_by:
            return "put_back"
        if against:
            return against
        if server.state != "online":
            return "off_duty" if server.state == "off_duty" else "away"
        if self._load[server.id] >= server.capacity:
            return "full"
        return "specialist_first" if chosen is None and self._is_reserved(wait) else "next"


_INTEREST: Mapping[Verdict, int] = {each: place for place, each in enumerate(get_args(Verdict))}


def _preferred(wait: Wait) -> Iterator[tuple[Rule, UUID | None]]:
    yield "returning", wait.held_by or wait.previous_id
    yield "owner", wait.owner_id


def _is_staff(server: Server, wait: Wait) -> bool:
    if wait.team_id:
        return wait.team_id in server.team_ids
    return not wait.staff or bool(wait.staff & server.team_ids)


def _unfit(server: Server, wait: Wait) -> Verdict | None:
    service = wait.service
    teams = {wait.team_id} if wait.team_id else (service.team_ids if service else None) or wait.staff
    if teams and not teams & server.team_ids:
        return "team"
    if service and service.skill and service.skill not in server.skills:
        return "skill"
    return None


def _speaking(wait: Wait, told: Iterable[tuple[Server, Verdict | None]]) -> set[UUID]:
    """Those of them who speak the contact's language, where that is wanted; nobody, where nobody does."""
    if not (wait.service and wait.service.wants_language and wait.language):
        return set()
    return {server.id for server, against in told if not against and wait.language in server.languages}
