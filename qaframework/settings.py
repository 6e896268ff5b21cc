"""
All settings, from environment variables, in one file.

`QA_ENVIRONMENT` decides which defaults apply: `embedded` (one machine, SQLite, nothing else to install),
`production` (PostgreSQL, Redis, HTTPS; refuses to start on anything unsafe) or `test`.
Every variable is listed in docs/operations.md.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from qaframework.environment import env, env_choice, env_flag, env_list, env_number, env_required, problems

BASE_DIR = Path(__file__).resolve().parent.parent

# Which kind of installation this is

ENVIRONMENT = env_choice("QA_ENVIRONMENT", "embedded", ("embedded", "production", "test"))
PRODUCTION = ENVIRONMENT == "production"
EMBEDDED = ENVIRONMENT == "embedded"
TESTING = ENVIRONMENT == "test"

DEBUG = env_flag("DEBUG")
DATA_DIR = Path(env("QA_DATA_DIR") or BASE_DIR / "var").resolve()
if EMBEDDED:
    DATA_DIR.mkdir(parents=True, exist_ok=True)


def kept_secret_key(path: Path) -> str:
    """The embedded installation's key: made once, readable by its owner only."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = env_required(
    "SECRET_KEY", 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(64))"'
)
if not SECRET_KEY:
    SECRET_KEY = kept_secret_key(DATA_DIR / "secret_key") if EMBEDDED else "only-for-tests-" + "x" * 50

# Addresses

SITE_URL = env_required("SITE_URL", "Set it to the address people type: https://host.name").rstrip("/")
if EMBEDDED and not SITE_URL and (address := DATA_DIR / "address").exists():
    SITE_URL = address.read_text()  # where `bootstrap.py run` serves it, also for commands typed beside it
SITE_URL = SITE_URL or "http://127.0.0.1:8000"
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
if TESTING:
    ALLOWED_HOSTS += ["testserver"]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
# How many reverse proxies of yours stand in front: the lockout by address reads X-Forwarded-For that far.
ALLAUTH_TRUSTED_PROXY_COUNT = env_number("TRUSTED_PROXY_COUNT", 1 if PRODUCTION else 0, 0, 5)

# The rooms of the house, lowest last (docs/architecture.md)

INSTALLED_APPS = [
    "reporting",
    "audits",
    "observations",
    "supervision",
    "escalation",
    "qaframework.allocation",
    "qaframework.actions",
    "qaframework.tools",
    "qaframework.clocks",
    "qaframework.caseload",
    "qaframework.packs",
    "qaframework.notices",
    "qaframework.people",
    "qaframework.people.apps.AdministratorSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "simple_history",
    "crispy_forms",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qaframework.people.middleware.IdleTimeoutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "qaframework.people.middleware.SecondFactorMiddleware",
    "qaframework.people.middleware.NoStoreMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "qaframework.urls"
WSGI_APPLICATION = "qaframework.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qaframework.people.context.navigation",
                "qaframework.notices.context.unread_notices",
            ],
        },
    },
]

FORM_RENDERER = "qaframework.people.form_renderer.FormRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

# Old and new reasons for a change are read years later: no limit of 100 characters.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# Database

DATABASE_URL = env_required("DATABASE_URL", "Set it to postgres://user:password@host:5432/name")


def database(url: str) -> dict[str, Any]:
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
        config = {"ENGINE": "unknown", "NAME": ""}
    if not config["ENGINE"].endswith(("sqlite3", "postgresql")) or not config["NAME"]:
        problems.append(
            "DATABASE_URL is not a database address. Write it as postgres://user:password@host:5432/name"
        )
        return {"ENGINE": "django.db.backends.dummy"}
    if "sqlite" in config["ENGINE"]:
        # Measured with 20 people saving at once: without IMMEDIATE and the time-out most fail as 'locked'.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        config["CONN_HEALTH_CHECKS"] = False
    else:
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "connect_timeout": 5}
    return config


DATABASES = {"default": database(DATABASE_URL or f"sqlite:///{DATA_DIR / 'database.sqlite3'}")}

# In the database, so that the lockout is shared by every web process and log-in works while Redis is down.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # Figures that hold until what they count changes (qaframework/people/kept.py).
    "kept": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "kept",
        "TIMEOUT": 600,
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}
if TESTING:
    # Tests set many scenes without the history that would show a change, and go back in the database.
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "kept": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    }

# Log-in

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["qaframework.people.adapter.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Closes sign-up, since accounts come from the people import, and writes what it sends into the outbox.
ACCOUNT_ADAPTER = "qaframework.notices.account.OutboxAccountAdapter"
ACCOUNT_FORMS = {
    "login": "qaframework.people.sign_in_forms.SignInForm",
    "reauthenticate": "qaframework.people.sign_in_forms.ReauthenticateForm",
    "change_password": "qaframework.people.sign_in_forms.ChangePasswordForm",
    "reset_password": "qaframework.people.sign_in_forms.ResetPasswordForm",
    "set_password": "qaframework.people.sign_in_forms.SetPasswordForm",
    "reset_password_from_key": "qaframework.people.sign_in_forms.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no e-mail from us
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Practice quality: "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.split(":", 1)[0]
LOCKED_MINUTES = 5
ACCOUNT_RATE_LIMITS = {"login_failed": f"30/m/ip,5/{LOCKED_MINUTES}m/key"}  # 5 failures lock one account

MFA_ADAPTER = "qaframework.people.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Practice quality"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from the people import, nobody signs up
# Those who run quality assurance, lead or configure must sign in with an authenticator application.
REQUIRE_TOTP = env_flag("REQUIRE_TOTP", default=PRODUCTION)

SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SITE_URL.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_SAMESITE = "Lax"
IDLE_TIMEOUT_MINUTES = env_number("IDLE_TIMEOUT_MINUTES", 30, 5, 480)

# What browsers may do

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],  # the QR code of the authenticator set-up is a data address
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "payment",
        "screen-wake-lock",
        "usb",
    )
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # Preloading binds the council's whole domain for years; that is not this application's to decide.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Static files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("QA_STATIC_ROOT") or BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING
WHITENOISE_AUTOREFRESH = TESTING
MEDIA_ROOT = DATA_DIR / "media"

