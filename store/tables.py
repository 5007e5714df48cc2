"""The tables about people and their agents, as they are now.

`store/migrations` holds the way from one release's tables to the next; a test compares its end
with this file. Times are seconds since 1970 (UTC), except in the audit log.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

TABLES = MetaData()

# `state` is invited (no password yet), active or deactivated. Nobody is ever deleted.
USERS = Table(
    "users",
    TABLES,
    Column("user_id", Integer, primary_key=True),
    Column("name", String(40), unique=True, nullable=False),
    Column("role", String(10), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("state", String(12), nullable=False, server_default="active", index=True),
)
SESSIONS = Table(
    "sessions",
    TABLES,
    Column("digest", String(64), primary_key=True),
    Column("user_id", ForeignKey(USERS.c.user_id), nullable=False, index=True),
    Column("expires_at", Float, nullable=False),
    Column("public_id", String(16), unique=True, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("last_seen_at", Float, nullable=False),
    Column("user_agent", String(200), nullable=False),
    Column("address", String(45), nullable=False),
)
API_KEYS = Table(
    "api_keys",
    TABLES,
    Column("digest", String(64), primary_key=True),
    Column("prefix", String(16), unique=True, nullable=False),
    Column("user_id", ForeignKey(USERS.c.user_id), nullable=False, index=True),
    Column("scope", String(10), nullable=False),
    Column("name", String(40), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("last_used_at", Float),
    Column("revoked_at", Float),
    Column("expires_at", Float),
)
AGENT_KEYS = Table(
    "agent_keys",
    TABLES,
    Column("digest", String(64), primary_key=True),
    Column("prefix", String(16), unique=True, nullable=False),
    Column("user_id", ForeignKey(USERS.c.user_id), nullable=False, index=True),
    Column("name", String(40), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("last_used_at", Float),
    Column("revoked_at", Float, index=True),
    Column("expires_at", Float, index=True),
)
INVITATIONS = Table(
    "invitations",
    TABLES,
    Column("digest", String(64), primary_key=True),
    Column("user_id", ForeignKey(USERS.c.user_id), nullable=False, index=True),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)
# One per user. `confirmed_at` is empty until a first code has shown that the user's app knows it.
SECOND_FACTORS = Table(
    "second_factors",
    TABLES,
    Column("user_id", ForeignKey(USERS.c.user_id), primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("confirmed_at", Float),
    Column("last_step", BigInteger, nullable=False),
)
RECOVERY_CODES = Table(
    "recovery_codes",
    TABLES,
    Column("user_id", ForeignKey(USERS.c.user_id), primary_key=True),
    Column("digest", String(64), primary_key=True),
)
# Wrong codes of the last minutes, shared by all workers.
GUESSES = Table(
    "second_factor_guesses",
    TABLES,
    Column("guess_id", Integer, primary_key=True),
    Column("user_id", ForeignKey(USERS.c.user_id), nullable=False, index=True),
    Column("made_at", Float, nullable=False),
)
# One row per user who ever had an agent: who serves it now, by epoch.
AGENTS = Table(
    "agents",
    TABLES,
    Column("user_id", ForeignKey(USERS.c.user_id), primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("node", String(80), nullable=False),
    Column("instance", String(80), nullable=False),
    Column("label", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("connected_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("latency_ms", Float),
    Column("last_order_at", Float),
)
# What each user watches on the page, by its place in the list.
WATCHLISTS = Table(
    "watchlists",
    TABLES,
    Column("user_id", ForeignKey(USERS.c.user_id), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("con_id", BigInteger, nullable=False),
    Column("symbol", String(64), nullable=False),
    Column("sec_type", String(8), nullable=False),
    Column("exchange", String(64), nullable=False),
    Column("currency", String(8), nullable=False),
    Column("description", String(120), nullable=False),
)
# What each user begins an order with, by its place in the list; `form` is a Preset as JSON.
PRESETS = Table(
    "presets",
    TABLES,
    Column("user_id", ForeignKey(USERS.c.user_id), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False),
    Column("form", Text, nullable=False),
    UniqueConstraint("user_id", "name", name="uq_presets_user_id_name"),
)
# Token buckets: tries that are left, as of a moment.
ATTEMPTS = Table(
    "attempts",
    TABLES,
    Column("name", String(60), primary_key=True),
    Column("level", Float, nullable=False),
    Column("at", Float, nullable=False, index=True),
)
# Append-only: triggers refuse a change. `time` is ISO text, so that it is hashed as it is read.
AUDIT = Table(
    "audit",
    TABLES,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("time", String(24), nullable=False, index=True),
    Column("who", String(40), nullable=False),
    Column("what", String(40), nullable=False),
    Column("target", String(120), nullable=False),
    Column("outcome", String(120), nullable=False),
    Column("address", String(45), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_what_who_number", "what", "who", "number"),
)
# One row: the end of the chain. Whoever adds an entry locks it.
AUDIT_END = Table(
    "audit_end",
    TABLES,
    Column("end_id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
