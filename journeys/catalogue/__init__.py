"""Policy as data: TOML, read once, typed, dated, cross-checked before anything starts."""
