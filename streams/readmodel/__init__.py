"""What people see: tables made from the fact logs, and the questions asked of them."""
