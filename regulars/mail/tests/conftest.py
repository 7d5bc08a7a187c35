from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django.fixtures import Settings

if TYPE_CHECKING:
    from regulars.mail.models import MailServer
    from regulars.mail.tests.catcher import Catcher
    from tests.cast import Cast

SetUp = Callable[..., "MailServer"]
URL = "https://inbox.lotus.example"


@pytest.fixture
def cast(db: None) -> Cast:
    from tests.cast import make_cast

    return make_cast()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of 127.0.0.1, trusted by this machine for the test."""
    from regulars.mail.tests.catcher import make_certificate

    made = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made


@pytest.fixture
def set_up(cast: Cast, settings: Settings) -> SetUp:
    """The cast's workspace hands its mail to a catcher."""
    from regulars.mail.servers import ServerFacts, set_up_server

    settings.PUBLIC_URL = URL

    def done(catcher: Catcher | int, **more: Any) -> MailServer:
        port = catcher if isinstance(catcher, int) else catcher.port
        settings.SMTP_PORTS = (port,)
        given = {"security": "none", "sender_address": "inbox@lotus.example", **more}
        facts = ServerFacts(host="127.0.0.1", port=port, **given)
        return set_up_server(facts, by=cast.actor(cast.owner))

    return done
