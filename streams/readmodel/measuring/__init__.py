"""What the bank measures of its own work: tables made from the logs, and figures read from them."""
