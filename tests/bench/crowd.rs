//! Everybody else at the gateway: guests, the dashboards of twelve stores, a probe, a crawler, noise.

use super::call::{CAFE_WIFI, Call, Client, intruder};
use super::people;
use super::rng::Rng;
use super::world::{Answer, CAFE, DAY, World, first_after, menu, monthly, offers, placed, qr, store};

/// Stores whose staff keep the dashboard open. Some are in the reach of the intruder's sweep.
const DASHBOARDS: &[u64] = &[7, 23, 58, 91, 113, 4_021, 9_377, 15_208, CAFE, 24_890, 31_006, 36_544];

/// Every ordinary call of the day before and the day.
pub fn calls(world: &World) -> Vec<Call> {
    let mut calls = Vec::new();
    for day in [DAY - 86_400, DAY] {
        dashboards(world, day, &mut calls);
        probe(day, &mut calls);
        guests(world, day, &mut calls);
    }
    crawler(&mut calls);
    noise(&mut calls);
    calls
}

fn dashboards(world: &World, day: u64, calls: &mut Vec<Call>) {
    for (nth, &id) in DASHBOARDS.iter().enumerate() {
        let mut rng = Rng::of(31, id ^ day);
        let mut staff = Client::browser(format!("192.0.2.{}", 100 + nth * 9), 4 + 6 * (nth as u64 % 4));
        staff.token = true;
        let begin = day + 37_800 + id % 600;
        for poll in 0..75 {
            let at_ms = (begin + poll * 600) * 1000 + rng.below(300);
            let mut asked = vec![(format!("/v1/stores/{id}/orders/live"), world.live(id, at_ms / 1000), at_ms)];
            if poll == 1 {
                asked.push((
                    format!("/v1/stores/{id}/items/monthly-counts?month=2024-09"),
                    monthly(id, 9),
                    at_ms + 9_400,
                ));
            }
            for (uri, answer, at_ms) in asked {
                let mut call = Call::api(at_ms, &staff, "GET", uri, answer);
                call.referer = Some("https://merchant.tablewise.example/");
                calls.push(call);
            }
        }
    }
}