# Uploads: an extract of 100,000 cases is about 15 MB

CASE_IMPORT_MAX_MB = env_number("CASE_IMPORT_MAX_MB", 50, 1, 500)

# Monitoring

METRICS_TOKEN = env("METRICS_TOKEN", "")

# E-mail

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Practice quality <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_URL = env_required(
    "EMAIL_URL",
    "Set it to smtp+tls://user:password@host:587, smtps:// or notify:// (smtp:// inside one machine)",
)
EMAIL_TIMEOUT = 5
BOUNCE_ADDRESS = env("BOUNCE_ADDRESS", "")
NOTIFY_CALLBACK_TOKEN = env("NOTIFY_CALLBACK_TOKEN", "")
NOTIFY_BASE_URL = env("NOTIFY_BASE_URL", "https://api.notifications.service.gov.uk")
NOTIFY_API_KEY = NOTIFY_TEMPLATE_ID = ""
if EMAIL_URL.startswith("notify://"):
    EMAIL_BACKEND = "qaframework.notices.notify.NotifyBackend"
    _notify = urlsplit(EMAIL_URL)
    NOTIFY_API_KEY = unquote(_notify.netloc)
    NOTIFY_TEMPLATE_ID = "".join(parse_qs(_notify.query).get("template", ()))
    if not NOTIFY_API_KEY or not NOTIFY_TEMPLATE_ID:
        problems.append("EMAIL_URL for GOV.UK Notify is written as notify://API-KEY?template=TEMPLATE-ID")
elif EMAIL_URL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    _mail = urlsplit(EMAIL_URL)
    if _mail.scheme not in {"smtp", "smtp+tls", "smtps"} or not _mail.hostname:
        problems.append(
            "EMAIL_URL is not an address of a mail server. Write it as smtp+tls://user:password@host:587"
        )
    EMAIL_HOST = _mail.hostname or ""
    EMAIL_PORT = _mail.port or {"smtp": 25, "smtps": 465}.get(_mail.scheme, 587)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    EMAIL_USE_SSL = _mail.scheme == "smtps"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
if TESTING:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Language and time: UTC in the database, England for people

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# The queue

REDIS_URL = env_required("REDIS_URL", "Set it to redis://host:6379/0 (rediss:// for TLS)")
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 40
CELERY_TASK_TIME_LIMIT = 50
HANDED_OUT_AGAIN_AFTER = 300  # seconds; above every task's own limit, so that this happens to lost tasks only
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SYNC_EVERY = 1
CELERY_DB_REUSE_MAX = 1000  # Celery otherwise opens a database connection for every task
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": HANDED_OUT_AGAIN_AFTER,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
elif TESTING:
    CELERY_BROKER_URL = "memory://"
else:
    _broker = DATA_DIR / "broker"
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
    }
CELERY_TASK_ALWAYS_EAGER = TESTING

# Logs

LOG_FORMAT = env_choice("LOG_FORMAT", "text", ("text", "json"))
LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "qaframework.logs.JsonFormatter"},
    },
    "filters": {"without_secrets": {"()": "qaframework.logs.WithoutSecrets"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["without_secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING" if TESTING else LOG_LEVEL},
}

# Refuse to start rather than run unsafely

if PRODUCTION:
    if DEBUG:
        problems.append(
            "DEBUG is true, which shows records and secrets to anyone who causes an error. Set it to false."
        )
    if SECRET_KEY and (
        len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure-")
    ):
        problems.append("SECRET_KEY is too easy to guess. Use at least 50 random characters.")
    if not SITE_URL.startswith("https://") and env("SITE_URL"):
        problems.append(
            f"SITE_URL is '{SITE_URL}'. Records of children travel over it: it must begin with https://"
        )
    if not ALLOWED_HOSTS:
        problems.append("ALLOWED_HOSTS is not set. List the host names of this site, separated by commas.")
    if any(host in {"*", "."} for host in ALLOWED_HOSTS):
        problems.append(
            "ALLOWED_HOSTS contains a wildcard for every host. List the host names of this site instead."
        )
    if "sqlite" in DATABASES["default"]["ENGINE"] and DATABASE_URL:
        problems.append(
            "DATABASE_URL points to SQLite. Use postgres://user:password@host:5432/name in production."
        )
    if REDIS_URL and urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "redis+socket"}:
        problems.append("REDIS_URL is not a Redis address. Write it as redis://host:6379/0")

if problems:
    raise ImproperlyConfigured(
        "These settings need attention:\n" + "\n".join(f"- {problem}" for problem in problems)
    )
