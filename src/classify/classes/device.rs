//! What devices and networks are known by.

use super::rule::{HIDDEN, Mask, as_is, classes, compact, digits, lower, number, shaped, signs, text, verified};
use crate::classify::{
    checksum::luhn,
    class::{Check, Leaf},
};
use std::fmt::Write as _;
use std::net::IpAddr;

/// The first address of a value: `X-Forwarded-For` has several.
fn first(leaf: &Leaf<'_>) -> Option<IpAddr> {
    let text = text(leaf)?;
    let text = text.split(',').next()?.trim();
    text.trim_matches(['[', ']']).parse().ok()
}

fn ip(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    let four = shape.dots >= 3 && shape.digits >= 4;
    let six = shape.colons >= 2 && shape.length >= 3;
    if leaf.number || !(four || six) || shape.length > 200 || shape.ats + shape.slashes + shape.equals > 0 {
        return Check::No;
    }
    match first(leaf) {
        // Below 20 a first part is more often a version's; every address of the internet is accepted under a key.
        Some(IpAddr::V4(a)) if a.is_unspecified() || a.is_broadcast() || a.is_loopback() => Check::No,
        Some(IpAddr::V4(a)) if a.octets().first().is_some_and(|o| *o >= 20) && !a.is_private() => Check::Valid,
        Some(IpAddr::V4(_)) => Check::Shape,
        // Global unicast; anything else with colons is more often a serial number.
        Some(IpAddr::V6(a)) => match a.segments().first() {
            Some(0x2000..=0x3fff) => Check::Valid,
            Some(0xfc00..=0xfebf) => Check::Shape,
            _ if a.to_ipv4_mapped().is_some() => Check::Shape,
            _ => Check::No,
        },
        None => Check::No,
    }
}

fn ip_mask(text: &str, out: &mut String) {
    let one = text.split(',').next().unwrap_or_default().trim().trim_matches(['[', ']']);
    match one.parse() {
        Ok(IpAddr::V4(a)) => {
            let [a, b, c, _] = a.octets();
            let _ = write!(out, "{a}.{b}.{c}.•");
        }
        Ok(IpAddr::V6(a)) => {
            let [a, b, c, ..] = a.segments();
            let _ = write!(out, "{a:x}:{b:x}:{c:x}:•");
        }
        Err(_) => out.push_str(HIDDEN),
    }
}

fn ip_normal(text: &str, out: &mut Vec<u8>) {
    let one = text.split(',').next().unwrap_or_default().trim().trim_matches(['[', ']']);
    match one.parse::<IpAddr>() {
        Ok(address) => out.extend_from_slice(address.to_canonical().to_string().as_bytes()),
        Err(_) => as_is(text, out),
    }
}

fn mac(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    let separated = shape.length == 17 && (shape.colons == 5 || shape.dashes == 5);
    if !(separated || shape.length == 14 && shape.dots == 2 || shape.length == 12) {
        return Check::No;
    }
    let hex = |part: &[u8], n: usize| part.len() == n && part.iter().all(u8::is_ascii_hexdigit);
    let real = leaf.text.iter().any(|b| !matches!(b, b'0' | b':' | b'-' | b'.'))
        && leaf.text.iter().any(|b| !matches!(b, b'f' | b'F' | b':' | b'-' | b'.'));
    match shape.length {
        17 if leaf.text.split(|b| b":-".contains(b)).all(|part| hex(part, 2)) && real => Check::Valid,
        14 if leaf.text.split(|b| *b == b'.').all(|part| hex(part, 4)) && real => Check::Valid,
        12 => shaped(hex(leaf.text, 12) && real && shape.digits < 12),
        _ => Check::No,
    }
}

fn imei(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 15, 15) else { return Check::No };
    // The first two digits are the reporting body's (GSMA TS.06): 00 to 02 tests, 10 to 99 in use.
    if d.get().first() == Some(&b'0') || d.get().iter().all(|b| Some(b) == d.get().first()) {
        return Check::No;
    }
    verified(luhn(d.get()))
}

fn imsi(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 15, 15).filter(|_| leaf.shape.length == 15) else { return Check::No };
    match number(d.get().get(..3)) {
        Some(404..=406) => Check::Valid,
        Some(201..=750 | 901) => Check::Shape,
        _ => Check::No,
    }
}

fn iccid(leaf: &Leaf<'_>) -> Check {
    let Some(d) = digits(leaf, 18, 20).filter(|d| d.get().starts_with(b"89")) else { return Check::No };
    match d.get().len() {
        18 => Check::Shape,
        _ if luhn(d.get()) => Check::Valid,
        // Some networks print the number without its check digit.
        19 => Check::Shape,
        _ => Check::Invalid,
    }
}

