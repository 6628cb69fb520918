"""The job worker as a program: `labeler worker`, or `python -m labeler.worker --embedded` alongside the API.

A module of its own, since the command line's imports would cost an idle worker ten megabytes.
"""

import os
import sys

from labeler import rooms
from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.kit.jobs.worker import Worker
from labeler.kit.memory import set_modules_aside
from labeler.webhooks.sender import Sender


def run(*, embedded: bool) -> None:
    """Work until stopped; embedded: also when standard input ends."""
    settings = Settings()
    os.umask(0o077)  # what jobs write is for the service alone (G30)
    telemetry.configure(settings, process="worker")
    modules, later = rooms.first_job_modules(), rooms.other_job_modules()
    worker = Worker(settings, modules, later, awaited=rooms.AWAITED, embedded=embedded)
    if not embedded:
        worker.warm()  # it starts up meanwhile
    rooms.load_listeners()
    rooms.load_tables()  # terms in all of them move when the clock jumps
    set_modules_aside()
    sender = Sender(settings, worker.name, worker.prefix)
    sender.start()
    try:
        worker.run()
    finally:
        sender.stop()


if __name__ == "__main__":
    run(embedded="--embedded" in sys.argv)
