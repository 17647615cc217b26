"""A disk that is full at an upload: a clear refusal, and nothing half-written (bars: bad input)."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from pmweb.domain.workflow import RuleBroken
from pmweb.extensions import unit
from pmweb.models import shelf
from pmweb.models.files import FileKind, StoredFile
from pmweb.models.pictures import Prepared, prepare
from pmweb.web.wording import WORDS
from tests import pictures
from tests.office import MORNING, Office

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and mounts of POSIX")


@pytest.fixture
def large() -> Prepared:
    """About 2 MB after preparation: more than either small disk holds."""
    prepared = prepare(pictures.jpeg(Image.effect_noise((2400, 1800), 120)))
    assert len(prepared.data) > 1_500_000
    return prepared


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of 1 MB where this account may mount one, else files of 64 kB at most."""
    place = tmp_path / "disk"
    place.mkdir()
    monkeypatch.setattr(shelf, "_folder", place / "files")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True)
    else:
        with files_of_at_most(64 * 1024):
            yield place


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def put(prepared: Prepared) -> StoredFile:
    return shelf.put(unit(), prepared, FileKind.PHOTO, at=MORNING)


def test_a_photo_that_no_longer_fits_leaves_nothing(
    office: Office, small_disk: Path, large: Prepared
) -> None:
    small = put(prepare(pictures.jpeg()))
    unit().commit()
    before = sorted(p.name for p in small_disk.rglob("*") if p.is_file())

    with pytest.raises(RuleBroken) as broken:
        put(large)
    assert broken.value.code == "upload.disk_full"
    assert broken.value.code in WORDS
    unit().rollback()

    assert sorted(p.name for p in small_disk.rglob("*") if p.is_file()) == before
    assert unit().scalar(select(func.count()).select_from(StoredFile)) == 1
    assert shelf.read(small) == prepare(pictures.jpeg()).data


def test_a_limit_on_the_size_of_files_is_a_full_disk_too(
    app: Flask, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: Prepared
) -> None:
    monkeypatch.setattr(shelf, "_folder", tmp_path)
    with files_of_at_most(64 * 1024), pytest.raises(RuleBroken, match=r"upload\.disk_full"):
        put(large)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert put(large).id


def test_any_other_fault_of_the_disk_is_said_as_such(
    app: Flask, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "_folder", tmp_path)

    def broken_disk(_handle: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fsync", broken_disk)
    with pytest.raises(RuleBroken, match=r"upload\.not_stored"):
        put(prepare(pictures.jpeg()))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
