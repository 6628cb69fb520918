"""Every setting, its default and its meaning. The only place that reads the environment.

Values come from `LABELER_*` environment variables, then from `labeler.toml` in the working directory
(or the file named by `LABELER_CONFIG`), then from the defaults below.
"""

import json
import os
import re
import secrets
from contextlib import suppress
from difflib import get_close_matches
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from labeler.kit.config_lists import databases_to_read, hosts_with_ports, names_and_networks
from labeler.kit.files import private_folder

PREFIX = "LABELER_"
OTHERS = frozenset(
    f"{PREFIX}{name}" for name in ("CONFIG", "URL", "TOKEN", "UI_API_URL", "JOB_MODULES", "JOB_MODULES_LATER")
)
"""Variables that are read elsewhere: by the client, and by processes that this one starts."""

GIVEN_ROLE = r"^((admin|manager|labeler|reader)|[a-z0-9][a-z0-9-]{0,79}:(manager|labeler|reader))$"
LOOPBACK = ("localhost", "127.0.0.1", "::1")

NEAR = 0.85  # of two names' letters are alike, in order: one may be meant for the other


def default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "labeler"


class FilesSource(PydanticBaseSettingsSource):
    """Settings whose values stand in files of their own, as secrets of containers do: `LABELER_DATABASE_URL_FILE`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"{PREFIX}{field_name.upper()}"
        path = os.environ.get(f"{name}_FILE")
        if not path:
            return None, field_name, False
        if name in os.environ:
            raise ValueError(f"{name} and {name}_FILE are both set: which of them counts?")
        try:
            return Path(path).read_text().rstrip("\r\n"), field_name, self.field_is_complex(field)
        except OSError as error:
            raise ValueError(f"{name}_FILE can't be read: {error}") from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, is_complex = self.get_field_value(field, name)
            if value is not None:
                found[key] = self.prepare_field_value(name, field, value, is_complex)
        return found


def unknown_names() -> list[str]:
    """Variables of the environment that look like settings and are none, each with what may be meant."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known} | OTHERS
    found = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    near = {name: get_close_matches(name, sorted(known), 1, NEAR) for name in found}
    return [f"{name} (is {near[name][0]} meant?)" if near[name] else name for name in found]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    # Where things are
    home: Path = Field(default_factory=default_home, description="Data folder: database, datasets, models, secret.")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite file `labeler.db` in the data folder.")
    dvc_remote: str = Field("", description="DVC remote URL that every dataset version is pushed to; empty: none.")
    git_remote: str = Field(
        "",
        description="Git URL or folder that dataset versions are pushed to, a repository per project (its id is put "
        "behind it): where `dvc get URL data --rev v3` finds them; empty: none.",
    )
    import_databases: dict[Annotated[str, Field(pattern=r"^[\w.-]{1,100}$")], SecretStr] = Field(
        {},
        description="Databases whose tables may be imported, URLs by name, as JSON: "
        '`{"crm": "postgresql://reader:secret@db/crm", "old": "sqlite:////data/old.db"}`. They are only read; every '
        "manager of a project may import what the account in the URL may read. Empty: none.",
    )
    public_url: str = Field(
        "",
        description="Address people reach the service at, with the path that it is below, if any "
        "(`https://example.org/labels`); empty: taken from host and port.",
    )

    # First start
    admin_email: str = Field("", description="Creates this administrator on first start (with `admin_password`).")
    admin_password: str = Field("", description="Password of `admin_email`; empty: an invitation link is printed.")

    # Sign-in
    session_days: int = Field(14, ge=1, description="Days a browser session lasts without being used.")
    invitation_days: int = Field(7, ge=1, description="Days an invitation link is valid.")
    login_attempts: int = Field(8, ge=1, description="Failed log-ins of one account or address before it is locked.")
    login_lock_seconds: int = Field(300, ge=1, description="Seconds a lock after failed log-ins lasts.")
    cookie_secure: bool = Field(
        False, description="Send cookies over HTTPS only; so it is, too, where `public_url` begins with https."
    )
    password_login: bool = Field(
        True,
        description="Whether people may log in with a password. False needs `oidc_issuer`; an administrator's "
        "invitation link then still works, once.",
    )
    ui_origin: str = Field("", description="Origin of a UI served elsewhere; the only one CORS admits.")

    trusted_proxies: str = Field(
        "",
        description="Addresses and networks of the proxies before this service, with commas (`127.0.0.1, 10.0.0.0/8`): "
        "theirs are the only `X-Forwarded-For` and `X-Forwarded-Proto` that count. Empty: none.",
    )

    # Log-in by OpenID Connect
    oidc_issuer: str = Field(
        "",
        description="Issuer of an OpenID Connect provider, exactly as the provider writes it "
        "(`https://login.example.org/realms/staff`); empty: none.",
    )
    oidc_client_id: str = Field("", description="This service's client id at the provider.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Its client secret; empty: a public client, which PKCE alone protects."
    )
    oidc_scopes: str = Field("openid email profile", description="Scopes that are asked for, with spaces.")
    oidc_name: str = Field("single sign-on", max_length=60, description="Name on the button: Log in with ...")
    oidc_groups_claim: str = Field(
        "groups", description="Claim with somebody's groups; dots lead into objects (`realm_access.roles`)."
    )
    oidc_group_roles: dict[str, list[Annotated[str, Field(pattern=GIVEN_ROLE)]]] = Field(
        {},
        description="What groups give, as JSON: a role in the installation, or `project:role` with the project's name "
        'in addresses. `{"label-admins": ["admin"], "annotators": ["sms:labeler", "reviews:reader"]}`',
    )
    oidc_domains: str = Field(
        "", description="Domains whose verified email addresses may log in, with commas; empty: any."
    )
    oidc_groups: list[str] = Field(
        [], description="Groups of which somebody must be in one to log in, as JSON; empty: any."
    )
    oidc_accounts: Literal["invited", "mapped", "allowed"] = Field(
        "mapped",
        description="Who gets an account at the first log-in: `invited`: nobody who was not invited; `mapped`: also "
        "who is in a group of `oidc_group_roles`; `allowed`: everybody whom `oidc_domains` and `oidc_groups` let in.",
    )
    oidc_trust_email: bool = Field(
        False,
        description="Take addresses for verified where the provider does not say (no claim `email_verified`). Only for "
        "a provider whose users can't choose their own address.",
    )
    oidc_session_hours: int = Field(
        168, ge=1, description="Hours after which somebody who came through the provider logs in there again."
    )

    # Webhooks (G16)
    webhook_allowed_hosts: str = Field(
        "",
        description="Hosts inside that webhooks may reach, names and networks with commas (`hooks.internal, "
        "10.1.0.0/16`), beside public addresses. Every manager of a project can have signed requests sent to them.",
    )
    webhook_allow_http: bool = Field(False, description="Webhooks may go over http://, which anybody between can read.")
    webhook_connections: int = Field(
        32, ge=0, le=1000, description="Webhooks that the worker sends to at the same time; 0: none are sent."
    )

    # Language models as labelers (G16)
    llm_allowed_hosts: str = Field(
        "",
        description="Hosts whose language models may label, with commas: `llm.example.org` (https, its usual port), "
        "`llm.internal:8443`, or `http://gpu:8000` for one that speaks no https. Items are sent there. Empty: off.",
    )
    llm_keys: dict[Annotated[str, Field(pattern=r"^[\w.-]{1,100}$")], SecretStr] = Field(
        {},
        description="Keys of language models by name, as JSON: managers name them and never see them. "
        '`{"company": "sk-..."}` Empty: managers bring their own.',
    )

    # Items by URL (G16)
    source_allowed_hosts: str = Field(
        "",
        description="Hosts whose documents can become items, with commas, as in LABELER_LLM_ALLOWED_HOSTS. "
        "Everybody who may import can have a document of theirs fetched. Empty: off.",
    )

    # Limits (G18)
    max_body_bytes: int = Field(10 * 1024**2, ge=1024, description="Largest JSON or NDJSON request body.")
    max_upload_bytes: int = Field(2 * 1024**3, ge=1024, description="Largest uploaded import file.")
    max_rows: int = Field(2_000_000, ge=1, description="Most rows in one import file.")
    max_columns: int = Field(512, ge=1, description="Most columns in one import file or fields in one item.")
    max_cell_chars: int = Field(100_000, ge=1, description="Longest text of one item or cell.")
    max_depth: int = Field(8, ge=1, description="Deepest nesting of JSON in an item.")
    max_page: int = Field(500, ge=1, description="Most entries on one page of a list.")
    max_bulk: int = Field(20_000, ge=1, description="Most entries in one bulk request.")
    requests_per_minute: int = Field(12_000, ge=1, description="Requests of one account per minute before 429.")

    # Learning
    embeddings: Literal["auto", "off"] = Field(
        "auto",
        description="Sentence embeddings: auto uses those installed (extras `embeddings`, `multilingual`).",
    )
    encoder: str = Field(
        "",
        description="Sentence encoder: a registered name, folder, `.onnx` file or its URL; empty: what is installed.",
    )
    encoder_sha256: str = Field(
        "", description="Hash that the file of `encoder` must have; empty: any (a URL needs it)."
    )

    heuristic_seconds: int = Field(
        60, ge=1, le=3600, description="Seconds of computing after which a heuristic that is run over items is stopped."
    )
    heuristic_hits: int = Field(
        1_000_000, ge=1000, description="Items of which one heuristic may speak; one that says more is stopped."
    )
    dask_scheduler: str = Field(
        "", description="Address of a Dask scheduler (tcp://host:8786) that computes features and scores; empty: none."
    )

    # Running
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on.")
    worker_slots: int = Field(2, ge=0, description="Jobs that one worker runs at the same time.")
    job_niceness: int = Field(10, ge=0, le=19, description="Scheduling priority given up by job processes.")
    warm_seconds: int = Field(
        3600,
        ge=0,
        description="Seconds the service is kept ready for jobs after the last one, or after somebody was there.",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = Field(False, description="Logs as JSON lines instead of text.")
    traces: bool = Field(
        False,
        description="Send OpenTelemetry traces to `OTEL_EXPORTER_OTLP_ENDPOINT`; needs `labeler[traces]` installed.",
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks = [part.strip() for part in value.split(",") if part.strip()]
        for network in networks:
            try:
                ip_network(network, strict=False)
            except ValueError:
                raise ValueError(f"{network}: expected addresses or networks such as 10.0.0.0/8, with commas") from None
        return ",".join(networks)

    @field_validator("public_url")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        parts = urlsplit(value)
        plain = re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", parts.path.rstrip("/")) and not (parts.query or parts.fragment)
        if value and not (parts.scheme in ("http", "https") and parts.hostname and plain):
            raise ValueError("expected an address such as https://example.org or https://example.org/labels")
        return value.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _https(cls, value: str) -> str:
        parts = urlsplit(value)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if value and not (is_safe and parts.hostname):
            raise ValueError("expected an address that begins with https:// (http:// on this machine only)")
        return value

    @field_validator("oidc_domains")
    @classmethod
    def _domains(cls, value: str) -> str:
        return ",".join(part.strip().lower().removeprefix("@") for part in value.split(",") if part.strip())

    @model_validator(mode="after")
    def _ways_in(self) -> Self:
        """Raises where nobody could log in, or everybody could (G12)."""
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("oidc_issuer needs oidc_client_id too")
        if not self.password_login and not self.oidc_issuer:
            raise ValueError("without password_login nobody could log in: set oidc_issuer")
        if self.oidc_accounts == "allowed" and not (self.oidc_domains or self.oidc_groups):
            raise ValueError(
                "oidc_accounts = allowed lets in everybody the provider knows: set oidc_domains or oidc_groups"
            )
        return self

    @field_validator("webhook_allowed_hosts")
    @classmethod
    def _hosts(cls, value: str) -> str:
        return names_and_networks(value)

    @field_validator("llm_allowed_hosts", "source_allowed_hosts")
    @classmethod
    def _endpoints(cls, value: str) -> str:
        return hosts_with_ports(value)

    @field_validator("import_databases")
    @classmethod
    def _readable(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        return databases_to_read(value)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = Path(os.environ.get("LABELER_CONFIG", "labeler.toml"))
        return (
            init_settings,
            env_settings,
            FilesSource(settings_cls),
            TomlConfigSettingsSource(settings_cls, toml_file=path),
        )

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'labeler.db'}"

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def address(self) -> str:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def prefix(self) -> str:
        """The path that people's browsers find the service below, such as `/labels`; empty: none."""
        return urlsplit(self.address).path

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the service by HTTPS: then its cookies never travel another way."""
        return self.cookie_secure or self.address.startswith("https://")

    def at(self, path: str) -> str:
        """The address at which people's browsers find a path of the service."""
        return f"{self.address}{path}"

    @cached_property
    def secret(self) -> bytes:
        """Random secret of this installation, made on first use in a file only the owner can read (G12)."""
        private_folder(self.home)
        path = self.home / "secret"
        if not path.exists():
            written = path.with_name(f"secret.{os.getpid()}")
            with os.fdopen(os.open(written, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another process was first: its secret is everybody's
                os.link(written, path)
            written.unlink()
        return path.read_bytes()

    def environment(self) -> dict[str, str]:
        """The environment of a child process that sees these same settings, but for secrets of no use to it (G14)."""
        given = {f"{PREFIX}{name.upper()}": _written(value) for name, value in self.model_dump().items()}
        left_out = {f"{PREFIX}ADMIN_PASSWORD", f"{PREFIX}OIDC_CLIENT_SECRET", *(f"{name}_FILE" for name in given)}
        return {name: value for name, value in {**os.environ, **given}.items() if name not in left_out}


def _written(value: Any) -> str:
    """A setting as the environment has it."""
    if not isinstance(value, dict | list):
        return str(value)
    return json.dumps(value, default=SecretStr.get_secret_value)
