"""The files of a Django project around django-helpdesk."""

QUEUES = ("Support", "Deliveries", "Repairs", "Bills", "Ideas")
STAFF, PASSWORD = 50, "widgets-for-everyone"

SETTINGS = '''"""A project around django-helpdesk, as its documentation asks for."""

from pathlib import Path

HOME = Path(__file__).parent
SECRET_KEY = {key!r}
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.humanize",
    "rest_framework", "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "desk_urls"
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,  # cached, as DEBUG is off
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}},
}}]
DATABASES = {{"default": {database!r}}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
HELPDESK_TEAMS_MODE_ENABLED = False
LOGIN_URL, LOGIN_REDIRECT_URL = "helpdesk:login", "helpdesk:home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # signing in is not measured
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SITE_ID = 1
USE_TZ, TIME_ZONE, LANGUAGE_CODE = True, "UTC", "en-us"
STATIC_URL, MEDIA_URL, MEDIA_ROOT = "/static/", "/media/", HOME / "media"
'''
URLS = """from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls"))]
"""
SERVED = '''"""The project as an application; its answers tell how long they took, as ours do."""

import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "desk_settings")
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

pages, asgi_pages = get_wsgi_application(), get_asgi_application()


def wsgi(environ, start_response):
    begun = time.perf_counter()

    def told(status, headers, exc_info=None):
        taken = f"total;dur={(time.perf_counter() - begun) * 1000:.1f}"
        return start_response(status, [*headers, ("Server-Timing", taken)])

    return pages(environ, told)


async def asgi(scope, receive, send):
    begun = time.perf_counter()

    async def told(message):
        if message["type"] == "http.response.start":
            taken = f"total;dur={(time.perf_counter() - begun) * 1000:.1f}"
            message["headers"] = [*message["headers"], (b"server-timing", taken.encode())]
        await send(message)

    await asgi_pages(scope, receive, told)
'''
FURNISH = """import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "desk_settings")
import django

django.setup()
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from helpdesk.models import Queue

call_command("migrate", verbosity=0)
for title in {queues!r}:
    Queue.objects.create(title=title, slug=title.lower(), email_address=f"{{title.lower()}}@example.org")
password = make_password({password!r})
for number in range({staff}):
    User.objects.create(
        username=f"agent{{number}}", first_name="Agent", last_name=str(number), email=f"agent{{number}}@example.org",
        is_staff=True, password=password,
    )
"""
