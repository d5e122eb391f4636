"""What must not run side by side does not: browser tests share one site, and would build it once for each worker."""

import pytest


@pytest.mark.xdist_group("grouped")
def test_the_scheduler_hears_of_groups(request: pytest.FixtureRequest) -> None:
    """A pytest that keeps the names of tests elsewhere than xdist looks drops all groups, and says nothing."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@grouped")
