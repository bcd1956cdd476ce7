"""TLS to PostgreSQL, asked for in the ledger's address as other programs do: `?sslmode=…&sslrootcert=FILE`.

    disable        none
    (left out)     where the server has it; its certificate is not looked at, which keeps out who only listens
    require        always; its certificate is not looked at
    verify-full    always; the certificate must be one of the system's authorities, or of the file's, for that host

The driver knows none of these words. Of what libpq knows besides, `verify-ca` would take any host's certificate.
"""

import ssl

from sqlalchemy import URL

from ledger.errors import LedgerUnavailable

MODE, ROOT = TLS_ASKED = ("sslmode", "sslrootcert")


def tls_asked(target: URL) -> ssl.SSLContext | bool | None:
    """What an address asks of TLS, as pg8000 takes it: a context, True, False, or None for where the server has it.

    Raises:
        LedgerUnavailable: it asks for what is not known, or names a file that holds no certificate.

    """
    mode, root = (str(target.query.get(name, "")) for name in TLS_ASKED)
    if root and mode != "verify-full":
        raise LedgerUnavailable(f"{ROOT} in the ledger's address is looked at with {MODE}=verify-full alone: add that")
    match mode:
        case "":
            return False if "unix_sock" in target.query else None  # the driver would load all authorities for nothing
        case "disable" | "require":
            return mode == "require"
        case "verify-full":
            return _verifying(root)
    raise LedgerUnavailable(f"{MODE} in the ledger's address is not {mode!r} but disable, require or verify-full")


def _verifying(root: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=root or None)
    except OSError as error:
        raise LedgerUnavailable(
            f"{root} holds no certificates ({error}): name a PEM file with the authority"
        ) from error
