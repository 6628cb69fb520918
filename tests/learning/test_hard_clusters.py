"""Hard items that are alike are found, the same each time, with the words that tell them from others."""

import time

import numpy as np

from labeler.learning.hard_clusters import FAR_VECTORS, FAR_WORDS, cluster, long_one, rows_of, telling_words

TOPICS = {
    "parcel": "your parcel waits at the depot pay the {} delivery fee",
    "bank": "bank account {} was locked confirm the password today",
    "party": "come to the party on saturday bring {} and music",
}
REASONS = {"parcel": "real courier or not", "bank": "phishing or a reminder", "party": "personal or an advert"}


def hard(n: int) -> tuple[list[str], list[str]]:
    names = list(TOPICS)
    texts = [TOPICS[names[place % 3]].format(f"number{place}") for place in range(n)]
    return texts, [REASONS[names[place % 3]] for place in range(n)]


def test_items_of_one_question_are_one_cluster_the_largest_first() -> None:
    texts, said = hard(31)
    rows = [rows_of([{"text": text} for text in part]) for part in (texts, said)]
    found = cluster(*rows, FAR_WORDS)
    assert [sorted({place % 3 for place in places}) for places in found] == [[0], [1], [2]]
    assert [len(places) for places in found] == [11, 10, 10]
    assert found == cluster(*rows, FAR_WORDS)
    words = telling_words(texts, found)
    assert {"parcel", "depot"} <= set(words[0]) and "password" in words[1] and "music" in words[2]


def test_what_is_unlike_all_others_stays_alone_and_nothing_is_nothing() -> None:
    texts, said = hard(12)
    texts.append("quarterly revenue of the northern region")
    said.append("what is this")
    rows = [rows_of([{"text": text} for text in part]) for part in (texts, said)]
    found = cluster(*rows, FAR_WORDS)
    assert found[-1] == [12] and telling_words(texts, found)[-1] == []
    empty = rows_of([{"text": ""}, {"text": ""}])
    assert cluster(empty, empty, FAR_WORDS) == [[0], [1]]
    assert cluster(empty[:1], empty[:1], FAR_WORDS) == [[0]]
    assert cluster(empty[:0], empty[:0], FAR_WORDS) == []


def test_rows_of_a_table_are_compared_by_their_fields() -> None:
    rows = [{"fields": {"country": "DE", "amount": 10 + place, "kind": "refund"}} for place in range(6)]
    rows += [{"fields": {"country": "US", "amount": 9_000 + place, "kind": "invoice"}} for place in range(5)]
    said = rows_of([{"text": "amount"}] * len(rows))
    found = cluster(rows_of(rows), said, FAR_WORDS)
    assert sorted(map(sorted, found)) == [list(range(6)), list(range(6, 11))]


def test_thousands_take_a_moment() -> None:
    n = 3_000
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(40, 64))
    vectors = centers[np.arange(n) % 40] + 0.5 * rng.normal(size=(n, 64))
    began = time.process_time()
    found = cluster(long_one(vectors), rows_of([{"text": f"reason {place % 4}"} for place in range(n)]), FAR_VECTORS)
    assert time.process_time() - began < 8  # half a second to two; others use the machine, too
    assert len(found) == 40 and all(len({place % 40 for place in places}) == 1 for places in found)
