"""`python -m tests.chaos --kills 1000 --seed 7`: kill the desk so often, then judge.

`--world`: the relay, the agent and a desk in relay mode instead, one at a time.
"""

from __future__ import annotations

import argparse
import sys

from tests.chaos.crash_loop import run
from tests.chaos.killed_desk import KilledDesk
from tests.chaos.killed_world import KilledWorld


def say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", action="store_true")
    given = parser.parse_args()
    victim = KilledWorld if given.world else KilledDesk
    finished = run(given.kills, given.seed, say, victim)
    say(str(finished))
    sys.exit(1 if finished.verdict.problems else 0)


if __name__ == "__main__":
    main()
