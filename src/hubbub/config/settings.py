"""Django's settings, made from `environment`. Nothing here is meant to be edited per installation."""

import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from hubbub.config import secrets
from hubbub.infra import environment
from hubbub.kernel.speech import LANGUAGES as SPOKEN
from hubbub.kernel.speech import LOCALES

try:
    ENVIRONMENT = environment.read()
    SECRET_KEY = secrets.django_key(ENVIRONMENT)
    secrets.keys_at_rest(ENVIRONMENT)  # said at the start where they can't be used
except environment.SettingError as error:
    sys.exit(f"hubbub: {error}")

SECRET_KEYS_AT_REST = ENVIRONMENT.secret_keys or partial(secrets.keys_at_rest, ENVIRONMENT)
"""The keys, newest first, or what reads them from their file: `hubbub secrets rotate` changes it while others run."""

HOME = ENVIRONMENT.home
SEGMENTS = HOME / "segments"
ARCHIVE = HOME / "archive"
IDENTITIES = HOME / "identities"
SPOOL = HOME / "spool"
FILES = HOME / "files"
_web = Path(__file__).parents[1] / "web"


def _as_asked_for(host: str) -> str:
    """A host as requests name it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", _as_asked_for(ENVIRONMENT.host)]
if ENVIRONMENT.url:
    ALLOWED_HOSTS.append(_as_asked_for(urlsplit(ENVIRONMENT.url).hostname or ""))
    CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url]
_https = ENVIRONMENT.url.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "hubbub.infra",
    "hubbub.accounts",
    "hubbub.channels",
    "hubbub.workforce",
    "hubbub.listening",
    "hubbub.care",
    "hubbub.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hubbub.web.middleware.Language",
    "hubbub.web.middleware.Errors",
]
ROOT_URLCONF = "hubbub.config.urls"
ASGI_APPLICATION = "hubbub.config.asgi.application"
LETTERS = "hubbub.web.letters.PageLetters"
"""Who writes the mails of the worker, which itself knows no pages."""

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_web / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django.templatetags.i18n", "hubbub.web.templatetags.hubbub"],
        },
    }
]

# Database ----------------------------------------------------------------
SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 5,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; "
        "PRAGMA mmap_size=268435456; PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=4000"
    ),
}
_database = dict(ENVIRONMENT.database) or {"ENGINE": "hubbub.infra.sqlite", "NAME": str(HOME / "hubbub.db")}
if _database["ENGINE"].endswith("sqlite"):
    _database |= {"OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": None}  # a connection is its thread's as long as it lives
else:
    _database["OPTIONS"] = {**_database["OPTIONS"], "pool": {"min_size": 1, "max_size": 12, "timeout": 10}}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "hubbub_cache"}}

# People ------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "hubbub.web.signin.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True

# Safety ------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "hubbub_session", "hubbub_csrf"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "hubbub.web.middleware.refused"
DATA_UPLOAD_MAX_MEMORY_SIZE = 30_000_000

# Pages -------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [(LANGUAGE_CODE if code == "en" else code, name) for code, name in SPOKEN.items()]
LOCALE_PATHS = [LOCALES]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [_web / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": "WARNING"},
    "loggers": {
        "hubbub": {"handlers": ["err"], "level": ENVIRONMENT.log, "propagate": False},
        "django.request": {"level": "ERROR"},
    },
}
