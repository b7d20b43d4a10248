"""Word lists and counts as text; SOURCES.md says where each comes from."""
