"""Pictures of pages as small PNG files: at most 256 colours, which is what a page of text has.

The browser that took a picture reduces its colours too, so no imaging library is needed.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.processes import ROOT

PICTURES = ROOT / "docs/pictures"
UNSHOWN = ROOT / "var/pictures"  # nobody commits it
JUST_OPENED = re.compile("^connecting$")
NAMED = re.compile(r"pictures/([a-z0-9-]+)\.png")
DESK_WIDTH, HEIGHT, HIGH = 1280, 800, 1600
PHONE_SIZE = {"width": 390, "height": 844}
LIGHT, PHONE = "-light", "-phone"  # ends of a name
STILL = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# -> [colours as 0xRRGGBB, one index for each pixel as base64]. The commonest colours stay as they
# are; a colour near one that is taken becomes that one.
REDUCE = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, width, height).data;
  const pixels = new Uint32Array(width * height);
  const counts = new Map();
  for (let at = 0; at < pixels.length; at++) {
    const colour = (bytes[4 * at] << 16) | (bytes[4 * at + 1] << 8) | bytes[4 * at + 2];
    pixels[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const far = (one, other) => [16, 8, 0].reduce(
    (sum, bits) => sum + (((one >> bits) & 255) - ((other >> bits) & 255)) ** 2, 0);
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  let taken = byCount;
  for (let apart = 2; taken.length > 256; apart *= 1.5) {
    taken = [];
    for (const colour of byCount)
      if (taken.every((other) => far(colour, other) >= apart)) taken.push(colour);
  }
  const places = new Map();
  for (const colour of byCount) {
    let best = 0;
    taken.forEach((other, at) => { if (far(colour, other) < far(colour, taken[best])) best = at; });
    places.set(colour, best);
  }
  const indices = Uint8Array.from(pixels, (colour) => places.get(colour));
  const reader = new FileReader();
  const read = new Promise((done) => { reader.onload = done; });
  reader.readAsDataURL(new Blob([indices]));
  await read;
  return [width, height, taken, reader.result.split(",")[1]];
}"""


class Album:
    """Takes pictures: those that a document shows into docs/pictures, the others beside."""

    def __init__(self, darkroom: Page) -> None:
        """`darkroom` is an empty page, whose rules for scripts are nobody's."""
        self._darkroom = darkroom
        self._shown = named()
        self.taken: dict[str, int] = {}  # bytes by name

    def take(self, page: Page, name: str, *, height: int = HEIGHT) -> None:
        """The page as it stands, dark and at a desk's width."""
        self._shoot(page, name, "dark", {"width": DESK_WIDTH, "height": height})

    def everywhere(self, page: Page, name: str, *, height: int = HEIGHT) -> None:
        """Also in light, and on a phone."""
        expect(page.locator(".conn [data-word]", has_text=JUST_OPENED)).to_have_count(0)
        self._shoot(page, name + LIGHT, "light", {"width": DESK_WIDTH, "height": height})
        self._shoot(page, name + PHONE, "dark", PHONE_SIZE)
        self.take(page, name, height=height)

    def part(self, page: Page, selector: str, name: str) -> None:
        """One block of the page, on a screen so high that nothing of it has to scroll."""
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": DESK_WIDTH, "height": HIGH})
        page.evaluate(STILL)
        self._keep(name, page.locator(selector).screenshot())
        page.set_viewport_size({"width": DESK_WIDTH, "height": HEIGHT})

    def _shoot(self, page: Page, name: str, scheme: str, size: dict[str, int]) -> None:
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.evaluate(STILL)
        self._keep(name, page.screenshot())

    def _keep(self, name: str, picture: bytes) -> None:
        folder = PICTURES if name in self._shown else UNSHOWN
        folder.mkdir(parents=True, exist_ok=True)
        small = self.reduced(picture)
        (folder / f"{name}.png").write_bytes(small)
        self.taken[name] = len(small)

    def reduced(self, picture: bytes) -> bytes:
        """The same PNG with a palette."""
        width, height, colours, indices = self._darkroom.evaluate(
            REDUCE, base64.b64encode(picture).decode()
        )
        return png(width, height, colours, base64.b64decode(indices))


def named() -> set[str]:
    """Pictures that the documents show."""
    return {
        name for page in (ROOT / "docs").glob("*.md") for name in NAMED.findall(page.read_text())
    }


def png(width: int, height: int, colours: list[int], indices: bytes) -> bytes:
    """A PNG file whose pixels are indices into at most 256 colours (0xRRGGBB)."""
    rows = (b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(colour.to_bytes(3, "big") for colour in colours)),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    length, check = len(content), zlib.crc32(kind + content)
    return struct.pack(">I", length) + kind + content + struct.pack(">I", check)


def leftovers() -> list[Path]:
    """Pictures that no document shows any more."""
    shown = named()
    return sorted(path for path in PICTURES.glob("*.png") if path.stem not in shown)
