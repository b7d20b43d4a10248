"""Files of any size: encodings, compression, lines, inputs and outputs."""
