"""Models of propensity: fitted on a log, released, withdrawn, listed."""
