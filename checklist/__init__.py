"""The pre-live checklist, executable: L 4's boxes and an order script against a paper account.

It starts a desk of its own (and a relay, an agent) as processes, asks them over HTTP as a user
would, and writes a report to keep. It refuses a live account, and cleans up after itself.
"""
