"""An error as a page for people: what happened and what to do, in place of HTTP's own words."""

from __future__ import annotations

from flask import Response, render_template, request
from werkzeug.exceptions import default_exceptions

from web.page_values import page_values

# status -> what happened, what to do; {seconds} are those of Retry-After
HEADINGS = {
    400: ("The desk cannot read that request", "Go back and try again."),
    403: ("You may not see this page", "If you need it, ask an admin of this desk."),
    404: ("There is no such page", "Look at the address, or begin at the desk."),
    405: ("There is no such page", "Look at the address, or begin at the desk."),
    413: ("That is too much at once", "Go back and send less."),
    422: ("That was refused", "Go back and correct it."),
    429: ("Too many tries", "Wait {seconds} s, then try again."),
    500: ("Something went wrong here", "Try again. If it comes back, tell an admin that name."),
    503: ("The desk cannot answer now", "Try again in {seconds} s."),
}
OTHER = ("That did not work", "Go back and try again.")
FORBIDDEN_ACT = ("You may not do that", "Nothing was changed. If you need it, ask an admin.")
AGAIN = frozenset({429, 500, 503})  # the same request may go well later
USUAL_SECONDS = 2


def error_page(status: int, sentence: str, detail: str | None, seconds: int | None) -> Response:
    """The page of an error. `sentence` and `detail` say why; HTTP's own sentences say nothing."""
    is_look = request.method in ("GET", "HEAD")
    heading, next_step = HEADINGS.get(status, OTHER)
    if status == 403 and not is_look:
        heading, next_step = FORBIDDEN_ACT
    is_usual = status in default_exceptions and sentence == default_exceptions[status].description
    said = [] if is_usual else [text for text in (sentence, detail) if text]
    values = {
        "status": status,
        "heading": heading,
        "reasons": [f"{text.rstrip('.')}." for text in said],
        "next_step": next_step.format(seconds=seconds or USUAL_SECONDS),
        "may_try_again": is_look and status in AGAIN,
    }
    return Response(
        render_template("error.html", **page_values(), **values), status, mimetype="text/html"
    )
