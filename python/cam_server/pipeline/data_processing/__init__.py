"""``functions``: the steps of the processing. ``processor``: the default processing of an image."""
