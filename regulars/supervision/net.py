"""The little networking a supervisor needs: is a port free, does an address answer."""

import errno
import socket

from .errors import StartRefused

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port; PermissionError is passed on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        return True


def require_free(port: int) -> None:
    """Raise StartRefused, naming the port and the way out, when a server cannot listen on it."""
    try:
        free = is_free(port)
    except OSError as error:
        raise StartRefused(
            f"Port {port} cannot be used: {error.strerror}. Choose another with --port N or REGULARS_PORT."
        ) from error
    if not free:
        raise StartRefused(
            f"Port {port} is taken by another program. Stop that program, or choose another port: "
            "regulars serve --port N, or REGULARS_PORT=N make demo."
        )


def status_of(port: int, path: str, *, patience: float = 2.0) -> int | None:
    """The HTTP status that the server on the loopback port gives for the path; None when it gives none."""
    request = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((LOOPBACK, port), timeout=patience) as connection:
            connection.sendall(request.encode())
            first_line = connection.recv(64)
    except OSError:
        return None
    parts = first_line.split(b" ")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
