"""Laws are about what holds, not about how fast a busy machine is: no deadline per example.

`make check` asks them with few examples, `make test` once more with as many as they deserve.
"""

import os

from hypothesis import settings

settings.register_profile("few", deadline=None, max_examples=20)
settings.register_profile("laws", deadline=None)
settings.register_profile("many", deadline=None, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "laws"))
