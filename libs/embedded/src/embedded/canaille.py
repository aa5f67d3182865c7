"""Canaille: self-registration with a confirmation letter, recovery, login; the issuer of every local token."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from joserfc.jwk import RSAKey

from embedded.ports import LOOPBACK, PortBusyError, accepts_connections, free_port, http_status, is_free
from embedded.process import Process
from embedded.secrets_file import SecretsFile

_TOKEN_SECONDS = 15 * 60
_GRANTS = ("authorization_code", "refresh_token", "client_credentials")
_SESSION_SECONDS = 12 * 60 * 60
_THEME = Path(__file__).parent / "issuer_theme"


@dataclass(frozen=True, slots=True)
class OidcClient:
    """A public client (authorization code with PKCE) that may ask for ``openid`` and nothing else.

    ``home`` is where whoever has logged out comes back to; pages of its origin may call the token endpoint (CORS).
    A refresh token lives ``refresh_seconds``; the access token beside it always lives 15 minutes.
    """

    client_id: str
    redirect_uris: tuple[str, ...]
    name: str
    home: str = f"http://{LOOPBACK}/"
    refresh_seconds: int = _TOKEN_SECONDS


@dataclass(frozen=True, slots=True)
class DemoUser:
    """An account made at the first start; its password is the person's to change afterwards."""

    user_name: str
    password: str
    given_name: str
    family_name: str
    email: str

    @property
    def subject(self) -> str:
        """The ``sub`` of this account's tokens, the same in every installation."""
        return str(uuid5(NAMESPACE_URL, f"marshrut:demo-user:{self.user_name}"))


@dataclass(frozen=True, slots=True)
class SystemClient:
    """Another organisation's system: gets tokens by client credentials, with nobody at a keyboard.

    Its tokens carry the ``subject`` of an account, so that the services know whom it speaks for.
    """

    client_id: str
    secret: str
    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of fixed words; paragraphs of ``text`` are parted by an empty line."""

    subject: str
    text: str


class Canaille:
    """One identity provider on its own origin, set up anew at every start by one script.

    Keys, accounts, settings and log live in ``data_dir`` and survive a restart. Access tokens are RS256 JWTs for
    ``audience``, valid 15 minutes; a login lasts 12 hours at most, and no browser remembers anybody longer. Pages are
    Russian (``issuer_theme``) and work without script. ``smtp_port`` is where its letters go; ``welcome`` is sent to
    whoever has registered, beside the letter that confirms the address.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        smtp_port: int,
        clients: Sequence[OidcClient],
        users: Sequence[DemoUser] = (),
        systems: Sequence[SystemClient] = (),
        audience: str = "marshrut-api",
        welcome: Letter | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.audience = audience
        self._smtp_port = smtp_port
        self._clients, self._users, self._systems = tuple(clients), tuple(users), tuple(systems)
        self._welcome = welcome
        self._secrets = SecretsFile(data_dir / "secrets.json")
        self._settings_file = data_dir / "settings.json"
        self.process = Process(
            "Canaille",
            [sys.executable, "-m", "embedded.canaille_server", self._settings_file.resolve()],
            data_dir / "canaille.log",
            # Python answers in the system's locale otherwise, and the letters are Russian.
            env={"PYTHONUTF8": "1"},
            cwd=data_dir,
            ready=self._answers,
            start_seconds=90,
        )

    @property
    def issuer(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def jwks_url(self) -> str:
        return f"{self.issuer}/oauth/jwks.json"

    def start(self) -> None:
        """Write the settings, start, wait until the discovery document is served."""
        self.launch()
        self.process.wait_ready()

    def launch(self) -> None:
        """``start`` without the wait: Canaille takes seconds to import."""
        if not is_free(self.port):
            raise PortBusyError("Canaille", self.port)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        _write_private(self._settings_file, self._settings())
        self.process.launch()

    def stop(self) -> None:
        self.process.stop()

    @property
    def _translations(self) -> Path:
        return (self.data_dir / "translations").resolve()

    def _answers(self) -> bool:
        return accepts_connections(self.port) and http_status(self.port, "/.well-known/openid-configuration") == 200

    def _settings(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "audience": self.audience,
            "signing_key": self._signing_key(),
            "clients": [asdict(client) for client in self._clients],
            "systems": [asdict(system) for system in self._systems],
            "users": [{"subject": user.subject, **asdict(user)} for user in self._users],
            "welcome": asdict(self._welcome) if self._welcome else None,
            "session_seconds": _SESSION_SECONDS,
            "words": str(_THEME / "words.po"),
            "translations": str(self._translations),
            "config": self._config(),
        }

    def _config(self) -> dict[str, object]:
        return {
            "SECRET_KEY": self._secrets["session signing key"],
            "SERVER_NAME": f"{LOOPBACK}:{self.port}",
            "PREFERRED_URL_SCHEME": "http",
            "DEBUG": False,
            "PERMANENT_SESSION_LIFETIME": _SESSION_SECONDS,
            # Ours, the later one, wins.
            "BABEL_TRANSLATION_DIRECTORIES": f"translations;{self._translations}",
            "OAUTH2_TOKEN_EXPIRES_IN": dict.fromkeys(_GRANTS, _TOKEN_SECONDS),
            # No page or letter for a made-up host; and a forgotten password is recovered by a link, not by six digits.
            "TRUSTED_HOSTS": [LOOPBACK],
            "CANAILLE": self._core_config(),
            "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{(self.data_dir / 'canaille.sqlite').resolve()}"},
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": [self._signing_key()],
                # The user name may be changed and then taken by somebody else; the id never moves.
                "USERINFO_MAPPING": {"SUB": "{{ user.id }}"},
                # Our own pages: nobody is asked whether our application may know who logged in.
                "TRUSTED_DOMAINS": [LOOPBACK],
            },
            "CANAILLE_SCIM": {"ENABLE_SERVER": False},
        }

    def _core_config(self) -> dict[str, object]:
        fields = ["given_name", "family_name", "emails", "password"]
        return {
            "NAME": "Маршрут",
            "DATABASE": "sql",
            "LANGUAGE": "ru",
            "TIMEZONE": "Europe/Moscow",
            "LOGO": None,
            "THEME": str(_THEME),
            "JAVASCRIPT": False,
            "ENABLE_REGISTRATION": True,
            "EMAIL_CONFIRMATION": True,
            "ENABLE_INTRUDER_LOCKOUT": True,
            # In place of the default, under which whoever registers the name "admin" rules the provider.
            "ACL": {"DEFAULT": {"PERMISSIONS": ["edit_self", "use_oidc"], "READ": ["user_name"], "WRITE": fields}},
            "SMTP": {"HOST": LOOPBACK, "PORT": self._smtp_port, "FROM_ADDR": "noreply@marshrut.example"},
        }

    def _signing_key(self) -> dict[str, str]:
        """The RS256 key, made once: with a new one at every start all tokens would die."""
        path = self.data_dir / "signing-key.json"
        if not path.exists():
            key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
            _write_private(path, key.as_dict(private=True))
        kept: dict[str, str] = json.loads(path.read_text())
        return kept


def _write_private(path: Path, content: object) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
