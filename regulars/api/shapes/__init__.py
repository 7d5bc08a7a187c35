"""What goes in and out, as JSON: one struct per shape, with the function that builds it from rows.

Names are those of the product's contract with the outside and never change within v1; fields may be added.
Unknown values are null, ids are opaque strings, times are RFC 3339 in UTC.
"""
