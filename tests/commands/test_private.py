"""What the service writes is for its user alone, and children don't get to know the first password (G14, G30)."""

import os
import stat
from pathlib import Path

import pytest

from labeler.api.bootstrap import prepare
from labeler.kit.config import Settings


def reachable_by_others(home: Path) -> list[Path]:
    """What somebody else on this machine could open: neither it nor a folder above it, up to home, forbids it."""
    found = []
    for folder, folders, names in os.walk(home):
        if not stat.S_IMODE(os.stat(folder).st_mode) & 0o007:
            folders.clear()
            continue
        found += [Path(folder, name) for name in names if stat.S_IMODE(os.stat(Path(folder, name)).st_mode) & 0o007]
    return found


@pytest.mark.parametrize("there_before", [False, True])
def test_the_data_folder_is_its_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there_before: bool) -> None:
    home = tmp_path / "home"
    before = os.umask(0o022)
    try:
        if there_before:
            home.mkdir()
            (home / "labeler.db").touch()
        monkeypatch.setenv("LABELER_ADMIN_PASSWORD", "seven blue umbrellas")
        settings = Settings(home=home, database_url="", admin_email="ada@example.org")
        prepare(settings)
        assert reachable_by_others(home) == []
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
        if not there_before:
            assert stat.S_IMODE((home / "labeler.db").stat().st_mode) == 0o600
        assert "LABELER_ADMIN_PASSWORD" not in os.environ
        assert not [name for name, value in settings.environment().items() if "seven blue umbrellas" in value]
    finally:
        os.umask(before)
