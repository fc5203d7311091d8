"""`python -m cpi_sanitise` is the command `cpi-sanitise`."""

from .cli import main

if __name__ == "__main__":
    main()
