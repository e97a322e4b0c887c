"""The long connection is encrypted: its secret goes to whoever proves to be WeCom, and to nobody else."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assistant.setup.settings import Settings
from tests.assistant.web.wechat.long_connection_servers import connected, noted, until_noted, with_bot
from tests.assistant.web.wechat.long_connection_simulator import Wecom
from tests.assistant.web.wechat.wecom_bot_servers import LUNCH
from tests.assistant.web.wechat.wecom_bot_simulator import text


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for the loopback address with its key, which no authority has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "WeCom of the tests")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = tmp_path / "wecom.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *form))
    return file


@pytest.fixture
def wecom(certificate: Path) -> Iterator[Wecom]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with Wecom(tls) as opened:
        yield opened


def test_a_certificate_of_an_own_authority_is_taken_where_the_environment_names_it(
    settings: Settings, tmp_path: Path, wecom: Wecom, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with connected(with_bot(settings, tmp_path / "data", wecom)):
        assert "5元" in wecom.answer(wecom.say(text(LUNCH)))


def test_whoever_can_not_prove_to_be_wecom_hears_no_secret(
    settings: Settings, tmp_path: Path, wecom: Wecom
) -> None:
    chosen = with_bot(settings, tmp_path / "data", wecom)
    with connected(chosen):
        until_noted(chosen, "lost")
        assert noted(chosen)["cause"] == "SSLCertVerificationError"
    assert wecom.connections == 0
    assert wecom.frames == []
