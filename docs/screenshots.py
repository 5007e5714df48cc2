"""Make every picture of the documents from the running pages: `make screenshots`.

A fresh desk with its own paper gateway trades a little, a second one meets a bad day, and a small
world has several people; each page is photographed on the way. What a document shows is kept in
docs/pictures, the rest in var/pictures, and the README's picture is docs/desk.png.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from docs.album import Album, leftovers
from docs.bad_day import bad_day, people
from docs.good_day import good_day
from tests.end_to_end.conftest import CHROMIUM, FLAGS
from tests.end_to_end.test_world import small_world
from tests.processes import desk, paper_gateway


def main() -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        album, folder = Album(browser.new_page()), Path(name)
        with desk(folder / "good") as running:
            good_day(album, new_page(browser), running)
        with (
            paper_gateway(folder / "gateway") as gateway,
            desk(folder / "bad", IB_PORT=str(gateway.port)) as running,
        ):
            bad_day(album, new_page(browser), running, gateway)
        with small_world(folder / "world") as world:
            people(album, browser, world)
        browser.close()
    for path in leftovers():
        path.unlink()
    for picture, size in sorted(album.taken.items()):
        print(f"{size / 1000:6.0f} kB  {picture}")


def new_page(browser: Browser) -> Page:
    return browser.new_page(
        viewport={"width": 1280, "height": 800}, color_scheme="dark", reduced_motion="reduce"
    )


if __name__ == "__main__":
    main()
