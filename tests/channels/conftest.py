"""What the tests of all connectors share."""

import pytest

pytest.register_assert_rewrite("tests.channels.contract")
