//! The invented platform behind `datasets/qr-walk`: stores, their orders and guests. Everything is a
//! function of its number and the time, so each response agrees with every other one.

use super::people::{CITIES, DISHES, PEOPLE, name, phone};
use super::rng::Rng;
use super::text::escaped;

/// 2024-09-01 00:00 +0530, in seconds since 1970: order numbers count from here.
const FIRST_DAY: u64 = 1_725_129_000;
/// 2024-09-18 00:00 +0530: the day of the walk.
pub const DAY: u64 = FIRST_DAY + 17 * 86_400;
/// The café in which it begins.
pub const CAFE: u64 = 20_417;
/// The table at which the intruder sits, and the one he orders to.
pub const OWN_TABLE: u64 = 7;
/// See [`OWN_TABLE`].
pub const OTHER_TABLE: u64 = 12;
/// The intruder's own phone. No guest has it.
pub const OWN_PHONE: &str = "9000009901";
/// His friend's.
pub const FRIEND_PHONE: &str = "9000009902";
/// Stores open at 10:00 …
const OPENS: u64 = 10 * 3600;
/// … for so long.
const OPEN_S: u64 = 13 * 3600;
/// An order stays on the dashboard for so long.
const LIVE_S: u64 = 40 * 60;
/// Stores of the platform; ids run from 1.
pub const STORES: u64 = 37_529;

/// One order.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its store.
    pub store: u64,
    /// Its number within the store.
    pub number: u64,
    /// Seconds since 1970.
    pub placed: u64,
    /// Its table.
    pub table: u64,
    /// The guest's name.
    pub name: String,
    /// The guest's phone.
    pub phone: String,
    items: Vec<(usize, u64)>,
}

/// A response, and what it gives away.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The body.
    pub body: String,
    /// Status code.
    pub status: u64,
    /// Orders in it: store and number.
    pub orders: Vec<(u64, u64)>,
    /// Phones in it.
    pub phones: Vec<String>,
}

impl Answer {
    /// A response that tells of nobody.
    pub fn plain(status: u64, body: impl Into<String>) -> Self {
        Self { body: body.into(), status, ..Self::default() }
    }
}

