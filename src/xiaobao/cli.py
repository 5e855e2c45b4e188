"""The command line: `xiaobao …`."""

from __future__ import annotations

import sys

import click

from xiaobao.errors import UsageError, XiaobaoError


class _Group(click.Group):
    """Turn the engine's errors into one sentence and an exit status."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except XiaobaoError as error:
            click.echo(f"错误：{error.message}（{error.code}）", err=True)
            ctx.exit(2 if isinstance(error, UsageError) else 1)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xiaobao", prog_name="xiaobao")
def main() -> None:
    """消保：用一套与法规条文相连的规则，审查金融机构说的每一句话。

    \b
    例：
      xiaobao screen 海报.png 合同.pdf --format html --output 报告.html
      xiaobao screen --input 短信.jsonl --output 结果.jsonl
      xiaobao rules list
      xiaobao laws show 广告法#25
    """


def _register() -> None:
    from xiaobao.embedding.commands import similar_command
    from xiaobao.laws.commands import laws
    from xiaobao.privacy.commands import mask_command
    from xiaobao.readers.commands import read_command
    from xiaobao.rulebook.commands import rules
    from xiaobao.screening.commands import screen_command

    for name, command in (
        ("screen", screen_command),
        ("read", read_command),
        ("mask", mask_command),
        ("similar", similar_command),
        ("rules", rules),
        ("laws", laws),
    ):
        main.add_command(command, name)


_register()
