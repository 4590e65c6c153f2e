"""The steps of the client fold: what each kind of event and timer does to a draft."""
