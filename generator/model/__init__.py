"""The words of the field as frozen values, their identifiers and addresses; problems and errors."""
