"""``python -m firth.gensim script.py``: run a program with firth where it imports gensim."""

import sys

from firth.gensim.running import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
