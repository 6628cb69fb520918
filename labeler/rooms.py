"""All rooms, for those who need every one: the API's routers, listeners and schedules, the job functions."""

from fastapi import APIRouter

# Modules whose import registers listeners and schedules: light, every process has them.
LISTENERS = (
    "labeler.accounts.audit",
    "labeler.accounts.write",
    "labeler.labels.imported",
    "labeler.queue.answer",
    "labeler.training.trigger",
)
# Modules whose import registers job functions: heavy (scikit-learn, DVC), for job processes only.
JOBS = (
    *LISTENERS,
    "labeler.items.jobs",
    "labeler.datasets.jobs",
    "labeler.training.jobs.train",
    "labeler.training.jobs.cold_start",
    "labeler.training.jobs.embed",
    "labeler.training.jobs.reproduce",
    "labeler.training.jobs.model_search",
    "sklearn.svm",
)


def routers() -> list[APIRouter]:
    from labeler.accounts.routes import router as accounts
    from labeler.api.jobs import router as jobs
    from labeler.datasets.routes import router as datasets
    from labeler.guidelines.routes import router as guidelines
    from labeler.insight.routes import router as insight
    from labeler.items.routes import router as items
    from labeler.labels.routes import router as labels
    from labeler.projects.me import router as me
    from labeler.projects.routes import router as projects
    from labeler.queue.routes import router as queue
    from labeler.registry.routes import router as registry
    from labeler.training.routes import router as training

    return [queue, accounts, me, projects, guidelines, items, insight, labels, training, datasets, registry, jobs]


def load_listeners() -> None:
    import importlib

    for name in LISTENERS:
        importlib.import_module(name)
