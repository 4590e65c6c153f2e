"""What would lift each dimension to its full share, in closed form: how much of what."""
