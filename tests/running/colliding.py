"""Many agents who fall upon the same conversations: each looks, writes for a while, sends, and keeps what was refused.

What an agent types is never the same twice, so that each of it is found again: as said, or as still a draft. Ten
minutes of a team's day are pressed into ``seconds``: between looking and sending lie tenths of a second in place of
half a minute, and everybody goes for the one who has waited longest.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from regulars.kernel.crypto import decrypt

from .crew import Sitting
from .product import NO_TLS, Product, wait_until
from .talk import QUICK

_OUT = re.compile(r'class="\s*message out[^"]*"\s+id="message-([0-9a-f-]{36})"')
_IN = re.compile(r'class="\s*message in[^"]*"\s+id="message-([0-9a-f-]{36})"')
_LINE = re.compile(r'class="\s*message (in|out)\b[^"]*"\s+id="message-')
_CSRF = re.compile(r'data-csrf="([^"]+)"')
_WAITING = """
SELECT c.id::text FROM conversations_conversation c JOIN contacts_contact p ON p.id = c.contact_id
WHERE starts_with(p.phone, %s) AND c.waiting_since IS NOT NULL ORDER BY c.waiting_since LIMIT %s
"""
PHONES = "+12025554"
_THINKS, _WRITES = (0.0, 0.15), (0.05, 0.5)
"""seconds before somebody begins, and until they send"""
MOST_WANTED = 6
"""so many of those who have waited longest does everybody choose from"""


@dataclass
class Crowd:
    """What came of it: each text by its member and conversation, and how often who was told what."""

    typed: list[tuple[str, str, str]] = field(default_factory=list)
    """(member, conversation, text)"""
    answered: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """who answered, by conversation and the question that was the last one before their eyes"""
    told: Counter[str] = field(default_factory=Counter)
    questions: int = 0
    conversations: int = 0

    def __str__(self) -> str:
        return (
            f"{len(self.typed)} texts for {self.questions} questions in {self.conversations} conversations: "
            + ", ".join(f"{count} {word}" for word, count in sorted(self.told.items()))
        )


@dataclass(frozen=True, slots=True)
class Losses:
    """What may not be: ``doubles``, conversations in which two answered the same question; ``lost`` texts."""

    doubles: list[str]
    lost: list[str]


class Collision:
    """``people`` have asked; ``crew`` falls upon them for ``seconds``. Everybody asks again once answered."""

    def __init__(self, product: Product, crew: list[Sitting], people: int, seed: int) -> None:
        self.product, self.crew, self.people = product, crew, people
        self.chance = random.Random(seed)
        self.crowd = Crowd(conversations=people)
        self._customers: list[str] = []
        self._waiting: list[str] = []

    def begin(self) -> None:
        self.product.control("PATCH", "switches", QUICK)
        for place in range(self.people):
            made = self.product.control(
                "POST", "customers", {"name": f"Asker {place}", "phone": f"{PHONES}{place:03d}"}
            )
            self._customers.append(made["id"])
        self._ask(range(self.people))
        assert wait_until(lambda: len(self._longest(self.people)) == self.people, 60), self.product.log_tail()

    def _ask(self, people: Sequence[int]) -> None:
        for each in people:
            question = {"type": "text", "text": "Where is my parcel?"}
            self.product.control("POST", f"customers/{self._customers[each]}/messages", question)
        self.crowd.questions += len(people)

    def _longest(self, count: int) -> list[str]:
        return [row[0] for row in self.product.sql(_WAITING, PHONES, count)]

    async def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        agents = [self._work(each, until, random.Random(self.chance.random())) for each in self.crew]
        await asyncio.gather(self._look_for_work(until), self._ask_again(until), *agents)

    async def _look_for_work(self, until: float) -> None:
        while time.monotonic() < until:
            self._waiting = await asyncio.to_thread(self._longest, MOST_WANTED)
            await asyncio.sleep(0.05)

    async def _ask_again(self, until: float) -> None:
        """Somebody always waits, so that nobody has anything else to do."""
        while time.monotonic() < until:
            again = self.chance.sample(range(self.people), min(self.people, 8))
            await asyncio.to_thread(self._ask, again)
            await asyncio.sleep(0.3)

    async def _work(self, sitting: Sitting, until: float, chance: random.Random) -> None:
        agent = _Agent(self.product, sitting, self.crowd, chance)
        try:
            await agent.sit_down()
            while time.monotonic() < until:
                if self._waiting:
                    await agent.answer(chance.choice(self._waiting))
                else:
                    await asyncio.sleep(0.02)
        finally:
            await agent.client.aclose()

    def losses(self) -> Losses:
        said = self.product.sql(_SAID)
        drafts = self.product.sql(_DRAFTS)
        with self.product.own_key():
            kept = {(str(member), str(where)): decrypt(sealed) for member, where, sealed in drafts}
        spoken: dict[tuple[str, str], str] = {}
        for member, conversation, text in said:
            key = (str(member), str(conversation))
            spoken[key] = f"{spoken.get(key, '')}\n{text}"
        lost = [
            text
            for member, conversation, text in self.crowd.typed
            if text not in spoken.get((member, conversation), "")
            and text not in kept.get((member, conversation), "")
        ]
        doubles = {where for (where, _asked), members in self.crowd.answered.items() if len(members) > 1}
        return Losses(sorted(doubles), lost)


_SAID = """
SELECT author_member_id::text, conversation_id::text, text FROM conversations_message
WHERE direction = 'out' AND status <> 'failed' AND author_member_id IS NOT NULL
"""
_DRAFTS = "SELECT member_id::text, conversation_id::text, text FROM conversations_draft WHERE mode = 'reply'"


class _Agent:
    """A browser at work, as the screen's scripts do it; what is refused stays a draft, to which the next is added."""

    def __init__(self, product: Product, sitting: Sitting, crowd: Crowd, chance: random.Random) -> None:
        self.client = httpx.AsyncClient(
            base_url=product.url, cookies=sitting.cookies, timeout=30, verify=NO_TLS
        )
        self.sitting, self.crowd, self.chance = sitting, crowd, chance
        self.drafts: dict[str, str] = {}

    async def sit_down(self) -> None:
        page = await self.client.get("/inbox/open")
        token = _CSRF.search(page.text)
        assert token, page.text[:500]
        self.client.headers["X-CSRFToken"] = token[1]
        self.client.headers["X-Fragment"] = "1"
        self.client.headers["Referer"] = str(self.client.base_url)

    async def answer(self, conversation: str) -> None:
        page = (await self.client.get(f"/conversations/{conversation}")).text
        out, asked = _OUT.findall(page), _IN.findall(page)
        if not asked or _LINE.findall(page)[-1] == "out":
            self.crowd.told["seen to be answered"] += 1
            return
        await asyncio.sleep(self.chance.uniform(*_THINKS))
        text = f"{self.sitting.name} says {uuid4().hex}"
        self.crowd.typed.append((self.sitting.member_id, conversation, text))
        whole = "\n".join(filter(None, (self.drafts.get(conversation, ""), text)))
        await self._post(conversation, "presence", state="writing")
        await self._keep(conversation, whole)
        await asyncio.sleep(self.chance.uniform(*_WRITES))
        known = out[-5:] or asked[-1:]
        sent = await self._post(
            conversation, "messages", text=whole, id=str(uuid4()), known=known, seen=asked[-1], draft=whole
        )
        if sent.status_code == 201:
            self.crowd.told["sent"] += 1
            self.crowd.answered[conversation, asked[-1]].add(self.sitting.member_id)
            self.drafts.pop(conversation, None)
            return
        assert sent.status_code == 409, (sent.status_code, sent.text[:300])
        self.crowd.told[sent.headers["X-Refusal"]] += 1
        self.drafts[conversation] = whole
        await self._post(conversation, "presence", state="gone")

    async def _keep(self, conversation: str, text: str) -> None:
        kept = await self._post(conversation, "draft", mode="reply", text=text)
        assert kept.status_code == 204, kept.text[:300]

    async def _post(self, conversation: str, what: str, **form: object) -> httpx.Response:
        return await self.client.post(f"/conversations/{conversation}/{what}", data=form)
