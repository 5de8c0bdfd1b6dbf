"""What users' scripts import from CamServer: the processing library and helpers for process variables and libraries."""
