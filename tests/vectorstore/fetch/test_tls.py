"""Encrypted connections: the server is the one that the address names, wherever it was connected to."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.vectorstore.fetch.network import PUBLIC, Network, fetched, refusal
from tests.vectorstore.fetch.web_server import WebServer, answer, redirect
from vectorstore import fetch as web

HOST, INTERNAL = "public.example", "10.1.2.3"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of HOST and INTERNAL, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ip_address(INTERNAL))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def asked() -> list[str]:
    """The names that clients asked the encrypted server for."""
    return []


@pytest.fixture
def encrypted(certificate: Path, asked: list[str]) -> Iterator[WebServer]:
    def note(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        asked.append(name or "")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = note
    with WebServer({"/": answer(b"text")}, context) as running:
        yield running


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The certificate is among those that are trusted."""
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    web._tls.cache_clear()
    yield
    web._tls.cache_clear()


def test_a_certificate_that_nobody_vouches_for(
    encrypted: WebServer, tmp_path: Path, network: Network
) -> None:
    network.names[HOST] = [["127.0.0.1"]]
    error = refusal(encrypted.url(host=HOST, scheme="https"), tmp_path)
    assert "证书可能已过期或不受信任" in error.message.zh
    assert not encrypted.requests


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host(encrypted: WebServer, tmp_path: Path, network: Network) -> None:
    network.names["other.example"] = [["127.0.0.1"]]
    error = refusal(encrypted.url(host="other.example", scheme="https"), tmp_path)
    assert "证书" in error.message.zh
    assert not encrypted.requests


@pytest.mark.usefixtures("trusted")
def test_the_name_stays_that_of_the_address(
    server: WebServer, encrypted: WebServer, asked: list[str], tmp_path: Path, network: Network
) -> None:
    network.names[HOST] = [[PUBLIC], ["127.0.0.1"]]
    network.routes[PUBLIC, 443] = encrypted.port
    server.answers["/a"] = redirect(f"https://{HOST}/")
    assert fetched(server.url("/a"), tmp_path) == b"text"
    assert network.connected[1:] == [(PUBLIC, 443)]
    assert asked == [HOST]
    assert f"Host: {HOST}\r\n" in encrypted.requests[0]


@pytest.mark.usefixtures("trusted")
def test_an_internal_server_may_redirect_to_its_encrypted_self(
    server: WebServer, encrypted: WebServer, tmp_path: Path, network: Network
) -> None:
    network.routes |= {(INTERNAL, 80): server.port, (INTERNAL, 443): encrypted.port}
    server.answers["/a"] = redirect(f"https://{INTERNAL}/")
    assert fetched(f"http://{INTERNAL}/a", tmp_path) == b"text"


def test_a_server_without_encryption(server: WebServer, tmp_path: Path) -> None:
    assert "加密连接" in refusal(server.url(scheme="https"), tmp_path).message.zh


@pytest.mark.parametrize("bound", ["_CONNECT_SECONDS", "_MOST_SECONDS"])
def test_a_server_that_never_agrees(
    bound: str, server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reads = False
    monkeypatch.setattr(web, bound, 0.1)
    assert "超时" in refusal(server.url(scheme="https"), tmp_path).message.zh
