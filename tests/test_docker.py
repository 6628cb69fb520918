"""What can be told of the container files without a Docker engine."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def test_everything_the_image_copies_exists() -> None:
    text = (ROOT / "docker/Dockerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.M) for word in line.split()[:-1]]
    assert copied and [name for name in copied if not (ROOT / name).exists()] == []
    assert "USER labeler" in text and text.index("USER labeler") < text.index('CMD ["labeler"')


def test_the_compose_file_has_every_part_and_no_default_secret() -> None:
    text = (ROOT / "docker/compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"site", "worker", "postgres", "store", "bucket"}
    assert all(services[name]["read_only"] for name in ("site", "worker"))
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|KEY)\w*)([^}]*)\}", text)
    assert secrets and all(rest.startswith(":?") for _, rest in secrets)
    from labeler.kit.config import Settings

    used = {name for name in services["site"]["environment"] if name.startswith("LABELER_")}
    assert used <= {f"LABELER_{name.upper()}" for name in Settings.model_fields}
