"""What the bank measures of its own work: definitions, shares and means with their intervals."""
