"""Cameras that users write."""
