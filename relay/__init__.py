"""The relay: knows which user's agent is connected, and routes. It cannot trade by itself.

`operations`, `messages` and `value_forms` are the language that relay, agent and desk share.
"""
