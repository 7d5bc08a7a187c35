"""A team that falls upon the same conversations, over real HTTP: nobody answers over anybody, and no text is lost.

The usual form takes some seconds; REGULARS_COLLIDING="agents people seconds" is another size, and
REGULARS_TESTS_SEED repeats its choices. ``make campaign CAMPAIGN="--only colliding"`` is twenty agents in two hundred
conversations.
"""

from __future__ import annotations

import asyncio
import os
import random

import pytest

from tests.running.colliding import Collision
from tests.running.crew import make_crew
from tests.running.product import Product

AGENTS, PEOPLE, SECONDS = (int(each) for each in (os.environ.get("REGULARS_COLLIDING") or "8 24 5").split())
SEED = int(os.environ.get("REGULARS_TESTS_SEED") or random.SystemRandom().randrange(10_000))
MOST_DOUBLES = 0.003
"""of the conversations (IN-3)"""

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_nobody_answers_over_anybody_and_no_text_is_lost(product: Product):
    collision = Collision(product, make_crew(product, AGENTS), PEOPLE, SEED)
    collision.begin()
    asyncio.run(collision.run(SECONDS))
    found = collision.losses()
    print(f"seed {SEED}: {collision.crowd}; {len(found.doubles)} doubled, {len(found.lost)} lost")
    assert found.lost == []
    assert len(found.doubles) <= MOST_DOUBLES * PEOPLE, found.doubles
    assert collision.crowd.told["sent"] > 0
    assert collision.crowd.told.keys() & {"answered-meanwhile", "being-answered"}
