"""Contact room: slots, counted exactly at the single writer."""
