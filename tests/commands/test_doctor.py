"""`labeler doctor` names what is set up half."""

from pathlib import Path

import pytest

from labeler.commands.checks import operators_checks
from labeler.kit.config import Settings


def doctor(home: Path, **given: object) -> dict[str, str]:
    home.mkdir(mode=0o700, exist_ok=True)
    return operators_checks(Settings(home=home, **given))


def test_all_is_well(tmp_path: Path) -> None:
    remote = str(tmp_path / "remote")
    found = doctor(
        tmp_path / "home", dvc_remote=remote, public_url="https://example.org/labels", trusted_proxies="10.0.0.1"
    )
    assert set(found.values()) == {"ok"}
    assert list((tmp_path / "remote").iterdir()) == []


@pytest.mark.parametrize(
    ("given", "about", "says"),
    [
        ({"public_url": "https://example.org"}, "proxies", "LABELER_TRUSTED_PROXIES names none"),
        ({"trusted_proxies": "10.0.0.1"}, "proxies", "LABELER_PUBLIC_URL is not"),
        ({"public_url": "http://example.org", "trusted_proxies": "10.0.0.1"}, "proxies", "not encrypted"),
        ({"dvc_remote": "/proc/nowhere"}, "remote", "can't be written to"),
        ({"dvc_remote": "nosuch://bucket"}, "remote", "can't be written to"),
    ],
)
def test_what_is_set_up_half(tmp_path: Path, given: dict[str, str], about: str, says: str) -> None:
    found = doctor(tmp_path / "home", **given)
    assert says in found[about]
    assert [name for name, one in found.items() if one != "ok"] == [about]


def test_files_that_others_may_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    doctor(home)
    (home / "labeler.db").touch()
    (home / "labeler.db").chmod(0o644)
    home.chmod(0o755)
    found = doctor(home)["permissions"]
    assert f"others may read {home}:" in found and "labeler.db" in found
