"""A real service on a port of its own, for benchmarks."""

import processes

from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.projects.access import find_project
from labeler.projects.members import set_member


class Site:
    """A running service with a client of its administrator, and tokens of labelers."""

    def __init__(self, settings: Settings, command: list[str], embeddings: str = "auto") -> None:
        as_installed = {"embeddings": embeddings, "job_niceness": Settings.model_fields["job_niceness"].default}
        here = {"port": processes.free_port(), "log_level": "WARNING"}
        self.settings = settings.model_copy(update=as_installed | here)
        self.db = Database(self.settings)
        admin = self.db.write(add_user, "admin@example.org", "Admin", "admin")
        self.admin_token = self.db.write(make_token, admin.id, "bench", ["*"])[1]
        log = self.settings.home / "service.log"
        self.process = processes.Running(["-m", "labeler", *command], self.settings, log)
        self.client = Client(self.process.url, token=self.admin_token)
        try:
            processes.wait_for(self.process.ready, 60, "the service to be ready")
        except BaseException:
            self.stop()
            raise

    def quiet(self) -> None:
        """Wait until no job waits or runs; one that is to begin later waits, too."""
        states = ("queued", "running")
        processes.wait_for(
            lambda: not any(self.client.get("/jobs", state=s)["items"] for s in states), 7_200, "the jobs"
        )

    def labeler_tokens(self, slug: str, n: int) -> list[str]:
        project_id = self.db.read(find_project, slug).id
        tokens = []
        for number in range(n):
            user = self.db.write(add_user, f"labeler{number}-{project_id}@example.org", f"Labeler {number}", "labeler")
            self.db.write(set_member, project_id, user.id, "labeler")
            tokens.append(self.db.write(make_token, user.id, "bench", ["*"])[1])
        return tokens

    def stop(self) -> None:
        self.client.close()
        self.process.stop()
        self.db.close()
