//! `[clock]`: whose time counts, where that is not this machine's.
//! Only tests have such a clock; that it belongs to no live account is checked in `together`.

use super::super::FollowedClockConfig;
use super::Reader;

const KEY: &str = "clock.follow";

impl Reader {
    pub(super) fn clock(&mut self) -> Option<FollowedClockConfig> {
        let address = self.text(KEY)?;
        if cfg!(not(feature = "test-clock")) {
            self.fault(
                KEY,
                "needs a program that was built with the feature `test-clock`, which is for tests",
            );
        }
        let clock = parse(&address);
        if clock.is_none() {
            let example = "http://127.0.0.1:4010/_simulator/clock";
            self.fault(
                KEY,
                format!("must be the clock of a simulator on this machine, such as \"{example}\""),
            );
        }
        clock
    }
}

fn parse(address: &str) -> Option<FollowedClockConfig> {
    let rest = address.strip_prefix("http://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let simulator: std::net::SocketAddr = host.parse().ok()?;
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-.".contains(&byte));
    (simulator.ip().is_loopback() && is_plain)
        .then(|| FollowedClockConfig { simulator, path: path.to_owned() })
}
