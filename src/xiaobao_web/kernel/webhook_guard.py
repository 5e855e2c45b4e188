"""Send to addresses outside only: an endpoint must not reach into our own network, by name, redirect or rebinding.

The host is resolved once, every address is judged, and the connection is made to a judged address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import BadValue

TIMEOUT = 10
READ = 2048
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    """What an endpoint answered: status, start of the body, how long to wait where it said so, lower-case headers."""

    status: int
    body: str
    retry_after: str
    headers: Mapping[str, str] = field(default_factory=dict)


def allowed(address: str) -> bool:
    """Tell whether an IP address may be sent to: a public one, or one of the networks that settings allow."""
    ip = _embedded(ipaddress.ip_address(address.partition("%")[0]))
    if any(ip in ipaddress.ip_network(network, strict=False) for network in settings.WEBHOOK_NETWORKS):
        return True
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _embedded(ip: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one that leads to it."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and ip in NAT64:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return inner if inner is not None else ip


def parse(url: str) -> SplitResult:
    """Return an endpoint's address in parts; raises BadValue for what is no plain web address."""
    wrong = {"url": _("请填写完整的网址")}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadValue(_("地址写法不对，应如 https://oa.example.com/xiaobao。"), fields=wrong) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise BadValue(_("地址写法不对，应如 https://oa.example.com/xiaobao。"), fields=wrong)
    if parts.username or parts.password:
        raise BadValue(_("地址中不能带账号和密码；接收方请用签名核对来源。"), fields=wrong)
    if any(ord(character) <= 32 or ord(character) > 126 for character in url):
        raise BadValue(_("地址中有空格或非英文字符，请先编码。"), fields=wrong)
    return parts


def resolve(url: str) -> list[str]:
    """Return the addresses of an endpoint's host; raises BadValue when it has none or one of them is not allowed."""
    parts = parse(url)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadValue(_("找不到主机 %(host)s。") % {"host": host}, fields={"url": _("找不到主机")}) from error
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    if not all(allowed(address) for address in addresses):
        told = _("%(host)s 是内部地址，不能推送；确需推送时，请系统管理员在配置中放行该网段。")
        raise BadValue(told % {"host": host}, fields={"url": _("内部地址")})
    return addresses


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post to an endpoint at a judged address, following no redirect; raises BadValue, OSError or HTTPException."""
    return ask("POST", url, body, headers)


def ask(method: str, url: str, body: bytes, headers: dict[str, str], *, most: int = READ) -> Answer:
    """Ask an endpoint at a judged address, following no redirect, and read at most so many bytes of its answer.

    Raises BadValue, OSError or HTTPException.
    """
    addresses = resolve(url)
    parts = parse(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts, addresses)
    try:
        connection.request(method, target, body=body or None, headers=headers)
        answer = connection.getresponse()
        text = answer.read(most).decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, text, headers.get("retry-after", ""), headers)
    finally:
        connection.close()


def download(url: str, *, most: int) -> bytes:
    """Return what stands at a judged address, following no redirect.

    Raises BadValue for an address that may not be asked or more than `most` bytes, OSError for any answer but 200.
    """
    addresses = resolve(url)
    parts = parse(url)
    connection = _connection(parts, addresses)
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise OSError(_("对方回答 %d") % answer.status)
        content = answer.read(most + 1)
    finally:
        connection.close()
    if len(content) > most:
        raise BadValue(_("内容超过 %d MB。") % (most >> 20))
    return content


def _connection(parts: SplitResult, addresses: list[str]) -> http.client.HTTPConnection:
    host, port = str(parts.hostname), parts.port

    def connect(_address: Any, timeout: Any = TIMEOUT, source: Any = None) -> socket.socket:
        last: OSError | None = None
        for address in addresses:
            try:
                return socket.create_connection((address, made.port), timeout, source)
            except OSError as error:
                last = error
        raise last or OSError(host)

    made: http.client.HTTPConnection
    if parts.scheme == "https":
        made = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        made = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    made._create_connection = connect  # type: ignore[attr-defined]
    return made
