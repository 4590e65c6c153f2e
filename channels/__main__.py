"""`python -m channels …` is `suishen …`: how one process of the product starts another."""

from channels.cli import main

if __name__ == "__main__":
    main()
