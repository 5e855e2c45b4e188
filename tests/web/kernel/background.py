"""Jobs that the tests of background work declare; the workers of those tests import them too."""

from __future__ import annotations

import os
import time
from pathlib import Path

from xiaobao_web.kernel import jobs
from xiaobao_web.kernel.errors import Refused
from xiaobao_web.kernel.models import NumberRow

DONE: list[str] = []


@jobs.job(title="记下一个词")
def say(word: str) -> str:
    """Keep a word."""
    DONE.append(word)
    return word


@jobs.job(title="总是出错", retries=2)
def break_down(number: str) -> None:
    """Fail with personal data in the message."""
    raise RuntimeError(f"客户手机 {number}")


@jobs.job(title="业务拒绝")
def refuse() -> None:
    """Fail by a rule."""
    raise Refused("单据已归档，不能再导出。")


@jobs.job(title="数完再说")
def count_to(total: int) -> None:
    """Tell the progress at every step."""
    for step in range(1, total + 1):
        jobs.progress(step, total, f"第 {step} 步")


@jobs.job(title="整笔完成", atomic=True)
def add_one_slowly(marker: str) -> None:
    """Add one to a number in the transaction of the job, then wait in it for as long as the marker is there."""
    row, _made = NumberRow.objects.get_or_create(prefix="JOB", year=2026)
    row.last += 1
    row.save(update_fields=["last"])
    Path(marker + ".begun").touch()
    while Path(marker).exists():
        time.sleep(0.05)


@jobs.job(title="可重复完成", queue="exports")
def write_slowly(marker: str, target: str) -> None:
    """Write a file by renaming it into place, waiting before that for as long as the marker is there."""
    with open(f"{marker}.tries", "a", encoding="utf-8") as tries:
        tries.write(f"{os.getpid()}\n")
    Path(marker + ".begun").touch()
    while Path(marker).exists():
        jobs.progress(1, 2, "写入")
        time.sleep(0.05)
    Path(target + ".part").write_text("完成", encoding="utf-8")
    os.replace(target + ".part", target)
