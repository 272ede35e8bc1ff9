"""From an SVG picture to a PNG, for programs that show no SVG.

In: the text of an SVG file, and how many pixels each of its pixels becomes.
Out: the octets of a PNG.
Fails: errors.MailflowError if the library for it is not installed, or cannot draw the picture.
Limits: draws with the fonts of this machine; without any the picture has no words, so that is refused.
"""

from __future__ import annotations

from pathlib import Path

from mailflow.errors import MailflowError

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)


def png(svg: str, zoom: int = 2) -> bytes:
    """The picture as PNG. Raises MailflowError with what to do."""
    try:
        import resvg_py
    except ImportError:
        raise MailflowError(
            'To write PNG install mailflow with its extra "png" (mailflow[png]); .svg and .html need nothing.'
        ) from None
    if not any(Path(folder).is_dir() for folder in FONT_FOLDERS):
        raise MailflowError("This machine has no fonts to draw with. Install some (fonts-liberation), or write .svg.")
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, sans_serif_family="DejaVu Sans"))
    except ValueError as error:
        raise MailflowError(f"The picture cannot be drawn as PNG: {error}.") from error
