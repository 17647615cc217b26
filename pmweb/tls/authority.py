"""Keys and certificates in memory: the office's authority, and server certificates that it signs.

Every tablet of the office trusts the authority for ten years, and its key lies on an office computer. So the
authority can vouch only for private addresses, for names of a local network, and for the names it was made
for (RFC 5280 name constraints): whoever steals the key still cannot pass for a bank.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=397)
"""The longest that browsers of tablets accept from any authority."""
SKEW = timedelta(days=1)
"""How far back a certificate starts, for tablets whose clock is behind."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Host = str | Address
"""A name in its network form (``xn--…`` for Chinese), or an address."""

_LOCAL_NAMES = ("localhost", "local", "lan", "internal", "home.arpa")
_LOCAL_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")


class HostRefused(ValueError):
    """Not a name or address that a certificate can be made for; the message says which and why."""


@dataclass(frozen=True)
class Identity:
    """A certificate and the private key that belongs to it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def read_host(text: str) -> Host:
    """``192.168.1.10``, ``office.local`` or ``物业.local`` as a certificate knows it. Raises HostRefused."""
    cleaned = text.strip().strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(cleaned)
    except ValueError:
        pass
    try:
        name = cleaned.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not name or not all(_LABEL.fullmatch(label) for label in name.split(".")) or _only_digits(name):
        raise HostRefused(
            f"{text!r} is neither a host name nor an address (write it without https:// and port)"
        )
    return name


def _only_digits(name: str) -> bool:
    """A torn address such as ``192.168.1`` looks like a name and would never match one."""
    return name.replace(".", "").isdigit()


def make_authority(hosts: Iterable[Host], now: datetime) -> Identity:
    """A new authority for local names and addresses and for ``hosts``."""
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # the tail of the serial number keeps two authorities of one office apart in a tablet's list
    name = _name(f"物业本地证书 pmweb CA {serial & 0xFFFF:04x}")
    certificate = (
        _builder(subject=name, issuer=name, key=key.public_key(), now=now, life=AUTHORITY_LIFE)
        .serial_number(serial)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(hosts), None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate, key)


def issue(authority: Identity, hosts: Sequence[Host], now: datetime) -> Identity:
    """A server certificate for ``hosts`` (at least one; the first names it), signed by ``authority``.

    It lives 397 days, or as long as the authority if that is shorter. Raises HostRefused for a host that the
    authority may not vouch for.
    """
    for host in hosts:
        if not may_vouch(authority.certificate, host):
            raise HostRefused(
                f"the certificate authority of this office was not made for {host}. "
                "Remove ca.crt and ca.key to make a new one; every tablet must then trust it again."
            )
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    life = min(SERVER_LIFE, issuer.not_valid_after_utc - (now - SKEW))
    certificate = (
        _builder(
            subject=_name(str(hosts[0])[:64]), issuer=issuer.subject, key=key.public_key(), now=now, life=life
        )
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
        .sign(authority.key, hashes.SHA256())
    )
    return Identity(certificate, key)


def may_vouch(authority: x509.Certificate, host: Host) -> bool:
    """Whether a tablet that trusts ``authority`` would accept its word for ``host``."""
    permitted = (
        authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    )
    values = [subtree.value for subtree in permitted]
    if isinstance(host, str):
        return any(isinstance(name, str) and (host == name or host.endswith(f".{name}")) for name in values)
    return any(not isinstance(network, str) and host in network for network in values)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate as people compare it: ``AB:CD:…``."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _builder(
    *, subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    start = now - SKEW
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _permitted(hosts: Iterable[Host]) -> list[x509.GeneralName]:
    names = dict.fromkeys(_LOCAL_NAMES)
    networks: dict[Network, None] = dict.fromkeys(_LOCAL_NETWORKS)
    for host in hosts:
        if isinstance(host, str):
            names[host] = None
        elif not any(host in network for network in networks):
            networks[ipaddress.ip_network(host)] = None
    return [*(x509.DNSName(name) for name in names), *(x509.IPAddress(network) for network in networks)]


def _general_name(host: Host) -> x509.GeneralName:
    return x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host)
