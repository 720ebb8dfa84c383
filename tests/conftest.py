"""Parts that tests share. Each fixture starts the real thing and stops it again."""

import os

from tests.fixtures.keys import KEY

pytest_plugins = ["tests.fixtures.browser", "tests.fixtures.database", "tests.fixtures.redis"]

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads of two test processes would spin for the same two cores
os.environ["RISKGUARD_DATA_KEYS"] = KEY  # the processes that a test starts open what the test has sealed
