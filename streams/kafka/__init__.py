"""The host on Kafka: Faust, and everything else that speaks to a broker."""
