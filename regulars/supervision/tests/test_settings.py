"""What a person may set, and the sentence for each wrong value."""

from pathlib import Path

import pytest

from regulars.supervision.errors import StartRefused
from regulars.supervision.settings import Settings, read_settings


def test_without_anything_set_there_are_defaults(tmp_path: Path):
    assert read_settings({"REGULARS_HOME": str(tmp_path)}) == Settings(home=tmp_path)


def test_every_variable_is_read(tmp_path: Path):
    environment = {
        "REGULARS_HOME": str(tmp_path),
        "REGULARS_HOST": "0.0.0.0",
        "REGULARS_PORT": "8123",
        "REGULARS_READY_FILE": str(tmp_path / "ready"),
        "REGULARS_SECRET_KEY": "k" * 32,
        "REGULARS_PUBLIC_URL": "https://inbox.example.com/",
        "DATABASE_URL": "postgresql://somebody:secret@db.example.com/regulars",
        "WHATSAPP_GRAPH_URL": "http://127.0.0.1:9000",
        "REGULARS_LOG": "json",
        "REGULARS_DEMO_QUIET": "1",
    }
    assert read_settings(environment, {"demo": "1", "role": "worker"}) == Settings(
        home=tmp_path,
        host="0.0.0.0",
        port=8123,
        ready_file=tmp_path / "ready",
        secret_key="k" * 32,
        public_url="https://inbox.example.com",
        database_url="postgresql://somebody:secret@db.example.com/regulars",
        graph_url="http://127.0.0.1:9000",
        log="json",
        roles=("worker",),
        demo=True,
        demo_quiet=True,
    )


def test_flags_win_over_the_environment(tmp_path: Path):
    found = read_settings(
        {"REGULARS_HOME": "/elsewhere", "REGULARS_PORT": "1"}, {"home": str(tmp_path), "port": "2"}
    )
    assert (found.home, found.port) == (tmp_path, 2)


def test_an_empty_variable_counts_as_not_set(tmp_path: Path):
    assert read_settings(
        {"REGULARS_HOME": str(tmp_path), "REGULARS_PORT": "", "DATABASE_URL": " "}
    ) == Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("environment", "flags", "sentence"),
    [
        ({"REGULARS_PORT": "http"}, {}, "REGULARS_PORT is 'http'; it must be a port number from 1 to 65535."),
        (
            {"REGULARS_PORT": "70000"},
            {},
            "REGULARS_PORT is '70000'; it must be a port number from 1 to 65535.",
        ),
        ({}, {"port": "0"}, "--port is '0'; it must be a port number from 1 to 65535."),
        ({"REGULARS_PORT": "٨٠٠٠"}, {}, "REGULARS_PORT is '٨٠٠٠'; it must be a port number from 1 to 65535."),
        (
            {"REGULARS_HOST": "127.0.0.1:80"},
            {},
            "REGULARS_HOST is '127.0.0.1:80'; it must be an address without a port, like 127.0.0.1 or 0.0.0.0.",
        ),
        ({"REGULARS_LOG": "xml"}, {}, "REGULARS_LOG is 'xml'; it must be json or text."),
        ({"REGULARS_DEMO_QUIET": "yes"}, {}, "REGULARS_DEMO_QUIET is 'yes'; it must be 1 (on) or 0 (off)."),
        ({}, {"role": "web,cron"}, "--role has 'cron'; it must be web, worker, or both with a comma."),
        (
            {"REGULARS_PUBLIC_URL": "inbox.example.com"},
            {},
            "REGULARS_PUBLIC_URL is 'inbox.example.com'; it must be an address like https://inbox.example.com.",
        ),
        (
            {"WHATSAPP_GRAPH_URL": "http://host:99999"},
            {},
            "WHATSAPP_GRAPH_URL is 'http://host:99999'; it must be an address like https://inbox.example.com.",
        ),
        (
            {"DATABASE_URL": "mysql://somebody:hidden@host/name"},
            {},
            "DATABASE_URL must look like postgresql://user:password@host:5432/name.",
        ),
        (
            {"REGULARS_SECRET_KEY": "short"},
            {},
            "REGULARS_SECRET_KEY has 5 characters; it needs 32 or more, at random.",
        ),
        (
            {"REGULARS_READY_FILE": "/"},
            {},
            "REGULARS_READY_FILE is '/', which is a directory; it must be the path of a file.",
        ),
        (
            {"REGULARS_READY_FILE": "/no/such/place/ready.json"},
            {},
            "REGULARS_READY_FILE is '/no/such/place/ready.json', but there is no directory /no/such/place.",
        ),
        (
            {"REGULARS_HOME": "/etc/passwd"},
            {},
            "REGULARS_HOME is '/etc/passwd', which is a file; it must be a directory.",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(
    environment: dict[str, str], flags: dict[str, str], sentence: str, tmp_path: Path
):
    with pytest.raises(StartRefused) as refused:
        read_settings({"REGULARS_HOME": str(tmp_path)} | environment, flags)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("127.0.0.2", "http://127.0.0.2:8000"),
    ],
)
def test_this_machine_reaches_web_wherever_it_listens(host: str, address: str, tmp_path: Path):
    assert read_settings({"REGULARS_HOME": str(tmp_path), "REGULARS_HOST": host}).url == address
