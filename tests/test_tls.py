"""HTTPS on the office network: an authority trusted once, a server certificate made anew each year."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from pmweb import clock
from pmweb.tls import CertificateFiles, HostRefused, certificate_files, make_certificate
from pmweb.tls.authority import issue, make_authority, read_host

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
OFFICE = ["192.168.1.10", "office.local"]


def server_certificate(files: CertificateFiles) -> x509.Certificate:
    return x509.load_pem_x509_certificates(files.certificate.read_bytes())[0]


def authority(files: CertificateFiles) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.authority.read_bytes())


@pytest.fixture
def made(tmp_path: Path) -> CertificateFiles:
    return make_certificate(tmp_path / "tls", OFFICE, NOW)


def subject(text: str) -> x509.DNSName | x509.IPAddress:
    host = read_host(text)
    return x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host)


@pytest.mark.parametrize("host", [*OFFICE, "localhost", "127.0.0.1", "::1"])
def test_a_tablet_that_trusts_the_authority_accepts_the_server(made: CertificateFiles, host: str) -> None:
    builder = PolicyBuilder().store(Store([authority(made)])).time(NOW)
    chain = builder.build_server_verifier(subject(host)).verify(server_certificate(made), [])
    assert len(chain) == 2
    assert host in made.hosts


def test_it_is_refused_for_another_name_and_after_its_time(made: CertificateFiles) -> None:
    builder = PolicyBuilder().store(Store([authority(made)]))
    other = builder.time(NOW).build_server_verifier(x509.DNSName("other.local"))
    with pytest.raises(VerificationError):
        other.verify(server_certificate(made), [])
    late = builder.time(NOW + timedelta(days=397)).build_server_verifier(x509.DNSName("office.local"))
    with pytest.raises(VerificationError):
        late.verify(server_certificate(made), [])


def test_the_server_certificate_is_what_tablets_ask_for(made: CertificateFiles) -> None:
    certificate = server_certificate(made)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=397)
    assert made.expires_at == certificate.not_valid_after_utc
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ipaddress.ip_address("192.168.1.10") in names.get_values_for_type(x509.IPAddress)


def test_the_authority_signs_servers_only_and_nothing_outside_the_office(made: CertificateFiles) -> None:
    office = authority(made)
    constraints = office.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    identity = make_authority([read_host("office.local")], NOW)
    with pytest.raises(HostRefused, match=r"bank\.example"):
        issue(identity, [read_host("bank.example")], NOW)
    with pytest.raises(HostRefused, match=r"8\.8\.8\.8"):
        issue(identity, [read_host("8.8.8.8")], NOW)


def test_private_keys_are_for_their_owner_only(made: CertificateFiles) -> None:
    for key in (made.key, made.authority_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700
    assert not list(made.key.parent.glob("*.new"))


def test_the_second_time_the_authority_stays_and_the_server_certificate_is_new(
    made: CertificateFiles,
) -> None:
    kept, old = made.authority.read_bytes(), server_certificate(made).serial_number
    again = make_certificate(made.key.parent, ["192.168.1.11"], NOW + timedelta(days=300))
    assert made.new_authority
    assert not again.new_authority
    assert again.authority.read_bytes() == kept
    assert server_certificate(again).serial_number != old
    assert again.hosts[0] == "192.168.1.11"
    assert certificate_files(made.key.parent) == again


def test_an_authority_near_its_end_is_not_outlived_and_after_it_is_replaced(made: CertificateFiles) -> None:
    end = authority(made).not_valid_after_utc
    near = make_certificate(made.key.parent, OFFICE, end - timedelta(days=20))
    assert (near.new_authority, near.expires_at) == (False, end)
    assert make_certificate(made.key.parent, OFFICE, end).new_authority


def test_a_name_that_the_kept_authority_may_not_vouch_for_changes_nothing(made: CertificateFiles) -> None:
    before = {path.name: path.read_bytes() for path in made.key.parent.iterdir()}
    with pytest.raises(HostRefused, match="every tablet"):
        make_certificate(made.key.parent, ["wy.example.cn"], NOW)
    assert {path.name: path.read_bytes() for path in made.key.parent.iterdir()} == before
    made.authority_key.unlink()
    again = make_certificate(made.key.parent, ["wy.example.cn"], NOW)
    assert again.new_authority
    assert again.fingerprint != made.fingerprint


@pytest.mark.parametrize(
    "text",
    ["", "https://office.local", "office.local:8000", "192.168.1", "a b", "-x.local", "*.local", "a..b"],
)
def test_what_is_no_name_and_no_address_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(HostRefused, match="neither a host name nor an address"):
        make_certificate(tmp_path / "tls", [text], NOW)
    assert not (tmp_path / "tls").exists()


def test_names_in_chinese_and_addresses_in_brackets_are_understood() -> None:
    assert read_host("物业.local") == "xn--vhqz89f.local"
    assert read_host("[fd00::1]") == ipaddress.ip_address("fd00::1")
    assert read_host(" Office.LOCAL. ") == "office.local"


def test_before_the_first_time_there_is_nothing(tmp_path: Path) -> None:
    assert certificate_files(tmp_path) is None


def test_the_page_for_the_tablet_names_the_file_the_fingerprint_and_the_address(
    made: CertificateFiles,
) -> None:
    page = made.guide.read_text(encoding="utf-8")
    parser = html5lib.HTMLParser()
    parser.parse(page)
    assert parser.errors == []
    assert 'href="ca.crt"' in page
    assert made.fingerprint in page
    assert "https://192.168.1.10:8000/" in page
    assert "证书信任设置" in page
    assert "Certificate Trust Settings" in page
    assert "PRIVATE KEY" not in page


def test_a_real_handshake_on_this_computer(tmp_path: Path) -> None:
    files = make_certificate(tmp_path / "tls", ["192.168.1.10"], clock.now())
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(files.certificate, files.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            plain, _ = listener.accept()
            with server_side.wrap_socket(plain, server_side=True) as secure:
                secure.sendall("好".encode())

        office = threading.Thread(target=answer, daemon=True)
        office.start()
        trusting = ssl.create_default_context(cafile=str(files.authority))
        with (
            socket.create_connection(listener.getsockname(), timeout=10) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as tablet,
        ):
            assert tablet.recv(10).decode() == "好"
            assert tablet.version() == "TLSv1.3"
        office.join(10)


def test_a_tablet_without_the_authority_refuses_the_handshake(tmp_path: Path) -> None:
    files = make_certificate(tmp_path / "tls", ["192.168.1.10"], clock.now())
    stranger = make_certificate(tmp_path / "other", ["192.168.1.10"], clock.now())
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(files.certificate, files.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            plain, _ = listener.accept()
            with plain, pytest.raises(ssl.SSLError):
                server_side.wrap_socket(plain, server_side=True)

        office = threading.Thread(target=answer, daemon=True)
        office.start()
        trusting = ssl.create_default_context(cafile=str(stranger.authority))
        with (
            socket.create_connection(listener.getsockname(), timeout=10) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            trusting.wrap_socket(plain, server_hostname="127.0.0.1")
        office.join(10)
