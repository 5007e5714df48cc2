"""Who this agent is: a name of the machine that stays, and one of the run that does not."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

FILE = "agent_instance"
FORM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Instance:
    """`name`: kept beside the journal. `run`: new with every start."""

    name: str
    run: str


def this_instance(var_dir: Path) -> Instance:
    """The kept name, or a new one, readable by its owner only. Raises OSError."""
    path = var_dir / FILE
    kept = path.read_text().strip() if path.exists() else ""
    if not FORM.fullmatch(kept):  # a first start that was killed between two steps, too
        kept = secrets.token_hex(16)
        path.touch(mode=0o600)
        path.write_text(kept)
    return Instance(kept, secrets.token_hex(8))
