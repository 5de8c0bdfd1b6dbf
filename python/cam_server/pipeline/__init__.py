"""Processing of pipelines."""
