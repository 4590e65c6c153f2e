"""A real Kafka on one machine, without containers: for tests, a desk and a demonstration."""
