"""What one TWS needs around it: the gateway, both connections, a watch, and its status.

A desk in local mode has one engine, and so has every agent. It knows no HTTP.
"""
