"""Drills as people press them: the table, scripts, the page, the command line and the verdict.

May not make the gateway misbehave itself: the switches and commands of the package above do.
"""
