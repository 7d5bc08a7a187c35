"""Which machines a mail server may be on: an admin names it, and must not scan a network by it.

Private and loopback addresses are fine (a relay of one's own), as long as the port is one of mail
(docs/decisions/mail.md).
"""

from __future__ import annotations

import re
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

from regulars.mail.trouble import Trouble

PORTS = frozenset({25, 465, 587, 1025, 2525})
"""IANA's, and the two that relays and mail catchers use; ``REGULARS_SMTP_PORTS`` adds others"""
LOOK_UP_SECONDS = 5.0
LONGEST_HOST = 253
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_FORBIDDEN = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",  # link-local, where clouds answer questions about the machine
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "fe80::/10",
            "fd00:ec2::254/128",  # the same question in one cloud's IPv6
            "ff00::/8",
        ),
    )
)


def ports() -> frozenset[int]:
    return PORTS | frozenset(settings.SMTP_PORTS)


def is_host(text: str) -> bool:
    """A name or an address, without a port."""
    if not 0 < len(text) <= LONGEST_HOST or not text.isascii():
        return False
    try:
        ip_address(text)
    except ValueError:
        return all(_LABEL.fullmatch(each) for each in text.removesuffix(".").split("."))
    return True


def is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order to try them. Raises ``Trouble``; takes ``LOOK_UP_SECONDS`` at most."""
    found: list[str] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(each[4][0]) for each in answers))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, name="mail-look-up", daemon=True)
    asking.start()
    asking.join(LOOK_UP_SECONDS)
    if asking.is_alive() or failed or not found:
        raise Trouble("no-such-host")
    allowed = [each for each in found if _is_allowed(each)]
    if not allowed:
        raise Trouble("forbidden-host")
    return allowed


def _is_allowed(text: str) -> bool:
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return not any(address.version == each.version and address in each for each in _FORBIDDEN)
