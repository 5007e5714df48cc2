"""Flask's command line: `flask config`, `doctor`, `user`, `key`, `agent-key`, `audit`, `db`,
`journal` and `checklist`.

No command but the checklist needs a connection to TWS. A mistake is one line, not a traceback.
"""

from __future__ import annotations

from flask import Flask

from web.commands.audit import audit
from web.commands.checklist import checklist
from web.commands.database import database
from web.commands.journal import journal
from web.commands.keys import agent_key, key
from web.commands.people import user
from web.commands.settings import doctor, show_config

COMMANDS = (show_config, doctor, user, key, agent_key, audit, database, journal, checklist)


def register(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)
