"""What it costs a submit to say at once how certain an answer is: 32 labelers, by turns in projects of one service."""

import random

import processes
import pytest
from load import label_for, quantile
from sites import Site
from test_labeling_load import SECONDS

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
ITEMS, ROUNDS, THINK = 20_000, 3, 0.15
NO_TRAINING = {"retrain_every": 10_000, "retrain_seconds": 86_400, "strategy": "random", "holdout_share": 0}
KINDS = {
    "one_label": {},
    "majority": {"overlap": 3, "answers": "majority"},
    "estimated": {"overlap": 2, "most_labels": 5},
}


@pytest.fixture
def site(settings):
    running = Site(settings, ["serve"], embeddings="off")
    yield running
    running.stop()


def test_certainty_comes_with_the_submit(site, report, database_kind: str) -> None:
    projects, tokens = {}, {}
    for name, more in KINDS.items():
        made = site.client.projects.create(name, labels=["spam", "ham"], **NO_TRAINING, **more)
        made.items.add([{"key": f"m{n}", "text": f"message {n}"} for n in range(ITEMS)], progress=False)
        projects[name], tokens[name] = made, site.labeler_tokens(made.slug, 32)
    _measure_people(site, projects["estimated"], tokens["estimated"])
    site.quiet()
    times: dict[str, list[float]] = {name: [] for name in KINDS}
    for _ in range(ROUNDS):  # by turns: what else the machine does meets all of them
        for name in KINDS:
            found = label_for([site.settings.port], tokens[name], projects[name].path, SECONDS, THINK)
            assert found.errors == []
            times[name] += found.submit_times
    p99 = {name: quantile(found, 0.99) for name, found in times.items()}
    p50 = {name: quantile(found, 0.5) for name, found in times.items()}
    figures = {f"{name}_p50_ms": value for name, value in p50.items()}
    figures |= {f"{name}_p99_ms": value for name, value in p99.items()}
    ratios = {f"p99_to_{name}": round(p99["estimated"] / p99[name], 2) for name in ("one_label", "majority")}
    report.add(f"answers with certainty at once, {database_kind}", **figures, **ratios)
    methods = {row.method for row in projects["estimated"].answers()}
    assert "one_coin" in methods, methods


def _measure_people(site, project, tokens: list[str]) -> None:
    """Everybody labels the same items, so that the estimate knows how often each is right."""
    dice = random.Random(0)
    for token in tokens[:8]:
        mine = type(site.client)(site.process.url, token=token).projects.get(project.slug)
        mine.label_many({f"m{n}": "spam" if dice.random() < (0.9 if n % 2 else 0.1) else "ham" for n in range(60)})
    known = lambda: any(row.items for row in project.labelers().items)  # noqa: E731
    processes.wait_for(known, 120, "the estimate")
