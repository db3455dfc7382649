//! The intruder's walk: from a coffee ordered at his table to the orders of 120 other stores.

use super::call::{Call, Cause, Client, MENU, intruder};
use super::rng::Rng;
use super::world::{
    Answer, CAFE, DAY, FRIEND_PHONE, OTHER_TABLE, OWN_PHONE, OWN_TABLE, World, menu, monthly, number, offers,
    own_order, past_fav, pictures, placed, qr, store,
};

/// Stores that the script asks for, one after the other, from 1.
pub const SWEPT: u64 = 120;

/// A WebP picture of one pixel.
const PICTURE: &str = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";

struct Walk<'a> {
    world: &'a World,
    client: Client,
    rng: Rng,
    now_ms: u64,
    page: u64,
    calls: Vec<Call>,
}

/// Every call of the intruder, in order of time. Those with a cause are in his HAR.
pub fn calls(world: &World) -> Vec<Call> {
    let mut walk = Walk {
        world,
        client: intruder("HTTP/2.0"),
        rng: Rng::new(20_240_918),
        now_ms: (DAY + 19 * 3600 + 42 * 60 + 7) * 1000 + 318,
        page: 1,
        calls: Vec::new(),
    };
    walk.open_menu(OWN_TABLE, false);
    walk.place(world.own, OWN_TABLE);
    walk.watch(world.own, 4);
    walk.neighbours();
    walk.staff_only();
    walk.people();
    walk.other_stores();
    walk.sweep();
    walk.page = 2;
    walk.now_ms = placed(CAFE, world.other) * 1000 - 48_270;
    walk.open_menu(OTHER_TABLE, true);
    walk.place(world.other, OTHER_TABLE);
    walk.watch(world.other, 2);
    walk.calls
}

