"""The domain: pure, synchronous, replayable folds and the policy they read."""
