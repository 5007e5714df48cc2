"""The contracts that a user watches on the desk's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "watchlists",
        sa.Column(
            "user_id",
            sa.Integer,
            sa.ForeignKey("users.user_id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("con_id", sa.BigInteger, nullable=False),
        sa.Column("symbol", sa.String(64), nullable=False),
        sa.Column("sec_type", sa.String(8), nullable=False),
        sa.Column("exchange", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(8), nullable=False),
        sa.Column("description", sa.String(120), nullable=False),
    )
