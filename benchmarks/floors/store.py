"""Floor B: a minimal FastAPI handler over asyncpg that verifies, inserts the raw body, commits, and says 200."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from benchmarks.floors.pool import with_pool
from benchmarks.floors.signature import is_signed

app = FastAPI(lifespan=with_pool)


@app.post("/webhooks")
async def receive(request: Request) -> Response:
    """One statement is one transaction: PostgreSQL commits it before it answers."""
    body = await request.body()
    if not is_signed(body, request.headers.get("x-hub-signature-256", "").encode()):
        return Response(status_code=401)
    async with request.app.state.pool.acquire() as connection:
        await connection.execute("INSERT INTO delivery (body) VALUES ($1)", body)
    return Response("ok")
