//! The dashboard in a browser without scripts: it keeps cookies, and sends the forms that stand on its pages.
//! What is looked for on a page is left to the suites.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::flows::Opened;
use crate::stand::Stand;
use crate::wire::{Reply, exchange, request};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A browser without scripts: it keeps cookies and sends forms.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// The admin listener.
    pub base: String,
    /// What the browser keeps.
    pub cookies: BTreeMap<String, String>,
}

impl Desk {
    /// A browser that has not been there yet.
    pub fn at(stand: &Stand) -> Result<Desk, Failure> {
        Ok(Desk { base: stand.admin()?.base().to_owned(), cookies: BTreeMap::new() })
    }

    /// Signs in with this key.
    pub fn sign_in(&mut self, key: &str) -> Result<Reply, Failure> {
        let door = self.get("/dashboard/sign-in")?;
        let csrf = hidden(&door.body, "csrf").to_owned();
        self.post("/dashboard/sign-in", &[("csrf", &csrf), ("key", key)])
    }

    /// Asks for a page.
    pub fn get(&mut self, path: &str) -> Result<Reply, Failure> {
        self.get_with(path, &[])
    }

    /// Asks for a page with these headers.
    pub fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.send("GET", path, headers, "")
    }

    /// Sends a form.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Reply, Failure> {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send("POST", path, &[FORM], &pairs.join("&"))
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Reply, Failure> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut all = headers.to_vec();
        all.push(("cookie", &cookies));
        let reply = exchange(&self.base, &request(method, path, &all, body.as_bytes()))?;
        let reply = reply.ok_or_else(|| Failure::step("the dashboard answers", path))?;
        for (_, line) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(reply)
    }

    /// Presses a button on the page of the order, with these fields instead of those of its form.
    pub fn press(&mut self, opened: &Opened, act: &str, more: &[(&str, &str)]) -> Result<Reply, Failure> {
        let page = self.get(&format!("/dashboard/orders/{}", opened.order))?;
        let fields = form(&page.body, act, more);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&format!("/dashboard/orders/{}/act", opened.order), &fields)
    }
}

/// The fields of the form with this act, changed.
pub fn form(page: &str, act: &str, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let (_, rest) = page.split_once(&format!("name=\"act\" value=\"{act}\"")).unwrap_or_default();
    let rest = rest.split("</form>").next().unwrap_or_default();
    let mut fields = BTreeMap::from([
        ("csrf".to_owned(), hidden(page, "csrf").to_owned()),
        ("act".to_owned(), act.to_owned()),
    ]);
    for name in ["payment", "once", "event", "amount"] {
        let value = if name == "amount" { after(rest, "required value=\"") } else { hidden(rest, name) };
        if !value.is_empty() {
            fields.insert(name.to_owned(), value.to_owned());
        }
    }
    fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fields
}

/// The value of the first hidden field with this name; empty where there is none.
pub fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    after(page, &format!("name=\"{name}\" value=\""))
}

/// What stands between this mark and the next quotation mark.
pub fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).map_or("", |(_, rest)| rest.split('"').next().unwrap_or_default())
}

/// The text as a form sends it.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
