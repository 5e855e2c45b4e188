"""Write what the patterns of the rulebook need, so that no first start has to work it out.

    python scripts/analyse_patterns.py

To be run after changes of patterns, word lists, `checks/literals.py` or its table; a test says when.
"""

from __future__ import annotations

from xiaobao.checks import analysed
from xiaobao.rulebook.load import load


def main() -> None:
    """Read the rulebook, which analyses its patterns, and keep the result."""
    load()
    print(f"{analysed.ship()} 个正则的分析结果，已写入 {analysed.SHIPPED}")


if __name__ == "__main__":
    main()
