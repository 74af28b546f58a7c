"""`python -m generator` is the command `broadsheet`."""

from generator.cli.main import main

if __name__ == "__main__":
    main()
