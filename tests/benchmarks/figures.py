"""How a benchmark shows what it measured: a small table for people, and a line of JSON for programs."""

import json
import sys
from collections.abc import Mapping


def show(name: str, figures: Mapping[str, object]) -> None:
    """Print figures under a benchmark's name; fractions to three places."""
    told = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    width = max(map(len, told))
    rows = "".join(f"  {key:<{width}}  {value}\n" for key, value in told.items())
    sys.stdout.write(f"\n{name}\n{rows}{json.dumps({'benchmark': name, **told}, ensure_ascii=False)}\n")
