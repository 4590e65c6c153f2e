"""Why: decisions read out, asked about, and taken again."""
