"""The workbench: an inbox and a client page for advisers, in Chinese and English."""
