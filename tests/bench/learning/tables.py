"""The report's tables, in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from figures import Record, area, labels_to, paired, told

Runs = Mapping[str, Mapping[str, Sequence[Record]]]
"""Records by contender and set; none of them failed."""

ALL = 1_000_000


def runs_of(records: Iterable[Record], order: Iterable[str]) -> dict[str, dict[str, list[Record]]]:
    """Those that did not fail, by contender and set."""
    found: dict[str, dict[str, list[Record]]] = {name: {} for name in order}
    for record in records:
        if record["failed"] is None and record["contender"] in found:
            found[record["contender"]].setdefault(record["set"], []).append(record)
    return {name: by_set for name, by_set in found.items() if by_set}


def table(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def set_area(records: Iterable[Record], labels: int = ALL) -> float:
    return float(np.mean([area(record, labels) for record in records]))


def mean_area(by_set: Mapping[str, Sequence[Record]], labels: int = ALL) -> float:
    return float(np.mean([set_area(records, labels) for records in by_set.values()]))


def differences(by_set: Mapping[str, Sequence[Record]], base: Mapping[str, Sequence[Record]]) -> list[float]:
    """Of areas, one a set, mean over seeds."""
    return [set_area(by_set[name]) - set_area(base[name]) for name in by_set if name in base]


def areas(runs: Runs, sets: Sequence[str], labels: int = ALL) -> str:
    """Mean accuracy by learner and set; the best of a set is bold."""
    best = {name: max(set_area(by[name], labels) for by in runs.values() if name in by) for name in sets}
    rows = []
    for contender, by_set in runs.items():
        cells = []
        for name in sets:
            values = [area(record, labels) for record in by_set.get(name, [])]
            cell = f"{np.mean(values):.3f} ± {np.std(values):.3f}" if values else "-"
            cells.append(f"**{cell}**" if values and np.mean(values) > best[name] - 0.0005 else cell)
        rows.append([contender, *cells, f"{mean_area(by_set, labels):.3f}"])
    return table(["learner", *sets, "mean"], rows)


def needed(runs: Runs, full: Mapping[str, Record], share: float) -> str:
    """Labels to a share of the full-data score, by learner and set."""
    rows = []
    for contender, by_set in runs.items():
        cells = []
        for name, one in full.items():
            found = [labels_to(record, share * one["score"]) for record in by_set.get(name, [])]
            missed = sum(not reached for _, reached in found)
            cell = f"{np.mean([labels for labels, _ in found]):.0f}" if found else "-"
            cells.append(cell + (f" (> {missed} of {len(found)})" if missed else ""))
        rows.append([contender, *cells, _mean_needed(by_set, full, share)])
    return table(["learner", *full, "mean"], rows)


def cold_start(runs: Runs, sets: Sequence[str], at: Sequence[int] = (10, 25, 50, 100)) -> str:
    """Accuracy after few labels, mean over sets, and labels until every label was seen, by set."""
    rows = []
    for contender, by_set in runs.items():
        scores = [np.mean([np.mean([_score(one, n) for one in by_set[name]]) for name in by_set]) for n in at]
        cells = []
        for name in sets:
            found = [one["complete"] for one in by_set.get(name, [])]
            seen = [one for one in found if one is not None]
            never = f" (never: {len(found) - len(seen)} of {len(found)})" if len(seen) < len(found) else ""
            cells.append(f"{np.mean(seen):.0f}{never}" if seen else never.strip(" ()") or "-")
        rows.append([contender, *(f"{score:.3f}" for score in scores), *cells])
    return table(["learner", *(f"{n} labels" for n in at), *(f"all seen: {name}" for name in sets)], rows)


def found(records: Sequence[Record]) -> str:
    """Work saved and recall of searches for one label, by set and searcher; means over seeds."""
    rows = []
    for name in dict.fromkeys(record["set"] for record in records):
        for searcher in dict.fromkeys(record["contender"] for record in records):
            mine = [one for one in records if one["set"] == name and one["contender"] == searcher]
            if not mine:
                continue
            saved = f"{np.mean([one['wss'] for one in mine]):.3f}"
            recalls = [f"{np.mean([one['recall'][share] for one in mine]):.2f}" for share in mine[0]["recall"]]
            stops = [f"{np.mean([one[key] for one in mine]):.2f}" for key in ("stop_share", "stop_recall")]
            rows.append([name, f"{mine[0]['positives']} of {mine[0]['items']}", searcher, saved, *recalls, *stops])
    head = ["search", "positives", "searcher", "WSS@95"]
    return table([*head, *(f"recall at {share}" for share in records[0]["recall"]), "stops at", "recall then"], rows)


def _score(record: Record, labels: int) -> float:
    """Of the model after so many labels, or the last one before."""
    return float(record["scores"][max(i for i, n in enumerate(record["labels"]) if n <= labels or i == 0)])


def against(runs: Runs, ours: str) -> str:
    """One learner against every other."""
    rows = []
    for name in runs:
        found = None if name == ours else paired(every(runs[ours]), every(runs[name]))
        if found is not None:
            rows.append([name, *found.cells, told(found.p)])
    return table(["against", "difference", "wins / ties / losses", "ahead in sets", "p"], rows)


def seconds(runs: Runs, sets: Sequence[str]) -> str:
    """Mean seconds a model, by learner and set."""
    rows = [[name, *(f"{_seconds(by[one]):.2f}" if by.get(one) else "-" for one in sets)] for name, by in runs.items()]
    return table(["learner", *sets], rows)


def strategies(runs: Runs, full: Mapping[str, Record], ours: str) -> str:
    """Each strategy against random order, and ours against each. Labels needed: to their own full score."""
    full = {name: {**one, "score": one["score_alone"]} for name, one in full.items()}
    rows = []
    for name, by_set in sorted(runs.items(), key=lambda one: -mean_area(one[1])):
        to_random = paired(every(by_set), every(runs["random"]))
        to_ours = paired(every(runs[ours]), every(by_set))
        assert to_random is not None and to_ours is not None
        first = ["-"] * 4 if name == "random" else [*to_random.cells, told(to_random.p)]
        second = ["-"] * 3 if name == ours else [*to_ours.cells[:2], told(to_ours.p)]
        marks = [_mean_needed(by_set, full, share) for share in (0.90, 0.95)]
        rows.append([name, f"{mean_area(by_set):.3f}", *first, *second, *marks, f"{_seconds(every(by_set)):.3f}"])
    head = ["strategy", "mean accuracy", "from random", "wins / ties / losses", "ahead in sets", "p"]
    head += [f"{ours} minus it", "wins / ties / losses", "p", "labels to 90 %", "labels to 95 %", "seconds a pick"]
    return table(head, rows)


def speed(records: Iterable[Record]) -> str:
    """Seconds of each step, by items."""
    rows = []
    for record in sorted(records, key=lambda one: one["set"]):
        steps = record["steps"]
        times = [steps["fit"], steps["score"], steps["pick"]]
        dense, products = steps["dense products"], steps["dense products"] + steps["sparse product"]
        shares = [f"{steps['score'] / dense:.1f}", f"{steps['score'] / products:.1f}"]
        held, held_by_map = (str(steps.get(name, "-")) for name in ("round, GB", "map, GB"))  # records before had none
        once = [f"{steps['map, once a pool']:.2f}", held_by_map]
        cells = [*(f"{time:.3f}" for time in times), f"{sum(times):.2f}", held, *once, *shares]
        rows.append([f"{record['set']:,}", *cells])
    head = ["items", "fit", "score all", "pick 25", "a round", "GB", "map, once a pool", "its GB"]
    return table([*head, "score / dense products", "score / dense and sparse products"], rows)


def every(by_set: Mapping[str, Sequence[Record]]) -> list[Record]:
    return [record for records in by_set.values() for record in records]


def _seconds(records: Iterable[Record]) -> float:
    return float(np.mean([one for record in records for one in record["seconds"]]))


def _mean_needed(by_set: Mapping[str, Sequence[Record]], full: Mapping[str, Record], share: float) -> str:
    means = [np.mean([labels_to(one, share * full[name]["score"])[0] for one in by_set[name]]) for name in by_set]
    return f"{np.mean(means):.0f}"
