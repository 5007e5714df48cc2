"""How often something was tried lately, for all workers; and a way to find audit entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("level", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False, index=True),
    )
    # Who signed in last is asked for each page of users.
    op.create_index("ix_audit_what_who_number", "audit", ["what", "who", "number"])
