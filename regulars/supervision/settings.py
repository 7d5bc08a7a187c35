"""What a person may set: read from flags and environment, checked once, before anything starts.

Flags win over the environment, the environment over defaults. A wrong value stops the start with a sentence
that names it and says what would be right. An empty variable counts as not set.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from . import net
from .errors import StartRefused
from .home import default_home, is_text

DEFAULT_PORT = 8000
SHORTEST_SECRET_KEY = 32  # characters
SHORTEST_METRICS_TOKEN = 16  # characters
Role = Literal["web", "worker"]
LogFormat = Literal["json", "text"]
ROLES: tuple[Role, ...] = ("web", "worker")
SECRET = {"REGULARS_SECRET_KEY", "REGULARS_OLD_SECRET_KEYS", "REGULARS_METRICS_TOKEN", "DATABASE_URL"}
"""not repeated in any message"""
DEFAULT_PORTS = {"http": 80, "https": 443}
LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True)
class Settings:
    """One start, as asked for. `None` means: the default, which the start works out."""

    home: Path
    host: str = net.LOOPBACK
    """the address that web listens on"""
    port: int = DEFAULT_PORT
    ready_file: Path | None = None
    secret_key: str | None = None
    public_url: str | None = None
    database_url: str | None = None
    graph_url: str | None = None
    log: LogFormat = "text"
    roles: tuple[Role, ...] = ROLES
    demo: bool = False
    demo_quiet: bool = False

    @property
    def url(self) -> str:
        return self.public_url or self.local_url

    @property
    def local_url(self) -> str:
        return f"http://{net.in_address(net.asked_at(self.host))}:{self.port}"

    @property
    def ready_path(self) -> Path:
        """Two supervisors may share a home, one a role: each has a ready file of its own."""
        return self.ready_file or self.home / ("ready.json" if "web" in self.roles else "ready-worker.json")


def read_settings(environment: Mapping[str, str], flags: Mapping[str, str | None] | None = None) -> Settings:
    """`flags` has the keys home, port, ready_file, role and demo ("1" or None).

    Raises StartRefused with one sentence about the first wrong value.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}

    def value_of(flag: str, variable: str) -> tuple[str, str]:
        if flag in given:
            name = f"--{flag.replace('_', '-')}"
            return _readable(given[flag], name), name
        return _readable(environment.get(variable, ""), variable).strip(), variable

    _proxies(*value_of("", "FORWARDED_ALLOW_IPS"))
    _metrics_token(*value_of("", "REGULARS_METRICS_TOKEN"))
    _ports(*value_of("", "REGULARS_SMTP_PORTS"))
    for key in value_of("", "REGULARS_OLD_SECRET_KEYS")[0].split(","):
        _secret(key.strip(), "A key in REGULARS_OLD_SECRET_KEYS")
    return Settings(
        home=read_home(environment, given.get("home")),
        host=_host(*value_of("", "REGULARS_HOST")),
        port=_port(*value_of("port", "REGULARS_PORT")),
        ready_file=_file(*value_of("ready_file", "REGULARS_READY_FILE")),
        secret_key=_own_secret(
            environment.get("REGULARS_SECRET_KEY", ""), *value_of("", "REGULARS_SECRET_KEY")
        ),
        public_url=_public(*value_of("", "REGULARS_PUBLIC_URL")),
        database_url=_database(*value_of("", "DATABASE_URL")),
        graph_url=_web_address(*value_of("", "WHATSAPP_GRAPH_URL")),
        log=_log(*value_of("", "REGULARS_LOG")),
        roles=_roles(given.get("role", "")),
        demo=given.get("demo") == "1",
        demo_quiet=_switch(*value_of("", "REGULARS_DEMO_QUIET")),
    )


def _metrics_token(value: str, name: str) -> None:
    if value and not (len(value) >= SHORTEST_METRICS_TOKEN and value.isascii() and value.isprintable()):
        raise StartRefused(
            f"{name} must be {SHORTEST_METRICS_TOKEN} characters or more, all of them ASCII, so that it fits a header."
        )


def _ports(value: str, name: str) -> None:
    for each in filter(None, value.split(",")):
        if not _is_port(each):
            raise StartRefused(
                f"{name} has {each!r}; it must be port numbers from 1 to 65535, separated by commas."
            )


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= 65535


def read_home(environment: Mapping[str, str], flag: str | None = None) -> Path:
    """Absolute; made by those who write into it."""
    name = "--home" if flag else "REGULARS_HOME"
    given = flag or environment.get("REGULARS_HOME", "").strip()
    home = _path(given, name) if given else default_home()
    _readable(str(home), name)
    if home.exists() and not home.is_dir():
        raise StartRefused(f"{name} is {given!r}, which is a file; it must be a directory.")
    return home


def _readable(value: str, name: str) -> str:
    if not is_text(value):
        said = "has" if name in SECRET else f"is {value!r}, with"
        raise StartRefused(f"{name} {said} bytes that are not UTF-8; it must be text in UTF-8.")
    return value


