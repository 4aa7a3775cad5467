"""A web page or a file of somebody else, read into what a draft can begin with."""
