"""A PostgreSQL server for the tests, in a temporary folder, with no durability: half a second to start."""

import glob
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path


def find_bin() -> Path | None:
    """The folder with initdb and pg_ctl: PG_BIN, PATH, or Debian's place."""
    candidates = [os.environ.get("PG_BIN", "")]
    found = shutil.which("initdb")
    if found:
        candidates.append(str(Path(found).resolve().parent))
    candidates += sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    for candidate in candidates:
        if candidate and (Path(candidate) / "initdb").exists() and (Path(candidate) / "pg_ctl").exists():
            return Path(candidate)
    return None


class Server:
    """`url(name)` of a database, `create(name, template)`, `drop(name)`, `stop()`."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        """environment: beside this process's own, for the server."""
        binaries = find_bin()
        assert binaries is not None
        self.bin = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="lbpg-", dir="/tmp"))
        self.who: dict[str, object] = {}
        self.environment = None if environment is None else {**os.environ, **environment}
        if os.geteuid() == 0:  # the server refuses to run as root
            user = self._unprivileged()
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        data = self.folder / "data"
        self._run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-D", str(data))
        version = subprocess.run([str(self.bin / "postgres"), "-V"], capture_output=True, text=True, check=True).stdout
        self.copying = " STRATEGY file_copy" if int(re.findall(r"\d+", version)[0]) >= 15 else ""
        options = f"-c listen_addresses='' -k {self.folder} -c fsync=off -c full_page_writes=off -c max_connections=200"
        self._run("pg_ctl", "-D", str(data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    @staticmethod
    def _unprivileged() -> pwd.struct_passwd:
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise RuntimeError("no user to run PostgreSQL as")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.bin / program), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment if program == "pg_ctl" else None,
            **self.who,  # type: ignore[call-overload]
        )

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str, template: str = "template1") -> str:
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{self.copying}')
        return self.url(name)

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
