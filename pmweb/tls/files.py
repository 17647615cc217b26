"""The certificates as files in ``instance/tls``: made by ``pmweb cert``, read by ``pmweb serve --tls``.

The authority is made once and kept, so that tablets trust it once; the server certificate is made anew each
time. Private keys are readable by their owner only, also while they are being written.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pmweb.tls import authority as ca
from pmweb.tls.guide import trust_page

_ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class CertificateFiles:
    """Where everything lies, and what to tell the person who asked for it."""

    certificate: Path
    """The server certificate, with the authority behind it: what a server presents."""
    key: Path
    """The server's private key (mode 600)."""
    authority: Path
    """The authority's certificate: the one file that goes to the tablets."""
    authority_key: Path
    """The authority's private key (mode 600). It never leaves this folder."""
    guide: Path
    """A page in Chinese and English: how to trust the authority on a tablet."""
    hosts: tuple[str, ...]
    """The names and addresses that the server certificate is good for."""
    expires_at: datetime
    """From when on tablets refuse the server certificate."""
    fingerprint: str
    """SHA-256 of the authority, to compare with what a tablet shows."""
    new_authority: bool = False
    """Whether the authority was made just now: every tablet must trust it (again)."""


def make_certificate(folder: Path, hosts: list[str], now: datetime) -> CertificateFiles:
    """Make a server certificate for ``hosts`` and this computer itself; the authority too, the first time.

    An authority that has expired or is torn (one of its two files missing) is replaced. Raises
    :class:`~pmweb.tls.authority.HostRefused` for something that is not a name or an address, or for which
    the existing authority may not vouch; nothing has been changed then.
    """
    wanted = list(dict.fromkeys(ca.read_host(host) for host in [*hosts, *_ALWAYS]))
    office = _read_authority(folder, now)
    new = office is None
    if office is None:
        office = ca.make_authority(wanted, now)
    server = ca.issue(office, wanted, now)

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if new:
        _write(folder / "ca.key", _key_bytes(office.key), mode=0o600)
        _write(folder / "ca.crt", _certificate_bytes(office.certificate))
    chain = _certificate_bytes(server.certificate) + _certificate_bytes(office.certificate)
    _write(folder / "server.key", _key_bytes(server.key), mode=0o600)
    _write(folder / "server.crt", chain)
    files = _describe(folder, server.certificate, office.certificate, new=new)
    page = trust_page(
        hosts=[str(host) for host in wanted], files=files.authority.name, mark=files.fingerprint
    )
    _write(files.guide, page.encode())
    return files


def certificate_files(folder: Path) -> CertificateFiles | None:
    """What ``make_certificate`` left in ``folder``, or None when it has not been called yet."""
    needed = [folder / name for name in ("server.crt", "server.key", "ca.crt")]
    if not all(path.is_file() for path in needed):
        return None
    server = x509.load_pem_x509_certificate(needed[0].read_bytes())
    return _describe(folder, server, x509.load_pem_x509_certificate(needed[2].read_bytes()))


def _read_authority(folder: Path, now: datetime) -> ca.Identity | None:
    """The authority kept in ``folder`` while it is of use, else None."""
    certificate_file, key_file = folder / "ca.crt", folder / "ca.key"
    if not (certificate_file.is_file() and key_file.is_file()):
        return None
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return ca.Identity(certificate, key) if certificate.not_valid_after_utc > now else None


def _describe(
    folder: Path, server: x509.Certificate, office: x509.Certificate, *, new: bool = False
) -> CertificateFiles:
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return CertificateFiles(
        certificate=folder / "server.crt",
        key=folder / "server.key",
        authority=folder / "ca.crt",
        authority_key=folder / "ca.key",
        guide=folder / "trust.html",
        hosts=tuple(str(name.value) for name in names),
        expires_at=server.not_valid_after_utc,
        fingerprint=ca.fingerprint(office),
        new_authority=new,
    )


def _write(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file as a whole; its mode is right from its first byte on."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:
        target.write(content)
    fresh.replace(path)


def _certificate_bytes(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
