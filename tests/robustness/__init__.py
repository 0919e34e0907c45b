"""What must survive: run by `python -m tests.robustness`, in a small form by the tests."""
