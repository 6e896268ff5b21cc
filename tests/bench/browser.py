"""A signed-in person's requests, straight into the WSGI handler."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from qaframework.people.models import User

HELLO = "/bench/hello/"
CSRF = "c" * 32


class Browser:
    """Keeps one session, as a browser does; every answer must be 200."""

    def __init__(self, user: User) -> None:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        self._handler = WSGIHandler()

    def get(self, address: str) -> bytes:
        return self._ask("GET", address, b"")

    def post(self, address: str, fields: dict[str, Any]) -> bytes:
        return self._ask("POST", address, urlencode({**fields, "csrfmiddlewaretoken": CSRF}).encode())

    def opens(self, address: str) -> Callable[[], bytes]:
        return lambda: self.get(address)

    def _ask(self, method: str, address: str, body: bytes) -> bytes:
        path, _, query = address.partition("?")
        environment = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self._cookies,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http",
            "wsgi.errors": BytesIO(),
        }
        answered: list[str] = []
        response = self._handler(environment, lambda status, headers: answered.append(status))
        content = b"".join(response)
        response.close()
        if not answered[0].startswith("200"):
            raise AssertionError(f"{method} {address} was answered with {answered[0]}: {content[:400]!r}")
        return content
