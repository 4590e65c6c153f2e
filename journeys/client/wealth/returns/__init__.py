"""What the client earned: profit first, then rates, each with the guard that keeps it honest."""
