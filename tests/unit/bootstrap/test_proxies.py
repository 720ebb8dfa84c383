"""The number of proxies in front: counted by the operator, refused when it is none."""

import pytest

from riskguard.domain.errors import InvalidInput
from riskguard.settings import Settings


@pytest.mark.parametrize("count", ["-1", "9"])
def test_a_number_of_proxies_that_cannot_be_is_refused(count: str) -> None:
    with pytest.raises(InvalidInput, match="RISKGUARD_TRUSTED_PROXIES") as refused:
        Settings.load({"RISKGUARD_TRUSTED_PROXIES": count})
    assert "proxies" in refused.value.hint
