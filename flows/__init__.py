"""Where the rooms meet: Prefect flows, settings and the command line."""
