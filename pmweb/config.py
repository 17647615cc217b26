"""Settings: defaults and the environment variables that change them (docs/operations.md lists them)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024
UPLOAD_LIMIT = 15 * MEGABYTE
"""The largest single file (FM types ``photos`` and ``file``)."""


@dataclass(frozen=True)
class Settings:
    """What the environment says about this instance."""

    instance: Path
    database_url: str
    timezone: str = "Asia/Shanghai"
    trusted_hosts: list[str] = field(default_factory=list)
    proxy_hops: int = 0
    ratelimit_storage: str = "memory://"
    secret_key: str | None = None
    data_key: str | None = None

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the ``PMWEB_*`` variables; each has a default that runs on a laptop."""
        env = os.environ
        instance = Path(env.get("PMWEB_INSTANCE") or Path.cwd() / "instance").resolve()
        return cls(
            instance=instance,
            database_url=env.get("PMWEB_DATABASE_URL") or f"sqlite:///{instance / 'pmweb.db'}",
            timezone=env.get("PMWEB_TIMEZONE") or "Asia/Shanghai",
            trusted_hosts=[h for h in env.get("PMWEB_TRUSTED_HOSTS", "").split(",") if h],
            proxy_hops=int(env.get("PMWEB_PROXY_HOPS") or 0),
            ratelimit_storage=env.get("PMWEB_RATELIMIT_STORAGE") or "memory://",
            secret_key=env.get("PMWEB_SECRET_KEY"),
            data_key=env.get("PMWEB_DATA_KEY"),
        )


def flask_settings(settings: Settings) -> dict[str, Any]:
    """The same, in the names of Flask and its extensions."""
    return {
        "INSTANCE": settings.instance,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # a fault in the log names no resident
        "TRUSTED_HOSTS": settings.trusted_hosts or None,
        "MAX_CONTENT_LENGTH": 4 * UPLOAD_LIMIT,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
        "MAX_FORM_PARTS": 2000,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=30),
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "zh_CN",
        "BABEL_DEFAULT_TIMEZONE": settings.timezone,
        "RATELIMIT_STORAGE_URI": settings.ratelimit_storage,
        "RATELIMIT_HEADERS_ENABLED": True,
    }
