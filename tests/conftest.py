"""Parts that tests share. Each fixture starts the real thing and stops it again."""

pytest_plugins = ["tests.fixtures.browser", "tests.fixtures.database", "tests.fixtures.redis"]
