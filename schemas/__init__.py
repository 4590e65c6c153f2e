"""What crosses a wire: frozen, versioned contracts. Knows pydantic only."""
