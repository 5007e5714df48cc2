"""A database as the first release made it, with people in it."""

from __future__ import annotations

from sqlalchemy import text

from store.database import connect, transaction

# What SQLAlchemy wrote for the tables of that release, which knew nothing of revisions.
TABLES = """
CREATE TABLE users (
    user_id {serial} NOT NULL, name VARCHAR(40) NOT NULL, role VARCHAR(10) NOT NULL,
    password_hash VARCHAR(200) NOT NULL, created_at FLOAT NOT NULL,
    PRIMARY KEY (user_id), UNIQUE (name)
);
CREATE TABLE sessions (
    digest VARCHAR(64) NOT NULL, user_id INTEGER NOT NULL, expires_at FLOAT NOT NULL,
    PRIMARY KEY (digest), FOREIGN KEY(user_id) REFERENCES users (user_id)
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE TABLE api_keys (
    digest VARCHAR(64) NOT NULL, prefix VARCHAR(16) NOT NULL, user_id INTEGER NOT NULL,
    scope VARCHAR(10) NOT NULL, name VARCHAR(40) NOT NULL, created_at FLOAT NOT NULL,
    last_used_at FLOAT, revoked_at FLOAT,
    PRIMARY KEY (digest), UNIQUE (prefix), FOREIGN KEY(user_id) REFERENCES users (user_id)
);
INSERT INTO users (name, role, password_hash, created_at) VALUES
    ('ann', 'admin', 'hash', 1), ('bob', 'trade', 'hash', 2), ('cid', 'read', 'hash', 3);
INSERT INTO sessions VALUES ('digest', 1, 99999999999);
INSERT INTO api_keys VALUES ('digest', 'ibk_12345678', 2, 'trade', 'bot', 4, NULL, NULL)
"""


def make_released_database(url: str) -> None:
    engine = connect(url)
    serial = "INTEGER" if engine.dialect.name == "sqlite" else "SERIAL"
    with transaction(engine) as connection:
        for statement in TABLES.format(serial=serial).split(";"):
            connection.execute(text(statement))
    engine.dispose()
