//! Bodies that no honest client sends, at every route that takes one: refused clearly, never with a failure of ours.
//! Bodies that are JSON and say something wrong are judged in `bad_input`.

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::text_at;
use antom_tests::wire::{Reply, Wire, request};
use antom_tests::{Failure, Proof, Stand, ensure};
use serde_json::{Value, json};

use crate::routes::{Door, KEYS, ROUTES, Route};
use crate::{quiet, token, waiting};

/// More than any route reads: the merchant API 64 KiB, the webhook 256 KiB.
const LARGER_THAN_ALL: usize = 300 * 1024;

fn takers() -> impl Iterator<Item = &'static Route> {
    // The forms of the dashboard are no JSON; its own suite sends them. A session is asked for without any body.
    let takes_json = |route: &&Route| route.door != Door::Admin && route.path != "/checkout/{token}/session";
    ROUTES.iter().filter(|route| route.method == "POST").filter(takes_json)
}

/// A stand with an attempt, and the headers that open every door that a key opens.
struct Target<'a> {
    stand: &'a Stand,
    opened: Opened,
    bearer: String,
}

impl<'a> Target<'a> {
    fn on(stand: &'a Stand) -> Result<Self, Failure> {
        let key = std::fs::read_to_string(stand.keys().join("api_key"))?;
        Ok(Self { stand, opened: waiting(stand, "target")?, bearer: format!("Bearer {}", key.trim()) })
    }

    fn path(&self, route: &Route) -> String {
        route.path_of(&self.opened.order, &self.opened.payment, token(&self.opened))
    }

    fn request(&self, route: &Route, more: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        // The usual key has not the scope of operators.
        let bearer = if route.door == Door::Key("admin") { "Bearer threat-admin" } else { &self.bearer };
        let usual = [("authorization", bearer), ("content-type", "application/json")];
        let headers: Vec<_> = usual.iter().chain(more).copied().collect();
        request("POST", &self.path(route), &headers, body)
    }

    fn send(&self, bytes: &[u8]) -> Result<Reply, Failure> {
        let answer = antom_tests::wire::exchange(self.stand.merchant().base(), bytes)?;
        answer.ok_or_else(|| Failure::step("there is an answer", "a closed connection"))
    }

    /// Nothing was stored, the gateway was not called, and the service answers.
    fn is_as_before(&self, before: &Value) -> Result<(), Failure> {
        let after = self.state()?;
        ensure(after == *before, "books and gateway are as before", &after)?;
        Steps::on(self.stand).create_order("alive", "1000").map(drop)
    }

    fn state(&self) -> Result<Value, Failure> {
        let orders = self.stand.merchant().orders("")?.expect_status("the orders are listed", &[200])?;
        let order = Steps::on(self.stand).order(&self.opened.order)?;
        Ok(json!([orders, order, self.stand.gateway().journal_length()?]))
    }
}

/// What every refusal is: a problem with a code where a key was shown; for the gateway and browsers, which read no problems,
/// an empty answer.
fn is_clear(route: &Route, answer: &Reply, codes: &[&str], what: &str) -> Result<(), Failure> {
    let seen = || json!([route.path, what, answer.status, answer.headers, answer.body]);
    ensure((400..500).contains(&answer.status), "it is refused, and the fault is the client's", &seen())?;
    if let Door::Key(_) = route.door {
        let problem = answer.json();
        let is_problem = answer.header("content-type").starts_with("application/problem+json");
        ensure(
            is_problem && codes.contains(&text_at(&problem, "/code")),
            "it is a problem that says which",
            &seen(),
        )?;
        ensure(!text_at(&problem, "/detail").is_empty(), "and what to do", &seen())
    } else {
        ensure(answer.body.is_empty(), "the answer is empty", &seen())
    }
}

