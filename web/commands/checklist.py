"""`flask checklist`: starts the pre-live checklist, which is a program of its own."""

from __future__ import annotations

import click

from checklist.__main__ import main
from checklist.plan import SYMBOL


@click.command("checklist")
@click.option("--symbol", default=SYMBOL, help="The US stock to trade.")
@click.option("--only", default="", help="Rows whose key begins so, with commas: 4.2,4.4a,07.")
@click.option("--no-comparison", is_flag=True, help="With a TWS: leave out the second column.")
@click.option("--paper-sleep", default="", help="Instead of PAPER_SLEEP, such as 0.")
@click.pass_context
def checklist(
    context: click.Context, symbol: str, only: str, no_comparison: bool, paper_sleep: str
) -> None:
    """Run the pre-live checklist on the paper account; exit code 0 when it is green."""
    options = ["--symbol", symbol, "--only", only]
    options += ["--no-comparison"] if no_comparison else []
    options += ["--paper-sleep", paper_sleep] if paper_sleep else []
    context.exit(main(options))