def _path(value: str, name: str) -> Path:
    try:
        return Path(value).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a home that nobody has (~who), a circle of links
        raise StartRefused(f"{name} is {value!r}, which is no path on this machine: {error}.") from error


def _host(value: str, name: str) -> str:
    """Whether the machine has it is seen when web is about to listen."""
    if not value:
        return net.LOOPBACK
    if (
        "/" in value
        or any(character.isspace() for character in value)
        or (":" in value and value.count(":") < 2)
    ):
        raise StartRefused(
            f"{name} is {value!r}; it must be an address without a port, like 127.0.0.1 or 0.0.0.0."
        )
    return value.strip("[]")


def _port(value: str, name: str) -> int:
    if not value:
        return DEFAULT_PORT
    if not _is_port(value):
        raise StartRefused(f"{name} is {value!r}; it must be a port number from 1 to 65535.")
    return int(value)


def _file(value: str, name: str) -> Path | None:
    if not value:
        return None
    path = _path(value, name)
    _readable(str(path), name)
    if path.is_dir():
        raise StartRefused(f"{name} is {value!r}, which is a directory; it must be the path of a file.")
    if not path.parent.is_dir():
        raise StartRefused(f"{name} is {value!r}, but there is no directory {path.parent}.")
    return path


def _secret(value: str, name: str) -> str | None:
    if value and len(value) < SHORTEST_SECRET_KEY:
        raise StartRefused(
            f"{name} has {len(value)} characters; it needs {SHORTEST_SECRET_KEY} or more, at random."
        )
    return value or None


def _own_secret(raw: str, value: str, name: str) -> str | None:
    """White space alone is a mistake here: what was meant as a key must not become another one in silence."""
    if raw and not value:
        raise StartRefused(
            f"{name} is white space; it needs {SHORTEST_SECRET_KEY} characters or more, at random, or none at all."
        )
    return _secret(value, name)


def _public(value: str, name: str) -> str | None:
    """As browsers write an origin: cookies and the check of forms compare with it."""
    address = _web_address(value, name)
    if address is None:
        return None
    parts = urlsplit(address)
    if parts.path:
        raise StartRefused(
            f"{name} is {value!r}; it must be an address without a path, like https://inbox.example.com: "
            "Regulars has a host of its own, not a folder of another site's."
        )
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{net.in_address((parts.hostname or '').rstrip('.'))}{port}"


def _web_address(value: str, name: str) -> str | None:
    """A scheme of the web, a host and perhaps a port and a path: no more. What ``urlsplit`` quietly drops or keeps
    (line breaks, spaces) is looked for before.
    """
    if not value:
        return None
    parts = None
    try:
        parts = urlsplit(value)
        sound = (
            value.isascii()
            and value.isprintable()
            and parts.scheme in DEFAULT_PORTS
            and _is_host(parts.hostname or "")
            and parts.port != 0
            and not parts.netloc.endswith(":")
            and not set(value) & set(" @?#\\")
        )
    except ValueError:
        sound = False
    if parts is None or not sound:
        said = "has a name or password in it" if "@" in value else f"is {value!r}"
        raise StartRefused(f"{name} {said}; it must be an address like https://inbox.example.com.")
    return parts._replace(scheme=parts.scheme.lower()).geturl().rstrip("/")


def _is_host(host: str) -> bool:
    """A name of DNS, or an IP address; what ends in a number is only the latter (RFC 1123)."""
    name = host.rstrip(".")
    if ":" in name or name.rpartition(".")[2].isdigit():
        try:
            ip_address(name)
        except ValueError:
            return False
        return True
    return len(name) <= 253 and all(LABEL.fullmatch(label) for label in name.split("."))


def _proxies(value: str, name: str) -> None:
    """As uvicorn reads them, to whom anything else is the name of a socket that nobody has."""
    for proxy in filter(None, (each.strip() for each in value.split(","))):
        try:
            if proxy != "*":
                _ = ip_network(proxy) if "/" in proxy else ip_address(proxy)
        except ValueError as error:
            raise StartRefused(
                f"{name} has {proxy!r}; it must be IP addresses or networks, comma separated, or *."
            ) from error


def _database(value: str, name: str) -> str | None:
    """The address is checked without being repeated: it holds a password."""
    if not value:
        return None
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1 and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise StartRefused(f"{name} must look like postgresql://user:password@host:5432/name.")
    return value


def _log(value: str, name: str) -> LogFormat:
    if value not in ("", "json", "text"):
        raise StartRefused(f"{name} is {value!r}; it must be json or text.")
    return cast("LogFormat", value or "text")


def _switch(value: str, name: str) -> bool:
    if value not in ("", "0", "1"):
        raise StartRefused(f"{name} is {value!r}; it must be 1 (on) or 0 (off).")
    return value == "1"


def _roles(value: str) -> tuple[Role, ...]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    wrong = [name for name in names if name not in ROLES]
    if wrong:
        raise StartRefused(f"--role has {wrong[0]!r}; it must be web, worker, or both with a comma.")
    return tuple(role for role in ROLES if role in names) or ROLES
