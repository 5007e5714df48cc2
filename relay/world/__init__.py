"""A small world for trying: a relay, a desk in relay mode, people, and their agents.

Alice's agent runs, with a paper gateway of its own, and shares its quotes. Bob has an agent that is
not started. Charlie has none. Everything is on this machine, under one folder.
"""
