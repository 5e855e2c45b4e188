"""`python -m xiaobao`: the command line, for where the script is not on the path."""

from xiaobao.cli import main

if __name__ == "__main__":
    main(prog_name="xiaobao")
