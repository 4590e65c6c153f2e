"""What outcomes teach: the chance that an action reaches its goal. Pure, and outside the folds."""
