"""The presets that a user keeps for the order ticket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "presets",
        sa.Column(
            "user_id",
            sa.Integer,
            sa.ForeignKey("users.user_id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.UniqueConstraint("user_id", "name", name="uq_presets_user_id_name"),
    )
