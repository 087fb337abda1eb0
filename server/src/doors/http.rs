//! The HTTP door: one plain page that says what this is and how to join, whatever is asked for.

use std::net::SocketAddr;

use chat_protocol::join_command;

/// How requests begin; the space tells them from a person whose name begins so.
pub(crate) const METHODS: [&[u8]; 10] = [
    b"GET ",
    b"HEAD ",
    b"POST ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"TRACE ",
    b"CONNECT ",
    b"PRI ",
];

/// The longest request head that is read; what comes behind is passed over.
pub(crate) const HEAD_BYTES: usize = 16 * 1024;

/// Whether the request's head is there whole.
pub(crate) fn is_whole(request: &[u8]) -> bool {
    request.windows(4).any(|end| end == b"\r\n\r\n") || request.windows(2).any(|end| end == b"\n\n")
}

/// The answer to `request`, from the server called `name` that was reached at `reached`.
pub(crate) fn answer(request: &[u8], name: &str, reached: SocketAddr) -> Vec<u8> {
    let page = page(name, reached);
    let (status, allow) = match request {
        _ if request.starts_with(b"GET ") || request.starts_with(b"HEAD ") => ("200 OK", ""),
        _ => ("405 Method Not Allowed", "Allow: GET, HEAD\r\n"),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Chat-Server: {name}\r\n\
         {allow}\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         X-Content-Type-Options: nosniff\r\n\
         Cache-Control: no-store\r\n\
         Connection: close\r\n\r\n",
        page.len()
    );
    let body = if request.starts_with(b"HEAD ") { "" } else { page.as_str() };
    [head.as_bytes(), body.as_bytes()].concat()
}

fn page(name: &str, reached: SocketAddr) -> String {
    let name = escape(name);
    let host = reached.ip().to_canonical().to_string();
    let port = reached.port();
    let place = SocketAddr::new(reached.ip().to_canonical(), port);
    let join = escape(&join_command(&host, port));
    format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{name}: a chat for the terminal</title>
<style>
body {{ font: 1.2em/1.5 system-ui, sans-serif; max-width: 34em; margin: 3em auto; padding: 0 1em;
       color: #1d1f21; background: #fdfdfb }}
code {{ font-size: 1.1em; background: #eceae4; padding: .2em .5em; border-radius: .3em }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e4e2dc; background: #1d1f21 }} code {{ background: #33363a }}
}}
</style>
<h1>{name}</h1>
<p>This is a chat for the terminal, and you are at its door. Come in:</p>
<p><code>{join}</code></p>
<p>Without that program, netcat will do: type your name, then a message a line;
<code>EXIT</code> leaves.</p>
<p><code>nc {host} {port}</code></p>
<p>Windows has no netcat, but curl, which does the same:</p>
<p><code>curl telnet://{place}</code></p>
</html>
"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(request: &[u8], name: &str, reached: &str) -> String {
        String::from_utf8(answer(request, name, reached.parse().unwrap())).unwrap()
    }

    #[test]
    fn the_page_says_how_to_join() {
        let page = text(b"GET / HTTP/1.1\r\n\r\n", "<3 & more", "192.168.1.23:65433");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\nChat-Server: <3 & more\r\n"), "{page}");
        assert!(page.contains("<code>chat-tui --host 192.168.1.23</code>"), "{page}");
        assert!(page.contains("<code>EXIT</code> leaves"), "{page}");
        assert!(page.contains("<h1>&lt;3 &amp; more</h1>"), "{page}");
        let other_port = text(b"GET / HTTP/1.1\r\n\r\n", "x", "[::ffff:10.0.0.1]:7000");
        assert!(other_port.contains("chat-tui --host 10.0.0.1 --port 7000<"), "{other_port}");
        assert!(other_port.contains("<code>curl telnet://10.0.0.1:7000<"), "{other_port}");
        let six = text(b"GET / HTTP/1.1\r\n\r\n", "x", "[fe80::1]:7000");
        assert!(six.contains("<code>curl telnet://[fe80::1]:7000<"), "{six}");
    }

    #[test]
    fn a_head_request_has_no_body() {
        let answer = text(b"HEAD / HTTP/1.0\r\n\r\n", "x", "127.0.0.1:1");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
        assert!(text(b"POST / HTTP/1.0\r\n\r\n", "x", "127.0.0.1:1").starts_with("HTTP/1.1 405"));
    }
}
