"""Settings come from the environment, from files of their own, and from one file; what is none is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labeler.kit.config import Settings, unknown_names


def test_a_value_can_stand_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, databases = tmp_path / "secret", tmp_path / "databases"
    secret.write_text("postgresql+psycopg://labeler:s3cret@db/labeler\n")
    databases.write_text('{"crm": "sqlite:////data/crm.db"}\n')
    monkeypatch.delenv("LABELER_DATABASE_URL", raising=False)
    monkeypatch.setenv("LABELER_DATABASE_URL_FILE", str(secret))
    monkeypatch.setenv("LABELER_IMPORT_DATABASES_FILE", str(databases))
    settings = Settings(home=tmp_path)
    assert settings.database_url == "postgresql+psycopg://labeler:s3cret@db/labeler"
    assert settings.import_databases["crm"].get_secret_value() == "sqlite:////data/crm.db"
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    for name in ("LABELER_DATABASE_URL_FILE", "LABELER_IMPORT_DATABASES_FILE"):
        monkeypatch.delenv(name)
    assert Settings() == settings  # as a child process has them


def test_a_file_that_is_not_there_or_not_alone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELER_DVC_REMOTE_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="LABELER_DVC_REMOTE_FILE can't be read"):
        Settings(home=tmp_path)
    monkeypatch.setenv("LABELER_DVC_REMOTE", "s3://bucket")
    with pytest.raises(ValueError, match="both set"):
        Settings(home=tmp_path)


def test_a_name_that_is_no_setting_is_told_with_what_may_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unknown_names() == []
    monkeypatch.setenv("LABELER_WORKER_SLOT", "3")
    monkeypatch.setenv("LABELER_ZZZ", "3")
    assert unknown_names() == ["LABELER_WORKER_SLOT (is LABELER_WORKER_SLOTS meant?)", "LABELER_ZZZ"]
    done = subprocess.run(
        [sys.executable, "-m", "labeler", "doctor"],
        env={**os.environ, "LABELER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "LABELER_WORKER_SLOT (is LABELER_WORKER_SLOTS meant?) is no setting" in done.stdout
