"""Episodes and facts of a generated thread, as the message path and those who worked on it would have left them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from regulars.conversations.generating.rhythm import HOUR
from regulars.conversations.generating.talking import Said, Thread
from regulars.conversations.models import SILENT_KINDS
from regulars.kernel.generating import NULL
from regulars.kernel.ids import written_id_at
from regulars.workspaces.business_time import BusinessHours

EPISODE = (
    "id, workspace_id, conversation_id, number, opened_at, first_answer_at, resolved_at, resolved_by_kind,"
    " resolved_by_id, resolved_by_name, reopened_at, reopened_count"
)
FACT = (
    "id, workspace_id, conversation_id, inbox_id, episode_id, channel, kind, at, by_kind, by_id, by_name, member_id,"
    " team_id, message_id, is_first, since, wait_seconds, business_seconds"
)
QUIET = 4 * HOUR
"""after so long, what was answered has been resolved"""
ID_BITS = 74


@dataclass(slots=True)
class _Episode:
    id: str
    number: int
    opened_at: int
    first_answer_at: int | None = None
    resolved_at: int | None = None
    reopened_at: int | None = None
    reopened_count: int = 0


@dataclass(slots=True)
class Whose:
    """What stands in every row of a thread: ids, and who answers as (id, name)."""

    workspace: str
    conversation: str
    inbox: str
    channel: str
    member: tuple[str, str]
    team: str = NULL


@dataclass(slots=True)
class Counted:
    """Goes along a thread, message by message; ``say_line`` writes (kind, at, actor) among the lines of the thread."""

    whose: Whose
    hours: BusinessHours
    episode_hours: int
    dice: random.Random
    say_line: Callable[[str, int, str], None]
    _episodes: list[_Episode] = field(default_factory=list)
    _facts: list[str] = field(default_factory=list)
    _waiting_since: int | None = None
    _last_at: int = 0
    _was_answered: bool = False

    def note(self, each: Said, message_id: str) -> None:
        turn = each.turn
        if turn.kind in SILENT_KINDS:
            return
        if each.begins and not turn.is_ours and self._episodes:
            self._begin_again(each.at)
        if not self._episodes:
            self._open(each.at)
        self._last_at = each.at
        if not turn.is_ours:
            self._waiting_since = self._waiting_since or each.at
        elif each.state != "failed":
            self._answer(each.at, message_id)

    def end(self, thread: Thread) -> None:
        if thread.resolved_at and self._episodes:
            self._resolve(thread.resolved_at)

    @property
    def last_id(self) -> str:
        return self._episodes[-1].id if self._episodes else NULL

    def rows(self) -> tuple[list[str], list[str]]:
        """Of episodes and of facts."""
        return [self._row(each) for each in self._episodes], self._facts

    def _begin_again(self, at: int) -> None:
        if self._waiting_since is not None or at - self._last_at < QUIET:
            return
        resolved_at = self._last_at + 600 + int(self.dice.random() * HOUR)
        self.say_line("resolved", resolved_at, self.whose.member[1])
        self._resolve(resolved_at)
        self.say_line("reopened_by_contact", at, "")
        last = self._episodes[-1]
        if at - resolved_at >= self.episode_hours * HOUR:
            self._open(at)
            return
        last.resolved_at, last.reopened_at = None, at
        last.reopened_count += 1
        self._fact("reopened", at, f"contact\t{NULL}\t")

    def _open(self, at: int) -> None:
        self._episodes.append(_Episode(self._id_at(at), len(self._episodes) + 1, at))

    def _resolve(self, at: int) -> None:
        self._episodes[-1].resolved_at = at
        self._fact("resolved", at, self._person)
        self._waiting_since = None

    def _answer(self, at: int, message_id: str) -> None:
        if not self._was_answered:
            self._was_answered = True
            self._fact("assigned", at, self._person)
        since, self._waiting_since = self._waiting_since, None
        if since is None:
            return
        episode = self._episodes[-1]
        is_first = episode.first_answer_at is None
        episode.first_answer_at = episode.first_answer_at or at
        worked = self.hours.between(datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(at, UTC))
        wait = f"{'t' if is_first else 'f'}\t{written_at(since)}\t{at - since}\t{int(worked.total_seconds())}"
        self._fact("answered", at, self._person, f"{message_id}\t{wait}")

    @property
    def _person(self) -> str:
        return f"person\t{self.whose.member[0]}\t{self.whose.member[1]}"

    def _fact(self, kind: str, at: int, by: str, answer: str = f"{NULL}\tf\t{NULL}\t{NULL}\t{NULL}") -> None:
        whose = self.whose
        member = whose.member[0] if self._was_answered else NULL
        self._facts.append(
            f"{self._id_at(at)}\t{whose.workspace}\t{whose.conversation}\t{whose.inbox}\t{self.last_id}"
            f"\t{whose.channel}\t{kind}\t{written_at(at)}\t{by}\t{member}\t{whose.team}\t{answer}"
        )

    def _row(self, each: _Episode) -> str:
        whose = self.whose
        by = f"member\t{whose.member[0]}\t{whose.member[1]}" if each.resolved_at else f"\t{NULL}\t"
        return (
            f"{each.id}\t{whose.workspace}\t{whose.conversation}\t{each.number}\t{written_at(each.opened_at)}"
            f"\t{_or_null(each.first_answer_at)}\t{_or_null(each.resolved_at)}\t{by}"
            f"\t{_or_null(each.reopened_at)}\t{each.reopened_count}"
        )

    def _id_at(self, at: int) -> str:
        return written_id_at(at * 1_000, self.dice.getrandbits(ID_BITS))


def written_at(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _or_null(at: int | None) -> str:
    return NULL if at is None else written_at(at)
