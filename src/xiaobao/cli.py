"""The command line: `xiaobao …`."""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import os
import sys
from typing import Any

import click

from xiaobao.chinese import relabelled, speak
from xiaobao.errors import UsageError, XiaobaoError

COMMANDS = {
    "screen": "xiaobao.report.commands:screen_command",
    "read": "xiaobao.readers.commands:read_command",
    "mask": "xiaobao.privacy.commands:mask_command",
    "intake": "xiaobao.intake.commands:intake_command",
    "credit": "xiaobao.credit.commands:credit",
    "deadlines": "xiaobao.calendar.clocks.commands:deadlines_command",
    "similar": "xiaobao.embedding.commands:similar_command",
    "duplicates": "xiaobao.insight.commands:duplicates_command",
    "trends": "xiaobao.insight.commands:trends_command",
    "rules": "xiaobao.rulebook.commands:rules",
    "laws": "xiaobao.laws.commands:laws",
}
"""Each command and where it is, in the order of the help; imported only when it is asked for."""


PLUGINS = "xiaobao.commands"
"""The entry-point group by which other packages add commands; the engine knows none of them by name."""


def _added() -> dict[str, importlib.metadata.EntryPoint]:
    return {point.name: point for point in importlib.metadata.entry_points(group=PLUGINS)}


def _load_added(name: str) -> click.Command | None:
    point = _added().get(name)
    if point is None:
        return None
    try:
        command: click.Command = point.load()
    except ModuleNotFoundError as error:
        return _missing(name, str(error.name))
    return command


def _missing(name: str, module: str) -> click.Command:
    sentence = f"命令 {name} 需要平台部分，缺少 {module}：请安装 xiaobao[web]"

    def refuse() -> None:
        raise UsageError(sentence)

    return click.Command(name, callback=refuse, short_help=sentence)


class _Group(click.Group):
    """Load a command when it is called; turn the engine's errors into one sentence and an exit status."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        speak()
        relabelled(self)
        # A terminal that is no UTF-8 shows a question mark for a sign it lacks, and no traceback.
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(name for name in _added() if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return _load_added(cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return relabelled(command)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except XiaobaoError as error:
            click.echo(f"错误：{error.message}（{error.code}）", err=True)
            ctx.exit(2 if isinstance(error, UsageError) else 1)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(1)
        except OSError as error:
            # What every command may meet while it writes: a full disk, an output that was closed.
            from xiaobao.batch import reason

            click.echo(f"错误：无法读写：{reason(error)}（error.system）", err=True)
            _abandon_output()
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xiaobao", prog_name="xiaobao", help="显示版本后退出。")
def main() -> None:
    """消保：用一套与法规条文相连的规则，审查金融机构说的每一句话。

    \b
    例：
      xiaobao screen 海报.png 合同.pdf --format html --output 报告.html
      xiaobao screen --input 短信.jsonl --output 结果.jsonl
      xiaobao rules list
      xiaobao laws show 广告法#25
    """


def _abandon_output() -> None:
    """Let what is still buffered go nowhere: a full disk would fail once more when the process ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
