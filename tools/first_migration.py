"""Write the one initial migration anew from the models: only as long as no office has data (before 1.0).

``python -m tools.first_migration`` replaces everything in ``pmweb/migrations/versions``. After 1.0 a change of the
models is a migration of its own: ``flask --app pmweb db migrate -m "…"``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

VERSIONS = Path(__file__).parent.parent / "pmweb" / "migrations" / "versions"


def main() -> None:
    """Replace the initial migration."""
    for old in VERSIONS.glob("*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="pmweb-first-") as folder:
        os.environ["PMWEB_INSTANCE"] = folder
        os.environ.pop("PMWEB_DATABASE_URL", None)
        from flask_migrate import migrate

        from pmweb import create_app
        from pmweb.config import Settings
        from pmweb.instance import prepare

        prepare(Settings.from_environment())
        with create_app().app_context():
            migrate(message="all tables", rev_id="0001")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(VERSIONS)], check=True)


if __name__ == "__main__":
    main()
