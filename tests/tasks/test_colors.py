"""No two labels have the same color, however many there are, whichever were chosen, and also to the color-blind."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from labeler_ui import charts, theme

from labeler.tasks import parse_schema
from labeler.tasks.colors import PALETTE, color_of


def test_a_thousand_places_have_a_thousand_colors() -> None:
    assert len({color_of(place) for place in range(1000)}) == 1000


def test_what_is_filled_in_leaves_the_chosen_ones_alone() -> None:
    chosen = color_of(1)
    labels = [{"name": "a"}, {"name": "b", "color": chosen}, *({"name": f"c{n}"} for n in range(60))]
    found = parse_schema({"type": "choice", "labels": labels}).model_dump()["labels"]
    assert found[1]["color"] == chosen
    assert len({label["color"] for label in found}) == len(labels)


# How light, in linear RGB, looks without one kind of cone. Source: Machado, Oliveira and Fernandes 2009, "A
# Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.
SEEN = {
    "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
RGB_TO_XYZ = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])


def linear(color: str) -> Any:
    parts = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(color: str, eyes: str) -> Any:
    """CIE L*a*b* of a color as these eyes see it."""
    light = np.clip(np.array(SEEN[eyes]) @ linear(color), 0, 1)
    ratio = RGB_TO_XYZ @ light / np.array([0.9505, 1, 1.0891])
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colors: Sequence[str], eyes: str) -> float:
    """How far the two most alike of them are apart: from about 10 on, one sees it at a glance."""
    seen = [lab(color, eyes) for color in colors]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


@pytest.mark.parametrize("eyes", SEEN)
def test_the_first_ten_colors_are_told_apart_by_everybody(eyes: str) -> None:
    assert nearest(PALETTE, eyes) > 10
    assert nearest(PALETTE[:4], eyes) > 24


@pytest.mark.parametrize("eyes", SEEN)
def test_the_two_colors_of_a_comparison_and_the_steps_of_a_heat_map_too(eyes: str) -> None:
    assert nearest([charts.GRAY, charts.BAND], eyes) > 25
    for mode, darkens in (("light", True), ("dark", False)):
        light = [lab(color, eyes)[0] for color in theme.SEQUENTIAL[mode]]
        assert light == sorted(light, reverse=darkens) and abs(light[0] - light[-1]) > 50


def test_each_color_is_seen_on_both_backgrounds() -> None:
    def luminance(color: str) -> float:
        return float(RGB_TO_XYZ[1] @ linear(color)) + 0.05

    for color in PALETTE:
        for background in (theme.LIGHT["background"], theme.DARK["background"]):
            light, dark = sorted((luminance(color), luminance(background)), reverse=True)
            assert light / dark >= 3, (color, background)
