"""Roles, invitations, second factors, agents and the audit log.

Sessions are not carried over: what is new about them is not known of the old ones, so everybody
signs in again, once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NEW_ROLES = {"read": "viewer", "trade": "trader"}  # admin stays
FIRST_HASH = "0" * 64
REFUSE_SQLITE = """
CREATE TRIGGER audit_is_not_{done} BEFORE {action} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
REFUSE_PG = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""


def upgrade() -> None:
    _extend_users_and_keys()
    _replace_sessions()
    _add_keys_of_agents()
    _add_invitations_and_second_factors()
    _add_agents()
    _add_audit()


def _extend_users_and_keys() -> None:
    state = sa.Column("state", sa.String(12), nullable=False, server_default="active")
    op.add_column("users", state)
    op.create_index("ix_users_state", "users", ["state"])
    users = sa.table("users", sa.column("role"))
    for old, new in NEW_ROLES.items():
        op.execute(users.update().where(users.c.role == old).values(role=new))
    op.add_column("api_keys", sa.Column("expires_at", sa.Float))
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])


def _replace_sessions() -> None:
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        _user(index=True),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("public_id", sa.String(16), unique=True, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("last_seen_at", sa.Float, nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
    )


def _add_keys_of_agents() -> None:
    op.create_table(
        "agent_keys",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("prefix", sa.String(16), unique=True, nullable=False),
        _user(index=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("last_used_at", sa.Float),
        sa.Column("revoked_at", sa.Float, index=True),
        sa.Column("expires_at", sa.Float, index=True),
    )


def _add_invitations_and_second_factors() -> None:
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(64), primary_key=True),
        _user(index=True),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
    )
    op.create_table(
        "second_factors",
        _user(primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("confirmed_at", sa.Float),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        _user(primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
    )
    op.create_table(
        "second_factor_guesses",
        sa.Column("guess_id", sa.Integer, primary_key=True),
        _user(index=True),
        sa.Column("made_at", sa.Float, nullable=False),
    )


def _add_agents() -> None:
    op.create_table(
        "agents",
        _user(primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("node", sa.String(80), nullable=False),
        sa.Column("instance", sa.String(80), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("connected_at", sa.Float, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.Column("latency_ms", sa.Float),
        sa.Column("last_order_at", sa.Float),
    )


def _add_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time", sa.String(24), nullable=False, index=True),
        sa.Column("who", sa.String(40), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("outcome", sa.String(120), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    end = op.create_table(
        "audit_end",
        sa.Column("end_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(end, [{"end_id": 1, "number": 0, "hash": FIRST_HASH}])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(REFUSE_SQLITE.format(done="changed", action="UPDATE"))
        op.execute(REFUSE_SQLITE.format(done="deleted", action="DELETE"))
    else:
        op.execute(REFUSE_PG)


def _user(*, primary_key: bool = False, index: bool = False) -> sa.Column[int]:
    """Whose row it is."""
    return sa.Column(
        "user_id",
        sa.Integer,
        sa.ForeignKey("users.user_id"),
        primary_key=primary_key,
        index=index,
        autoincrement=False if primary_key else "auto",
        nullable=False,
    )
