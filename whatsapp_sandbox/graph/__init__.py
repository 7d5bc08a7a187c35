"""What answers under ``/v{version}/``: the Graph API's objects and edges."""