impl Walk<'_> {
    fn at(&self) -> u64 {
        self.now_ms / 1000
    }

    fn get(&mut self, uri: impl Into<String>, answer: Answer, cause: Cause) {
        let mut call = Call::api(self.now_ms, &self.client, "GET", uri, answer);
        call.cause = Some(cause);
        call.page = self.page;
        self.calls.push(call);
    }

    /// A person reads, thinks and types for so many seconds.
    fn pause(&mut self, low: u64, high: u64) {
        self.now_ms += self.rng.within(low * 1000, high * 1000);
    }

    fn part(&mut self, uri: &str, body: &str, mime: &'static str, kind: Cause) {
        self.now_ms += self.rng.within(3, 40);
        self.get(uri, Answer::plain(200, body), kind);
        if let Some(call) = self.calls.last_mut() {
            call.host = MENU;
            call.mime = mime;
        }
    }

    fn open_menu(&mut self, table: u64, again: bool) {
        let page = format!("/s/{CAFE}?table={table}");
        self.part(
            &page,
            "<!doctype html><html lang=\"en-IN\"><head><title>Filter & Foam</title><link rel=\"stylesheet\" href=\"/assets/app.4b1d.css\"></head><body><div id=\"root\"></div><script src=\"/assets/app.8f3c.js\" defer></script></body></html>\n",
            "text/html; charset=utf-8",
            Cause::Document,
        );
        self.part(
            "/assets/app.4b1d.css",
            "body{margin:0;font-family:Inter,sans-serif}\n",
            "text/css",
            Cause::Part("stylesheet"),
        );
        self.part(
            "/assets/app.8f3c.js",
            "(()=>{const api='https://api.tablewise.example/v1';/* bundle shortened */})();\n",
            "text/javascript",
            Cause::Part("script"),
        );
        self.now_ms += 310;
        self.get(format!("/v1/qr/TW{CAFE}-{table}"), qr(CAFE, table), Cause::Page);
        self.now_ms += 140;
        self.get(format!("/v1/stores/{CAFE}"), store(CAFE), Cause::Page);
        self.now_ms += 4;
        self.get(format!("/v1/stores/{CAFE}/menu?lang=en-IN&service=dinein"), menu(CAFE), Cause::Page);
        self.now_ms += 3;
        self.get(format!("/v1/stores/{CAFE}/offers"), offers(CAFE), Cause::Page);
        self.now_ms += 180;
        if !again {
            for dish in pictures(CAFE) {
                self.part(&format!("/img/{dish}_320.webp"), PICTURE, "image/webp", Cause::Part("image"));
            }
            self.part("/favicon.ico", "", "image/x-icon", Cause::Part("other"));
        }
    }

    /// No code is sent to the phone, nothing is paid: the order reaches the kitchen.
    fn place(&mut self, k: u64, table: u64) {
        let order = own_order(k, table);
        self.now_ms = order.placed * 1000 + 400;
        let mut ask = Call::api(self.now_ms - 95, &self.client, "OPTIONS", "/v1/orders", Answer::plain(204, ""));
        ask.cause = Some(Cause::Preflight);
        ask.page = self.page;
        self.calls.push(ask);
        let mut call = Call::api(self.now_ms, &self.client, "POST", "/v1/orders", order.detail(self.at(), 201));
        call.request = Some(order.request());
        call.cause = Some(Cause::Page);
        call.page = self.page;
        self.calls.push(call);
    }

    fn watch(&mut self, k: u64, times: u64) {
        let order = own_order(k, if k == self.world.own { OWN_TABLE } else { OTHER_TABLE });
        for _ in 0..times {
            self.now_ms += 20_000 + self.rng.below(60);
            let uri = format!("/v1/stores/{CAFE}/orders/{}/status", order.number);
            self.get(uri, order.status(self.at()), Cause::Page);
        }
        self.pause(3, 6);
        self.get(format!("/v1/stores/{CAFE}/orders/{}", order.number), order.detail(self.at(), 200), Cause::Page);
    }

    /// The number in the address is one more than that of the table beside him.
    fn neighbours(&mut self) {
        self.pause(70, 100);
        let own = number(self.world.own);
        let numbers = (1..=3).map(|step| own + step).chain((1..=18).map(|step| own - step));
        for number in numbers {
            let answer = self.world.by_number(CAFE, number, self.at());
            self.get(format!("/v1/stores/{CAFE}/orders/{number}"), answer, Cause::Console);
            self.pause(3, 11);
        }
    }

    fn staff_only(&mut self) {
        for _ in 0..3 {
            let answer = self.world.live(CAFE, self.at());
            self.get(format!("/v1/stores/{CAFE}/orders/live"), answer, Cause::Console);
            self.pause(12, 25);
        }
        for month in [8, 9] {
            let uri = format!("/v1/stores/{CAFE}/items/monthly-counts?month=2024-{month:02}");
            self.get(uri, monthly(CAFE, month), Cause::Console);
            self.pause(9, 20);
        }
    }

    fn people(&mut self) {
        let own: &[(u64, usize)] = &[(0, 0), (6, 3)];
        let friend: &[(u64, usize)] = &[(2, 5), (9, 1), (16, 5)];
        for (phone, name, visits) in [(OWN_PHONE, "Guest", own), (FRIEND_PHONE, "Nisha Rao", friend)] {
            let uri = format!("/v1/stores/{CAFE}/past-fav?phone={phone}");
            self.get(uri, past_fav(CAFE, phone, name, visits), Cause::Console);
            self.pause(14, 30);
        }
        for page in 1..=4 {
            let answer = self.world.customers(CAFE, page);
            self.get(format!("/v1/stores/{CAFE}/customers?page={page}"), answer, Cause::Console);
            self.pause(4, 9);
        }
    }

    /// By hand: his neighbours, the first ones, and how far the numbers go.
    fn other_stores(&mut self) {
        for id in [20_418, 20_416, 1, 2, 3, 37_000, 37_529, 37_530] {
            self.get(format!("/v1/stores/{id}"), store(id), Cause::Console);
            self.pause(3, 7);
            let answer = self.world.live(id, self.at());
            self.get(format!("/v1/stores/{id}/orders/live"), answer, Cause::Console);
            self.pause(4, 10);
        }
    }

    /// A script that copied the browser's `User-Agent` and sleeps for a second: no volume alarm
    /// would notice. The browser does not see it, so it is in the gateway's logs only.
    fn sweep(&mut self) {
        self.pause(120, 150);
        let script = intruder("HTTP/1.1");
        for id in 1..=SWEPT {
            let answer = self.world.live(id, self.at());
            let mut call = Call::api(self.now_ms, &script, "GET", format!("/v1/stores/{id}/orders/live"), answer);
            call.referer = None;
            self.now_ms += 1000 + call.wire_ms + call.served_ms + self.rng.below(4);
            self.calls.push(call);
        }
    }
}
