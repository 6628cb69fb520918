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
    assert set(services) == {"site", "worker", "postgres", "store"}
    assert all(services[name]["read_only"] for name in ("site", "worker"))
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|KEY)\w*)([^}]*)\}", text)
    assert secrets and all(rest.startswith(":?") for _, rest in secrets)
    from labeler.kit.config import Settings

    used = {name for name in services["site"]["environment"] if name.startswith("LABELER_")}
    assert used <= {f"LABELER_{name.upper()}" for name in Settings.model_fields}


def test_the_manifests_fit_together_and_the_service() -> None:
    from labeler.cli import app
    from labeler.kit.config import Settings

    parts = list(yaml.safe_load_all((ROOT / "docker/kubernetes.yaml").read_text()))
    by_kind = {(part["kind"], part["metadata"]["name"]): part for part in parts}
    secret, config = by_kind["Secret", "labeler"], by_kind["ConfigMap", "labeler"]
    known = {f"LABELER_{name.upper()}" for name in Settings.model_fields}
    named = {name for name in config["data"] if name.startswith("LABELER_")}
    assert {name.removesuffix("_FILE") for name in named} <= known
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    for name in ("labeler-site", "labeler-worker"):
        spec = by_kind["Deployment", name]["spec"]["template"]["spec"]
        [container] = spec["containers"]
        assert container["command"][0] == "labeler" and container["command"][1] in commands
        assert container["securityContext"]["readOnlyRootFilesystem"] and spec["securityContext"]["runAsNonRoot"]
        assert {one["valueFrom"]["secretKeyRef"]["key"] for one in container["env"]} <= set(secret["stringData"])
        assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in spec["volumes"]}
        mounted = next(one["mountPath"] for one in container["volumeMounts"] if one["name"] == "secrets")
        assert config["data"]["LABELER_DATABASE_URL_FILE"] == f"{mounted}/database-url"
    probes = by_kind["Deployment", "labeler-site"]["spec"]["template"]["spec"]["containers"][0]
    assert probes["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert "uid 10001" in (ROOT / "docker/Dockerfile").read_text()
    for kind in ("Service", "Ingress", "PersistentVolumeClaim"):
        assert (kind, "labeler") in by_kind