#[test]
fn bodies_that_are_no_json_object_are_refused_at_every_route() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        stand.add_keys(&KEYS)?;
        let target = Target::on(stand)?;
        let before = target.state()?;
        for route in takers() {
            for (what, body) in no_objects(route) {
                // A client's report is read leniently: it decides nothing.
                let is_read = route.door == Door::Token && serde_json::from_slice::<Value>(&body).is_ok();
                let answer = target.send(&target.request(route, &[], &body))?;
                if is_read {
                    ensure(answer.status < 500, "it is answered", &json!([route.path, what, answer.status]))?;
                } else {
                    is_clear(route, &answer, &["invalid_request"], what)?;
                }
            }
        }
        target.is_as_before(&before)
    })
}

fn no_objects(route: &Route) -> Vec<(&'static str, Vec<u8>)> {
    let valid = route.body().to_string();
    let with = |member: &str| {
        let comma = if valid == "{}" { "" } else { "," };
        valid.replacen('{', &format!("{{{member}{comma}"), 1).into_bytes()
    };
    let raw = |prefix: &[u8]| [prefix, valid.as_bytes()].concat();
    vec![
        (
            "a byte outside UTF-8",
            with("\"\u{1}\":1").iter().map(|byte| if *byte == 1 { 0xff } else { *byte }).collect(),
        ),
        ("an overlong encoding", [b"{\"".as_slice(), &[0xc0, 0xaf], b"\":1}"].concat()),
        ("a surrogate in UTF-8", [b"{\"".as_slice(), &[0xed, 0xa0, 0x80], b"\":1}"].concat()),
        ("UTF-16", valid.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a byte order mark", raw(&[0xef, 0xbb, 0xbf])),
        ("arrays within arrays", vec![b'['; 15_000]),
        ("objects within objects", "{\"a\":".repeat(3_000).into_bytes()),
        ("whole arrays within arrays", with(&format!("\"a\":{}{}", "[".repeat(7_000), "]".repeat(7_000)))),
        (
            "whole objects within objects",
            with(&format!("\"a\":{}1{}", "{\"a\":".repeat(2_000), "}".repeat(2_000))),
        ),
        ("a number beyond all", with("\"a\":1e999")),
        ("half a surrogate", with("\"a\":\"\\ud800\"")),
        ("a raw control character", with("\"a\":\"\u{1}\"")),
        ("a raw line break", with("\"a\":\"\n\"")),
        ("a NUL at the end", [valid.as_bytes(), &[0]].concat()),
        ("something behind the end", [valid.as_bytes(), b"{}"].concat()),
        ("a comment", with("/* a */\"a\":1")),
        ("single quotes", b"{'a':1}".to_vec()),
        ("a comma too much", b"{\"a\":1,}".to_vec()),
        ("no number", with("\"a\":NaN")),
        (
            "an end that is missing",
            valid.trim_end_matches('}').as_bytes().iter().copied().chain(*b"{").collect(),
        ),
        ("an array", format!("[{valid}]").into_bytes()),
        ("a text", b"\"text\"".to_vec()),
        ("a number", b"1".to_vec()),
        ("nothing but a word", b"null".to_vec()),
        ("blanks", b"   ".to_vec()),
        ("a form", b"a=1&b=2".to_vec()),
        (
            "XML",
            b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"
                .to_vec(),
        ),
    ]
}

#[test]
fn a_member_that_is_given_twice_is_refused_with_its_name() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        stand.add_keys(&KEYS)?;
        let target = Target::on(stand)?;
        let before = target.state()?;
        for route in takers().filter(|route| matches!(route.door, Door::Key(_))) {
            let valid = route.body();
            for (name, value) in valid.as_object().into_iter().flatten() {
                for other in [value.clone(), json!("x"), json!({}), Value::Null] {
                    let pair = format!("{{\"{name}\":{other},");
                    let first = valid.to_string().replacen('{', &pair, 1);
                    let answer = target.send(&target.request(route, &[], first.as_bytes()))?;
                    is_clear(route, &answer, &["invalid_request"], &first)?;
                    ensure(answer.body.contains(name.as_str()), "it is named", &json!([first, answer.body]))?;
                }
            }
            let twice = "{\"unknown\":1,\"unknown\":2}";
            is_clear(
                route,
                &target.send(&target.request(route, &[], twice.as_bytes()))?,
                &["invalid_request"],
                twice,
            )?;
        }
        let deep = r#"{"referenceOrderId":"deep","amount":{"currency":"USD","value":"1","value":"1000"},"description":"x",
            "buyer":{"referenceBuyerId":"b"}}"#;
        for route in ROUTES.iter().filter(|route| route.path == "/v1/orders" && route.method == "POST") {
            let answer = target.send(&target.request(route, &[], deep.as_bytes()))?;
            is_clear(route, &answer, &["invalid_request"], deep)?;
            ensure(answer.body.contains("amount.value"), "it is named", &json!(answer.body))?;
        }
        target.is_as_before(&before)
    })
}

