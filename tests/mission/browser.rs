//! The system browser of a person at Lever's consent page.

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::Url;

pub struct Browser(Client);

/// Where the browser is.
pub enum Page {
    /// Lever asks for consent.
    Consent { address: Url, request: String },
    /// Lever has sent it back to the app.
    Back(Url),
    /// A page that leads nowhere, with its text.
    DeadEnd(String),
}

impl Browser {
    pub fn new() -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build();
        Self(client.expect("a client"))
    }

    pub async fn open(&self, url: &Url) -> Page {
        Self::read(url.clone(), self.0.get(url.clone())).await
    }

    /// The same, where Lever asks.
    pub async fn open_consent(&self, url: &Url) -> Page {
        let page = self.open(url).await;
        assert!(matches!(page, Page::Consent { .. }), "Lever asks for consent");
        page
    }

    /// Presses Accept as this user, by id.
    pub async fn accept(&self, page: Page, user: &str) -> Page {
        self.press(page, user, "accept").await
    }

    pub async fn decline(&self, page: Page, user: &str) -> Page {
        self.press(page, user, "decline").await
    }

    async fn press(&self, page: Page, user: &str, decision: &str) -> Page {
        let Page::Consent { address, request } = page else {
            panic!("no buttons on this page");
        };
        let url = address.join("consent").expect("an address");
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("request", &request)
            .append_pair("user", user)
            .append_pair("decision", decision)
            .finish();
        let post = self.0.post(url.clone()).body(form);
        Self::read(url, post.header("content-type", "application/x-www-form-urlencoded")).await
    }

    async fn read(address: Url, request: reqwest::RequestBuilder) -> Page {
        let answer = request.send().await.expect("Lever answers");
        if answer.status() == StatusCode::FOUND {
            let location = answer.headers()["location"].to_str().expect("an address");
            return Page::Back(location.parse().expect("an address"));
        }
        let text = answer.text().await.expect("a page");
        let request = text
            .split_once("name=\"request\" value=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        match request {
            Some((request, _)) => Page::Consent {
                address,
                request: request.to_owned(),
            },
            None => Page::DeadEnd(text),
        }
    }
}

impl Page {
    /// The address at which the browser came back.
    pub fn back(self) -> Url {
        match self {
            Self::Back(url) => url,
            Self::Consent { .. } => panic!("Lever asks for consent"),
            Self::DeadEnd(text) => panic!("a dead end: {text}"),
        }
    }
}
