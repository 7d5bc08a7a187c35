"""A Graph server, a session and a client for the tests that go over real HTTP."""

from __future__ import annotations

import pytest

from regulars.channels.whatsapp.graph import GraphClient, open_session

from .graph_server import GraphServer


@pytest.fixture
async def graph():
    server = GraphServer()
    await server.server.start_server()
    yield server
    await server.server.close()


@pytest.fixture
async def graph_session():
    opened = open_session("http://127.0.0.1:1")
    yield opened
    await opened.close()


@pytest.fixture
def graph_client(graph, graph_session):
    return GraphClient(graph.url, "token-1", graph_session)
