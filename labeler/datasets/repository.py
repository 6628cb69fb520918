"""One git repository with DVC for each project: where dataset versions and models are tied together.

One writer at a time, held by a file lock that dies with its process; the next holder may clear what a
killed one left (DVC's and git's own lock files). Nothing in it is visible until it has a tag.
"""

import fcntl
import io
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler.kit.config import Settings
from labeler.kit.files import write_whole

TAGS = b"refs/tags/"
AUTHOR = b"labeler <labeler@localhost>"
STALE = (".dvc/tmp/lock", ".dvc/tmp/rwlock", ".dvc/tmp/rwlock.lock", ".git/index.lock", ".git/HEAD.lock")


@dataclass(frozen=True)
class Tracked:
    """A folder as DVC tracks it: its hash, and its size in bytes."""

    dvc_hash: str
    size: int


class Repository:
    def __init__(self, settings: Settings, project_id: int) -> None:
        self.settings = settings
        self.path = settings.home / "datasets" / str(project_id)
        self.data = self.path / "data"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be its only writer; makes the repository first if there is none."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            for name in STALE:
                (self.path / name).unlink(missing_ok=True)
            self._ensure()
            yield

    def _ensure(self) -> None:
        from dulwich import porcelain
        from dvc.repo import Repo

        logging.getLogger("dvc").setLevel(logging.ERROR)
        if (self.path / ".dvc" / "ready").exists():
            self._configure()
            return
        shutil.rmtree(self.path, ignore_errors=True)  # a first attempt that was cut off
        self.path.mkdir()
        porcelain.init(str(self.path)).close()
        Repo.init(str(self.path)).close()
        self._configure()
        write_whole(self.path / ".dvc" / ".gitignore", b"/config.local\n/tmp\n/cache\n/ready\n")
        self.commit([".dvc/.gitignore", ".dvc/config", ".dvcignore"], "Set up dataset versions")
        write_whole(self.path / ".dvc" / "ready", b"")

    def _configure(self) -> None:
        """Settings of this installation are local to it; what every clone needs is committed."""
        import configparser

        shared = configparser.ConfigParser()
        shared["core"] = {"analytics": "false", "autostage": "false", "check_update": "false"}
        local = configparser.ConfigParser()
        local["core"] = {"site_cache_dir": str(self.settings.home / "dvc-state" / self.path.name)}
        local["cache"] = {"type": "hardlink,copy"}
        if self.settings.dvc_remote:
            name = "'remote \"storage\"'"
            shared["core"]["remote"] = "storage"
            shared[name] = {"url": f"{self.settings.dvc_remote.rstrip('/')}/{self.path.name}"}
        for path, config in ((self.path / ".dvc/config", shared), (self.path / ".dvc/config.local", local)):
            temporary = path.with_suffix(".new")
            with open(temporary, "w") as file:
                config.write(file)
            if not path.exists() or path.read_bytes() != temporary.read_bytes():
                os.replace(temporary, path)
            else:
                temporary.unlink()

    def track(self) -> Tracked:
        """Put the data folder into DVC's cache; returns its hash. Needs `writing`."""
        with self._dvc() as repo:
            out = repo.add(str(self.data))[0].outs[0]
            return Tracked(str(out.hash_info.value), int(out.meta.size or 0))

    def commit(self, paths: list[str], message: str) -> str:
        """Commit these paths (relative); returns the commit id. Needs `writing`."""
        from dulwich import porcelain

        porcelain.add(str(self.path), paths=[str(self.path / path) for path in paths])
        text = message.encode("utf-8", "replace")
        return porcelain.commit(str(self.path), message=text, author=AUTHOR, committer=AUTHOR).decode()

    def commit_beside(self, parent: str, files: dict[str, bytes], message: str) -> str:
        """A commit that adds files to `parent` and moves no branch: what a model's tag names."""
        import dulwich.repo
        from dulwich.objects import Blob, Commit

        with dulwich.repo.Repo(str(self.path)) as git:
            base: Any = git[parent.encode()]
            tree: Any = git[base.tree].copy()
            for name, data in files.items():
                blob = Blob.from_string(data)
                git.object_store.add_object(blob)
                tree.add(name.encode(), 0o100644, blob.id)
            git.object_store.add_object(tree)
            commit = Commit()
            commit.tree, commit.parents, commit.message = tree.id, [base.id], message.encode()
            commit.author = commit.committer = AUTHOR
            commit.author_time = commit.commit_time = base.commit_time
            commit.author_timezone = commit.commit_timezone = 0
            commit.encoding = b"UTF-8"
            git.object_store.add_object(commit)
            return commit.id.decode()

    def tag(self, name: str, commit: str) -> None:
        """Let a tag name this commit, whatever it named before."""
        import dulwich.repo

        with dulwich.repo.Repo(str(self.path)) as git:
            refs: Any = git.refs
            refs[TAGS + name.encode()] = commit.encode()

    def tags(self) -> set[str]:
        import dulwich.repo

        with dulwich.repo.Repo(str(self.path)) as git:
            refs: Any = git.refs
            return {ref.decode() for ref in refs.keys(base=TAGS)}

    def drop_tags_but(self, prefix: str, recorded: set[str]) -> None:
        """Remove tags that a killed attempt left: the database has no row for them."""
        import dulwich.repo

        with dulwich.repo.Repo(str(self.path)) as git:
            refs: Any = git.refs
            for ref in refs.keys(base=TAGS):
                name = ref.decode()
                if re.fullmatch(prefix + r"\d+", name) and name not in recorded:
                    del refs[TAGS + ref]

    def file_at(self, commit: str, path: str) -> bytes | None:
        """A committed file, or None."""
        import dulwich.object_store
        import dulwich.repo

        with dulwich.repo.Repo(str(self.path)) as git:
            tree = git[git[commit.encode()].tree]  # type: ignore[attr-defined]
            with suppress(KeyError):
                _, sha = tree.lookup_path(git.__getitem__, path.encode())  # type: ignore[attr-defined]
                return bytes(git[sha].data)  # type: ignore[attr-defined]
        return None

    def checkout(self, tag: str, folder: Path) -> None:
        """Copy the data of a version to a folder, from the cache or else the remote."""
        with self._dvc() as repo:
            repo.get(str(self.path), "data", out=str(folder), rev=tag, force=True)

    def fetch(self, tag: str) -> None:
        """Bring the data of a tag from the remote into the cache."""
        with self._dvc() as repo:
            repo.fetch(revs=[tag], workspace=False)

    def push(self, tags: list[str]) -> int:
        """Send the data of these tags to the remote; returns how many files were sent."""
        with self._dvc() as repo:
            return int(repo.push(revs=tags, workspace=False) or 0)

    @property
    def git_url(self) -> str:
        """Where others find the repository: in the git remote, or else here."""
        remote = self.settings.git_remote
        return f"{remote.rstrip('/')}/{self.path.name}.git" if remote else str(self.path)

    @property
    def address(self) -> str:
        """`git_url` for everybody's eyes: without a password in it."""
        return re.sub(r"//[^/@]*@", "//", self.git_url)

    def push_git(self) -> None:
        """Send the branch and all tags to the git remote; a folder is made if it is not there."""
        from dulwich import porcelain

        if "://" not in self.git_url and "@" not in self.git_url and not Path(self.git_url).exists():
            Path(self.git_url).mkdir(parents=True)
            porcelain.init(self.git_url, bare=True).close()
        tags = [f"+refs/tags/{name}:refs/tags/{name}" for name in sorted(self.tags())]
        branch = porcelain.active_branch(str(self.path)).decode()
        refs = [f"+refs/heads/{branch}:refs/heads/{branch}", *tags]
        nowhere = io.BytesIO()
        porcelain.push(str(self.path), self.git_url, refs, outstream=nowhere, errstream=nowhere)

    @contextmanager
    def _dvc(self) -> Iterator[Any]:
        from dvc.repo import Repo

        repo = Repo(str(self.path))
        try:
            yield repo
        finally:
            repo.close()
