"""``python -m firth`` is ``firth``."""

from firth.cli import main

if __name__ == "__main__":
    main()
