//! The traffic of an ordering platform with 37,529 stores: who asks for what, when.

use super::bytes::{hex, int, put};
use super::people::agent;
use super::rng::Rng;

/// Stores of the platform; ids run from 1.
pub const STORES: u64 = 37_529;
/// 2024-09-14 00:00 +0530, in microseconds since 1970.
const BEGIN_US: u64 = 1_726_252_200_000_000;
/// Mean gap between two requests over a day.
const MEAN_GAP_US: u64 = 23_000;
/// Requests of each hour of the day, in percent of the mean: lunch and dinner.
const HOURS: [u64; 24] =
    [40, 20, 10, 6, 5, 8, 20, 45, 70, 85, 95, 115, 170, 190, 160, 110, 90, 100, 130, 180, 235, 240, 180, 96];

/// What a request is for: decides which body it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture of a dish.
    Image,
    /// A store's menu.
    Menu,
    /// A store's name and address.
    Store,
    /// The state of one order.
    Order,
    /// A new order.
    Place,
    /// A search with many parameters.
    Search,
    /// A measurement that the page sends.
    Beacon,
}

/// One request with its response.
#[derive(Debug)]
pub struct Hit {
    /// Milliseconds since 1970, when the response was done.
    pub ms: u64,
    /// The client's address.
    pub address: Vec<u8>,
    /// `GET`, `POST`.
    pub method: &'static str,
    /// Path and query.
    pub uri: Vec<u8>,
    /// Status code.
    pub status: u64,
    /// Bytes of the response's body.
    pub bytes: u64,
    /// Duration in milliseconds.
    pub took_ms: u64,
    /// Which browser.
    pub agent: usize,
    /// The page that asked; `-` when there is none.
    pub referer: Vec<u8>,
    /// What for.
    pub kind: Kind,
    /// Which store.
    pub store: u64,
    /// Which order, table, dish.
    pub item: u64,
}

/// The endless stream of requests.
#[derive(Debug)]
pub struct Traffic {
    rng: Rng,
    now_us: u64,
    orders: u64,
    /// The browsers' names.
    pub agents: Vec<String>,
}

impl Traffic {
    /// The traffic that `seed` names.
    pub fn new(seed: u64) -> Self {
        let agents = (0..60).map(agent).collect();
        Self { rng: Rng::new(seed), now_us: BEGIN_US, orders: 48_200_000, agents }
    }

    /// A request to be filled by [`Self::next`]; reused, so that no request costs an allocation.
    pub fn blank() -> Hit {
        Hit {
            ms: 0,
            address: Vec::new(),
            method: "GET",
            uri: Vec::new(),
            status: 200,
            bytes: 0,
            took_ms: 0,
            agent: 0,
            referer: Vec::new(),
            kind: Kind::Menu,
            store: 1,
            item: 1,
        }
    }

    /// The stream of numbers, for what a writer adds to the request.
    pub fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// The next request, in order of time.
    pub fn next(&mut self, hit: &mut Hit) {
        let hour = (self.now_us / 1_000_000 + super::text::ZONE_S) / 3600 % 24;
        self.now_us += self.rng.below(2 * MEAN_GAP_US) * 100 / HOURS[hour as usize];
        hit.ms = self.now_us / 1000;
        hit.store = 1 + self.rng.skewed(STORES);
        hit.agent = self.rng.skewed(60) as usize;
        hit.took_ms = 2 + self.rng.skewed(400);
        hit.method = "GET";
        hit.status = 200;
        self.address(&mut hit.address);
        self.target(hit);
        self.outcome(hit);
        hit.referer.clear();
        if self.rng.below(10) == 0 {
            hit.referer.push(b'-');
        } else {
            put(&mut hit.referer, "https://menu.tablewise.example/s/");
            int(&mut hit.referer, hit.store);
            put(&mut hit.referer, "?table=");
            int(&mut hit.referer, 1 + hit.item % 30);
        }
    }

