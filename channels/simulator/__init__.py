"""The synthetic bank: seeded, public contracts only, its truth kept apart."""
