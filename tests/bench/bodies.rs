//! Request and response bodies of the traffic, as JSON text.

use super::bytes::{hex, int, put};
use super::people::{CITIES, DISHES, PEOPLE, name, phone};
use super::rng::Rng;
use super::traffic::{Hit, Kind};

/// People that are looked up once: writing a name anew for each order would cost most of the run.
#[derive(Debug)]
pub struct Book(Vec<(String, String)>);

impl Book {
    /// All of them.
    pub fn new() -> Self {
        Self((0..PEOPLE).map(|n| (name(n), phone(n))).collect())
    }

    /// Fills in what the client sends and what it gets. `dishes` decides how long menus and orders are.
    /// The hit's size becomes that of the answer, pictures apart, whose bytes no log holds.
    pub fn fill(&self, rng: &mut Rng, hit: &mut Hit, dishes: u64, request: &mut Vec<u8>, response: &mut Vec<u8>) {
        self.bodies(rng, hit, dishes, request, response);
        if hit.kind != Kind::Image {
            hit.bytes = response.len() as u64;
        }
    }

    fn bodies(&self, rng: &mut Rng, hit: &Hit, dishes: u64, request: &mut Vec<u8>, response: &mut Vec<u8>) {
        request.clear();
        response.clear();
        if hit.kind == Kind::Place {
            self.order(rng, hit, dishes, request, false);
        } else if hit.kind == Kind::Beacon {
            put(request, "{\"event\":\"view\",\"screen\":\"menu\",\"storeId\":");
            int(request, hit.store);
            put(request, ",\"ms\":");
            int(request, hit.took_ms);
            request.push(b'}');
        }
        if hit.status == 304 {
            return;
        }
        if hit.status >= 400 {
            put(response, "{\"error\":{\"code\":");
            int(response, hit.status);
            put(response, ",\"message\":\"try again\"}}");
            return;
        }
        match hit.kind {
            Kind::Order | Kind::Place => self.order(rng, hit, dishes, response, true),
            Kind::Menu | Kind::Search => menu(rng, hit, dishes, response),
            Kind::Store => store(hit, response),
            Kind::Beacon => put(response, "{}"),
            Kind::Image => {}
        }
    }

    fn order(&self, rng: &mut Rng, hit: &Hit, dishes: u64, out: &mut Vec<u8>, answer: bool) {
        // The guest of an order is the same in the request and in every answer.
        let (name, phone) = &self.0[((hit.item ^ hit.store) % PEOPLE) as usize];
        put(out, "{\"storeId\":");
        int(out, hit.store);
        put(out, ",\"tableId\":");
        int(out, 1 + hit.item % 30);
        if answer {
            put(out, ",\"orderId\":\"TW-");
            int(out, hit.item);
            put(out, "\",\"status\":\"preparing\",\"otp\":null");
        }
        put(out, ",\"customer\":{\"name\":\"");
        put(out, name);
        put(out, "\",\"phone\":\"+91");
        put(out, phone);
        put(out, "\"},\"items\":[");
        let mut total = 0;
        for at in 0..rng.within(1, dishes / 2) {
            if at > 0 {
                out.push(b',');
            }
            let qty = rng.within(1, 3);
            total += qty * dish(rng, out, Some(qty));
        }
        put(out, "],\"totalPaise\":");
        int(out, total);
        out.push(b'}');
    }
}

fn dish(rng: &mut Rng, out: &mut Vec<u8>, qty: Option<u64>) -> u64 {
    let n = rng.below(DISHES.len() as u64);
    let (name, price) = DISHES[n as usize];
    put(out, "{\"itemId\":");
    int(out, 100_000 + n * 37);
    put(out, ",\"name\":\"");
    put(out, name);
    put(out, "\",\"pricePaise\":");
    int(out, price);
    if let Some(qty) = qty {
        put(out, ",\"qty\":");
        int(out, qty);
    } else {
        put(out, ",\"veg\":");
        put(out, rng.pick(&["true", "false"]));
        put(out, ",\"image\":\"/static/dishes/");
        int(out, n);
        put(out, "_480.webp\"");
    }
    out.push(b'}');
    price
}

fn menu(rng: &mut Rng, hit: &Hit, dishes: u64, out: &mut Vec<u8>) {
    put(out, "{\"storeId\":");
    int(out, hit.store);
    put(out, ",\"menuItems\":[");
    for at in 0..rng.within(dishes, dishes * 2) {
        if at > 0 {
            out.push(b',');
        }
        dish(rng, out, None);
    }
    put(out, "]}");
}

fn store(hit: &Hit, out: &mut Vec<u8>) {
    put(out, "{\"status\":true,\"store\":{\"storeId\":");
    int(out, hit.store);
    put(out, ",\"merchantId\":");
    int(out, hit.store / 3 + 1);
    put(out, ",\"storeName\":\"Kitchen No. ");
    int(out, hit.store);
    put(out, "\",\"description\":\"South Indian, Snacks & \\\"Chai\\\"\",\"address1\":\"");
    int(out, hit.store % 400);
    put(out, ", Station Road\",\"city\":\"");
    put(out, CITIES[(hit.store % 10) as usize]);
    put(out, "\",\"gst\":null,\"open\":true,\"etag\":\"");
    hex(out, hit.store * 0x9E37_79B9, 12);
    put(out, "\"}}");
}
