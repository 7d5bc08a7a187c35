"""The little networking a supervisor needs: is a port free, does an address answer."""

import errno
import secrets
import socket
from typing import Any

from .errors import StartRefused

LOOPBACK = "127.0.0.1"
PRIVILEGED = 1024  # ports below are root's to take
BELOW_EPHEMERAL = range(20_000, 30_000)
"""no system gives these to outgoing connections (Linux begins at 32768): none is lost between looking and listening"""
_TRIES = 200


def free_port(*, and_next: bool = False) -> int:
    """``and_next``: the port after it is free, too."""
    for _ in range(_TRIES):
        port = secrets.choice(BELOW_EPHEMERAL)
        if _is_free_here(port) and (not and_next or _is_free_here(port + 1)):
            return port
    raise StartRefused(
        f"No free port between {BELOW_EPHEMERAL[0]} and {BELOW_EPHEMERAL[-1]}. Stop what listens there."
    )


def _is_free_here(port: int) -> bool:
    """By no name: reading one takes a module that an account may not reach."""
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def asked_at(host: str) -> str:
    return {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}.get(host, host)  # noqa: S104 (a name, nothing listens)


def in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Other failures than a taken port are passed on as OSError."""
    family, _kind, _protocol, _name, address = _resolved(host, port)
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        return True


def bound(port: int, host: str) -> socket.socket:
    """A socket for somebody who may not take this port; it answers from the moment at which they listen on it."""
    family, _kind, _protocol, _name, address = _resolved(host, port)
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(address)
    return taken


def require_free(port: int, host: str = LOOPBACK) -> None:
    """Raises StartRefused, naming what is wrong and the way out."""
    try:
        free = is_free(port, host)
    except socket.gaierror as error:
        raise StartRefused(
            f"REGULARS_HOST is {host!r}, which nobody knows; it must be an address of this machine, or 0.0.0.0 for all."
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise StartRefused(
                f"REGULARS_HOST is {host!r}, which is no address of this machine; 0.0.0.0 means all of them."
            ) from error
        raise StartRefused(
            f"Port {port} cannot be used: {error.strerror}. Choose another with --port N or REGULARS_PORT."
        ) from error
    if not free:
        raise StartRefused(
            f"Port {port} is taken by another program. Stop that program, or choose another port: "
            "regulars serve --port N, or REGULARS_PORT=N make demo."
        )


def status_of(port: int, path: str, host: str = LOOPBACK, *, patience: float = 2.0) -> int | None:
    there = asked_at(host)
    request = f"GET {path} HTTP/1.1\r\nHost: {in_address(there)}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((there, port), timeout=patience) as connection:
            connection.sendall(request.encode())
            first_line = connection.recv(64)
    except OSError:
        return None
    parts = first_line.split(b" ")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None


def _resolved(host: str, port: int) -> tuple[Any, ...]:
    return socket.getaddrinfo(host or LOOPBACK, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
