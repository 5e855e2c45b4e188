"""Chinese for what the command-line library itself says: usage, headings, wrong options and values."""

from __future__ import annotations

from importlib import import_module

import click

WORDS = {
    "Usage:": "用法:",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示本说明后退出。",
    "Show the version and exit.": "显示版本后退出。",
    "%(prog)s, version %(version)s": "%(prog)s 版本 %(version)s",
    "default: {default}": "缺省：{default}",
    "env var: {var}": "环境变量：{var}",
    "(dynamic)": "（随环境而定）",
    "deprecated": "已不推荐",
    "required": "必填",
    "Aborted!": "已中止。",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "说明见：{command} {option}",
    "Invalid value: {message}": "取值有误：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的取值有误：{message}",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少 {param_type}",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "No such option {name!r}.": "没有 {name!r} 这个选项。",
    "No such command {name!r}.": "没有 {name!r} 这个命令。",
    "Did you mean {possibility}?": "是否想写 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是否想写其中之一：{possibilities}？）",
    "Got unexpected extra argument ({args})": "多出了参数（{args}）",
    "Got unexpected extra arguments ({args})": "多出了参数（{args}）",
    "Takes {nargs} values but 1 was given.": "需要 {nargs} 个值，只给了 1 个。",
    "Takes {nargs} values but {len} were given.": "需要 {nargs} 个值，给了 {len} 个。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 需要 {nargs} 个值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 需要一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 需要 {nargs} 个值。",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选之列：{choices}。",
    "{value!r} does not match the format {format}.": "{value!r} 不符合格式 {format}。",
    "{value!r} does not match the formats {formats}.": "{value!r} 不符合任何一种格式：{formats}。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的数字（{number_type}）。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 之内。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} 不是真假值；可写：{states}",
    "{value!r} is not a valid UUID.": "{value!r} 不是有效的 UUID。",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "File": "文件",
    "Directory": "文件夹",
    "Path": "路径",
    "{name} {filename!r} does not exist.": "没有这个{name}：{filename!r}。",
    "{name} {filename!r} is a file.": "{filename!r} 是文件，这里需要{name}。",
    "{name} {filename!r} is a directory.": "{filename!r} 是文件夹，这里需要{name}。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不可读。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不可写。",
    "{name} {filename!r} is not executable.": "{name} {filename!r} 不可执行。",
    "Could not open file {filename!r}: {message}": "无法打开文件 {filename!r}：{message}",
    "unknown error": "原因不明",
}
PLACES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
OPTIONS, SUBCOMMAND = "[选项]", "命令 [参数]…"


def said(message: str) -> str:
    """Return the Chinese of a message, or the message itself where there is none."""
    return WORDS.get(message, message)


def counted(one: str, many: str, number: int) -> str:
    """Return the Chinese of a message that depends on a number."""
    return said(one if number == 1 else many)


def speak() -> None:
    """Let the command-line library speak Chinese in this process: it takes its words from a catalogue by name."""
    for place in PLACES:
        module = import_module(f"click.{place}")
        for name, own in (("_", said), ("ngettext", counted)):
            if hasattr(module, name):
                setattr(module, name, own)


def relabelled(command: click.Command) -> click.Command:
    """Return a command whose line of usage is Chinese, those below it included."""
    if command.options_metavar == "[OPTIONS]":
        command.options_metavar = OPTIONS
    if isinstance(command, click.Group):
        command.subcommand_metavar = SUBCOMMAND
        for below in command.commands.values():
            relabelled(below)
    return command
