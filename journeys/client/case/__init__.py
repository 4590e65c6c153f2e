"""Cases of one client, and the operations that solve them, as the state keeps them."""