/// Text inside a JSON string.
pub fn json(text: &str) -> String {
    let mut out = Vec::new();
    escaped(&mut out, text.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

fn gap(store: u64) -> u64 {
    if store == CAFE { 312 } else { Rng::of(21, store).within(380, 900) }
}

/// When the `k`-th order of a store is placed.
pub fn placed(store: u64, k: u64) -> u64 {
    let gap = gap(store);
    let a_day = OPEN_S / gap;
    let late = Rng::of(22, store << 32 | k).below(gap / 2);
    FIRST_DAY + k / a_day * 86_400 + OPENS + k % a_day * gap + late
}

/// The first order of a store that is placed at `at` or later.
pub fn first_after(store: u64, at: u64) -> u64 {
    let a_day = OPEN_S / gap(store);
    let mut k = (at - FIRST_DAY) / 86_400 * a_day;
    while placed(store, k) < at {
        k += 1;
    }
    k
}

/// The number that a store gives its `k`-th order.
pub fn number(k: u64) -> u64 {
    3_000 + k
}

/// The `k`-th order of a store.
pub fn order(store: u64, k: u64) -> Order {
    let mut rng = Rng::of(23, store << 32 | k);
    let regular = rng.chance(350);
    let person = if regular { (store * 37 + rng.below(24)) % PEOPLE } else { rng.below(PEOPLE) };
    let (first, kinds) = (rng.below(14), rng.within(1, 4));
    let items = (0..kinds).map(|nth| (dish(store, (first + nth * 3) % 14), rng.within(1, 3))).collect();
    Order {
        store,
        number: number(k),
        placed: placed(store, k),
        table: rng.within(1, 24),
        name: name(person),
        phone: phone(person),
        items,
    }
}

/// An order of the café that the intruder places.
pub fn own_order(k: u64, table: u64) -> Order {
    let mut order = order(CAFE, k);
    order.table = table;
    "Guest".clone_into(&mut order.name);
    OWN_PHONE.clone_into(&mut order.phone);
    order.items = vec![(0, if table == OWN_TABLE { 1 } else { 4 })];
    order
}

/// Which dish a store has at a place of its menu.
fn dish(store: u64, place: u64) -> usize {
    // Seven and 24 share no factor: no dish twice. The café's first one is its coffee.
    let first = if store == CAFE { 0 } else { store * 5 };
    ((first + place * 7) % DISHES.len() as u64) as usize
}

fn price(store: u64, dish: usize) -> u64 {
    DISHES[dish].1 + store % 5 * 500
}

fn item_id(store: u64, dish: usize) -> u64 {
    store * 100 + dish as u64
}

impl Order {
    fn state(&self, at: u64) -> &'static str {
        match at.saturating_sub(self.placed) {
            0..180 => "accepted",
            180..600 => "preparing",
            600..LIVE_S => "served",
            _ => "paid",
        }
    }

    fn total(&self) -> u64 {
        self.items.iter().map(|&(dish, qty)| price(self.store, dish) * qty).sum()
    }

    fn lines(&self) -> String {
        let lines: Vec<String> = self
            .items
            .iter()
            .map(|&(dish, qty)| {
                format!(
                    r#"{{"itemId":{},"name":"{}","qty":{qty},"pricePaise":{}}}"#,
                    item_id(self.store, dish),
                    DISHES[dish].0,
                    price(self.store, dish)
                )
            })
            .collect();
        lines.join(",")
    }

    /// The body that places it.
    pub fn request(&self) -> String {
        let items: Vec<String> = self
            .items
            .iter()
            .map(|&(dish, qty)| format!(r#"{{"itemId":{},"qty":{qty}}}"#, item_id(self.store, dish)))
            .collect();
        format!(
            r#"{{"storeId":{},"tableId":{},"name":"{}","phone":"{}","items":[{}]}}"#,
            self.store,
            self.table,
            json(&self.name),
            self.phone,
            items.join(",")
        )
    }

    /// What everybody gets who asks for its state.
    pub fn status(&self, at: u64) -> Answer {
        let body = format!(
            r#"{{"storeId":{},"orderNo":{},"status":"{}","etaMinutes":{}}}"#,
            self.store,
            self.number,
            self.state(at),
            600_u64.saturating_sub(at.saturating_sub(self.placed)).div_ceil(60)
        );
        Answer { body, status: 200, orders: vec![(self.store, self.number)], phones: Vec::new() }
    }

    fn object(&self, at: u64) -> String {
        format!(
            r#"{{"storeId":{},"orderNo":{},"tableId":{},"status":"{}","placedAt":{},"customer":{{"name":"{}","phone":"{}"}},"items":[{}],"totalPaise":{}}}"#,
            self.store,
            self.number,
            self.table,
            self.state(at),
            self.placed,
            json(&self.name),
            self.phone,
            self.lines(),
            self.total()
        )
    }

    /// The whole order.
    pub fn detail(&self, at: u64, status: u64) -> Answer {
        Answer {
            body: self.object(at),
            status,
            orders: vec![(self.store, self.number)],
            phones: vec![self.phone.clone()],
        }
    }
}

/// The platform with the intruder's two orders in it.
#[derive(Debug)]
pub struct World {
    /// His own order at the café.
    pub own: u64,
    /// The one that he sends to another table.
    pub other: u64,
}

impl World {
    /// The `k`-th order of a store.
    pub fn order(&self, store: u64, k: u64) -> Order {
        match (store, k) {
            (CAFE, k) if k == self.own => own_order(k, OWN_TABLE),
            (CAFE, k) if k == self.other => own_order(k, OTHER_TABLE),
            _ => order(store, k),
        }
    }

    /// An order by its number; 404 when it is not placed yet.
    pub fn by_number(&self, store: u64, number: u64, at: u64) -> Answer {
        let order = self.order(store, number - 3_000);
        if order.placed > at {
            return Answer::plain(404, r#"{"error":{"code":"ORDER_NOT_FOUND","message":"No such order"}}"#);
        }
        order.detail(at, 200)
    }

    /// What a store's staff see: the orders of the last forty minutes.
    pub fn live(&self, store: u64, at: u64) -> Answer {
        if store > STORES {
            return no_store();
        }
        let mut answer = Answer::plain(200, "");
        let mut objects = Vec::new();
        let mut k = first_after(store, at - LIVE_S);
        while placed(store, k) <= at {
            let order = self.order(store, k);
            objects.push(order.object(at));
            answer.orders.push((store, order.number));
            answer.phones.push(order.phone);
            k += 1;
        }
        answer.body = format!(r#"{{"storeId":{store},"asOf":{at},"orders":[{}]}}"#, objects.join(","));
        answer
    }

    /// A page of a store's guests.
    pub fn customers(&self, store: u64, page: u64) -> Answer {
        let mut answer = Answer::plain(200, "");
        let mut rows = Vec::new();
        for nth in (page - 1) * 12..page * 12 {
            let person = if nth < 24 { store * 37 + nth } else { store * 61 + nth * 97 } % PEOPLE;
            rows.push(format!(
                r#"{{"name":"{}","phone":"{}","visits":{},"lastOrderNo":{}}}"#,
                json(&name(person)),
                phone(person),
                40 / (nth + 1) + 1,
                number(self.own) - 1 - nth * 3
            ));
            answer.phones.push(phone(person));
        }
        answer.body = format!(r#"{{"storeId":{store},"page":{page},"pages":163,"customers":[{}]}}"#, rows.join(","));
        answer
    }
}

fn no_store() -> Answer {
    Answer::plain(404, r#"{"error":{"code":"STORE_NOT_FOUND","message":"No such store"}}"#)
}

/// What the code behind a table's QR says.
pub fn qr(store: u64, table: u64) -> Answer {
    Answer::plain(
        200,
        format!(r#"{{"storeId":{store},"merchantId":{},"tableId":{table},"service":"dinein"}}"#, store / 3 + 1),
    )
}

/// A store's name and address.
pub fn store(id: u64) -> Answer {
    if id == 0 || id > STORES {
        return no_store();
    }
    let mut rng = Rng::of(24, id);
    let title = if id == CAFE {
        "Filter & Foam".to_owned()
    } else {
        let first =
            rng.pick(&["Saffron", "Banyan", "Copper", "Monsoon", "Chai", "Tiffin", "Coastal", "Royal", "Green"]);
        format!("{first} {}", rng.pick(&["Kitchen", "Table", "Café", "House", "Corner", "Dhaba", "Bakery"]))
    };
    let street = rng.pick(&["12th Main", "Station Road", "MG Road", "Church Street", "Lake View Road", "Ring Road"]);
    Answer::plain(
        200,
        format!(
            r#"{{"status":true,"store":{{"storeId":{id},"merchantId":{},"storeName":"{title}","description":"Dine-in and takeaway","address1":"{}, {street}","city":"{}","open":true,"currency":"INR"}}}}"#,
            id / 3 + 1,
            rng.within(1, 240),
            CITIES[(id % 10) as usize]
        ),
    )
}

/// A store's menu.
pub fn menu(id: u64) -> Answer {
    let items: Vec<String> = (0..14)
        .map(|place| {
            let dish = dish(id, place);
            format!(
                r#"{{"itemId":{},"name":"{}","pricePaise":{},"available":{},"image":"https://menu.tablewise.example/img/{dish}_320.webp"}}"#,
                item_id(id, dish),
                DISHES[dish].0,
                price(id, dish),
                place != 9
            )
        })
        .collect();
    Answer::plain(200, format!(r#"{{"storeId":{id},"lang":"en-IN","menuItems":[{}]}}"#, items.join(",")))
}

/// The dishes whose pictures the menu page loads first.
pub fn pictures(id: u64) -> Vec<usize> {
    (0..8).map(|place| dish(id, place)).collect()
}

/// A store's offers.
pub fn offers(id: u64) -> Answer {
    let offers = if id.is_multiple_of(3) { r#"{"code":"ONAM10","percent":10,"minimumPaise":40000}"# } else { "" };
    Answer::plain(200, format!(r#"{{"storeId":{id},"offers":[{offers}]}}"#))
}

/// How often each dish was sold in a month: with the menu's prices, the store's revenue.
pub fn monthly(id: u64, month: u64) -> Answer {
    let mut rng = Rng::of(25, id * 100 + month);
    let counts: Vec<String> = (0..14)
        .map(|place| {
            let dish = dish(id, place);
            let count = rng.within(40, 900) / if month == 9 { 2 } else { 1 };
            format!(r#"{{"itemId":{},"name":"{}","count":{count}}}"#, item_id(id, dish), DISHES[dish].0)
        })
        .collect();
    Answer::plain(200, format!(r#"{{"storeId":{id},"month":"2024-{month:02}","items":[{}]}}"#, counts.join(",")))
}

/// What a phone's owner liked to order at a store.
pub fn past_fav(id: u64, phone: &str, name: &str, visits: &[(u64, usize)]) -> Answer {
    let past: Vec<String> = visits
        .iter()
        .map(|&(days, place)| {
            let dish = dish(id, place as u64);
            format!(
                r#"{{"itemId":{},"name":"{}","lastOrderedAt":{}}}"#,
                item_id(id, dish),
                DISHES[dish].0,
                DAY - days * 86_400 + 71_000 + days * 311
            )
        })
        .collect();
    Answer {
        body: format!(
            r#"{{"storeId":{id},"customer":{{"name":"{name}","phone":"{phone}"}},"favourites":[{}]}}"#,
            past.join(",")
        ),
        status: 200,
        orders: Vec::new(),
        phones: vec![phone.to_owned()],
    }
}
