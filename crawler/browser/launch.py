"""`python -m crawler.browser.launch PARENT CHROMIUM FLAGS…`: Chromium in a cage, and a keeper who clears up after it.

What comes in on stdin goes to Chromium's debugging pipe, and its answers go to stdout. The keeper stays, so that the
browser and its profile are gone however the crawl ends: it is told when its parent dies, and should it die itself,
the kernel kills the browser.

The cage, as far as the kernel allows it: a network of its own without any interface; never root, which becomes
`nobody`; limits on memory and files; Chromium's own sandbox. Chromium needs user namespaces for its sandbox. Where the
kernel refuses them, which is the rule inside containers, a crawl run by root goes on without the sandbox, as the
container is one; a crawl run by anybody else does not, and Chromium says so.

Rules for editing: between fork and exec nothing may be imported, and the wish to die with the parent comes after the
change of user, which takes it back.
"""

import ctypes
import os
import resource
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from types import FrameType

MEMORY_BYTES_MAX = 2 << 30
"""Writable memory of one process. Not its address space, of which V8 reserves far more than it uses."""

FILE_BYTES_MAX = 512 << 20
"""Bytes of one file, shared memory among them: a page must not fill the disk."""

_NOBODY = 65534
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_LIBC = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> int:
    """Run Chromium until it ends or the parent does; returns its exit code, or 1 when a signal ended it."""
    parent, *command = arguments
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before we asked
        return 1
    profile = tempfile.mkdtemp(prefix="fodaftryk-browser-")
    keeper = os.getpid()
    child = os.fork()
    if not child:
        _become_chromium(command, profile, keeper)
    os.close(0)
    os.close(1)

    def kill(number: int = 0, frame: FrameType | None = None) -> None:
        del number, frame
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with suppress(ProcessLookupError):  # it may not have come to a group of its own yet
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, kill)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    status = os.waitpid(child, 0)[1]
    with suppress(ProcessLookupError):  # what it left running
        os.killpg(child, signal.SIGKILL)
    shutil.rmtree(profile, ignore_errors=True)
    return max(os.waitstatus_to_exitcode(status), 0) if os.WIFEXITED(status) else 1


def _become_chromium(command: list[str], profile: str, keeper: int) -> None:
    """Enter the cage and execute the command; never returns."""
    try:
        os.setsid()
        for inner, outer in ((3, 0), (4, 1)):  # where Chromium has its debugging pipe
            os.dup2(outer, inner)
            os.dup2(os.open(os.devnull, os.O_RDWR), outer)
        was_root = os.geteuid() == 0
        alone = _LIBC.unshare(_CLONE_NEWNET) == 0
        if was_root:
            os.chown(profile, _NOBODY, _NOBODY)
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
            _LIBC.prctl(_PR_SET_DUMPABLE, 1)  # else what is ours in /proc stays root's
        sandboxed = _enter_user_namespace(_CLONE_NEWUSER if alone else _CLONE_NEWUSER | _CLONE_NEWNET)
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(1)
        for limit, most in (
            (resource.RLIMIT_DATA, MEMORY_BYTES_MAX),
            (resource.RLIMIT_FSIZE, FILE_BYTES_MAX),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(limit, (most, most))
        flags = [f"--user-data-dir={profile}", *([] if sandboxed or not was_root else ["--no-sandbox"])]
        home = dict.fromkeys(("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), profile)
        visitor = {"LANG": "da_DK.UTF-8", "LANGUAGE": "da", "TZ": "Europe/Copenhagen"}
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.execve(command[0], [*command, *flags], {**home, **visitor, "PATH": "/usr/bin:/bin"})  # noqa: S606 - no shell is wanted
    except BaseException as error:  # noqa: BLE001 - a copy of the keeper must not go on as one
        os.write(2, f"{error}\n".encode())
    finally:
        os._exit(1)


def _enter_user_namespace(kinds: int) -> bool:
    """Enter new namespaces as the user we are; whether the kernel allowed it."""
    user, group = os.geteuid(), os.getegid()
    if _LIBC.unshare(kinds) != 0:
        return False
    for file, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{file}", "w") as mapping:  # noqa: PTH123 - between fork and exec
            mapping.write(line)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
