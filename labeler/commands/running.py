"""Running the service: serve, api, ui, worker, demo, migrate, doctor."""

import shutil
import sys
import threading
from typing import Annotated

import typer

from labeler.commands.context import answer
from labeler.kit import telemetry
from labeler.kit.config import Settings, unknown_names
from labeler.kit.files import private_folder
from labeler.kit.memory import few_arenas

Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.")]


def _settings(host: str | None = None, port: int | None = None) -> Settings:
    given = {"host": host, "port": port}
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(help="Jobs at the same time.")] = None,
) -> None:
    """API, UI and job worker at one address."""
    settings = _settings(host, port)
    if workers is not None:
        settings = settings.model_copy(update={"worker_slots": workers})
    _serve(settings, with_ui=True, with_worker=settings.worker_slots > 0)


def api(host: Host = None, port: Port = None) -> None:
    """The API alone. Start as many as you need; jobs need a `labeler worker` somewhere."""
    _serve(_settings(host, port), with_ui=False, with_worker=False)


def ui(host: Host = None, port: Port = None) -> None:
    """API and UI without a job worker: the page people open when workers run on other machines."""
    _serve(_settings(host, port), with_ui=True, with_worker=False)


def _serve(settings: Settings, *, with_ui: bool, with_worker: bool) -> None:
    from labeler.api.bootstrap import prepare
    from labeler.api.supervisor import started

    few_arenas()

    telemetry.configure(settings, process="api")
    link = prepare(settings)
    supervisor = started(settings) if with_worker else None
    from labeler.api.serve import create_site, run

    site = create_site(settings, with_ui=with_ui, supervisor=supervisor)
    print(f"labeler is at {settings.address}  (data in {settings.home})", flush=True)
    if link:
        print(f"No account has a password yet. Set the administrator's here, once: {link}", flush=True)
    run(site, settings)


def worker() -> None:
    """Run background jobs. On one machine `serve` starts this by itself."""
    from labeler.worker import run

    run(embedded=False)


def demo(
    port: Port = None,
    host: Host = None,
    simulate: Annotated[int, typer.Option(help="Label this many items from the known answers, to see it learn.")] = 0,
) -> None:
    """A ready project with real messages; then serve. A second start keeps the data."""
    from labeler.api.bootstrap import prepare
    from labeler.api.serve import create_site, run
    from labeler.api.supervisor import started
    from labeler.demo.projects import PROJECTS
    from labeler.demo.setup import ensure_demo, log_ins
    from labeler.demo.simulate import simulate as run_simulation
    from labeler.demo.simulate import token_for_simulation

    settings = _settings(host, port).model_copy(update={"log_level": "WARNING"})
    telemetry.configure(settings, process="api")
    private_folder(settings.home)
    admin = log_ins(settings)[0]
    prepare(settings.model_copy(update={"admin_email": admin.email, "admin_password": admin.password}))
    people = ensure_demo(settings)
    logins = "\n".join(f"    {person.email:<18} {person.password}   ({person.role})" for person in people)
    site = create_site(settings, supervisor=started(settings))
    print(f"\n  labeler is at {settings.address}\n\n  Log in as\n{logins}\n", flush=True)
    addresses = "\n".join(f"    {settings.address}/label?project={one.slug}" for one in PROJECTS)
    print(f"  Projects\n{addresses}\n\n  Data: {settings.home}\n  Stop with Ctrl+C.\n", flush=True)
    if simulate:
        token = token_for_simulation(settings)
        arguments = (f"http://127.0.0.1:{settings.port}", token, simulate, lambda text: print("  " + text, flush=True))
        threading.Thread(target=run_simulation, args=arguments, daemon=True).start()
    run(site, settings)


def migrate(
    target: Annotated[str, typer.Argument(help="A revision, -1, or base.")] = "head",
    yes: Annotated[bool, typer.Option("--yes", help="Go back without a question.")] = False,
) -> None:
    """Bring the database's schema up to date (or to a revision)."""
    from labeler.kit.db import Database
    from labeler.kit.installation import installation_id, remember_id
    from labeler.kit.schema import alone, goes_back, schema_state
    from labeler.kit.schema import migrate as run_migration

    db = Database(Settings())
    if not yes and goes_back(db, target):
        what = "everything in it" if target == "base" else "what the later versions keep"
        typer.confirm(f"This takes {what} out of the database for good. `labeler backup` first. Go on?", abort=True)
    with alone(db):
        run_migration(db, target)
    found = db.read(schema_state)
    if found == "current":
        remember_id(db.settings.home, db.read(installation_id))
    db.close()
    answer({"schema": found}, f"The schema is {found}.")


def doctor() -> None:
    """The settings in force, and whether everything that is needed is there."""
    from labeler.api.health import check
    from labeler.commands.checks import operators_checks
    from labeler.kit.db import Database

    settings = Settings()
    shown = {name: str(value) for name, value in settings.model_dump().items()}
    if shown["admin_password"]:
        shown["admin_password"] = "(set)"
    shown["database_url"] = _without_password(settings.url)
    shown["llm_keys"] = ", ".join(sorted(settings.llm_keys))
    shown["import_databases"] = ", ".join(sorted(settings.import_databases))
    private_folder(settings.home)
    parts = check(Database(settings))
    parts |= _plugins() | operators_checks(settings)
    parts["names"] = "; ".join(f"{name} is no setting" for name in unknown_names()) or "ok"
    parts["git"] = "ok" if shutil.which("git") else "not found: `dvc get` needs it"
    lines = [f"LABELER_{name.upper()} = {value}" for name, value in shown.items()]
    lines += [""] + [f"{name}: {found}" for name, found in parts.items()]
    answer({"settings": shown, "checks": parts}, "\n".join(lines))
    if any(found != "ok" for found in parts.values()):
        sys.exit(1)


def _plugins() -> dict[str, str]:
    """One line for each kind of plug-in of which some don't work, or "ok" for all."""
    from labeler.plugins import registries
    from labeler.rooms import load_registries

    load_registries()
    broken = {}
    for group, registry in registries().items():
        registry.load()
        if registry.broken:
            broken[f"plugins.{group}"] = "; ".join(f"{name} {reason}" for name, reason in registry.broken.items())
    return broken or {"plugins": "ok"}


def _without_password(url: str) -> str:
    import sqlalchemy as sa

    return sa.make_url(url).render_as_string(hide_password=True)


def register(app: typer.Typer) -> None:
    for function in (serve, api, ui, worker, demo, migrate, doctor):
        app.command()(function)
