"""The agent: beside one user's TWS, it trades for that user at a relay's word.

The same read connection and order handler as the desk in local mode, and one outgoing WebSocket.
It imports neither Flask nor `web/`, and no user database.
"""
