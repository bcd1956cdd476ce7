"""Ways in which somebody's copy of a release gets damaged, or is tampered with."""

import json
import random
import shutil
from pathlib import Path

DAMAGES = ("flip", "cut", "grow", "missing", "extra", "swap", "manifest", "empty")


def damage(folder: Path, kind: str, draw: random.Random) -> str:
    """Do one thing to a copy; returns the name of the file it is to be found under.

    In a copy of a storage that is what is released: its shards, the cards, and the manifest for another's.
    """
    synced = (folder / "releases").is_dir()
    shards = sorted((folder / "shards").rglob("*.parquet"))
    released = [*shards, *(path for path in (folder / "releases").rglob("*") if path.suffix == ".md")]
    whole = sorted(path for path in folder.rglob("*") if path.is_file() and (not synced or path in released))
    path = draw.choice(whole)
    if kind == "flip":
        data = bytearray(path.read_bytes())
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.write_bytes(data)
    elif kind == "cut":
        path = draw.choice(shards)
        path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "grow":
        path = draw.choice(shards)
        path.write_bytes(path.read_bytes() + b"\0")
    elif kind == "missing":
        path = draw.choice(shards)
        path.unlink()
    elif kind == "extra":
        other = draw.choice(shards)
        path = other.with_name(draw.choice(["0" * 64 + ".parquet", ".hidden", "notes.txt"]))
        shutil.copy(other, path)
    elif kind == "swap":
        path, other = draw.sample(shards, 2)
        path.write_bytes(other.read_bytes())
    elif kind == "manifest":
        path = next((folder / "releases").glob("*/manifest.json")) if synced else folder / "release" / "manifest.json"
        body = json.loads(path.read_text())
        body["version"] = "0.9.9"
        path.write_text(json.dumps(body))
    return path.relative_to(folder).as_posix()
