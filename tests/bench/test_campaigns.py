"""How soon a campaign over 100,000 items is asked while 32 labelers work, how soon all of it is written, and their p99
meanwhile beside that of the same people a moment before."""

import threading
import time

import processes
import pytest
from load import label_for
from sites import Site
from test_labeling_load import SECONDS

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
MOST_SECONDS = 5.0, 30.0  # until it is asked, and until it is written
ITEMS, OPEN = 100_000, 20_000
THINK = 0.15


@pytest.fixture
def site(settings):
    """Texts are not read: that takes an hour of these cores, and is measured elsewhere."""
    running = Site(settings, ["serve"], embeddings="off")
    yield running
    running.stop()


def test_a_campaign_begins_while_people_label(site, report, database_kind: str) -> None:
    quick = {"strategy": "random", "model": "complement_nb", "retrain_every": 10_000, "retrain_seconds": 86_400}
    project = site.client.projects.create("load", labels=["spam", "ham"], **quick)
    said = ["ham", "spam"]
    project.items.add([{"key": f"m{n}", "text": f"message {n}"} for n in range(OPEN)], progress=False)
    rows = [{"key": f"x{n}", "text": f"labeled message {n}", "label": said[n % 2]} for n in range(ITEMS)]
    project.items.add(rows, progress=False)
    tokens = site.labeler_tokens(project.slug, 32)
    site.quiet()
    alone = label_for([site.settings.port], tokens, project.path, SECONDS, THINK)
    took: list[float] = []
    before = project.progress().labels.today

    def begin() -> None:
        processes.wait_for(lambda: project.progress().labels.today > before, 60, "people to label")
        started = time.monotonic()
        project.campaigns.start("Again", to="others", labeler=site.client.me().user.id)  # what came with the items
        processes.wait_for(lambda: next(iter(project.campaigns)).started_at is not None, 120, "it to be asked")
        took.append(time.monotonic() - started)
        processes.wait_for(lambda: next(iter(project.campaigns)).state != "starting", 120, "it to be written")
        took.append(time.monotonic() - started)

    thread = threading.Thread(target=begin)
    thread.start()
    beside = label_for([site.settings.port], tokens, project.path, 2 * SECONDS, THINK)  # also after it began
    thread.join()
    figures = {"asked_in_s": round(took[0], 2), "written_in_s": round(took[1], 2)}
    figures |= {f"alone_{name}": value for name, value in alone.summary().items()}
    figures |= {f"beside_{name}": value for name, value in beside.summary().items()}
    ratio = beside.summary()["submit_p99_ms"] / alone.summary()["submit_p99_ms"]
    report.add(f"a campaign of {ITEMS:,} items begins, {database_kind}", **figures, p99_ratio=round(ratio, 2))
    assert alone.errors == [] and beside.errors == [] and beside.summary()["handed_out_twice"] == 0
    again = sum(key.startswith("x") for key in beside.keys)
    assert again > 0 and took[0] <= MOST_SECONDS[0] and took[1] <= MOST_SECONDS[1]
