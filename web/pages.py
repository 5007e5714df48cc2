"""The pages for people: one for now, the desk."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.page_values import page_values

routes = Blueprint("pages", __name__)


@routes.get("/")
def desk() -> str:
    return render_template("desk.html", **page_values())
