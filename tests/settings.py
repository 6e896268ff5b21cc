"""The settings of the test suite: the real ones, told that this is a test."""

import os

os.environ["QA_ENVIRONMENT"] = "test"

from qaframework.settings import *  # noqa: E402, F403
