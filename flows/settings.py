"""Settings: one frozen object, from `fodaftryk.toml` and `FODAFTRYK_…` variables.

The only place that reads the environment, but for the question whether anything is set (`defaults.py`). Nested values
are written with two underscores (`FODAFTRYK_CRAWLER__PROXY`); a variable or a key nobody knows is an error, because a
mistyped one would otherwise crawl with a default its operator did not choose.
"""

import os
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as UnparsedError

from corpus.documents import SIGNATURE_SIZE
from corpus.limits import CheckLimits
from corpus.storage import StorageSettings
from corpus.workers import WorkerLimits
from crawler.rendering import CHROMIUM
from dedup.parameters import Parameters
from flows.defaults import FILE, PREFIX
from flows.errors import SettingsError
from flows.scale import ScaleSettings


@dataclass(frozen=True, slots=True)
class CrawlerSettings:
    """How every source is crawled.

    `proxy` is an operator's egress proxy (`http://host:port`), trusted because the operator named it. `delay_s_min`
    is the least pause between two requests to one host; a site may ask for more, never for less. `about_url` is a
    page that tells a site's owner who crawls and how to refuse; it stands in the user agent. `checkpoint_s` seconds
    after another a crawl's state is put into storage that lies elsewhere, so that another machine can go on from there.
    `chromium` is the browser of sources that need one: the program itself and not Debian's `/usr/bin/chromium`, a
    script that adds flags.
    """

    proxy: Annotated[str, Field(pattern=r"^(http://[^/\s]+:\d+/?)?$")] = ""
    delay_s_min: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    about_url: str = ""
    checkpoint_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 300.0
    chromium: str = CHROMIUM


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger lies (empty: SQLite in the data folder) and which policy file decides (empty: ours).

    `key` is the file of the key that signs its checkpoints (empty: in the data folder), made when there is none.
    `origin` names the ledger in them, as `example.dk/ledger` (empty: a name made with the key); it never changes.
    `payer` and `iban` are our name and account, as they stand in payment files for the bank.
    """

    url: str = ""
    policy: str = ""
    key: str = ""
    origin: Annotated[str, Field(pattern=r"^[^\s+]{0,200}$")] = ""
    payer: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """Who runs the portal, and where it is reached.

    `url` is its public address (empty: where it listens). `operator` answers for it, `contact` is an e-mail address
    that people see. Mail goes by `smtp` (`smtp://user:password@host:587`, `smtps://…`; empty: into a folder of the data
    folder) from `sender`. `secret` is the file of what forms and sessions are signed with (empty: in the data folder).
    An OpenID Connect provider at `oidc_issuer` (empty: none) knows us as `oidc_client` with `oidc_secret`, is asked for
    `oidc_scope`, and is called `oidc_name` on the button.
    """

    url: str = ""
    operator: str = ""
    contact: Annotated[str, Field(pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    smtp: str = ""
    sender: Annotated[str, Field(pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    secret: str = ""
    oidc_issuer: Annotated[str, Field(pattern=r"^(https://\S+|http://(127\.0\.0\.1|\[::1\])\S*)?$")] = ""
    oidc_client: str = ""
    oidc_secret: str = ""
    oidc_name: str = ""
    oidc_scope: str = "openid email"


@dataclass(frozen=True, slots=True)
class PublisherSettings:
    """Who publishes releases, as cards say: a name, how to write to them, and where the releases can be had."""

    name: str = ""
    contact: str = ""
    url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""


@dataclass(frozen=True, slots=True)
class ReleaseSettings:
    """What releases have and what they are held against before they are sealed.

    `tokenizer` is a `tokenizer.json` by which a column `tokens` is counted (empty: there is none), called
    `tokenizer_name` in the schema (empty: as its folder). `threads` write shards at a time, for each source.
    """

    tokenizer: str = ""
    tokenizer_name: str = ""
    threads: Annotated[int, Field(ge=1)] = 2
    checks: CheckLimits = field(default_factory=CheckLimits)


@dataclass(frozen=True, slots=True)
class WithdrawalSettings:
    """How long what was withdrawn may still lie where others fetch it.

    Shards that hold a withdrawn text are removed `grace_days` after the release without it was sealed, so that who is
    at pulling the old one can go over to the new one. An agreement that ended is acted on as many days after its last.
    """

    grace_days: Annotated[int, Field(ge=0, le=365)] = 14


class Settings(BaseSettings):
    """Everything that can be set. `data` is a local folder; the rest lies in it unless told otherwise."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=FILE
    )

    data: Path = Path("data")
    catalogue: Path = Path("catalogue")
    crawler: CrawlerSettings = CrawlerSettings()
    storage: StorageSettings = StorageSettings()
    refine: WorkerLimits = WorkerLimits()
    dedup: Parameters = Parameters()
    scale: ScaleSettings = ScaleSettings()
    ledger: LedgerSettings = LedgerSettings()
    portal: PortalSettings = PortalSettings()
    publisher: PublisherSettings = PublisherSettings()
    release: ReleaseSettings = ReleaseSettings()
    withdrawal: WithdrawalSettings = WithdrawalSettings()

    @model_validator(mode="after")
    def _signatures_fit(self) -> Self:
        if self.dedup.permutations != SIGNATURE_SIZE:
            raise ValueError(f"dedup.bands × dedup.rows must be {SIGNATURE_SIZE}, not {self.dedup.permutations}")
        return self

    @property
    def storage_settings(self) -> StorageSettings:
        """Where data at rest lies: the data folder unless another place is set."""
        return replace(self.storage, url=self.storage.url or str(self.data))

    @property
    def ledger_url(self) -> str:
        """The ledger's database."""
        return self.ledger.url or f"sqlite:///{self.data / 'ledger.sqlite'}"

    @property
    def ledger_key(self) -> Path:
        """The file of the key that signs the ledger's checkpoints."""
        return Path(self.ledger.key) if self.ledger.key else self.data / "ledger.key"

    @property
    def portal_secret(self) -> Path:
        """The file of the secret that the portal signs forms and sessions with."""
        return Path(self.portal.secret) if self.portal.secret else self.data / "portal.secret"

    @property
    def ledger_file(self) -> Path | None:
        """The file of a ledger in SQLite; None for one on a server."""
        scheme, _, rest = self.ledger_url.partition(":///")
        return Path(rest.partition("?")[0]) if scheme == "sqlite" else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given by hand, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(catalogue: Path | None = None) -> Settings:
    """Read the settings; a `catalogue` given here wins.

    Raises SettingsError naming every wrong key and where it came from.
    """
    unknown = [
        name
        for name in os.environ
        if name.startswith(PREFIX) and name[len(PREFIX) :].split("__")[0].lower() not in Settings.model_fields
    ]
    if unknown:
        raise SettingsError(f"{', '.join(sorted(unknown))}: no such setting. See docs/settings.md for all of them.")
    try:
        return Settings(catalogue=catalogue) if catalogue else Settings()
    except OSError as error:
        raise SettingsError(f"{FILE} cannot be read ({error.strerror}): see to its permissions.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{FILE} is not UTF-8 ({error.reason}): save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{FILE}: {error}. Mend the file, or remove it to use the defaults.") from error
    except UnparsedError as error:
        raise SettingsError(f"{error}: write each of its keys as a variable, such as {PREFIX}STORAGE__URL.") from error
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(problem) for problem in error.errors())) from error


def _explain(problem: Any) -> str:  # noqa: ANN401 - pydantic's own mapping
    path = [str(part) for part in problem["loc"]]
    if not path:
        return f"{problem['msg']}. See docs/settings.md."
    variable = PREFIX + "__".join(path).upper()
    where = f"variable {variable}" if variable in os.environ else f"{FILE}: {'.'.join(path)}"
    return f"{where}: {problem['msg']} (got {problem['input']!r}). See docs/settings.md."


def moment(given: str | None = None) -> datetime:
    """The time a flow works at, aware and in UTC, to the second: what was given, or the clock, read only here.

    Raises SettingsError when `given` is no ISO 8601 time.
    """
    if given is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        parsed = datetime.fromisoformat(given)
    except ValueError as error:
        raise SettingsError(f"{given!r} is no time: write it as 2026-11-24T12:00:00Z.") from error
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
