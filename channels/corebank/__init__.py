"""The core bank as operations need it: a port, and a stand-in that keeps accounts and can fail."""
