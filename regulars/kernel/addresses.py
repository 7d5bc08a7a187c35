"""Which hosts a client of ours may talk to, when somebody else said where.

A media address comes out of a platform's answer, a push service's out of a browser. It may only lead to the public
internet over https, or to the very host that the operator configured (the sandbox on this machine); never into the
operator's own network.
"""

from __future__ import annotations

import ipaddress
import re
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_OF_A_SITE = (ipaddress.IPv6Network("fec0::/10"), ipaddress.IPv6Network("64:ff9b:1::/48"))
"""private ones that Python calls global: site-local (RFC 3879) and a site's own translation (RFC 8215)"""
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
"""a host that ends in a number is an IPv4 address for whoever connects: ``127.1``, ``2130706433``, ``0x7f.1``"""


class ForbiddenAddress(ValueError):
    """An address that we must not fetch from."""


def check_address(url: URL, base: URL) -> None:
    """Raises ``ForbiddenAddress`` unless ``url`` may be fetched by a client configured for ``base``."""
    if not url.host:
        raise ForbiddenAddress("An address must name a host.")
    if url.origin() == base.origin():
        return
    if is_loopback(base.host or ""):
        if url.scheme in ("http", "https"):
            return
        raise ForbiddenAddress(f"An address must be http or https, not {url.scheme}.")
    if url.scheme != "https":
        raise ForbiddenAddress(f"An address must be https, not {url.scheme}.")
    literal = _literal(url.host)
    if literal is not None and not is_public(literal):
        raise ForbiddenAddress("An address must lie on the public internet.")
    if literal is None and _NUMBER.fullmatch(url.host):  # whether it is resolved here or by a proxy
        raise ForbiddenAddress("An address must write its host's number out.")


def is_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address lies on the public internet, also the one inside of an IPv6 address that carries IPv4 on.

    Those are mapped and compatible addresses (RFC 4291), translated ones (RFC 2765), 6to4 (RFC 3056) and NAT64
    (RFC 6052): a gateway of the operator's may lead from them into their own network.
    """
    if not address.is_global or address.is_multicast or any(address in each for each in _OF_A_SITE):
        return False
    inner = _carried(address) if isinstance(address, ipaddress.IPv6Address) else None
    return inner is None or is_public(inner)


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if any(address in each for each in (_NAT64, _COMPATIBLE, _TRANSLATED)):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


class PublicResolver(AbstractResolver):
    """DNS for everything but the configured hosts: answers that lead into private networks are refused.

    The check sits in the resolver, because a name can change its answer between a check and the connection. Behind a
    proxy it sees the proxy's name only: that one resolves all others.
    """

    def __init__(self, base: URL, proxy: str | None = None) -> None:
        self._inner = DefaultResolver()
        self._own_hosts = {base.host, URL(proxy).host if proxy else None}
        self._allows_all = is_loopback(base.host or "")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises ``OSError`` when only private addresses are left."""
        found = await self._inner.resolve(host, port, family)
        if self._allows_all or host in self._own_hosts:
            return found
        public = [entry for entry in found if is_public(ipaddress.ip_address(entry["host"]))]
        if not public:
            raise OSError(None, f"The host {host} has no public address.")
        return public

    async def close(self) -> None:
        await self._inner.close()


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
