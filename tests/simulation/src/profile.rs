//! Which faults a seed brings, and how many of each: a swarm, so that some seeds are deaf, some mute, some calm.
//! Where a fault strikes is left to the ports and to the world.

use crate::random::Random;

/// The faults of one seed. Frequencies are parts of a thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// A call never reaches the gateway, and we know it.
    pub not_sent: u64,
    /// A call is lost on its way, and we do not know it.
    pub request_lost: u64,
    /// A call takes effect and its answer is lost.
    pub answer_lost: u64,
    /// HTTP 5xx without effect.
    pub refused_by_proxy: u64,
    /// HTTP 5xx after the effect.
    pub broken_by_proxy: u64,
    /// A copy of the call arrives later once more.
    pub late_copy: u64,
    /// Calls and answers take up to seconds.
    pub slow_network: u64,
    /// Every inquiry stays without an answer.
    pub is_mute: bool,
    /// No notification ever arrives.
    pub is_deaf: bool,
    /// A notification is lost.
    pub notification_lost: u64,
    /// A notification comes late, behind others.
    pub notification_late: u64,
    /// A notification comes twice.
    pub notification_twice: u64,
    /// The acknowledgement is lost.
    pub acknowledgement_lost: u64,
    /// An answer or a notification names another amount, a word that nobody knows, or a field of the future.
    pub odd_message: u64,
    /// Capture notifications name the payment by the gateway's id only, as the documents have it (N-10).
    pub has_bare_captures: bool,
    /// The store does not answer.
    pub store_away: u64,
    /// A commit is written, and we do not learn it.
    pub commit_unknown_written: u64,
    /// A commit is not written, and we do not learn it.
    pub commit_unknown_lost: u64,
    /// The store takes its time.
    pub store_slow: u64,
    /// How many instances of the merchant there are.
    pub instances: u32,
    /// An instance dies about once in so many seconds of trouble; 0: never.
    pub crash_every_s: u64,
    /// How far an instance's clock may be off, in milliseconds, and jump.
    pub clock_error_ms: u64,
    /// How long the trouble lasts, in milliseconds of virtual time.
    pub trouble_ms: u64,
}

impl Profile {
    /// No fault at all.
    pub fn calm() -> Profile {
        Profile {
            not_sent: 0,
            request_lost: 0,
            answer_lost: 0,
            refused_by_proxy: 0,
            broken_by_proxy: 0,
            late_copy: 0,
            slow_network: 0,
            is_mute: false,
            is_deaf: false,
            notification_lost: 0,
            notification_late: 0,
            notification_twice: 0,
            acknowledgement_lost: 0,
            odd_message: 0,
            has_bare_captures: false,
            store_away: 0,
            commit_unknown_written: 0,
            commit_unknown_lost: 0,
            store_slow: 0,
            instances: 1,
            crash_every_s: 0,
            clock_error_ms: 0,
            trouble_ms: 0,
        }
    }

    /// The faults of one seed: each kind is absent in half of the seeds, rare or frequent in the others.
    pub fn swarm(random: &Random) -> Profile {
        let often = || if random.chance(500) { random.one_of(&[20, 80, 250], 80) } else { 0 };
        let deaf_or_mute = random.below(12);
        // A message that nobody understands is acknowledged all the same, and only an inquiry can make up for it.
        let is_mute = deaf_or_mute == 0;
        let swarm = Profile {
            not_sent: often(),
            request_lost: often(),
            answer_lost: often(),
            refused_by_proxy: often(),
            broken_by_proxy: often(),
            late_copy: often(),
            slow_network: often(),
            is_mute,
            is_deaf: deaf_or_mute == 1,
            notification_lost: often(),
            notification_late: often(),
            notification_twice: often(),
            acknowledgement_lost: often(),
            odd_message: if !is_mute && random.chance(300) { random.one_of(&[20, 80], 20) } else { 0 },
            has_bare_captures: random.chance(500),
            store_away: if random.chance(300) { random.one_of(&[20, 80], 20) } else { 0 },
            commit_unknown_written: if random.chance(300) { random.one_of(&[20, 80], 20) } else { 0 },
            commit_unknown_lost: if random.chance(300) { random.one_of(&[20, 80], 20) } else { 0 },
            store_slow: often(),
            instances: if random.chance(250) { 2 } else { 1 },
            crash_every_s: if random.chance(300) { random.one_of(&[5, 60, 900], 60) } else { 0 },
            clock_error_ms: if random.chance(200) { random.one_of(&[2_000, 120_000], 2_000) } else { 0 },
            trouble_ms: random.one_of(&[60_000, 1_200_000, 7_200_000], 60_000),
        };
        if random.chance(120) { swarm.at_its_worst(random.chance(500)) } else { swarm }
    }

    /// Calls fail both ways and two instances with wrong clocks make them side by side: only so does an answer find
    /// what another one has ended.
    fn at_its_worst(self, is_odd: bool) -> Profile {
        Profile {
            not_sent: 350,
            answer_lost: 350,
            is_mute: false,
            is_deaf: false,
            odd_message: if is_odd { 80 } else { 0 },
            instances: 2,
            clock_error_ms: 120_000,
            crash_every_s: 60,
            trouble_ms: self.trouble_ms.max(1_200_000),
            ..self
        }
    }

    /// The swarm of a seed with one kind of fault made certain; `None` if there is no such kind.
    pub fn named(name: &str, random: &Random) -> Option<Profile> {
        let swarm = Profile::swarm(random);
        Some(match name {
            "swarm" => swarm,
            "calm" => Profile::calm(),
            "deaf" => Profile { is_deaf: true, is_mute: false, ..swarm },
            "mute" => Profile { is_mute: true, is_deaf: false, odd_message: 0, ..swarm },
            "network" => Profile {
                request_lost: 200,
                answer_lost: 200,
                refused_by_proxy: 100,
                broken_by_proxy: 100,
                late_copy: 200,
                slow_network: 300,
                ..Profile::calm().in_trouble(swarm.trouble_ms)
            },
            "notifications" => Profile {
                notification_lost: 250,
                notification_late: 250,
                notification_twice: 250,
                acknowledgement_lost: 250,
                ..Profile::calm().in_trouble(swarm.trouble_ms)
            },
            "storage" => Profile {
                store_away: 80,
                commit_unknown_written: 80,
                commit_unknown_lost: 80,
                store_slow: 250,
                ..Profile::calm().in_trouble(swarm.trouble_ms)
            },
            "crashes" => Profile {
                crash_every_s: 5,
                slow_network: 250,
                store_slow: 250,
                ..Profile::calm().in_trouble(swarm.trouble_ms)
            },
            "instances" => Profile { instances: 2, ..swarm },
            "worst" => swarm.at_its_worst(random.chance(500)),
            "clocks" => Profile { clock_error_ms: 120_000, ..swarm },
            _ => return None,
        })
    }

    /// The names that [`named`](Profile::named) knows.
    pub const NAMES: [&str; 11] = [
        "swarm",
        "calm",
        "deaf",
        "mute",
        "network",
        "notifications",
        "storage",
        "crashes",
        "instances",
        "clocks",
        "worst",
    ];

    fn in_trouble(self, trouble_ms: u64) -> Profile {
        Profile { trouble_ms, ..self }
    }

    /// What is left of the faults once the trouble is over: a deaf merchant stays deaf, a mute one stays mute.
    pub fn after_the_trouble(&self) -> Profile {
        Profile { is_mute: self.is_mute, is_deaf: self.is_deaf, instances: self.instances, ..Profile::calm() }
    }
}
