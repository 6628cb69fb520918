"""No two labels have the same color, however many there are and whichever were chosen."""

from labeler.tasks import parse_schema
from labeler.tasks.colors import color_of


def test_a_thousand_places_have_a_thousand_colors() -> None:
    assert len({color_of(place) for place in range(1000)}) == 1000


def test_what_is_filled_in_leaves_the_chosen_ones_alone() -> None:
    chosen = color_of(1)
    labels = [{"name": "a"}, {"name": "b", "color": chosen}, *({"name": f"c{n}"} for n in range(60))]
    found = parse_schema({"type": "choice", "labels": labels}).model_dump()["labels"]
    assert found[1]["color"] == chosen
    assert len({label["color"] for label in found}) == len(labels)