fn probe(day: u64, calls: &mut Vec<Call>) {
    let client = Client {
        address: "192.0.2.250".to_owned(),
        agent: "tablewise-probe/1.4".to_owned(),
        forwarded: None,
        version: "HTTP/1.1",
        token: false,
    };
    for nth in 0..288 {
        let mut call = Call::api(
            (day + 17 + nth * 300) * 1000 + 120,
            &client,
            "GET",
            "/healthz",
            Answer::plain(200, r#"{"status":"ok"}"#),
        );
        call.referer = None;
        calls.push(call);
    }
}

/// A guest's address: mobile networks and the Wi-Fi of cafés, a few on IPv6.
fn address(rng: &mut Rng) -> String {
    match rng.below(20) {
        0..9 => format!("198.51.100.{}", rng.within(1, 60)),
        9..19 => format!("203.0.113.{}", rng.within(1, 190)),
        _ => format!("2001:db8:4a1::{:x}", rng.within(0x10, 0xfff)),
    }
}

fn guests(world: &World, day: u64, calls: &mut Vec<Call>) {
    let mut rng = Rng::of(32, day);
    for nth in 0..78 {
        // Lunch and dinner; on the second day a full house in the evening.
        let hour = if nth % 3 == 0 { rng.within(45_000, 54_000) } else { rng.within(39_000, 81_000) };
        guest(world, &mut rng, day + hour, None, calls);
    }
    if day == DAY {
        for _ in 0..27 {
            let at = day + rng.within(70_200, 73_500);
            guest(world, &mut rng, at, None, calls);
        }
        for at in [68_900, 70_600, 71_400, 71_900, 72_700] {
            guest(world, &mut rng, day + at, Some(Client::browser(CAFE_WIFI, at / 100 % 24)), calls);
        }
        // Chrome on Linux is nobody's own: another guest in another town has the same browser.
        let mut twin = intruder("HTTP/2.0");
        "203.0.113.77".clone_into(&mut twin.address);
        guest(world, &mut rng, day + 70_900, Some(twin), calls);
    }
}

fn guest(world: &World, rng: &mut Rng, from: u64, client: Option<Client>, calls: &mut Vec<Call>) {
    let wifi = client.as_ref().is_some_and(|client| client.address == CAFE_WIFI);
    let id = match rng.below(5) {
        _ if wifi => CAFE,
        0 => DASHBOARDS[rng.below(12) as usize],
        _ => 1 + rng.skewed(37_529),
    };
    let client = client.unwrap_or_else(|| {
        let mut client = Client::browser(address(rng), rng.skewed(60));
        if rng.chance(90) {
            client.forwarded = Some(format!("10.21.{}.{}", rng.below(256), rng.within(1, 254)));
        }
        client
    });
    let mut k = first_after(id, from);
    while id == CAFE && (k == world.own || k == world.other) {
        k += 1;
    }
    let order = world.order(id, k);
    let mut now_ms = placed(id, k) * 1000 - rng.within(50_000, 170_000);
    let mut get = |now_ms: u64, uri: String, answer: Answer, rng: &mut Rng| {
        let answer = trouble(rng, answer);
        calls.push(Call::api(now_ms, &client, "GET", uri, answer));
    };
    get(now_ms, format!("/v1/qr/TW{id}-{}", order.table), qr(id, order.table), rng);
    get(now_ms + 190, format!("/v1/stores/{id}"), store(id), rng);
    get(now_ms + 194, format!("/v1/stores/{id}/menu?lang=en-IN&service=dinein"), menu(id), rng);
    get(now_ms + 197, format!("/v1/stores/{id}/offers"), offers(id), rng);
    if rng.chance(120) {
        return;
    }
    now_ms = order.placed * 1000 + rng.within(100, 900);
    for step in 1..=rng.within(2, 4) {
        let at_ms = now_ms + step * 20_000;
        get(at_ms, format!("/v1/stores/{id}/orders/{}/status", order.number), order.status(at_ms / 1000), rng);
    }
    let at_ms = now_ms + 95_000;
    get(at_ms, format!("/v1/stores/{id}/orders/{}", order.number), order.detail(at_ms / 1000, 200), rng);
    calls.push(Call::api(now_ms - 88, &client, "OPTIONS", "/v1/orders", Answer::plain(204, "")));
    let mut call = Call::api(now_ms, &client, "POST", "/v1/orders", order.detail(now_ms / 1000, 201));
    call.request = Some(order.request());
    calls.push(call);
}

/// A few answers in a thousand fail.
fn trouble(rng: &mut Rng, answer: Answer) -> Answer {
    match rng.below(1000) {
        0..7 => Answer::plain(500, r#"{"error":{"code":"INTERNAL","message":"Something went wrong"}}"#),
        7..11 => Answer::plain(502, r#"{"error":{"code":"UPSTREAM","message":"Bad gateway"}}"#),
        11..15 => Answer::plain(404, r#"{"error":{"code":"NOT_FOUND","message":"Not found"}}"#),
        _ => answer,
    }
}

fn crawler(calls: &mut Vec<Call>) {
    let client = Client {
        address: "198.51.100.200".to_owned(),
        agent: "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example/about)".to_owned(),
        forwarded: None,
        version: "HTTP/1.1",
        token: false,
    };
    let mut rng = Rng::new(33);
    let mut now_ms = (DAY + 2 * 3600) * 1000;
    for nth in 0..150 {
        now_ms += rng.within(9_000, 31_000);
        let id = rng.within(1, 39_000);
        let (uri, answer) = match nth {
            0 => ("/robots.txt".to_owned(), Answer::plain(200, "User-agent: *\nAllow: /v1/stores/\n")),
            1 => (
                "/sitemap.xml".to_owned(),
                Answer::plain(404, r#"{"error":{"code":"NOT_FOUND","message":"Not found"}}"#),
            ),
            _ => (format!("/v1/stores/{id}"), store(id)),
        };
        let mut call = Call::api(now_ms, &client, "GET", uri, answer);
        call.referer = None;
        calls.push(call);
    }
}

/// What every address on the internet gets.
fn noise(calls: &mut Vec<Call>) {
    const WANTED: &[&str] = &[
        "/.env",
        "/wp-login.php",
        "/.git/config",
        "/actuator/health",
        "/server-status",
        "/admin/",
        "/phpinfo.php",
        "/v1/swagger.json",
        "/api-docs",
        "/config.json",
        "/.aws/credentials",
        "/graphql",
    ];
    let client = Client {
        address: "203.0.113.231".to_owned(),
        agent: people::agent(5),
        forwarded: None,
        version: "HTTP/1.1",
        token: false,
    };
    for (nth, uri) in WANTED.iter().enumerate() {
        let at_ms = (DAY - 86_400 + 4 * 3600 + 1_111) * 1000 + nth as u64 * 740;
        let answer = Answer::plain(404, r#"{"error":{"code":"NOT_FOUND","message":"Not found"}}"#);
        let mut call = Call::api(at_ms, &client, "GET", *uri, answer);
        call.referer = None;
        calls.push(call);
    }
}
