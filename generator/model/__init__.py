"""Define the domain types as frozen values, with identifiers, addresses and limits; problems and errors."""
