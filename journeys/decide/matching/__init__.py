"""KYP × KYC: what a purchase would do to the score, and whether it may be made at all."""
