"""From an item's content to a row of numbers: see `pipeline` for how, `text` and `table` for what."""
