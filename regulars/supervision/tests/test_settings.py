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
            {"REGULARS_SECRET_KEY": " " * 40},
            {},
            "REGULARS_SECRET_KEY is white space; it needs 32 characters or more, at random, or none at all.",
        ),
        (
            {"REGULARS_OLD_SECRET_KEYS": f"{'k' * 32}, short"},
            {},
            "A key in REGULARS_OLD_SECRET_KEYS has 5 characters; it needs 32 or more, at random.",
        ),
        (
            {"REGULARS_SECRET_KEY": "\udcff" * 40},
            {},
            "REGULARS_SECRET_KEY has bytes that are not UTF-8; it must be text in UTF-8.",
        ),
        (
            {"REGULARS_HOME": "/tmp/\udcff"},
            {},
            "REGULARS_HOME is '/tmp/\\udcff', with bytes that are not UTF-8; it must be text in UTF-8.",
        ),
        (
            {},
            {"home": "/tmp/\udcff"},
            "--home is '/tmp/\\udcff', with bytes that are not UTF-8; it must be text in UTF-8.",
        ),
        (
            {"REGULARS_PUBLIC_URL": "https://x.example/path"},
            {},
            (
                "REGULARS_PUBLIC_URL is 'https://x.example/path'; it must be an address without a path, like "
                "https://inbox.example.com: Regulars has a host of its own, not a folder of another site's."
            ),
        ),
        (
            {"FORWARDED_ALLOW_IPS": "127.0.0.1, not an ip"},
            {},
            "FORWARDED_ALLOW_IPS has 'not an ip'; it must be IP addresses or networks, comma separated, or *.",
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


@pytest.mark.parametrize(
    "address",
    [
        "https://x .example",
        "https://x\t.example",
        "https://x.exam\nple",
        "https://x.example/path?q=1#f",
        "https://x.example?q",
        "https://x.example#f",
        "https://x.example/?",
        "https://u:p@x.example",
        "https://u@x.example",
        "https://x.example:",
        "https://x.example:0",
        "https://x.example:http",
        "https://x..example",
        "https://-x.example",
        "https://x.example,y.example",
        "https://x*.example",
        "https://büro.example",
        "https://999.1.1.1",
        "https://[zz]",
        "https://[::1",
        "https:/x.example",
        "https://",
        "ftp://x.example",
        "javascript:alert(1)",
        "https:\\\\x.example",
        "//x.example",
    ],
)
@pytest.mark.parametrize("name", ["REGULARS_PUBLIC_URL", "WHATSAPP_GRAPH_URL"])
def test_what_is_no_plain_address_of_a_site_is_refused(name: str, address: str, tmp_path: Path):
    with pytest.raises(
        StartRefused, match=f"{name} (is|has) .*; it must be an address like https://inbox.example.com"
    ):
        read_settings({"REGULARS_HOME": str(tmp_path), name: address})


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("HTTPS://Inbox.Example.COM/", "https://inbox.example.com"),
        ("https://inbox.example.com.:443", "https://inbox.example.com"),
        ("http://inbox.example.com:80//", "http://inbox.example.com"),
        ("https://inbox.example.com:8443", "https://inbox.example.com:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://192.0.2.1", "http://192.0.2.1"),
        ("http://[2001:DB8::1]:8000", "http://[2001:db8::1]:8000"),
        ("https://xn--bro-hoa.example", "https://xn--bro-hoa.example"),
        ("https://my_shop.example", "https://my_shop.example"),
    ],
)
def test_the_public_address_is_kept_as_browsers_write_it(address: str, origin: str, tmp_path: Path):
    assert (
        read_settings({"REGULARS_HOME": str(tmp_path), "REGULARS_PUBLIC_URL": address}).public_url == origin
    )


@pytest.mark.parametrize("proxies", ["*", "127.0.0.1", "10.0.0.0/8, ::1,fd00::/8", ",", "127.0.0.1,"])
def test_proxies_are_addresses_and_networks(proxies: str, tmp_path: Path):
    assert read_settings({"REGULARS_HOME": str(tmp_path), "FORWARDED_ALLOW_IPS": proxies}).home == tmp_path


@pytest.mark.parametrize("proxies", ["localhost", "10.0.0.1/8", "300.1.1.1", "10.0.0.0/33", "unix:"])
def test_other_proxies_are_refused(proxies: str, tmp_path: Path):
    with pytest.raises(StartRefused, match="FORWARDED_ALLOW_IPS has"):
        read_settings({"REGULARS_HOME": str(tmp_path), "FORWARDED_ALLOW_IPS": proxies})


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path):
    with pytest.raises(StartRefused, match="has a name or password in it; it must be") as refused:
        read_settings({"REGULARS_HOME": str(tmp_path), "REGULARS_PUBLIC_URL": "https://u:hidden@x.example"})
    assert "hidden" not in str(refused.value)
