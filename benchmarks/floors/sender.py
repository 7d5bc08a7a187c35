"""The floor of sending: a bare aiohttp client that posts the same bodies to the sandbox. No database.

python -m benchmarks.floors.sender GRAPH_URL NUMBER_ID COUNT PEOPLE
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from itertools import count
from time import monotonic

import aiohttp
import orjson
import uvloop

CONNECTIONS = 150
TOKEN = "sandbox-token"  # noqa: S105 (the sandbox's published token)


def send_bare(graph_url: str, number_id: str, messages: int, people: int) -> float:
    """Messages a second, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.floors.sender", graph_url, number_id, str(messages), str(people)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the bare sender failed: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout))


def _body(index: int, people: int) -> bytes:
    return orjson.dumps(
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": f"+1555{index % people:07d}",
            "type": "text",
            "text": {"body": f"Your parcel is on its way. {index}"},
            "biz_opaque_callback_data": str(uuid.uuid4()),
        }
    )


async def _send_all(graph_url: str, number_id: str, messages: int, people: int) -> float:
    url = f"{graph_url}/v26.0/{number_id}/messages"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    bodies = [_body(index, people) for index in range(messages)]
    turns = count()
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def send_in_turn() -> None:
            while (index := next(turns)) < messages:
                async with session.post(url, data=bodies[index]) as response:
                    if response.status != 200:
                        raise RuntimeError(f"the sandbox answered {response.status}: {await response.text()}")
                    orjson.loads(await response.read())["messages"][0]["id"]

        began = monotonic()
        await asyncio.gather(*(send_in_turn() for _ in range(CONNECTIONS)))
        return messages / (monotonic() - began)


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_send_all(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))))
