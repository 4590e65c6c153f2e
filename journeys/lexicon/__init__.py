"""What a text may not say: words as data, screened after the text is made plain."""
