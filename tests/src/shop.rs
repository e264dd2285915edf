//! A small shop on loopback: a cart, a way to the service's checkout, and the page of an order, with another payment of it.
//! Everything about money is the service's, asked through the merchant API; here is only what buyers see of the shop.

mod pages;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::catcher::{self, Caught};
use crate::failure::Failure;
use crate::http::text_at;
use crate::merchant::{Merchant, session_body};
use pages::PRODUCTS;

/// Of each product in one cart.
const MOST_OF_ONE: u64 = 9;

/// A shop that has an address, but whose doors are still closed: the service is told of it before it starts.
#[derive(Debug)]
pub struct ClosedShop {
    listener: TcpListener,
    base: String,
}

/// An open shop; it serves until the program ends.
#[derive(Debug, Clone)]
pub struct Shop {
    base: String,
}

/// What each request is answered from.
#[derive(Debug)]
struct Counter {
    base: String,
    merchant: Merchant,
    /// Places of people who run the shop, by name, for the foot of the page.
    behind: Vec<(&'static str, String)>,
    orders: AtomicUsize,
}

/// An answer of the shop.
#[derive(Debug, PartialEq)]
enum Reply {
    Page(u16, String),
    Styles,
    SeeOther(String),
}

impl ClosedShop {
    /// Takes a free loopback port.
    pub fn at_a_free_port() -> Result<ClosedShop, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base = format!("http://{}", listener.local_addr()?);
        Ok(ClosedShop { listener, base })
    }

    /// What the service has to know: where its pages lead buyers back to.
    pub fn settings(&self) -> Vec<(String, String)> {
        let page = format!("{}/orders/{{referenceOrderId}}", self.base);
        ["ANTOM__CHECKOUT__ORDER_URL", "ANTOM__CHECKOUT__PAY_AGAIN_URL"]
            .map(|name| (name.to_owned(), page.clone()))
            .to_vec()
    }

    /// Opens it, with the service behind it; `behind` are links for the foot of its pages.
    pub fn open(self, merchant: &Merchant, behind: Vec<(&'static str, String)>) -> Shop {
        let ClosedShop { listener, base } = self;
        let counter = Arc::new(Counter {
            base: base.clone(),
            merchant: merchant.clone(),
            behind,
            orders: AtomicUsize::new(0),
        });
        std::thread::spawn(move || {
            // Browsers open connections that they use later, or never: each waits for itself.
            for stream in listener.incoming().flatten() {
                let counter = Arc::clone(&counter);
                std::thread::spawn(move || serve(stream, &counter));
            }
        });
        Shop { base }
    }
}

impl Shop {
    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }
}

fn serve(mut stream: TcpStream, counter: &Counter) -> Result<(), Failure> {
    let caught = catcher::read(&mut stream)?;
    let reply = counter.answer(&caught).unwrap_or_else(|failure| counter.trouble(502, &failure.to_string()));
    let (status, more, body) = match reply {
        Reply::Page(status, body) => (status, "content-type: text/html; charset=utf-8".to_owned(), body),
        Reply::Styles => (200, "content-type: text/css".to_owned(), pages::STYLES.to_owned()),
        Reply::SeeOther(to) => (303, format!("location: {to}"), String::new()),
    };
    // A form's answer leads to the service, which the policy has to allow as well.
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        counter.merchant.base()
    );
    write!(
        stream,
        "HTTP/1.1 {status} .\r\n{more}\r\ncontent-security-policy: {policy}\r\nx-content-type-options: nosniff\r\n\
         cache-control: no-store\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    Ok(())
}

impl Counter {
    fn answer(&self, caught: &Caught) -> Result<Reply, Failure> {
        let (path, query) = caught.path.split_once('?').unwrap_or((&caught.path, ""));
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let is_foreign = caught.method == "POST" && caught.header("origin") != self.base;
        match (caught.method.as_str(), parts.as_slice()) {
            ("POST", _) if is_foreign => Ok(self.trouble(403, "This form is not one of the shop's.")),
            ("GET", [""]) => Ok(Reply::Page(200, pages::cart(&self.behind))),
            ("GET", ["shop.css"]) => Ok(Reply::Styles),
            ("POST", ["buy"]) => self.buy(&fields(&caught.body)),
            ("GET", ["orders", id]) => self.order(id, &fields(query)),
            ("POST", ["orders", id, "pay"]) => self.open_payment(id, &fields(&caught.body)),
            _ => Ok(self.trouble(404, "There is no such page in this shop.")),
        }
    }

