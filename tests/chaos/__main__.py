"""`python -m tests.chaos --kills 1000 --seed 7`: kill the desk so often, then judge."""

from __future__ import annotations

import argparse
import sys

from tests.chaos.crash_loop import run


def say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    finished = run(given.kills, given.seed, say)
    say(str(finished))
    sys.exit(1 if finished.verdict.problems else 0)


if __name__ == "__main__":
    main()
