//! A walk through every page that people see: shop, checkout, result, dashboard and the simulator's console, without a browser.
//! What the pages look like and what their scripts do is judged in browsers.

use serde_json::json;

use crate::desk::{Desk, after};
use crate::failure::{Failure, ensure};
use crate::http::{Call, list_at, text_at};
use crate::shop::Shop;
use crate::stand::Stand;
use crate::waiting::{Look, PATIENCE, until};
use crate::wire::{Reply, exchange, request};

const FORM: &str = "application/x-www-form-urlencoded";
/// The stand-in for the gateway's SDK, as the simulator's configuration names it.
const SDK: &str = "/_simulator/ams-checkout.js";
const DASHBOARD: [&str; 4] =
    ["/dashboard", "/dashboard/orders", "/dashboard/alerts", "/dashboard/reconciliations"];

/// Buys as a buyer does, fails, pays again, and looks at the order as the staff does; the addresses of all pages seen.
pub fn walk(stand: &Stand, shop: &Shop) -> Result<Vec<String>, Failure> {
    let mut tour = Tour { seen: Vec::new() };
    tour.page(shop.base(), "/", "action=\"/buy\"")?;

    let checkout = sent_on(shop, "/buy", "tea-pot=1&cups=2&integration=session")?;
    let first = tour.checkout(stand, shop, &checkout)?;
    stand.gateway().complete(&first.payment, "fail")?;
    // A second buyer pays meanwhile.
    let checkout = sent_on(shop, "/buy", "cups=1&integration=hosted")?;
    let hosted = tour.checkout(stand, shop, &checkout)?;
    stand.gateway().complete(&hosted.payment, "success")?;
    tour.result(stand, &first, "failed")?;
    let page = format!("/orders/{}", first.order);
    tour.page(shop.base(), &page, "data-phase=\"open\"")?;

    let checkout = sent_on(shop, &format!("{page}/pay"), "paymentMethodType=")?;
    let second = tour.checkout(stand, shop, &checkout)?;
    ensure(second.order == first.order, "it is paid again under the same order", &json!(second.order))?;
    stand.gateway().complete(&second.payment, "success")?;
    tour.result(stand, &second, "paid")?;
    tour.result(stand, &hosted, "paid")?;
    tour.dashboard(stand, &second)?;
    tour.page(stand.gateway().base(), "/", "/console/console.js")?;
    until("the paid order in the shop", PATIENCE, || {
        let reply = get(shop.base(), &page)?;
        let is_paid = reply.body.contains("data-phase=\"paid\"");
        Ok(if is_paid { Look::Found(()) } else { Look::NotYet(reply.body) })
    })?;
    Ok(tour.seen)
}

/// A payment that was opened in the shop.
struct Opened {
    order: String,
    payment: String,
    token: String,
}

struct Tour {
    seen: Vec<String>,
}

impl Tour {
    /// A page that answers with 200, is HTML under a policy, and shows this.
    fn page(&mut self, base: &str, path: &str, shows: &str) -> Result<(), Failure> {
        let reply = get(base, path)?;
        self.is_page(base, path, shows, &reply)
    }

    fn is_page(&mut self, base: &str, path: &str, shows: &str, reply: &Reply) -> Result<(), Failure> {
        let is_html = reply.header("content-type").starts_with("text/html");
        let is_guarded = reply.header("content-security-policy").contains("default-src 'none'");
        let is_right = reply.status == 200 && is_html && is_guarded && reply.body.contains(shows);
        let seen = json!([path, reply.status, reply.headers, reply.body]);
        ensure(is_right, &format!("the page shows {shows:?}"), &seen)?;
        self.seen.push(format!("{base}{path}"));
        Ok(())
    }

    /// The checkout that the shop led to, and what it belongs to.
    fn checkout(&mut self, stand: &Stand, shop: &Shop, address: &str) -> Result<Opened, Failure> {
        let base = stand.merchant().base();
        let token = address.strip_prefix(&format!("{base}/checkout/")).unwrap_or_default().to_owned();
        ensure(!token.is_empty(), "the shop leads to the service's checkout", &json!(address))?;
        self.page(base, &format!("/checkout/{token}"), "id=\"checkout\"")?;
        // Only the pages know the token; the way back to the shop on them tells the order.
        let result = get(base, &format!("/result/{token}"))?;
        let order = after(&result.body, &format!("href=\"{}/orders/", shop.base())).to_owned();
        let seen = stand.merchant().order(&order)?.expect_status("the order is known", &[200])?;
        let attempt = list_at(&seen, "/attempts").last().cloned().unwrap_or_default();
        let opened = Opened { order, payment: text_at(&attempt, "/paymentRequestId").to_owned(), token };
        match text_at(&attempt, "/integration") {
            "hosted" => self.hosted(stand, &opened)?,
            _ => form(stand, &opened)?,
        }
        Ok(opened)
    }

