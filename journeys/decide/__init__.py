"""The next best action: may we, which, and why."""
