"""Xiaobao (消保): screen what an institution says against one rulebook tied to the law."""
