"""The ready file: the set-up address stands in it only while there is nobody."""

from __future__ import annotations

import pytest

from regulars.supervision import ready
from regulars.supervision.settings import read_settings


@pytest.mark.parametrize(
    ("facts", "address"),
    [
        ({"set_up_secret": "abc"}, "http://127.0.0.1:8123/set-up?secret=abc"),
        ({"set_up_secret": None}, None),
        ({}, None),
    ],
)
def test_the_set_up_address_is_told_while_there_is_nobody(tmp_path, facts, address):
    settings = read_settings({"REGULARS_HOME": str(tmp_path), "REGULARS_PORT": "8123"})
    content = ready.compose(settings, facts, None, {})
    assert content.get("set_up_url") == address
    assert ready.set_up_url(settings, facts) == (address or "")