    fn trouble(&self, status: u16, what: &str) -> Reply {
        Reply::Page(status, pages::trouble(&self.behind, what))
    }

    /// An order of what is in the cart, and a payment of it.
    fn buy(&self, form: &[(String, String)]) -> Result<Reply, Failure> {
        let (mut sum, mut goods) = (0, Vec::new());
        for (id, name, cents) in PRODUCTS {
            let count: u64 = value_of(form, id).parse().unwrap_or(0).min(MOST_OF_ONE);
            if count > 0 {
                sum += count * cents;
                goods.push(format!("{count} x {name}"));
            }
        }
        if sum == 0 {
            return Ok(self.trouble(400, "The cart is empty."));
        }
        let number = self.orders.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("shop-{}-{number}", std::process::id());
        let order = json!({
            "referenceOrderId": id,
            "amount": {"currency": "USD", "value": sum.to_string()},
            "description": goods.join(", "),
            "buyer": {"referenceBuyerId": "buyer-1"},
        });
        let created = self.merchant.create_order(&order)?;
        created.expect_status("the order is created", &[201])?;
        self.open_payment(&id, form)
    }

    /// Another payment of an order, and the way to its checkout.
    fn open_payment(&self, id: &str, form: &[(String, String)]) -> Result<Reply, Failure> {
        let method = Some(value_of(form, "paymentMethodType")).filter(|method| !method.is_empty());
        let method = method.unwrap_or("CARD");
        // Here the form of the SDK is for cards; every other method goes on at the gateway's own page.
        let is_hosted = value_of(form, "integration") == "hosted" || method != "CARD";
        let payment = if is_hosted {
            json!({
                "integration": "hosted",
                "paymentMethodType": method,
                "captureMode": (method == "CARD").then_some("AUTOMATIC"),
                "terminalType": "WEB",
                "clientIp": "203.0.113.7",
            })
        } else {
            session_body("AUTOMATIC")
        };
        let opened = self.merchant.open_payment(id, &payment)?;
        if !matches!(opened.status, 200 | 201) {
            return Ok(
                self.trouble(409, &format!("No payment was opened: {}", text_at(&opened.json, "/detail")))
            );
        }
        Ok(Reply::SeeOther(text_at(&opened.json, "/checkoutUrl").to_owned()))
    }

    fn order(&self, id: &str, query: &[(String, String)]) -> Result<Reply, Failure> {
        let order = self.merchant.order(id)?;
        if order.status != 200 {
            return Ok(self.trouble(404, "There is no such order in this shop."));
        }
        let method = value_of(query, "paymentMethodType");
        Ok(Reply::Page(200, pages::order(&self.behind, &order.json, method)))
    }
}

/// The fields of a form or of a query.
fn fields(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn value_of<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| digit.map_or('?', char::from));
                u8::from_str_radix(&digits.iter().collect::<String>(), 16).unwrap_or(b'?')
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let form = fields("a=1+2&b=%C3%A9%&c&d=");
        assert_eq!(value_of(&form, "a"), "1 2");
        assert_eq!(value_of(&form, "b"), "é?");
        assert_eq!((value_of(&form, "c"), value_of(&form, "d")), ("", ""));
    }

    #[test]
    fn a_form_of_another_site_and_an_empty_cart_order_nothing() {
        // Nobody listens there: an order that was tried would be a failure, not a page.
        let counter = Counter {
            base: "http://127.0.0.1:1".to_owned(),
            merchant: Merchant::new("http://127.0.0.1:2", "key"),
            behind: Vec::new(),
            orders: AtomicUsize::new(0),
        };
        let post = |origin: &str, body: &str| Caught {
            method: "POST".to_owned(),
            path: "/buy".to_owned(),
            headers: vec![("origin".to_owned(), origin.to_owned())],
            body: body.to_owned(),
        };
        let status = |caught: &Caught| match counter.answer(caught) {
            Ok(Reply::Page(status, _)) => Some(status),
            _ => None,
        };
        assert_eq!(status(&post("https://elsewhere.example", "tea-pot=1")), Some(403));
        assert_eq!(status(&post("http://127.0.0.1:1", "tea-pot=0&cups=x")), Some(400));
        assert_eq!(status(&post("http://127.0.0.1:1", "tea-pot=1")), None);
    }
}
