"""How editors change content: fields, differences, merging, and the use cases over the revisions."""
