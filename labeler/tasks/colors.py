"""Colors of labels: told apart, also with the common kinds of color blindness, and never the only sign of a label."""

import colorsys

PALETTE = ("#4f46e5", "#0d9488", "#d97706", "#db2777", "#2563eb", "#65a30d", "#9333ea", "#dc2626", "#0891b2", "#a16207")
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
