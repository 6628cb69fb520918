"""Who stands out is held against the others, not against a mean that they are in themselves."""

from labeler.insight.labelers import advise
from labeler.wire.quality import Figure, LabelerRow


def row(number: int, value: float, low: float, high: float, items: int = 80) -> LabelerRow:
    nothing = {name: None for name in LabelerRow.model_fields}
    about = {"id": number, "name": f"L{number}", "kind": "person", "active": True, "labels": items, "items": items}
    more = {"gold": 0, "mixed_up": [], "advice": [], "by_kind": {}}
    return LabelerRow(**{**nothing, **about, **more, "accuracy": Figure(value=value, low=low, high=high)})


def test_the_one_of_three_whose_interval_lies_below_the_others_stands_out() -> None:
    rows = [row(1, 0.93, 0.84, 1.0), row(2, 0.90, 0.80, 0.98), row(3, 0.68, 0.56, 0.80)]
    advise(rows)
    assert rows[2].advice == ["often_wrong"]
    assert "often_wrong" not in rows[0].advice + rows[1].advice


def test_nobody_stands_out_alone() -> None:
    rows = [row(1, 0.5, 0.4, 0.6)]
    advise(rows)
    assert rows[0].advice == []


def test_alike_ones_do_not_stand_out() -> None:
    rows = [row(n, 0.8, 0.7, 0.9) for n in range(5)]
    advise(rows)
    assert all(one.advice == [] for one in rows)
