"""What is written beside a release, for people and for tools, and the value map of the sources."""