    /// Blocks for private use stand for the guests' networks: the ranges for documentation hold
    /// too few addresses for a whole platform.
    fn address(&mut self, out: &mut Vec<u8>) {
        out.clear();
        let n = self.rng.below(400_000);
        if n % 1000 < 15 {
            put(out, "2001:db8:");
            hex(out, n & 0xfff, 3);
            put(out, "::");
            hex(out, n >> 4, 4);
        } else {
            put(out, "10.");
            int(out, n >> 16 | 64);
            out.push(b'.');
            int(out, n >> 8 & 255);
            out.push(b'.');
            int(out, n & 255);
        }
    }

    fn target(&mut self, hit: &mut Hit) {
        let uri = &mut hit.uri;
        uri.clear();
        hit.item = 1 + self.rng.skewed(60_000);
        match self.rng.below(100) {
            0..=17 => {
                hit.kind = Kind::Image;
                put(uri, "/static/dishes/");
                int(uri, hit.item);
                put(uri, "_480.webp");
                hit.bytes = 4_000 + hit.item * 7 % 23_000;
            }
            18..=41 => {
                hit.kind = Kind::Menu;
                put(uri, "/v1/stores/");
                int(uri, hit.store);
                put(uri, "/menu?service=dinein&lang=en-IN&table=");
                int(uri, 1 + hit.item % 30);
                hit.bytes = 9_000 + hit.store * 13 % 30_000;
            }
            42..=59 => {
                hit.kind = Kind::Store;
                put(uri, "/v1/stores/");
                int(uri, hit.store);
                hit.bytes = 700 + hit.store % 260;
            }
            60..=76 => {
                hit.kind = Kind::Order;
                // Guests ask again and again how the latest orders are getting on.
                hit.item = self.orders - self.rng.skewed(3_000);
                put(uri, "/v1/orders/");
                int(uri, hit.item);
                put(uri, "/status");
                hit.bytes = 180 + hit.item % 90;
            }
            77..=80 => {
                hit.kind = Kind::Place;
                hit.method = "POST";
                self.orders += 1;
                hit.item = self.orders;
                put(uri, "/v1/orders");
                hit.bytes = 420 + hit.item % 200;
            }
            81..=90 => {
                hit.kind = Kind::Search;
                Self::search(&mut self.rng, uri, hit.store);
                hit.bytes = 2_000 + hit.item % 9_000;
            }
            _ => {
                hit.kind = Kind::Beacon;
                hit.method = "POST";
                put(uri, "/v1/events?sid=");
                hex(uri, self.rng.next(), 16);
                hit.bytes = 2;
            }
        }
    }

    fn search(rng: &mut Rng, uri: &mut Vec<u8>, store: u64) {
        put(uri, "/v1/search?q=");
        put(uri, rng.pick(&["masala+dosa", "biryani", "paneer%20tikka", "cold+coffee", "%E0%A4%9A%E0%A4%BE%E0%A4%AF"]));
        put(uri, "&storeId=");
        int(uri, store);
        put(uri, "&page=");
        int(uri, 1 + rng.skewed(12));
        put(uri, "&sort=popular&veg=");
        put(uri, rng.pick(&["0", "1"]));
        if rng.chance(300) {
            put(uri, "&lat=12.9");
            int(uri, rng.below(100_000));
            put(uri, "&lng=77.5");
            int(uri, rng.below(100_000));
            put(uri, "&utm_source=qr&utm_medium=table&utm_campaign=onam-2024&gclid=");
            for _ in 0..5 {
                hex(uri, rng.next(), 16);
            }
        }
    }

    fn outcome(&mut self, hit: &mut Hit) {
        let (status, bytes) = match self.rng.below(1000) {
            0..=14 => (404, 83),
            15..=18 => (500, 112),
            19..=20 => (504, 160),
            21..=25 => (429, 64),
            26..=55 if hit.kind == Kind::Image => (304, 0),
            _ if hit.kind == Kind::Place => (201, hit.bytes),
            _ if hit.kind == Kind::Beacon => (202, hit.bytes),
            _ => return,
        };
        hit.status = status;
        hit.bytes = bytes;
        if status == 504 {
            hit.took_ms += 60_000;
        }
    }
}
