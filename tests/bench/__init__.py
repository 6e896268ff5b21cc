"""Speed of the real application against floors measured in the same run: ``python -m tests.bench``."""
