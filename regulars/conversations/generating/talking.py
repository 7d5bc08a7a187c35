"""One thread from its first message to now: who said what when, and what came of it. Pure: dice and times come in.

Times are whole seconds since 1970, as the platforms give them; two messages of a thread never have the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from regulars.conversations.generating.rhythm import HOUR, OpeningHours, Rhythm
from regulars.conversations.generating.scripts import Turn, Words
from regulars.conversations.models import SILENT_KINDS, UNCOUNTED_KINDS

_Draw = Callable[[], float]

MEAN_TURNS = 5
"""of one thing that people talk about"""
DAY = 24 * HOUR
FAILED, QUOTING, NOTED = 0.012, 0.06, 0.05
"""shares: of what we send, of messages, of talks"""
LONGEST_WAIT = 20 * HOUR
"""our answers come within the reply window"""
FORGOTTEN = 36 * HOUR
"""a question that nobody has answered for longer is hardly ever left"""


@dataclass(slots=True)
class Said:
    """One message of a thread. ``state``: received, failed, or how far it got (sent, delivered, read)."""

    at: int
    turn: Turn
    state: str
    quotes: int | None = None
    """the place in the thread of what it answers or reacts to"""
    begins: bool = False
    """a new talk"""


@dataclass(slots=True)
class Thread:
    """What a conversation shows now, as the message path would have left it."""

    said: list[Said] = field(default_factory=list)
    status: str = "open"
    unread: int = 0
    waiting_since: int | None = None
    last: int = 0
    """the place of the last message that counts"""
    last_inbound_at: int | None = None
    resolved_at: int | None = None
    snoozed_until: int | None = None


def _lognormal(dice: random.Random, middle: float, spread: float, most: int) -> tuple[int, ...]:
    return tuple(max(1, min(most, int(dice.lognormvariate(0, spread) * middle))) for _each in range(997))


_DICE = random.Random("waits")  # noqa: S311 (the same each time)
OUR_WAITS = _lognormal(_DICE, 240, 1.3, LONGEST_WAIT - 12 * HOUR)
THEIR_WAITS = _lognormal(_DICE, 150, 1.2, 3 * HOUR)
IN_A_ROW = _lognormal(_DICE, 35, 0.6, 300)


def talk(
    count: int,
    words: Words,
    rhythm: Rhythm,
    opening: OpeningHours,
    *,
    after: int,
    until: int,
    dice: random.Random,
) -> Thread:
    """A thread of exactly ``count`` messages, all before ``until``."""
    thread = Thread(_say(count, words, rhythm, opening, after, dice))
    _end_before(thread.said, until, dice)
    _end_well(thread, words, until, dice)
    _count(thread)
    _settle(thread, until, dice)
    return thread


def _say(
    count: int, words: Words, rhythm: Rhythm, opening: OpeningHours, after: int, dice: random.Random
) -> list[Said]:
    said: list[Said] = []
    draw = dice.random
    at = after
    for start in rhythm.moments(1 + count // MEAN_TURNS, after, dice):
        while len(said) < count:
            at = max(at + 600, start)
            _say_script(said, dice.choice(words.scripts)[: count - len(said)], at, opening, draw)
            at = said[-1].at
            if len(said) >= count or draw() < 0.9:
                break
    while len(said) < count:
        at += int(draw() * 2 * DAY) + 600
        _say_script(said, dice.choice(words.scripts)[: count - len(said)], at, opening, draw)
        at = said[-1].at
    del said[count:]  # what failed was said twice
    return said


def _say_script(
    said: list[Said], script: Sequence[Turn], at: int, opening: OpeningHours, draw: _Draw
) -> None:
    begins, before = True, None
    for turn in script:
        chance = draw()
        place = int(chance * 997)
        if begins:
            at = opening.next_open(at) if turn.is_ours else at
        elif turn.is_ours:
            at = opening.next_open(at + (IN_A_ROW[place] if before else OUR_WAITS[place]))
        else:
            at += THEIR_WAITS[place] if before else IN_A_ROW[place]
        before = turn.is_ours
        quotes = (
            len(said) - 1 if said and not begins and (turn.kind == "reaction" or chance < QUOTING) else None
        )
        if not turn.is_ours:
            said.append(Said(at, turn, "received", quotes, begins))
        else:
            if draw() < FAILED:  # and once more, which arrives
                said.append(Said(at, turn, "failed", None, begins))
                at += 45
                begins = False
            word = "read" if chance < 0.82 else "delivered" if chance < 0.95 else "sent"
            said.append(Said(at, turn, word, quotes, begins))
        begins = False


def _end_before(said: list[Said], until: int, dice: random.Random) -> None:
    """What would be said in the future was said as much earlier; times stay apart."""
    over = said[-1].at - until
    if over >= 0:
        back = over + 1 + int(dice.random() * 2 * HOUR)
        for each in said:
            each.at -= back


def _end_well(thread: Thread, words: Words, until: int, dice: random.Random) -> None:
    """A question does not stand unanswered for weeks: in its place stands a word of thanks."""
    last = thread.said[-1]
    if last.turn.is_ours or last.turn.kind in SILENT_KINDS:
        return
    if until - last.at > FORGOTTEN and len(thread.said) > 1 and dice.random() < 0.97:
        last.turn = dice.choice(words.thanks)
        last.quotes = None


def _count(thread: Thread) -> None:
    """By the rules of ``operations.receiving``, ``sending`` and ``unanswering``."""
    for place, each in enumerate(thread.said):
        turn = each.turn
        if turn.kind in UNCOUNTED_KINDS:
            continue
        thread.last = place
        if not turn.is_ours:
            thread.unread += 1
            thread.last_inbound_at = each.at
            if turn.kind not in SILENT_KINDS and thread.waiting_since is None:
                thread.waiting_since = each.at
        elif each.state != "failed" and turn.kind != "reaction":
            thread.unread, thread.waiting_since = 0, None


def _settle(thread: Thread, until: int, dice: random.Random) -> None:
    last = thread.said[-1]
    age, chance = until - last.at, dice.random()
    is_over = thread.waiting_since is None or (age > FORGOTTEN and last.turn.kind == "text")
    if is_over and chance < (0.93 if age > 2 * DAY else 0.45 if age > 4 * HOUR else 0.1):
        thread.status, thread.unread, thread.waiting_since = "resolved", 0, None
        thread.resolved_at = min(until, last.at + 60 + int(dice.random() * HOUR))
    elif thread.waiting_since is None and chance > 0.97:
        thread.status = "snoozed"
        thread.snoozed_until = until + DAY + int(dice.random() * 6 * DAY)
