"""Colors of labels: told apart, also with the common kinds of color blindness, and never the only sign of a label."""

import colorsys

PALETTE = ("#5249e7", "#d97706", "#25a3b1", "#9b583b", "#7086e1", "#b1436f", "#0e7baa", "#f25f7c", "#b18543", "#c63410")
"""Chosen by search: any two lie far apart for people with deuteranopia, protanopia, tritanopia and none of them, the
first ones furthest; each is seen on the light and the dark background. tests/tasks/test_colors.py computes it."""
GOLDEN_ANGLE = 137.50776405  # degrees: however many hues there are, they lie far apart
LIGHTNESS = (0.36, 0.52, 0.28, 0.44)


def color_of(index: int) -> str:
    """The color of the label at this place, `#rrggbb`; no two of the first thousand places have the same."""
    if index < len(PALETTE):
        return PALETTE[index]
    hue = (index * GOLDEN_ANGLE % 360) / 360
    parts = colorsys.hls_to_rgb(hue, LIGHTNESS[index % len(LIGHTNESS)], 0.62)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def free_colors(taken: set[str], n: int) -> list[str]:
    """n colors that are not taken, in the order of places."""
    used = {color.lower() for color in taken}
    found: list[str] = []
    index = 0
    while len(found) < n:
        color = color_of(index)
        if color not in used:
            used.add(color)
            found.append(color)
        index += 1
    return found
