"""Read questions about cases. What somebody may see is decided before (``access``)."""
