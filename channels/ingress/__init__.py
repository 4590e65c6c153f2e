"""The Kafka door: what channels write to topics of their own is checked and forwarded."""
