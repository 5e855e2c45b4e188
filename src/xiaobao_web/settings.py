"""All settings of the platform; every value comes from the environment, with a default that needs no service."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF

from xiaobao_web import environment as env

PACKAGE = Path(__file__).resolve().parent
VAR = Path(env.text("XIAOBAO_VAR", "var")).resolve()

DEBUG = env.flag("XIAOBAO_DEBUG")
DEMO = env.flag("XIAOBAO_DEMO")
SECRET_KEY = env.secret("XIAOBAO_SECRET_KEY", VAR)
ALLOWED_HOSTS = env.words("XIAOBAO_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("XIAOBAO_ORIGINS")
SITE_URL = env.text("XIAOBAO_URL", "http://localhost:8000").rstrip("/")
INSTITUTION = env.text("XIAOBAO_INSTITUTION", "示例银行")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "django_fsm",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "rules",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "xiaobao_web.kernel",
    "xiaobao_web.people",
    "xiaobao_web.products",
    "xiaobao_web.materials",
    "xiaobao_web.findings",
    "xiaobao_web.reviews",
    "xiaobao_web.complaints",
    "xiaobao_web.insights",
    "xiaobao_web.credit",
    "xiaobao_web.knowledge",
    "xiaobao_web.reports",
    "xiaobao_web.demo",
]
INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("xiaobao_web.")
                  or (PACKAGE / name.removeprefix("xiaobao_web.") / "__init__.py").exists()]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xiaobao_web.kernel.middleware.SignInRequired",
    "xiaobao_web.kernel.middleware.PlatformErrors",
]

ROOT_URLCONF = "xiaobao_web.urls"
WSGI_APPLICATION = "xiaobao_web.wsgi.application"

LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "kernel" / "templates"],
        "OPTIONS": {
            "loaders": LOADERS if DEBUG else [("django.template.loaders.cached.Loader", LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiaobao_web.kernel.pages.frame",
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{VAR / 'xiaobao.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "xiaobao_web.people.sign_in.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "xiaobao_web.people.sign_in.SocialAdapter"
MFA_ADAPTER = "xiaobao_web.people.sign_in.SecondFactorAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "消保平台"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.text("XIAOBAO_OIDC_NAME", "单点登录"),
                "client_id": env.text("XIAOBAO_OIDC_CLIENT"),
                "secret": env.text("XIAOBAO_OIDC_SECRET"),
                "settings": {"server_url": env.text("XIAOBAO_OIDC_URL")},
            }
        ]
        if env.text("XIAOBAO_OIDC_URL")
        else []
    }
}
SESSION_COOKIE_AGE = env.number("XIAOBAO_SESSION_HOURS", 10) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("XIAOBAO_BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [path for path in [PACKAGE / "vendor"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
CSRF_FAILURE_VIEW = "xiaobao_web.kernel.pages.expired"
MAX_UPLOAD_BYTES = env.number("XIAOBAO_MAX_UPLOAD_MB", 100) * 1024 * 1024
CLAMAV_SOCKET = env.text("XIAOBAO_CLAMAV_SOCKET")

TASKS = {
    "default": {
        "BACKEND": env.text("XIAOBAO_TASKS", "django_tasks_db.DatabaseBackend"),
        "QUEUES": ["default", "screening", "exports", "outbox"],
    }
}
JOB_LEASE_SECONDS = env.number("XIAOBAO_JOB_LEASE", 30)
WEBHOOK_NETWORKS = env.words("XIAOBAO_WEBHOOK_NETWORKS")

HOTLINE = env.text("XIAOBAO_HOTLINE")
COMPLAINTS_MAILBOX = env.text("XIAOBAO_COMPLAINTS_IMAP")
COMPLAINTS_HOOKS = env.words("XIAOBAO_COMPLAINTS_HOOKS")
COMPLAINTS_DRAFT_DAYS = env.number("XIAOBAO_COMPLAINTS_DRAFT_DAYS", 7)
"""Days after which the files of a draft that nobody has handed in are removed."""
PUBLIC_PER_MINUTE = env.number("XIAOBAO_PUBLIC_PER_MINUTE", 60)
EMBED_ORIGINS = env.words("XIAOBAO_EMBED_ORIGINS")
CREDIT_REFERENCES = env.text("XIAOBAO_CREDIT_REFERENCES")

EMAIL_BACKEND = env.text(
    "XIAOBAO_EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend" if env.text("XIAOBAO_SMTP_HOST")
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = env.text("XIAOBAO_SMTP_HOST", "localhost")
EMAIL_PORT = env.number("XIAOBAO_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("XIAOBAO_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("XIAOBAO_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("XIAOBAO_SMTP_TLS")
EMAIL_TIMEOUT = 20
MAIL_DEFAULT = env.text("XIAOBAO_MAIL_DEFAULT", "daily")
DEFAULT_FROM_EMAIL = env.text("XIAOBAO_MAIL_FROM", "xiaobao@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask": {"()": "xiaobao_web.kernel.logs.MaskPersonalData"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["mask"]}},
    "root": {"handlers": ["console"], "level": env.text("XIAOBAO_LOG_LEVEL", "INFO")},
    "loggers": {"django_tasks": {"level": "WARNING"}},
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS: list[str] = []