#[test]
fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        stand.add_keys(&KEYS)?;
        let target = Target::on(stand)?;
        let before = target.state()?;
        for route in takers() {
            let announced = (1_u64 << 40).to_string();
            for length in [announced.as_str(), "307200"] {
                let answer = target.send(&target.request(route, &[("content-length", length)], b"{"))?;
                is_clear(route, &answer, &["too_large"], "an announced length")?;
                ensure(answer.status == 413, "it is too large", &json!([route.path, answer.status]))?;
            }
            let mut wire = Wire::to(stand.merchant().base())?;
            wire.send(&target.request(route, &[("transfer-encoding", "chunked")], b"1\r\n{\r\n"))?;
            let chunk = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
            for _ in 0..LARGER_THAN_ALL / 0x1000 {
                wire.send(&chunk)?;
            }
            let answer = wire.reply()?.ok_or_else(|| Failure::step("there is an answer", route.path))?;
            is_clear(route, &answer, &["too_large"], "an unannounced length")?;
            ensure(answer.status == 413, "it is too large", &json!([route.path, answer.status]))?;
        }
        // Compressed, it would be as large as its sender likes.
        for route in takers().filter(|route| matches!(route.door, Door::Key(_))) {
            let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
            let answer = target.send(&target.request(route, &[("content-encoding", "gzip")], &packed))?;
            is_clear(route, &answer, &["invalid_request", "unsupported_media_type"], "gzip")?;
        }
        target.is_as_before(&before)
    })
}

#[test]
fn bodies_that_never_end_are_given_up_at_every_route_while_others_are_served() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        stand.add_keys(&KEYS)?;
        let target = Target::on(stand)?;
        let before = target.state()?;
        let mut slow = Vec::new();
        for route in takers() {
            let mut wire = Wire::to(stand.merchant().base())?;
            wire.send(&target.request(route, &[("content-length", "1000")], b"{\"a\":"))?;
            slow.push((route, wire));
        }
        target.is_as_before(&before)?;
        for (route, mut wire) in slow {
            let answer = wire.reply()?.ok_or_else(|| Failure::step("there is an answer", route.path))?;
            ensure(answer.status == 408, "its time is over", &json!([route.path, answer.status]))?;
            is_clear(route, &answer, &["too_slow"], "a slow body")?;
        }
        Ok(())
    })
}

#[test]
fn without_a_key_no_body_is_waited_for() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        for route in takers().filter(|route| matches!(route.door, Door::Key(_))) {
            let mut wire = Wire::to(stand.merchant().base())?;
            wire.send(&request("POST", route.path, &[("content-length", "1000")], b"{"))?;
            let answer = wire.reply()?.ok_or_else(|| Failure::step("there is an answer", route.path))?;
            ensure(answer.status == 401, "it is refused at once", &json!([route.path, answer.status]))?;
        }
        Ok(())
    })
}
