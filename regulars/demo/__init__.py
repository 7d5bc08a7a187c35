"""The demo: a workspace that a newcomer can work in two minutes after cloning. Customers come from the sandbox."""
