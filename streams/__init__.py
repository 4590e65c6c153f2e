"""The host: every line of broker and store I/O."""
