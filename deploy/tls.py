"""The house's own certificate authority for containers on one machine: it vouches for database, wire, services and gateway.

An organisation with an authority of its own puts its certificates in the same places instead.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LASTING = timedelta(days=825)
"""The most that browsers accept of a server's certificate; after that `candour containers` makes a new one."""
AUTHORITY = timedelta(days=3650)
RENEW = timedelta(days=30)
HERE = ("localhost", "127.0.0.1")
BY_TLS_ALONE = """# Whoever comes over the network comes by TLS, or not at all.
local   all all     trust
hostssl all all all scram-sha-256
"""
"""PostgreSQL's pg_hba.conf where database, wire and pages are reached by TLS."""


def certify(folder: Path, servers: Mapping[str, Sequence[str]], now: datetime) -> None:
    """A key and certificate for each server with its names, under an authority that is made once, all in `folder`.

    What is there and good for another month stays. Files: ca.crt, ca-bundle.crt (with what the machine trusts, for
    those who also call others), ca.key and <server>.key (readable by the owner alone), <server>.crt.
    """
    if not (folder / "ca.crt").exists():
        _authority(folder, now)
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    for server, names in servers.items():
        known = folder / f"{server}.crt"
        if not known.exists() or _ends(known) < now + RENEW:
            _server(folder, server, names, authority, now)


def _authority(folder: Path, now: datetime) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), _named("Candour, this machine's own authority")
    built = _begun(name, name, key.public_key(), now, AUTHORITY).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    built = built.add_extension(
        x509.KeyUsage(
            key_cert_sign=True, crl_sign=True, digital_signature=True, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
        ), critical=True,
    )  # fmt: skip
    _write_key(folder / "ca.key", key)
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "ca.crt").write_bytes(pem)
    trusted = ssl.get_default_verify_paths().cafile
    others = Path(trusted).read_bytes() if trusted and Path(trusted).exists() else b""
    (folder / "ca-bundle.crt").write_bytes(others + pem)


def _server(folder: Path, server: str, names: Sequence[str], authority: x509.Certificate, now: datetime) -> None:
    signer = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key, known_as = ec.generate_private_key(ec.SECP256R1()), [_address(each) for each in (*names, *HERE)]
    built = _begun(_named(server), authority.subject, key.public_key(), now, LASTING)
    built = built.add_extension(x509.SubjectAlternativeName(known_as), critical=False)
    built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    issued = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    built = built.add_extension(issued, critical=False)
    _write_key(folder / f"{server}.key", key)
    (folder / f"{server}.crt").write_bytes(built.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasting: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + lasting)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )  # fmt: skip


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _address(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _ends(certificate: Path) -> datetime:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.astimezone(UTC)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def encrypted(env: Mapping[str, str]) -> dict[str, Any]:
    """How a web server shows its certificate, where CANDOUR_TLS_CERTIFICATE and CANDOUR_TLS_KEY name one; else nothing."""
    shown, key = env.get("CANDOUR_TLS_CERTIFICATE", ""), env.get("CANDOUR_TLS_KEY", "")
    return {"ssl_certfile": shown, "ssl_keyfile": key} if shown and key else {}
