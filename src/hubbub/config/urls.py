"""All addresses: the pages and the API."""

from django.urls import include, path

from hubbub.api.api import api
from hubbub.web import middleware

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("hubbub.web.urls")),
]

handler400 = middleware.unusable
handler403 = middleware.refused
handler404 = middleware.not_found
handler429 = middleware.too_many  # allauth asks for it
handler500 = middleware.broken
