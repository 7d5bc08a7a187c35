"""The public REST face: ``/api/v1``, for scripts and other systems."""
