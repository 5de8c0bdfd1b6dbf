"""The base class of cameras."""
