"""A worker of the tests' own jobs: `python sample_worker.py LEASE_SECONDS [forked|started]`, as on Linux or elsewhere.

Shorter intervals than the service's own, so that a lost lease costs seconds here.
"""

import sys

import sample_jobs

from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.kit.jobs import children, engine, worker

lease = float(sys.argv[1])
engine.LEASE_SECONDS.update(sqlite=lease, postgresql=lease)
worker.RENEW_SECONDS = lease / 5
worker.SWEEP_SECONDS = lease / 5
children.FORKS = sys.argv[2] == "forked"
settings = Settings()
telemetry.configure(settings, process="worker")
worker.Worker(settings, [sample_jobs.__name__], awaited=["sample.awaited"]).run()
