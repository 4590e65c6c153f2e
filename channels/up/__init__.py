"""The whole product on one machine: Kafka, PostgreSQL, every process, and the synthetic bank."""