    /// The gateway's page, to which the checkout leads.
    fn hosted(&mut self, stand: &Stand, opened: &Opened) -> Result<(), Failure> {
        let reply = get(stand.merchant().base(), &format!("/checkout/{}/go", opened.token))?;
        let gateway = stand.gateway().base();
        let path = reply.header("location").strip_prefix(gateway).unwrap_or_default().to_owned();
        ensure(!path.is_empty(), "the checkout leads to the gateway's page", &json!(reply.headers))?;
        self.page(gateway, &path, "<form")
    }

    /// The end as the result page tells it, once the service knows it.
    fn result(&mut self, stand: &Stand, opened: &Opened, end: &str) -> Result<(), Failure> {
        let (base, path) = (stand.merchant().base(), format!("/result/{}", opened.token));
        let mark = format!("data-shown=\"{end}\"");
        until(&format!("the result page that tells {end}"), PATIENCE, || {
            let reply = get(base, &path)?;
            let is_there = reply.body.contains(&mark);
            Ok(if is_there { Look::Found(()) } else { Look::NotYet(reply.body) })
        })?;
        self.page(base, &path, &mark)
    }

    /// Every page of the dashboard, for whoever signed in with the operator's key.
    fn dashboard(&mut self, stand: &Stand, opened: &Opened) -> Result<(), Failure> {
        let mut desk = Desk::at(stand)?;
        let base = desk.base.clone();
        let (door, wrong) = (desk.get("/dashboard/sign-in")?, desk.sign_in("wrong")?);
        self.is_page(&base, "/dashboard/sign-in", "name=\"key\"", &door)?;
        ensure(wrong.status == 401, "a wrong key does not open it", &json!(wrong.status))?;
        let reply = desk.sign_in(&stand.operator_key()?)?;
        ensure(reply.status == 303, "the operator's key opens it", &json!([reply.status, reply.body]))?;
        for path in DASHBOARD {
            let reply = desk.get(path)?;
            self.is_page(&base, path, "aria-current=\"page\"", &reply)?;
        }
        let list = desk.get("/dashboard/orders")?;
        let path = format!("/dashboard/orders/{}", opened.order);
        ensure(list.body.contains(&format!("href=\"{path}\"")), "the order is listed", &json!(list.body))?;
        let reply = desk.get(&path)?;
        self.is_page(&base, &path, &opened.payment, &reply)
    }
}

/// What the checkout's script starts the form with: a session, and an SDK that can be fetched.
fn form(stand: &Stand, opened: &Opened) -> Result<(), Failure> {
    let path = format!("/checkout/{}/session", opened.token);
    let call = Call::new("POST", &path).text("");
    let told = stand.merchant().send_without_key(call)?.expect_status("a session is handed out", &[200])?;
    ensure(!text_at(&told, "/sessionData").is_empty(), "the form can be started", &told)?;
    let script = get(stand.gateway().base(), SDK)?;
    ensure(script.status == 200, "the SDK can be fetched", &json!(script.status))
}

fn get(base: &str, path: &str) -> Result<Reply, Failure> {
    let reply = exchange(base, &request("GET", path, &[], b""))?;
    reply.ok_or_else(|| Failure::step("the page answers", path))
}

/// Where a form of the shop leads to.
fn sent_on(shop: &Shop, path: &str, form: &str) -> Result<String, Failure> {
    let headers = [("content-type", FORM), ("origin", shop.base())];
    let reply = exchange(shop.base(), &request("POST", path, &headers, form.as_bytes()))?;
    let reply = reply.ok_or_else(|| Failure::step("the shop answers", path))?;
    ensure(reply.status == 303, "the shop leads on", &json!([reply.status, reply.body]))?;
    Ok(reply.header("location").to_owned())
}
