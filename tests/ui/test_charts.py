"""What a chart shows can be downloaded, and opens in a spreadsheet without running anything."""

import pandas as pd
from labeler_ui import charts


def test_data_is_what_is_shown_and_no_cell_is_a_formula() -> None:
    frame = pd.DataFrame({"label": ["=1+1", "spam", "-x"], "count": [1, -2, 3], "share": [0.5, 0.25, 0.25]})
    lines = charts.csv(frame).decode("utf-8-sig").splitlines()
    assert lines == ["label,count,share", "'=1+1,1,0.5", "spam,-2,0.25", "'-x,3,0.25"]
