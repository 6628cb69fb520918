"""Import, re-ranking and export, each beside a baseline that does the least that has to be done."""

import csv
import json
import sqlite3
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]  # all items of the largest pools are read first


def written(path: Path, n: int) -> Path:
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "text"])
        rows.writerows(
            [f"m{number}", f"short message {number} about {number % 97} things and more"] for number in range(n)
        )
    return path


def bare_import(path: Path, folder: Path) -> float:
    """Seconds to put the file into a bare SQLite table: the baseline."""
    started = time.perf_counter()
    connection = sqlite3.connect(folder / "bare.db")
    connection.execute("CREATE TABLE items (key TEXT PRIMARY KEY, content TEXT)")
    with open(path, newline="") as file:
        rows = ((row["id"], json.dumps({"text": row["text"]})) for row in csv.DictReader(file))
        connection.executemany("INSERT OR IGNORE INTO items VALUES (?, ?)", rows)
    connection.commit()
    connection.close()
    return time.perf_counter() - started


@pytest.mark.parametrize("n", [10_000, 100_000])
def test_import(site, report, tmp_path: Path, n: int, database_kind: str) -> None:
    path = written(tmp_path / "items.csv", n)
    bare = bare_import(path, tmp_path)
    warm = site.client.projects.create("warm", labels=["spam", "ham"])  # as a service that has been running for a while
    warm.import_file(written(tmp_path / "warm.csv", 10)).wait(300)
    site.quiet()
    project = site.client.projects.create("import", labels=["spam", "ham"])
    started = time.perf_counter()
    result = project.import_file(path).wait(300).result
    seconds = time.perf_counter() - started
    report.add(
        f"import of {n:,} short texts, {database_kind}",
        seconds=round(seconds, 2),
        rows_per_second=round(n / seconds),
        times_bare_sqlite=round(seconds / bare, 1),
    )
    assert result["taken"] == n


def test_export(site, report, tmp_path: Path, database_kind: str) -> None:
    n = 50_000
    project = site.client.projects.create("export", labels=["spam", "ham"])
    rows = [{"key": f"m{k}", "text": f"short message {k}", "label": "spam" if k % 3 else "ham"} for k in range(n)]
    project.items.add(rows, progress=False)
    site.quiet()
    for name in ("jsonl", "csv", "parquet", "xlsx"):
        started = time.perf_counter()
        path = project.export(tmp_path / f"out.{name}", name)
        seconds = time.perf_counter() - started
        report.add(
            f"export of {n:,} labels as {name}, {database_kind}",
            seconds=round(seconds, 2),
            labels_per_second=round(n / seconds),
            bytes=path.stat().st_size,
        )


def test_from_the_nth_label_to_the_new_order(site, report, database_kind: str) -> None:
    project = site.client.projects.create("rerank", labels=["spam", "ham"])
    words = ["win prize call now cash", "lunch tomorrow with milk please"]
    rows = [{"key": f"m{k}", "text": f"{words[k % 2]} number {k} of {k % 197} {k % 31}"} for k in range(10_000)]
    project.items.add(rows, progress=False)
    site.quiet()
    times, number = [], 0
    for _ in range(8):
        for item in project.queue.next(25):
            project.label(item, "spam" if int(item.key[1:]) % 2 == 0 else "ham")
        started = time.perf_counter()
        while True:
            models = project.models(1)
            jobs = site.client.get("/jobs", limit=5)["items"]
            busy = [job for job in jobs if job["state"] in ("queued", "running")]
            if models and models[0].number > number and not busy:
                number = models[0].number
                break
            time.sleep(0.02)
        times.append(time.perf_counter() - started)
    ordered = sorted(times)
    report.add(
        f"from the 25th label to the re-ranked queue, 10,000 texts, {database_kind}",
        median_s=round(ordered[len(ordered) // 2], 2),
        first_s=round(times[0], 2),
        worst_s=round(ordered[-1], 2),
    )
