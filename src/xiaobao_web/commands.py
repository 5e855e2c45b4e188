"""What the platform adds to the `xiaobao` command, by the entry points in pyproject.toml; Django is loaded on use."""

from __future__ import annotations

from importlib.util import find_spec

import click

from xiaobao.errors import UsageError

PASSED_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def _run(command: str, arguments: list[str]) -> None:
    if find_spec("django") is None:
        raise UsageError(f"命令 {command} 需要平台部分，请安装 xiaobao[web]")
    from xiaobao_web.__main__ import run

    run(command, *arguments)


@click.command("verify-journal", context_settings=PASSED_ON, add_help_option=False)
@click.pass_context
def verify_journal(context: click.Context) -> None:
    """核对平台的留痕：逐条核对指纹链（完整为 0，不完整为 1）。"""
    _run("verify-journal", context.args)


@click.command("up", context_settings=PASSED_ON, add_help_option=False)
@click.pass_context
def up(context: click.Context) -> None:
    """启动平台：网页服务与后台任务。"""
    _run("up", context.args)
