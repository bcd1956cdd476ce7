"""`fodaftryk portal`: the portal on this machine, on the ledger the settings name."""

from typing import Annotated

import typer

from flows.settings import load_settings
from flows.show import OUT
from flows.workspace import open_workspace

CONCURRENT_MAX = 200
"""Requests at once; more are told to come again. Each takes a thread while SQL runs, and there are 40 of those."""

IDLE_S_MAX = 10
"""How long a connection may be idle between two requests."""


def portal(
    host: Annotated[str, typer.Option("--host", help="Address to listen at; 0.0.0.0 lets others in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at.")] = 8040,
) -> None:
    """Serve the portal, where rights holders find their texts, until it is interrupted (Ctrl-C).

    For the public it stands behind a proxy that speaks https: see docs/portal.md.
    """
    import uvicorn  # noqa: PLC0415 - the web's libraries load for a second, and no other command needs them

    from flows.portal import log_as_json, mail_folder, portal_of_space  # noqa: PLC0415
    from ledger.portal.app import create_app  # noqa: PLC0415

    settings = load_settings()
    with open_workspace(settings) as space:
        made = portal_of_space(space, f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}")  # noqa: S104
        log_as_json()
        OUT.print(f"The portal is at {made.site.url}")
        if not settings.portal.smtp:
            OUT.print(f"Mail is written to {mail_folder(settings.data)}")
        uvicorn.run(
            create_app(made), host=host, port=port, log_config=None, access_log=False, server_header=False,
            limit_concurrency=CONCURRENT_MAX, timeout_keep_alive=IDLE_S_MAX, proxy_headers=False,
        )  # fmt: skip
