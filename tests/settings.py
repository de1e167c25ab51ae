"""Settings for tests: a home of its own, quick passwords, plain static files."""

import os
import tempfile

os.environ.setdefault("HUBBUB_HOME", tempfile.mkdtemp(prefix="hubbub-test-"))
os.environ["HUBBUB_ALLOW_PRIVATE"] = "demo,bluesky"

from hubbub.config.settings import *  # noqa: F403
from hubbub.config.settings import DATABASES, HOME

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    # A file, not memory: threads, processes and the tailer open it too.
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.db")}
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"]["OPTIONS"],
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
    }
else:
    DATABASES["default"]["OPTIONS"].pop("pool", None)
