"""HTTPS on an office network that has no public name: a certificate authority of the office's own.

``authority`` is pure: keys and certificates in memory. ``guide`` is the page that tells how to trust the
authority on a tablet. ``files`` keeps them all in ``instance/tls`` and is what ``pmweb cert`` calls.
"""

from __future__ import annotations

from pmweb.tls.authority import HostRefused
from pmweb.tls.files import CertificateFiles, certificate_files, make_certificate

__all__ = ["CertificateFiles", "HostRefused", "certificate_files", "make_certificate"]
