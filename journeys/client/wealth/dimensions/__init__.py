"""The nine dimensions: each measures its drivers, then turns them into a share of its points."""
