//! The buyer's device, which the gateway needs for redirection and risk control.
//! Finding these values out is left to the merchant's client and server.

use crate::outcome::{OsType, TerminalType};

message! {
    /// Where the buyer pays.
    pub struct Env {
        optional {
            /// A buyer on a PC is `WEB`.
            terminal_type: TerminalType = "terminalType",
            /// Needed with `WAP`, `APP` and `MINI_APP`, not with `WEB`.
            os_type: OsType = "osType",
            /// At most 64 characters; not checked further.
            client_ip: String = "clientIp" hidden,
            /// The browser's own name.
            user_agent: String = "userAgent",
            /// At most 64 characters.
            device_token_id: String = "deviceTokenId" hidden,
            /// Id of the device.
            device_id: String = "deviceId" hidden,
            /// Id in the buyer's cookie.
            cookie_id: String = "cookieId" hidden,
            /// What the browser can do.
            browser_info: BrowserInfo = "browserInfo",
            /// One of 1, 4, 8, 15, 16, 24, 30, 32, 48.
            color_depth: String = "colorDepth",
            /// Pixels.
            screen_height: String = "screenHeight",
            /// Pixels.
            screen_width: String = "screenWidth",
            /// Minutes with JavaScript's sign: UTC+2 is -120. From -720 to 720.
            time_zone_offset: i64 = "timeZoneOffset",
            /// At most 64 characters.
            device_brand: String = "deviceBrand",
            /// At most 128 characters.
            device_model: String = "deviceModel",
            /// Language of the device.
            device_language: String = "deviceLanguage",
            /// Version of the operating system.
            os_version: String = "osVersion",
            /// For payments in a shop.
            store_terminal_id: String = "storeTerminalId",
            /// For payments in a shop.
            store_terminal_request_time: String = "storeTerminalRequestTime",
            /// JSON as text; at most 2048 characters.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

impl Env {
    /// A terminal of this type.
    pub fn new(terminal_type: TerminalType) -> Self {
        Self { terminal_type: Some(terminal_type), ..Self::default() }
    }
}

message! {
    /// What the buyer's browser can do.
    pub struct BrowserInfo {
        optional {
            /// The browser's `Accept` header.
            accept_header: String = "acceptHeader",
            /// Whether it runs Java.
            java_enabled: bool = "javaEnabled",
            /// Whether it runs JavaScript.
            java_script_enabled: bool = "javaScriptEnabled",
            /// Its language.
            language: String = "language",
            /// Its own name.
            user_agent: String = "userAgent",
        }
    }
}
