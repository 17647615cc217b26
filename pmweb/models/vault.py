"""The data key: what keeps identity numbers and scans unreadable at rest (promise 13).

The key is opened once at start-up. AES-GCM gives secrecy and shows tampering; a keyed HMAC lets the office find
an identity number without anybody being able to read the column.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealed(RuntimeError):
    """The bytes cannot be opened: another key, or somebody changed them."""


@dataclass(frozen=True)
class Vault:
    """Encrypts, decrypts and fingerprints with one key of 32 bytes."""

    key: bytes

    def encrypt(self, plain: bytes) -> bytes:
        """Nonce and ciphertext; equal inputs never give equal outputs."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._derived(b"encrypt")).encrypt(nonce, plain, None)

    def decrypt(self, sealed: bytes) -> bytes:
        """The plain bytes. Raises Sealed when the key or the bytes are wrong."""
        try:
            return AESGCM(self._derived(b"encrypt")).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError) as error:
            raise Sealed("the data key does not open this value") from error

    def fingerprint(self, text: str) -> str:
        """Keyed HMAC of a normalised number: equal numbers, equal prints, nothing to read back."""
        return hmac.new(self._derived(b"fingerprint"), text.encode(), hashlib.sha256).hexdigest()

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.new(self.key, purpose, hashlib.sha256).digest()


_open: Vault | None = None


def unlock(key: bytes) -> None:
    """Open the vault of this process with the instance's data key (32 bytes)."""
    global _open
    if len(key) != 32:
        raise ValueError("the data key has 32 bytes")
    _open = Vault(key)


def vault() -> Vault:
    """The open vault. Raises Sealed before ``unlock``."""
    if _open is None:
        raise Sealed("the data key has not been opened")
    return _open
