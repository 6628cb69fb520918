"""Examples by nearness: answered items whose words are most like those of the item that is asked about."""

from collections.abc import Sequence

import numpy as np

from labeler.learning.features.text import TextPipeline
from labeler.learning.numeric.types import Array


class Examples:
    """Answered items to choose from, by TF-IDF over their words and letters. codes: int (items,), which answer each
    has."""

    def __init__(self, texts: Sequence[str], codes: Sequence[int]) -> None:
        self._codes = np.asarray(codes, dtype=np.int64)
        self._pipeline = TextPipeline(word_bits=16, char_bits=16)
        if texts:
            block = self._pipeline.extract([{"text": text} for text in texts])
            self._pipeline.fit([block])
            self._rows = self._pipeline.transform(block)

    def nearest(self, text: str, n: int, without: int | None = None) -> list[int]:
        """Positions of n of them, the nearest last, so that it stands next to the question. without: a position that
        is the item itself. Half of them, at most, have the same answer while there are others: a model that sees one
        answer alone tends to repeat it."""
        if not len(self._codes) or n <= 0:
            return []
        wanted = self._pipeline.transform(self._pipeline.extract([{"text": text}]))
        near: Array = np.asarray((self._rows @ wanted.T).todense()).ravel()
        order = [int(one) for one in np.argsort(-near, kind="stable") if one != without]
        most = max(1, (n + 1) // 2)
        chosen: list[int] = []
        for one in order:
            same = sum(self._codes[other] == self._codes[one] for other in chosen)
            if same < most and len(chosen) < n:
                chosen.append(one)
        chosen += [one for one in order if one not in set(chosen)][: n - len(chosen)]
        return chosen[:n][::-1]
