"""`make demo`: serve the little Danish web, run the whole job on it, and say what to try next.

Everything happens on this machine: the web is served on loopback and reached as an operator's proxy would be.
"""

import os
import subprocess
import sys
from pathlib import Path

from deploy.demo.serve import serve

HERE = Path(__file__).parent
DATA = Path("data/demo")
SETTINGS = {"FODAFTRYK_DATA": str(DATA), "FODAFTRYK_CATALOGUE": str(HERE.relative_to(Path.cwd()) / "catalogue")}

NEXT = """
The release lies in {release}. Load it:

  .venv/bin/python -c "import datasets; print(datasets.load_dataset('{release}'))"
  .venv/bin/python -c "import datasets; print(datasets.load_dataset('{release}', 'bibliotek')['train'][0]['text'])"
  .venv/bin/python -c "import duckdb; print(duckdb.sql(\\"SET VARIABLE shards = (SELECT list('{data}/' || path) FROM \\
    (SELECT unnest(shards, recursive := true) FROM '{release}/manifest.json')); \\
    SELECT source, licence, count(*) AS documents, sum(words) AS words FROM read_parquet(getvariable('shards')) \\
    GROUP BY ALL ORDER BY ALL\\"))"

Try next (the demo's settings first):

  export {settings}
  .venv/bin/fodaftryk status
  .venv/bin/fodaftryk explain http://kommune.demo.test/plan/klimatilpasning.html
  .venv/bin/fodaftryk ledger show avis
  .venv/bin/fodaftryk ledger invoice
  .venv/bin/fodaftryk ledger pay "{payee}" 1.00 --reference demo-1
  .venv/bin/fodaftryk ledger statement "{payee}"
  .venv/bin/fodaftryk pages | head -3
"""


def main() -> int:
    """Run the demo; returns the exit code of the main job."""
    with serve() as proxy:
        environment = os.environ | SETTINGS | {"FODAFTRYK_CRAWLER__PROXY": proxy}
        command = [str(Path(sys.executable).with_name("fodaftryk")), "run"]
        done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - our own command
    if done.returncode == 0:
        release = max((DATA / "releases").iterdir(), key=lambda path: [int(part) for part in path.name.split(".")])
        settings = " ".join(f"{name}={value}" for name, value in SETTINGS.items())
        print(NEXT.format(release=release, data=DATA, settings=settings, payee="Fjordbladet A/S"))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
