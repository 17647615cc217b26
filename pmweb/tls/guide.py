"""The page that tells, in Chinese and English, how to trust the office's authority on a tablet."""

from __future__ import annotations

from html import escape

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>在平板上信任本物业的证书 · Trust this office's certificate</title>
</head>
<body>
<main>
<h1>在平板上信任本物业的证书</h1>
<p>每台平板只需做一次。做完之后，浏览器打开系统时不再提示“不安全”，拍照、签名和离线填写才能使用。</p>
<ol>
<li>把文件 <a href="{files}">{files}</a> 传到平板：隔空投送、数据线、企业邮箱都可以。只传这一个文件，
<strong>不要传扩展名为 .key 的文件</strong>。</li>
<li>按下面的步骤安装。</li>
<li>平板上如果显示指纹（SHA-256），应与这里一致：<br><code>{mark}</code></li>
<li>打开系统：{links}</li>
</ol>
<h2>iPad</h2>
<ol>
<li>在“文件”App 或邮件里轻点 {files}，出现“已下载描述文件”。</li>
<li>设置 → 通用 → VPN与设备管理 → 已下载的描述文件 → 安装。</li>
<li>设置 → 通用 → 关于本机 → 证书信任设置 → 打开“物业本地证书”右边的开关。
<strong>漏了这一步仍会提示不安全。</strong></li>
</ol>
<h2>安卓、鸿蒙平板</h2>
<ol>
<li>平板须先设置锁屏密码。</li>
<li>设置 → 安全（或“安全和隐私”）→ 更多安全设置 → 加密与凭据 → 安装证书 → CA 证书 → 仍然安装，选择 {files}。
各品牌的菜单名称略有不同，可在设置里搜索“证书”。</li>
<li>用 Chrome、Edge 或系统自带的浏览器打开系统。</li>
</ol>
<h2>Windows 电脑</h2>
<ol>
<li>双击 {files} → 安装证书 → 本地计算机 → 将所有的证书都放入下列存储 → 受信任的根证书颁发机构。</li>
</ol>
<p>服务器证书约一年到期，到期前在服务器上再运行一次 <code>pmweb cert</code> 即可，平板不必重做。
平板不再使用时，请在同一处删除这张证书。</p>
<hr>
<section lang="en">
<h2>Trust this office's certificate on a tablet</h2>
<p>Once per tablet. Afterwards the browser no longer warns, and photos, signatures and
offline work are possible.</p>
<ol>
<li>Bring the file <a href="{files}">{files}</a> to the tablet: AirDrop, cable or mail. Only this file,
<strong>never one that ends in .key</strong>.</li>
<li>Install it as described below.</li>
<li>Where the tablet shows a SHA-256 fingerprint, it must be:<br><code>{mark}</code></li>
<li>Open the system: {links}</li>
</ol>
<h3>iPad</h3>
<ol>
<li>Tap {files} in Files or Mail: “Profile Downloaded”.</li>
<li>Settings → General → VPN &amp; Device Management → the downloaded profile → Install.</li>
<li>Settings → General → About → Certificate Trust Settings → switch the office's certificate on.
<strong>Without this step the warning stays.</strong></li>
</ol>
<h3>Android</h3>
<ol>
<li>The tablet needs a screen lock first.</li>
<li>Settings → Security → More security settings → Encryption &amp; credentials → Install a certificate →
CA certificate → Install anyway, choose {files}. Names differ a little;
search the settings for “certificate”.</li>
<li>Open the system in Chrome, Edge or the tablet's own browser.</li>
</ol>
<h3>Windows</h3>
<ol>
<li>Double-click {files} → Install Certificate → Local Machine → Place all certificates in the following
store → Trusted Root Certification Authorities.</li>
</ol>
<p>The server certificate lasts about a year; run <code>pmweb cert</code> again before it ends. The tablets
keep their trust. Remove the certificate from a tablet that leaves the office.</p>
</section>
</main>
</body>
</html>
"""


def trust_page(*, hosts: list[str], files: str, mark: str) -> str:
    """A page that stands alone: no style, no script, one link to the authority's file ``files``.

    ``hosts`` are shown as addresses to open (this computer's own are left out), ``mark`` is the fingerprint.
    """
    links = " · ".join(
        f"<code>https://{escape(f'[{host}]' if ':' in host else host)}:8000/</code>"
        for host in hosts
        if host not in ("localhost", "127.0.0.1", "::1")
    )
    return _PAGE.format(
        files=escape(files), mark=escape(mark), links=links or "<code>https://localhost:8000/</code>"
    )
