"""The portal for production: `uvicorn deploy.asgi:app`, behind a proxy that speaks https (see docs/portal.md).

Settings come from `fodaftryk.toml` and `FODAFTRYK_…` as always; `portal.url` has to be set, since a portal that does
not know its own address takes no forms.
"""

import atexit
from contextlib import ExitStack

from flows.errors import SettingsError
from flows.portal import log_as_json, portal_of_space
from flows.settings import load_settings
from flows.workspace import open_workspace
from ledger.portal.app import create_app

_settings = load_settings()
if not _settings.portal.url:
    raise SettingsError("portal.url is not set: give the public address, as https://fodaftryk.example.dk.")
_open = ExitStack()
atexit.register(_open.close)
log_as_json()
app = create_app(portal_of_space(_open.enter_context(open_workspace(_settings)), _settings.portal.url))
