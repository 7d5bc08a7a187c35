"""The asyncpg pool of the floors that have a database, and their tables."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI

CONNECTIONS = 16
TABLES = """
CREATE TABLE IF NOT EXISTS delivery (
  id bigserial PRIMARY KEY, body bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS conversation (
  id bigserial PRIMARY KEY, number_id text NOT NULL, person text NOT NULL, name text NOT NULL,
  last_message_at timestamptz NOT NULL, unread_count int NOT NULL DEFAULT 0, UNIQUE (number_id, person));
CREATE TABLE IF NOT EXISTS message (
  id bigserial PRIMARY KEY, conversation_id bigint NOT NULL REFERENCES conversation, provider_id text NOT NULL UNIQUE,
  kind text NOT NULL, text text NOT NULL, sent_at timestamptz NOT NULL, delivery_id bigint NOT NULL);
"""


@asynccontextmanager
async def with_pool(app: FastAPI) -> AsyncIterator[None]:
    """Life of an application with ``app.state.pool``; asyncpg prepares and keeps each statement by itself."""
    async with asyncpg.create_pool(
        os.environ["FLOOR_DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS, reset=_keep
    ) as pool:
        app.state.pool = pool
        yield


async def _keep(_connection: Any) -> None:
    """Give a connection back as it is: the handlers leave nothing behind, and a RESET costs a round trip."""
