//! The frame of every small HTML page: one style sheet, no script, no inline style.

use crate::http::{Answer, escape};

/// The style sheet, served at `/style.css`.
pub(crate) const STYLE: &str = include_str!("board/style.css");

/// Scripts only from here; no `form-action`, since browsers would apply it to the redirect back to the app.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'";

/// A page with a heading and a body of trusted HTML.
pub(crate) fn simple(status: u16, title: &str, body: &str) -> Answer {
    let title = escape(title);
    Answer::html(
        status,
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
             <link rel=\"stylesheet\" href=\"/style.css\"></head>\
             <body class=\"small\"><main><h1>{title}</h1>{body}</main></body></html>"
        ),
    )
    .with("content-security-policy", CONTENT_SECURITY_POLICY)
}