/// 8-4-4-4-12 hexadecimal digits.
fn guid(leaf: &Leaf<'_>) -> bool {
    leaf.shape.length == 36
        && leaf.shape.dashes == 4
        && leaf.text.split(|b| *b == b'-').map(<[u8]>::len).eq([8, 4, 4, 4, 12])
        && leaf.text.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
        && leaf.text.iter().any(|b| !matches!(b, b'0' | b'-'))
}

fn device(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    let hex =
        (14..=64).contains(&shape.length) && leaf.text.iter().all(u8::is_ascii_hexdigit) && shape.length > shape.digits;
    let token = (12..=255).contains(&shape.length)
        && shape.spaces + shape.other.saturating_sub(8) + shape.high == 0
        && shape.digits > 1
        && shape.upper + shape.lower > 1;
    shaped(guid(leaf) || hex || (token && !leaf.number))
}

fn push(leaf: &Leaf<'_>) -> Check {
    let shape = &leaf.shape;
    if !(60..=400).contains(&shape.length) || shape.spaces + shape.high > 0 {
        return Check::No;
    }
    let apns = shape.length == 64 && leaf.text.iter().all(u8::is_ascii_hexdigit);
    let fcm = memchr::memmem::find(leaf.text, b":APA91b").is_some();
    if fcm { Check::Valid } else { shaped(apns || (shape.digits > 4 && shape.upper > 4 && shape.lower > 4)) }
}

fn mac_normal(text: &str, out: &mut Vec<u8>) {
    signs(text, out);
}

fn plain_mac(leaf: &Leaf<'_>) -> Check {
    if leaf.shape.length == 12 && compact(leaf, 12, 12).is_none() { Check::No } else { mac(leaf) }
}

