"""Wrong codes of receipts: whoever guesses waits, the owner of the receipt hardly ever does.

Counted apart for each receipt and client: ten wrong codes in ten minutes, then that client waits, nobody else. Only
where one receipt meets three hundred wrong codes in an hour, from wherever, each client has two wrong codes an hour
left for it; the right code from a client that has not failed goes through always.

How safe that is: a code is 8 of 31 marks, 31**8 = 8.5 * 10**11. One client has at most 24 * 60 wrong codes a day for a
receipt (10 in ten minutes); a botnet of ten thousand clients is under the ceiling at once and has 2 * 24 * 10**4 =
480,000 a day, so that one chance in two takes 31**8 / 2 / 480,000 days, 2,400 years. All processes count together, in
the database. A million clients against one receipt need 24 years still, and a million requests an hour are seen.
"""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaobao_web.kernel import pace
from xiaobao_web.kernel.errors import TooMany

OWN, OWN_SECONDS = 10, 600
ALL, ALL_SECONDS = 300, 3600
FEW = 2


def check(request: HttpRequest, number: str) -> None:
    """Return when a client may try a code of a receipt; raises TooMany with how long it waits."""
    client = client_of(request)
    if pace.counted(_own(number, client), per=OWN_SECONDS) >= OWN:
        raise _wait(OWN_SECONDS)
    attacked = pace.counted(_all(number), per=ALL_SECONDS) >= ALL
    if attacked and pace.counted(_hour(number, client), per=ALL_SECONDS) >= FEW:
        raise _wait(ALL_SECONDS)


def wrong(request: HttpRequest, number: str) -> int:
    """Count a wrong code; return how many more this client may try before it waits."""
    client = client_of(request)
    left = OWN - 1 - pace.counted(_own(number, client), per=OWN_SECONDS)
    for what, per in ((_own(number, client), OWN_SECONDS), (_hour(number, client), ALL_SECONDS),
                      (_all(number), ALL_SECONDS)):  # fmt: skip
        pace.tally(what, per=per)
    return max(0, left)


def right(request: HttpRequest, number: str) -> None:
    """Forget the wrong codes of a client that has the right one."""
    client = client_of(request)
    pace.forget((_own(number, client), OWN_SECONDS), (_hour(number, client), ALL_SECONDS))


def client_of(request: HttpRequest) -> str:
    """Return what is counted as one client: an IPv4 address, or the first 64 bits of an IPv6 one (a household)."""
    address = pace.address_of(request)
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{ip}/64", strict=False))
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def _own(number: str, client: str) -> str:
    return f"complaint-code:{number}:{client}"


def _hour(number: str, client: str) -> str:
    return f"complaint-code-hour:{number}:{client}"


def _all(number: str) -> str:
    return f"complaint-code-all:{number}"


def _wait(per: int) -> TooMany:
    seconds = pace.key_of("", per=per)[1]
    return TooMany(_("查询码输错次数太多，请 %d 分钟后再试，或致电客服。") % max(1, -(-seconds // 60)), seconds=seconds)
