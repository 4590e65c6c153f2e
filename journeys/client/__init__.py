"""One client: state, and the fold that changes it."""
