"""Colors can be read, and nothing is loaded from outside."""

import re
from pathlib import Path

import labeler_ui
import pytest
from labeler_ui import theme

FOLDER = Path(labeler_ui.__file__).parent


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["background", "surface"])
def test_text_can_be_read_on_every_ground(palette, ground):
    for name in ("text", "muted", "link", "good", "warn", "bad"):
        assert contrast(palette[name], palette[ground]) >= 4.5, name


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_edges_focus_and_main_buttons_can_be_seen(palette):
    for ground in ("background", "surface"):
        assert contrast(palette["edge"], palette[ground]) >= 3
        for name in ("accent", "danger"):
            assert contrast(palette[name], palette[ground]) >= 3, name
    for name in ("accent", "danger"):
        assert contrast("#ffffff", palette[name]) >= 4.5, name


def at(steps: list[str], share: float) -> str:
    """The color of a heat map, between two of its steps."""
    place = share * (len(steps) - 1)
    i = min(int(place), len(steps) - 2)
    ends = [[int(color[n : n + 2], 16) for n in (1, 3, 5)] for color in steps[i : i + 2]]
    return "#" + "".join(f"{round(a + (b - a) * (place - i)):02x}" for a, b in zip(*ends, strict=True))


@pytest.mark.parametrize(("mode", "palette"), [("light", theme.LIGHT), ("dark", theme.DARK)])
def test_nothing_is_near_the_background_on_a_heat_map_and_every_figure_can_be_read(mode, palette):
    steps, (until, below, above) = theme.SEQUENTIAL[mode], theme.ON_HEAT[mode]
    assert contrast(steps[0], palette["background"]) < 1.2 < 8 < contrast(steps[-1], palette["background"])
    for n in range(101):
        assert contrast(at(steps, n / 100), above if n / 100 > until else below) >= 4, n


def test_no_file_names_an_address_outside():
    for path in FOLDER.rglob("*"):
        if path.suffix in {".js", ".css", ".html", ".svg"}:
            found = re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))
            assert set(found) <= {"http://www.w3.org/2000/svg"}, path


def test_every_streamlit_option_exists():
    from streamlit import config

    known = set(config.get_config_options())
    assert set(theme.streamlit_options()) <= known
