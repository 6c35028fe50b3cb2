"""The few pages that the redirect answers by itself, ready as bytes: no template, no picture, no script."""

import base64
import hashlib
from dataclasses import dataclass

from app.public.mark import MARK

_STYLE = (
    "html{color-scheme:light;background:#faf7f2;color:#14202b;"
    "font:16px/1.625 -apple-system,'Segoe UI','PingFang SC','Noto Sans SC','Microsoft YaHei',sans-serif}"
    "body{margin:0;min-height:100vh;display:flex;flex-direction:column}"
    "header{box-sizing:border-box;height:64px;padding:12px 16px}"
    "svg{display:block}"
    "main{box-sizing:border-box;width:100%;max-width:544px;margin:auto;padding:32px 24px 96px}"
    "i{display:block;width:40px;height:3px;background:#c83c23;margin:0 0 16px}"
    "h1{font-size:1.625rem;line-height:2.25rem;margin:0 0 16px;font-weight:600}"
    "p{margin:0 0 24px;text-wrap:pretty}"
    "[lang=en]{color:#4d5a66;font-size:.9375rem}"
)
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class BarePage:
    """A status line and a body."""

    status: str
    body: bytes


def _page(status: str, title: str, sentence: str, title_en: str, sentence_en: str) -> BarePage:
    body = (
        "<!doctype html><html lang=zh-CN><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{title}</title><style>{_STYLE}</style>"
        f"<header>{MARK}</header><main><i></i><h1>{title}</h1><p>{sentence}</p>"
        f"<p lang=en><strong>{title_en}</strong><br>{sentence_en}</p></main></html>"
    )
    return BarePage(status, body.encode())


UNKNOWN = _page(
    "404 Not Found",
    "没有找到这个链接",
    "请核对海报上的二维码，或联系把海报发给您的客户经理。",
    "This link does not exist",
    "Check the code on the poster, or ask the advisor who sent it to you.",
)
GONE = _page(
    "410 Gone",
    "这个链接不再可用",
    "它指向的地址未通过安全检查，我们没有为您打开。",
    "This link is no longer available",
    "The address behind it did not pass our security check, so it was not opened.",
)
BUSY = _page(
    "503 Service Unavailable",
    "请稍候片刻",
    "系统暂时无法应答，请稍后再扫一次。",
    "One moment, please",
    "The system does not answer right now. Please scan again shortly.",
)
TOO_MANY = _page(
    "429 Too Many Requests",
    "尝试次数过多",
    "请稍等一会儿再试。",
    "Too many attempts",
    "Please wait a little, then try again.",
)
NOT_ALLOWED = _page(
    "405 Method Not Allowed",
    "这里不能这样访问",
    "请用手机扫描海报上的二维码打开。",
    "This cannot be done here",
    "Open the link by scanning the code on the poster.",
)
