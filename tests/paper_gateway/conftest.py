"""Settings of the property tests: a busy machine makes a slow example, not a wrong one."""

from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
