"""What the desk keeps about people: users, sessions and API keys.

SQLAlchemy Core over SQLite, or another database by URL. It knows nothing of Flask, HTTP or TWS.
Orders are not kept here.
"""
