"""Every demonstration trains models, and is run by CI (`-m "not slow"`) and not by the README's test command."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)         # before `-m` looks at the marks
def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.dev)