classes! {
    /// Address on a network.
    IP_ADDRESS {
        id: "ip-address", title: "IP address", Behavioural;
        keys: &[
            "ip", "ips", "ipaddress", "ip_address", "ipaddr", "ip_addr", "client_ip", "clientip", "user_ip", "remote_ip", "remoteip", "source_ip", "src_ip",
            "ipv4", "ipv6", "x_forwarded_for", "forwarded_for", "xff", "remote_addr", "remoteaddr", "remote_address", "x_real_ip", "real_ip", "true_client_ip",
            "cf_connecting_ip", "peer", "last_login_ip", "login_ip", "client_addr", "device_ip", "adresse_ip", "host_ip", "customer_ip",
        ];
        not: &["version", "ver", "app_version", "appversion", "build", "release", "firmware", "os_version", "sdk", "semver", "chapter", "serial", "cert_serial", "oid", "mask", "subnet_mask", "netmask"];
        weights: (20, 60, 88, 96);
        by: "RFC 791, RFC 4291; global unicast for IPv6, no loopback";
        check: ip, normal: ip_normal, mask: Mask::By(ip_mask);
        samples: [
            ("203.0.113.7", Valid, "203.0.113.•"), ("2001:db8:1:2::5", Valid, "2001:db8:1:•"), ("2.4.29.34", Shape, ""), ("10.1.2.3", Shape, ""),
            ("203.0.113.7, 10.0.0.1", Valid, "203.0.113.•"), ("256.1.1.1", No, ""), ("127.0.0.1", No, ""), ("e2:37:89:d8:13:3f:40:e1", No, ""),
            ("12:30:45", No, ""), ("1.2.3", No, ""),
        ]
    }
    /// Address of a network interface.
    MAC {
        id: "mac-address", title: "MAC address", Behavioural, identifies;
        keys: &["mac", "macid", "mac_id", "mac_address", "macaddress", "mac_addr", "bssid", "wifi_mac", "bt_mac", "bluetooth_address", "hw_addr", "hwaddr", "ethernet"];
        not: &["serial", "cert_serial", "fingerprint", "hmac", "hash", "macos"];
        weights: (0, 60, 75, 95);
        by: "exactly six pairs of hexadecimal digits (IEEE 802), not all 0 or F";
        check: plain_mac, normal: mac_normal, mask: Mask::Ends(6, 0);
        samples: [
            ("3C:5A:B4:01:02:0f", Valid, "3C5AB4••••••"), ("3c-5a-b4-01-02-0f", Valid, ""), ("3c5a.b401.020f", Valid, ""), ("3c5ab401020f", Shape, ""),
            ("e2:37:89:d8:13:3f:40:e1", No, ""), ("00:00:00:00:00:00", No, ""), ("123456789012", No, ""),
        ]
    }
    /// Handset.
    IMEI {
        id: "imei", title: "IMEI", Behavioural, identifies;
        keys: &["imei", "imei1", "imei2", "imei_no", "imei_number", "imeino", "device_imei", "device_id", "handset", "meid"];
        not: &["card", "card_no", "card_number", "order_id", "timestamp"];
        weights: (0, 30, 0, 97);
        by: "15 digits, Luhn (3GPP TS 23.003)";
        check: imei, normal: signs, mask: Mask::Ends(0, 4);
        // python-stdnum's.
        samples: [("356868000041418", Valid, "••••••1418"), ("35686800-004141-8", Valid, ""), ("356868000041419", Invalid, ""), ("056868000041418", No, "")]
    }
    /// Subscriber of a mobile network.
    IMSI {
        id: "imsi", title: "IMSI", Behavioural, identifies;
        keys: &["imsi", "imsi_no", "imsi_number", "subscriber_id", "sim_imsi"]; not: &["imei"];
        weights: (0, 15, 85, 95);
        by: "15 digits, country 201 to 750 or 901; 404 to 406 are India (ITU-T E.212)";
        check: imsi, normal: signs, mask: Mask::Ends(5, 2);
        samples: [("404451234567890", Valid, "40445••••••90"), ("310150123456789", Shape, ""), ("999451234567890", No, ""), ("40445", No, "")]
    }
    /// SIM card.
    ICCID {
        id: "iccid", title: "SIM card number", Behavioural, identifies;
        keys: &["iccid", "sim", "sim_no", "sim_number", "simno", "sim_serial", "icc"]; not: &["card_number", "simulation"];
        weights: (0, 45, 80, 95);
        by: "89, country, 18 to 20 digits, Luhn (ITU-T E.118)";
        check: iccid, normal: signs, mask: Mask::Ends(0, 4);
        samples: [("8991101200003204514", Valid, "••••••4514"), ("8991101200003204510", Shape, ""), ("89911012000032045107", Invalid, ""), ("899110120000320451", Shape, ""), ("7991101200003204510", No, "")]
    }
    /// Token of a push service.
    PUSH_TOKEN {
        id: "push-token", title: "Push notification token", Behavioural, identifies;
        keys: &["fcm", "fcm_token", "fcmtoken", "gcm", "gcm_token", "apns", "apns_token", "push_token", "pushtoken", "device_token", "devicetoken", "registration_id", "onesignal", "notification_token"];
        not: &[];
        weights: (0, 80, 85, 97);
        by: "confirmed by the mark of Firebase Cloud Messaging, :APA91b";
        check: push, normal: as_is, mask: Mask::Ends(4, 0);
        samples: [
            ("dQw4w9WgXcQ0123456789:APA91bHun4MxP5egoKMwt2KZFBaFUH1RYqx_aaaaBBBBcccc", Valid, "dQw4••••••"),
            ("dQw4w9WgXcQ", No, ""),
        ]
    }
    /// Device or advertising id.
    DEVICE_ID {
        id: "device-id", title: "Device or advertising ID", Behavioural, identifies;
        keys: &[
            "device_id", "deviceid", "device_uuid", "deviceuuid", "device_guid", "gaid", "aaid", "idfa", "idfv", "adid", "ad_id", "advertising_id", "advertisingid", "advertiser_id",
            "android_id", "androidid", "udid", "ssaid", "vendor_id_ios", "installation_id", "install_id", "client_uuid", "visitor_id", "hardware_id", "hwid", "serial_no_device",
            "device_fingerprint", "browser_id", "fingerprint_id", "distinct_id", "anonymous_id", "amplitude_id", "clevertap_id", "appsflyer_id", "ga_client_id", "fbp",
        ];
        not: &["request_id", "trace_id", "correlation_id", "session", "token", "device_type", "device_model", "device_name", "order_id"];
        weights: (0, 0, 85, 85);
        by: "GUID, hexadecimal or a token under its key";
        check: device, normal: lower, mask: Mask::Ends(4, 0);
        samples: [
            ("38400000-8cf0-11bd-b23e-10b96e40000d", Shape, "3840••••••"), ("9774d56d682e549c", Shape, ""), ("00000000-0000-0000-0000-000000000000", No, ""),
            ("android", No, ""), ("iPhone 12 Pro", No, ""),
        ]
    }
}
