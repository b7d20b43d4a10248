"""Many texts: batch functions, worker processes, columns of data frames."""
