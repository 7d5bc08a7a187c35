"""What a checkout is set up, checked and released with. Not part of the product."""
