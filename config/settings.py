"""Django's settings, read once from the environment (names: docs/reference/environment.md).

The supervisor validates the environment and fills in what a person left out; a process started by hand
(tests, ``manage.py``) gets the same defaults here.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("REGULARS_HOME") or BASE_DIR / ".regulars").resolve()
MEDIA_HOME = HOME / "media"
INCOMING_HOME = HOME / "incoming"
"""bodies on their way in, of the web process alone"""
DEMO = os.environ.get("REGULARS_DEMO") == "1"
DEMO_MEMBERS = json.loads(os.environ.get("REGULARS_DEMO_MEMBERS") or "[]") if DEMO else []
"""the demo's sign-ins, ``[{"email", "password", "role"}]``: the file that keeps them is closed to the web process"""
DEBUG = False


def _secret_key() -> str:
    """The supervisor makes one per home."""
    key = os.environ.get("REGULARS_SECRET_KEY", "")
    stored = HOME / "secret_key"
    if not key and stored.exists():
        key = stored.read_text().strip()
    return key or "insecure-key-for-tests-and-manage-commands-only"


def _old_secret_keys() -> list[str]:
    """Those that somebody named, and those that a rotation has not retired yet."""
    named = os.environ.get("REGULARS_OLD_SECRET_KEYS", "").split(",")
    stored = HOME / "old_secret_keys"
    if not os.environ.get("REGULARS_SECRET_KEY") and stored.exists():
        named += stored.read_text().split()
    return [key.strip() for key in named if key.strip()]


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = [key for key in _old_secret_keys() if key != SECRET_KEY]
KEY_MARK = hashlib.sha256(f"regulars/key-mark/1 {SECRET_KEY}".encode()).hexdigest()[:8]
"""by which a process that runs with another key is known in the database (``kernel.resealing``)"""


def _database(url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name?host=/socket/dir`` as Django's dictionary."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}; it must look like postgresql://user:password@host:5432/name"
        )
    # Parameters travel beside the statement, arrays in binary (%b): the client need not write batches out as SQL.
    options: dict[str, object] = {"server_side_binding": True}
    host = parts.hostname or ""
    for pair in filter(None, parts.query.split("&")):
        name, _, value = pair.partition("=")
        if name == "host":
            host = unquote(value)
        else:
            options[name] = unquote(value)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": f"regulars:{KEY_MARK}", **options},
    }


DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://regulars@localhost/regulars")
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PUBLIC_URL = os.environ.get("REGULARS_PUBLIC_URL", "").rstrip("/")
ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC_URL.startswith("https") else None
SESSION_ENGINE = "regulars.workspaces.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "regulars_session"
CSRF_COOKIE_NAME = "regulars_csrf"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

WHATSAPP_GRAPH_URL = os.environ.get("WHATSAPP_GRAPH_URL", "https://graph.facebook.com").rstrip("/")
SMTP_PORTS = tuple(map(int, filter(None, os.environ.get("REGULARS_SMTP_PORTS", "").split(","))))
"""where mail servers may listen besides the usual ports"""
METRICS_TOKEN = os.environ.get("REGULARS_METRICS_TOKEN", "")
SANDBOX_URL = os.environ.get("REGULARS_SANDBOX_URL", "").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "regulars.kernel",
    "regulars.workspaces",
    "regulars.tags",
    "regulars.contacts",
    "regulars.inboxes",
    "regulars.media",
    "regulars.mail",
    "regulars.notifications",
    "regulars.message_templates",
    "regulars.quick_replies",
    "regulars.conversations",
    "regulars.routing",
    "regulars.saved_views",
    "regulars.macros",
    "regulars.scheduling",
    "regulars.protection",
    "regulars.service_levels",
    "regulars.idling",
    "regulars.transcripts",
    "regulars.blocking",
    "regulars.answering",
    "regulars.attention",
    "regulars.acts",
    "regulars.cases",
    "regulars.search",
    "regulars.channels.whatsapp",
    "regulars.api",
    "regulars.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "regulars.web.compression.CompressPagesMiddleware",
    "regulars.web.security.ContentSecurityPolicyMiddleware",
    "regulars.web.security.FreshPagesMiddleware",
    "regulars.web.odd_requests.OddRequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "regulars.web.unavailable.DatabaseUnavailableMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "regulars.web.odd_requests.OddTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "regulars.web.sign_in.middleware.MemberMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "regulars.web.problems.ProblemMiddleware",
]

ROOT_URLCONF = "config.urls"
CHANNELS = "config.wiring.CHANNELS"
CONDITION_FIELDS = "config.wiring.CONDITION_FIELDS"
CONTACT_TABLES = "config.wiring.CONTACT_TABLES"
JOB_KINDS = "config.wiring.JOB_KINDS"
JOB_WATCH = "config.wiring.JOB_WATCH"
REACTIONS = "config.wiring.REACTIONS"
URGENCY = "config.wiring.URGENCY"
NARROWINGS = "config.wiring.NARROWINGS"
FIND_BLOCKED = "config.wiring.FIND_BLOCKED"
MACRO_STEPS = "config.wiring.MACRO_STEPS"
PLACEHOLDERS = "config.wiring.PLACEHOLDERS"
SEARCHABLES = "config.wiring.SEARCHABLES"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None
GENERATED = "config.wiring.GENERATED"
PROTECTABLES = "config.wiring.PROTECTABLES"
WHEN_RESTORED = "config.wiring.WHEN_RESTORED"
SCHEMA_FILE = BASE_DIR / "config" / "schema.sql"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "workspaces.User"
LOGIN_URL = "/sign-in"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "regulars" / "web"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "regulars.web.context.shell",
            ],
            # {% load inbox %}: each screen's tags lie beside its templates
            "libraries": {
                "administration": "regulars.web.administration.tags",
                "cases": "regulars.web.cases.tags",
                "design": "regulars.web.design.tags",
                "inbox": "regulars.web.inbox.tags",
                "people": "regulars.web.people.tags",
                "routing": "regulars.web.routing.tags",
                "service_levels": "regulars.web.service_levels.tags",
            },
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어"), ("ru", "Русский"), ("th", "ไทย")]
LANGUAGE_COOKIE_NAME = "regulars_language"
LOCALE_PATHS = [BASE_DIR / "regulars" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [("", BASE_DIR / "regulars" / "web" / "static_built")]

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

RAW_DELIVERY_RETENTION_DAYS = 30

PUSH_SERVICE = ""
"""the origin of a push service that browsers' subscriptions may name besides those on the public internet: of tests"""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "regulars.kernel.logs.TextFormatter"},
        "json": {"()": "regulars.kernel.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if os.environ.get("REGULARS_LOG") == "json" else "text",
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "uvicorn.access": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},
    },
}
