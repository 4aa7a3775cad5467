"""The staff console: pages under `/console/`, made on the server, for whoever signs in with an account."""
