"""Where a request comes from, as attempts are counted."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network


def network(address: str | None) -> str:
    """The address as it is counted: an IPv4 address by itself, an IPv6 one with its /64 (one household has that)."""
    try:
        read = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(read, IPv6Address):
        if read.ipv4_mapped:
            return str(read.ipv4_mapped)
        return str(ip_network((read, 64), strict=False))
    return str(read)
