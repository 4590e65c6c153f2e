"""The HTTP gateway: a door for channel systems. It carries; it never decides."""
