"""Where the bytes of photos and scans lie: encrypted, at ``<estate>/<aa>/<sha256>``, outside the web root.

The shelf is a folder of the instance, chosen once at start-up. A file is written under another name, forced
to the disk and then renamed, so that a name on the shelf is always a whole file. When the transaction around
``put`` is rolled back the file stays without a row: harmless, the same photo sent again takes it over, and
``pmweb verify`` finds what is left.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from pmweb.domain.workflow import RuleBroken
from pmweb.models.base import Base, Subject, subject_of
from pmweb.models.files import Attachment, FileKind, StoredFile
from pmweb.models.pictures import Prepared
from pmweb.models.session_rules import actor_of, estate_of
from pmweb.models.vault import Sealed, vault

THUMBNAIL = ".thumbnail"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_log = logging.getLogger(__name__)
_folder: Path | None = None


class Unreadable(RuntimeError):
    """The file is missing, was changed, or was encrypted with another key: a fault of ours, for the log."""


def shelve_at(folder: Path) -> None:
    """Choose the folder of this process, once at start-up; it is made when the first file comes."""
    global _folder
    _folder = folder


def put(session: Session, prepared: Prepared, kind: FileKind, *, at: datetime) -> StoredFile:
    """Keep the file and return its row, flushed.

    The same content twice in an estate is one file and one row. An identity scan has no thumbnail.
    Raises RuleBroken: ``upload.disk_full``, ``upload.not_stored`` (any other fault of the disk); then nothing
    is left of it. ValueError when an identity scan is to be kept as something else, or the other way round.
    """
    if prepared.identity != (kind is FileKind.IDENTITY):
        raise ValueError(f"a file with identity={prepared.identity} cannot be kept as {kind}")
    estate_id = estate_of(session)
    same = select(StoredFile).where(StoredFile.sha256 == prepared.sha256).order_by(StoredFile.id).limit(1)
    row = session.scalar(same)
    path = _place(estate_id, prepared.sha256)
    if row is None or not path.exists():
        _write(path, prepared)
    if row is None:
        row = StoredFile(
            sha256=prepared.sha256,
            media_type=prepared.media_type,
            size=len(prepared.data),
            width=prepared.width,
            height=prepared.height,
            kind=kind,
            stored_at=at,
            stored_by=actor_of(session).code,
        )
        session.add(row)
        session.flush()
    return row


def read(file: StoredFile) -> bytes:
    """The content. Raises Unreadable unless it is exactly what was put there."""
    data = _opened(_place(file.estate_id, file.sha256))
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Unreadable(f"file {file.id} is not what was stored")
    return data


def read_thumbnail(file: StoredFile) -> bytes | None:
    """A small JPEG of it, or None: a PDF, a signature and an identity scan have none. Raises Unreadable."""
    path = _place(file.estate_id, file.sha256 + THUMBNAIL)
    return _opened(path) if path.exists() else None


def attach(
    session: Session, file: StoredFile, subject: Base | Subject, *, at: datetime, caption: str = ""
) -> Attachment:
    """Lay the file to a matter; laid there already, it is not laid there twice."""
    subject = subject_of(subject)
    there = session.scalar(
        select(Attachment).where(
            Attachment.subject_kind == subject.kind,
            Attachment.subject_id == subject.id,
            Attachment.file_id == file.id,
            Attachment.taken_off_at.is_(None),
        )
    )
    if there is not None:
        return there
    attachment = Attachment(
        file=file, subject_kind=subject.kind, subject_id=subject.id, caption=caption, attached_at=at
    )
    session.add(attachment)
    session.flush()
    return attachment


def attachments(session: Session, kind: str, ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """What lies at each of these subjects of one kind (a table name), in order of arrival: one query."""
    found: dict[int, list[Attachment]] = {subject_id: [] for subject_id in ids}
    if not found:
        return found
    query = (
        select(Attachment)
        .where(
            Attachment.subject_kind == kind,
            Attachment.subject_id.in_(found),
            Attachment.taken_off_at.is_(None),
        )
        .order_by(Attachment.id)
    )
    for attachment in session.scalars(query):
        found[attachment.subject_id].append(attachment)
    return found


def take_off(attachment: Attachment, *, at: datetime) -> None:
    """The file no longer belongs to the matter; row and file stay, and so does the first time of this."""
    if attachment.taken_off_at is None:
        attachment.taken_off_at = at


def _place(estate_id: int, name: str) -> Path:
    if _folder is None:
        raise RuntimeError("nobody said where files lie: shelve_at() comes first")
    return _folder / str(estate_id) / name[:2] / name


def _opened(path: Path) -> bytes:
    try:
        return vault().decrypt(path.read_bytes())
    except (OSError, Sealed, ValueError) as fault:
        raise Unreadable(f"{path.name}: {fault}") from fault


def _write(path: Path, prepared: Prepared) -> None:
    """The thumbnail first: where the file stands, it is complete."""
    thumbnail = path.with_name(path.name + THUMBNAIL)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if prepared.thumbnail is not None:
            _write_whole(thumbnail, vault().encrypt(prepared.thumbnail))
        _write_whole(path, vault().encrypt(prepared.data))
    except OSError as fault:
        _log.exception("a file could not be stored at %s", path)
        if not path.exists():
            with suppress(OSError):
                thumbnail.unlink(missing_ok=True)
        code = "upload.disk_full" if fault.errno in _FULL else "upload.not_stored"
        raise RuleBroken(code) from fault


def _write_whole(path: Path, data: bytes) -> None:
    """All of it or nothing, readable by this account only."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _remember_the_name(path.parent)


def _remember_the_name(folder: Path) -> None:
    """The new name must outlive a power cut too; Windows has no such call and needs none."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
