"""The command line: arguments, clock, exit codes, and everything that is printed."""
