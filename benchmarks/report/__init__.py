"""Tables and pictures for README and docs, made from the recorded results."""
