"""Headers of every answer, errors included: what a browser may load, frame, keep and send."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:  # these exist for type checkers only
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
POLICY = "Content-Security-Policy"
HEADERS = (
    (POLICY, CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
NO_STORE = ("Cache-Control", "no-store")
ONE_YEAR = ("Strict-Transport-Security", "max-age=31536000")
# Files of the page change with a new version only; the browser asks again after a minute.
STATIC_SECONDS = 60


def register(app: Flask) -> None:
    """Around the whole app: an answer that some error made has the headers too."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    setattr(app, "wsgi_app", with_headers(app.wsgi_app))  # noqa: B010 - Flask's way; mypy minds


def with_headers(inner: WSGIApplication) -> WSGIApplication:
    """The app with the headers added; on this level that costs microseconds."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        added = [*HEADERS, *_by_request(environ)]

        def start(
            status: str,
            headers: list[tuple[str, str]],
            error: Any = None,
        ) -> Callable[[bytes], object]:
            more = added
            if any(
                name == POLICY for name, _ in headers
            ):  # a checklist's report has a stricter one
                more = [one for one in added if one[0] != POLICY]
            return start_response(status, headers + more, error)

        return inner(environ, start)

    return app


def _by_request(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    headers = [] if environ["PATH_INFO"].startswith("/static/") else [NO_STORE]
    if environ["wsgi.url_scheme"] == "https":
        headers.append(ONE_YEAR)
    return headers
