"""Why a file can't be fetched, in the words that the user sees."""

from __future__ import annotations

import re
import ssl

import httpx

from vectorstore.errors import Message, UnreadableFile

_LONGEST = 200
_CREDENTIALS = re.compile(r"//[^/?#]*@")
_CHECK = Message("请检查网址是否完整、正确。", "Check that the address is complete and correct.")
_CHECK_NETWORK = Message("请检查网址和网络连接。", "Check the address and the network.")
_BY_BROWSER = Message(
    "请用浏览器下载，再导入下载的文件。", "Download it in a browser, then add the downloaded file."
)


def invalid(address: str, *, redirected: bool = False) -> UnreadableFile:
    """No address in it that could be asked."""
    zh, en = _subject(address, redirected)
    return UnreadableFile(Message(f"{zh} 不是有效的网址。", f"{en} is not a valid address."), _CHECK)


def not_of_the_web(address: str, *, redirected: bool = False) -> UnreadableFile:
    """Another scheme than http and https."""
    zh, en = _subject(address, redirected)
    message = Message(f"{zh} 不是 http 或 https 网址。", f"{en} is not an http or https address.")
    return UnreadableFile(message, _CHECK)


def with_credentials(url: httpx.URL) -> UnreadableFile:
    """A user name or a password in the address, which would be stored and shown with it."""
    message = Message(
        f"网址 {_show(url)} 里带有用户名或密码，不能使用。",
        f"The address {_show(url)} holds a user name or a password, which is not allowed.",
    )
    return UnreadableFile(message, _BY_BROWSER)


def not_found(host: str) -> UnreadableFile:
    """The name of the host means nothing to DNS."""
    message = Message(f"找不到服务器 {_show(host)}。", f"The server {_show(host)} is not found.")
    return UnreadableFile(message, _CHECK_NETWORK)


def unreachable(url: httpx.URL, error: Exception) -> UnreadableFile:
    """No connection, or none that can be trusted."""
    host = _show(url.host)
    # the pool raises it from None, so what was wrong is left only here
    if any(isinstance(argument, ssl.SSLError) for argument in error.args):
        message = Message(
            f"无法与服务器 {host} 建立可信的加密连接，它的证书可能已过期或不受信任。",
            f"No trusted connection to the server {host}; its certificate may be expired or not trusted.",
        )
        return UnreadableFile(message, _BY_BROWSER)
    message = Message(f"连接不上服务器 {host}。", f"The server {host} can't be reached.")
    return UnreadableFile(message, _CHECK_NETWORK)


def leads_inside(host: str) -> UnreadableFile:
    """A redirect from elsewhere into a network that is not public."""
    return UnreadableFile(
        Message(
            f"网址跳转到了内部网络的地址 {_show(host)}，已拒绝。",
            f"The address redirects to {_show(host)} in an internal network, which was refused.",
        ),
        Message(
            "如果确实需要，请直接输入跳转后的网址。",
            "If that is what you want, give the address that it redirects to.",
        ),
    )


def too_many_redirects(url: httpx.URL) -> UnreadableFile:
    """A circle, or nearly one."""
    message = Message(
        f"网址跳转次数太多，最后到了 {_show(url)}。", f"Too many redirects, last to {_show(url)}."
    )
    return UnreadableFile(message, _BY_BROWSER)


def status(url: httpx.URL, code: int) -> UnreadableFile:
    """The server answers, but not with the file."""
    reasons = {
        401: ("需要登录或不允许访问", "a login is needed, or access is not allowed"),
        403: ("需要登录或不允许访问", "a login is needed, or access is not allowed"),
        404: ("没有这个网页", "there is no such page"),
        410: ("这个网页已被删除", "the page was removed"),
        429: ("访问太频繁", "too many requests"),
    }
    other = ("对方服务器出错", "the server failed") if code >= 500 else ("没有给出文件", "it gave no file")
    zh, en = reasons.get(code, other)
    message = Message(f"打不开 {_show(url)}：{zh}（状态码 {code}）。", f"{_show(url)}: {en} (status {code}).")
    if code in (404, 410):
        return UnreadableFile(message, _CHECK)
    if code >= 500 or code == 429:
        return UnreadableFile(message, Message("请稍后再试。", "Try again later."))
    return UnreadableFile(message, _BY_BROWSER)


def too_large(url: httpx.URL, most: int) -> UnreadableFile:
    """More bytes than any reader takes in."""
    message = Message(
        f"{_show(url)} 的文件太大，超过了 {most // 1_000_000} MB。",
        f"The file at {_show(url)} is too large: over {most // 1_000_000} MB.",
    )
    hint = Message(
        "请下载后拆分成几个文件再导入。", "Download it, split it into several files, and add those."
    )
    return UnreadableFile(message, hint)


def too_slow(url: httpx.URL) -> UnreadableFile:
    """One of the bounds of time is hit."""
    message = Message(f"下载 {_show(url)} 超时。", f"Downloading {_show(url)} takes too long.")
    return UnreadableFile(
        message,
        Message(
            "请稍后再试，或用浏览器下载后再导入。",
            "Try again later, or download it in a browser and add the downloaded file.",
        ),
    )


def broken(url: httpx.URL) -> UnreadableFile:
    """The answer breaks off, or is not what a server may answer."""
    message = Message(
        f"下载 {_show(url)} 中断，或服务器的回答有误。",
        f"Downloading {_show(url)} broke off, or the server's answer is faulty.",
    )
    return UnreadableFile(
        message,
        Message(
            "请稍后再试，或用浏览器下载后再导入。",
            "Try again later, or download it in a browser and add the downloaded file.",
        ),
    )


def not_written(url: httpx.URL) -> UnreadableFile:
    """The disk is full, or the folder can't be written."""
    message = Message(
        f"从 {_show(url)} 下载的文件存不下来。", f"The file from {_show(url)} could not be stored."
    )
    hint = Message(
        "请检查磁盘空间和文件夹的写入权限。",
        "Check the space on the disk and that the folder may be written.",
    )
    return UnreadableFile(message, hint)


def _subject(address: str, redirected: bool) -> tuple[str, str]:
    shown = _show(address)
    if redirected:
        return f"网址跳转到的 {shown}", f"The address redirects to {shown}, which"
    return shown, shown


def _show(address: str | httpx.URL) -> str:
    """Without secrets, control characters and unending tails."""
    text = _CREDENTIALS.sub("//", str(address))
    text = "".join(char for char in text if char.isprintable())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
