"""A picture as PNG: the SVG of a simulated opening, drawn with Pillow.

Only what that SVG is made of can be drawn: rectangles, lines, texts, and patterns of lines on a colour.
"""

import io
import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from pulumi_ssm_maintenance.operations.errors import UsageError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from PIL.Image import Image

_NEEDED: Final = "--format png needs Pillow: pip install 'pulumi-ssm-maintenance[pictures]'"
_SCALE: Final = 2
"""How many dots of the picture a unit of the SVG has."""
_FINER: Final = 2
"""How much larger everything is drawn first, so that slanted lines and corners get smooth."""
_UNIT: Final = _SCALE * _FINER
_SVG: Final = "{http://www.w3.org/2000/svg}"
_STROKE: Final = re.compile(r"M([\d.]+) ([\d.]+)(?:L([\d.]+) ([\d.]+)|V([\d.]+)|H([\d.]+))")
_FONT_SIZE: Final = "12"
_BOLD: Final = 0.03
"""How much wider a stroke of a bold letter is, by the size of the font: Pillow brings one font, which is not bold."""
_ANCHORS: Final = {"start": "ls", "middle": "ms", "end": "rs"}


def png(svg: str) -> bytes:
    """Draw an SVG of the simulation as PNG.

    Raises:
        UsageError: Pillow is not installed.
    """
    if find_spec("PIL") is None:
        raise UsageError(_NEEDED)
    from PIL import Image  # noqa: PLC0415 - comes with an extra

    root = ET.fromstring(svg)  # noqa: S314 - a text of our own
    image = Image.new("RGB", (_length(root, "width"), _length(root, "height")), "white")
    tiles = {f"url(#{one.get('id')})": _tile(one) for one in root.iter(f"{_SVG}pattern")}
    for element in root:
        _DRAWN[element.tag.removeprefix(_SVG)](image, element, tiles)
    written = io.BytesIO()
    image.reduce(_FINER).save(written, "PNG", optimize=True)
    return written.getvalue()


def _rectangle(image: "Image", element: "Element", tiles: Mapping[str, "Image"]) -> None:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - as above

    left, top, width, height = (_length(element, name) for name in ("x", "y", "width", "height"))
    box, fill, radius = (left, top, left + width, top + height), element.get("fill", "none"), _length(element, "rx")
    if fill in tiles:
        mask = Image.new("1", image.size)
        ImageDraw.Draw(mask).rounded_rectangle(box, radius, fill=1)
        image.paste(_tiled(tiles[fill], image.size), mask=mask)
        fill = "none"
    ImageDraw.Draw(image).rounded_rectangle(
        box, radius, None if fill == "none" else fill, element.get("stroke"), _length(element, "stroke-width", "1")
    )


def _line(image: "Image", element: "Element", _tiles: Mapping[str, "Image"]) -> None:
    from PIL import ImageDraw  # noqa: PLC0415 - as above

    x, top, _, bottom = (_length(element, name) for name in ("x1", "y1", "x2", "y2"))
    dashes = [round(float(one) * _UNIT) for one in (element.get("stroke-dasharray") or "").split()]
    drawn, gap = dashes or (bottom - top, 0)
    for start in range(top, bottom, drawn + gap):
        ends = [(x, start), (x, min(start + drawn, bottom))]
        ImageDraw.Draw(image).line(ends, element.get("stroke"), _length(element, "stroke-width", "1"))


def _text(image: "Image", element: "Element", _tiles: Mapping[str, "Image"]) -> None:
    from PIL import ImageDraw  # noqa: PLC0415 - as above

    size = _length(element, "font-size", _FONT_SIZE)
    ImageDraw.Draw(image).text(
        (_length(element, "x"), _length(element, "y")),
        element.text or "",
        element.get("fill", "black"),
        _font(size),
        _ANCHORS[element.get("text-anchor", "start")],
        stroke_width=size * _BOLD if element.get("font-weight") else 0,
    )


def _nothing(_image: "Image", _element: "Element", _tiles: Mapping[str, "Image"]) -> None:
    """Draw nothing: this is read elsewhere, or by readers of the SVG."""


_DRAWN: Final = {"rect": _rectangle, "line": _line, "text": _text, "defs": _nothing, "title": _nothing}


def _tile(pattern: "Element") -> "Image":
    """Draw a tile of a pattern: lines on a paler colour."""
    from PIL import Image, ImageColor, ImageDraw  # noqa: PLC0415 - as above

    ground, path = pattern[0], pattern[1]
    share = float(ground.get("fill-opacity", "1"))
    colour = ImageColor.getrgb(ground.get("fill", "white"))
    tile = Image.new(
        "RGB",
        (_length(pattern, "width"), _length(pattern, "height")),
        tuple(round(255 + (part - 255) * share) for part in colour),
    )
    for x, y, to_x, to_y, down, across in _STROKE.findall(path.get("d", "")):
        ends = [
            (float(x) * _UNIT, float(y) * _UNIT),
            (float(to_x or across or x) * _UNIT, float(to_y or down or y) * _UNIT),
        ]
        ImageDraw.Draw(tile).line(ends, path.get("stroke"), _length(path, "stroke-width", "1"))
    return tile


def _tiled(tile: "Image", size: tuple[int, int]) -> "Image":
    from PIL import Image  # noqa: PLC0415 - as above

    whole = Image.new("RGB", size)
    for left in range(0, size[0], tile.width):
        for top in range(0, size[1], tile.height):
            whole.paste(tile, (left, top))
    return whole


def _length(element: "Element", name: str, default: str = "0") -> int:
    return round(float(element.get(name, default)) * _UNIT)


@cache
def _font(size: int) -> Any:
    from PIL import ImageFont  # noqa: PLC0415 - as above

    return ImageFont.load_default(size)
