"""Measure the contrast of every pair of colours the pages use, in both themes (WCAG 2.2 AA, 1.4.3 and 1.4.11).

Prints what falls short and exits 1. Formula: WCAG 2.2, relative luminance and contrast ratio.
"""

import re
import sys
from pathlib import Path

TOKENS = Path(__file__).parents[1] / "src/hubbub/web/static/hubbub/tokens.css"
TEXT, SHAPE = 4.5, 3.0

PAPER = ["canvas", "surface", "sunken", "raised", "hover", "rail-bg", "accent-tint", "accent-tint-2"]
TINTS = ["pressed", "private-tint", "private-tint-2", "note-tint", "good-tint", "soon-tint", "bad-tint", "mark"]
MEANINGS = ["good", "soon", "bad", "private"]


def pairs() -> list[tuple[str, str, float]]:
    """Return (colour, on which colour, least ratio) for all that stands on something else."""
    found = [(text, paper, TEXT) for text in ("text", "text-2", "text-3", "accent-text") for paper in PAPER]
    found += [(text, tint, TEXT) for text in ("text", "text-2") for tint in TINTS]
    found += [("text-3", f"{kind}-tint", TEXT) for kind in ("private", "note", "soon", "bad", "good")]
    for kind in MEANINGS:
        papers = (f"{kind}-tint", "surface", "canvas", "hover", "accent-tint", "raised")
        found += [(f"{kind}-text", paper, TEXT) for paper in papers]
    found += [("private-text", "private-tint-2", TEXT), ("note-text", "note-tint", TEXT)]
    found += [(f"{kind}-text", "private-tint", TEXT) for kind in ("bad", "good", "accent")]
    found += [("on-accent", "accent", TEXT), ("on-accent", "accent-hover", TEXT)]
    found += [("on-bad", "bad-solid", TEXT), ("on-private", "private-solid", TEXT)]
    found += [(f"av-{number}t", f"av-{number}", TEXT) for number in range(1, 6)]
    found += [("control-line", paper, SHAPE) for paper in ("surface", "canvas", "raised")]
    found += [("focus", paper, SHAPE) for paper in PAPER]
    found += [(kind, "surface", SHAPE) for kind in (*MEANINGS, "accent")]
    return found


def block(css: str, start: str, end: str = "\n}") -> dict[str, str]:
    """Return the custom properties of the first rule that starts so."""
    body = css[css.index(start) :]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body[: body.index(end)]))


def luminance(theme: dict[str, str], name: str) -> float:
    """Return the relative luminance of a token, through what it names."""
    value = theme[name].strip()
    while named := re.fullmatch(r"var\(--([\w-]+)\)", value):
        value = theme[named[1]].strip()
    parts = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def main() -> None:
    """Measure; print; exit."""
    css = TOKENS.read_text()
    ramps, light, dark = (
        block(css, ":root {"),
        block(css, ':root, [data-theme="light"] {'),
        block(css, '[data-theme="dark"] {'),
    )
    wrong = []
    if block(css, ":root:not([data-theme]) {", "\n  }") != dark:
        wrong.append("the dark theme that is chosen and the one the system asks for differ")
    for name, theme in (("light", ramps | light), ("dark", ramps | light | dark)):
        for colour, paper, least in pairs():
            low, high = sorted((luminance(theme, colour), luminance(theme, paper)))
            ratio = (high + 0.05) / (low + 0.05)
            if ratio < least:
                wrong.append(f"{name}: {colour} on {paper} is {ratio:.2f}, needs {least}")
    if wrong:
        sys.exit("contrast: " + "\ncontrast: ".join(wrong))
    print(f"contrast: {len(pairs())} pairs in two themes, all above what WCAG 2.2 AA asks")


main()
